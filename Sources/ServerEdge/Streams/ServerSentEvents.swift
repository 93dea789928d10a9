import HTTPTypes
public import Hummingbird
import NIOCore
import ServiceLifecycle
import Synchronization

/// Answers a request with a stream of events.
public enum ServerSentEvents {
    /// A `text/event-stream` response. It ends when the sequence ends, when the peer is gone, or
    /// at graceful shutdown; the sequence's task is then cancelled.
    ///
    /// - Parameters:
    ///   - events: Give it a bounded buffer: a peer that reads slowly makes the writing wait, and
    ///     the sequence is not asked for more in the meantime.
    ///   - end: Returns when the stream has to end before its events do, for instance because the token that opened it
    ///     was revoked. It is cancelled when the stream has ended.
    ///   - keepAlive: How often `: ping` is sent in silence, so that proxies keep the connection
    ///     and a peer that is gone is noticed.
    public static func response<Events: AsyncSequence & Sendable>(
        _ events: Events,
        keepAlive: Duration = .seconds(15),
        until end: (@Sendable () async -> Void)? = nil
    ) -> Response where Events.Element == ServerSentEvent, Events.Failure == Never {
        var headers = HTTPFields()
        headers[.contentType] = "text/event-stream; charset=utf-8"
        headers[.cacheControl] = "no-store"
        // Tells nginx not to collect the stream in its buffers.
        if let name = HTTPField.Name("X-Accel-Buffering") { headers[name] = "no" }
        return Response(
            status: .ok,
            headers: headers,
            body: ResponseBody { writer in
                try await write(events, keepAlive: keepAlive, until: end, to: &writer)
                try await writer.finish(nil)
            }
        )
    }

    private static func write<Events: AsyncSequence & Sendable>(
        _ events: Events,
        keepAlive: Duration,
        until end: (@Sendable () async -> Void)?,
        to writer: inout any ResponseBodyWriter
    ) async throws where Events.Element == ServerSentEvent, Events.Failure == Never {
        // The head goes out with the first bytes, so that the client knows it is connected.
        try await writer.write(ByteBuffer(string: ": open\n\n"))
        let hand = ServerSentEventHand()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                await cancelWhenGracefulShutdown {
                    for await event in events {
                        await hand.offer(event)
                        if Task.isCancelled { break }
                    }
                }
                hand.end()
            }
            if let end {
                group.addTask {
                    await end()
                    hand.end()
                }
            }
            group.addTask {
                while !Task.isCancelled {
                    do { try await Task.sleep(for: keepAlive) } catch { return }
                    hand.keepAlive()
                }
            }
            defer {
                hand.end()
                group.cancelAll()
            }
            while let item = await hand.next() {
                switch item {
                case .event(let event): try await writer.write(event.encoded())
                case .keepAlive: try await writer.write(ByteBuffer(string: ": ping\n\n"))
                }
            }
        }
    }
}

/// Passes one event at a time from the source's task to the writing task, and at most one
/// wish for a keep-alive: nothing can pile up behind a slow peer.
private final class ServerSentEventHand: Sendable {
    enum Item: Sendable { case event(ServerSentEvent), keepAlive }

    private struct State {
        var event: ServerSentEvent?
        var offering: CheckedContinuation<Void, Never>?
        var waiting: CheckedContinuation<Item?, Never>?
        var isEnded = false
    }

    private let state = Mutex(State())

    /// Returns once the event was taken, or at the end.
    func offer(_ event: ServerSentEvent) async {
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            let (waiting, taken) = state.withLock { state -> (CheckedContinuation<Item?, Never>?, Bool) in
                if state.isEnded { return (nil, true) }
                if let waiting = state.waiting {
                    state.waiting = nil
                    return (waiting, true)
                }
                state.event = event
                state.offering = continuation
                return (nil, false)
            }
            waiting?.resume(returning: .event(event))
            if taken { continuation.resume() }
        }
    }

    func keepAlive() {
        let waiting = state.withLock { state in
            defer { state.waiting = nil }
            // Whoever is writing now keeps the connection alive by that.
            return state.waiting
        }
        waiting?.resume(returning: .keepAlive)
    }

    /// An event that was offered is still given out.
    func end() {
        let (waiting, offering) = state.withLock { state in
            state.isEnded = true
            defer {
                state.waiting = nil
                state.offering = nil
            }
            return (state.waiting, state.offering)
        }
        waiting?.resume(returning: nil)
        offering?.resume()
    }

    func next() async -> Item? {
        await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: CheckedContinuation<Item?, Never>) in
                let (item, offering, waits) = state.withLock { state -> (Item?, CheckedContinuation<Void, Never>?, Bool) in
                    if let event = state.event {
                        state.event = nil
                        defer { state.offering = nil }
                        return (.event(event), state.offering, false)
                    }
                    if state.isEnded || Task.isCancelled { return (nil, nil, false) }
                    state.waiting = continuation
                    return (nil, nil, true)
                }
                offering?.resume()
                if !waits { continuation.resume(returning: item) }
            }
        } onCancel: {
            end()
        }
    }
}
