import NIOCore
import Synchronization

/// One try to connect: closes its channels when the deadline passes or the task is cancelled.
///
/// NIO may open several channels for one name (IPv6 and IPv4); all but one of them are closed by it.
final class WebSocketConnectAttempt: Sendable {
    private struct State {
        var channels: [any Channel] = []
        var timers: [Scheduled<Void>] = []
        var isFinished = false
        var reason: WebSocketClientError?
    }

    private let state = Mutex(State())

    func started(_ channel: any Channel, deadline: NIODeadline) {
        let timer = channel.eventLoop.scheduleTask(deadline: deadline) { self.abort(.timedOut) }
        let isOver = state.withLock { state in
            state.channels.append(channel)
            state.timers.append(timer)
            return state.reason != nil
        }
        if isOver { channel.close(promise: nil) }
    }

    func cancel() {
        abort(.cancelled)
    }

    private func abort(_ reason: WebSocketClientError) {
        let channels = state.withLock { state -> [any Channel] in
            guard !state.isFinished, state.reason == nil else { return [] }
            state.reason = reason
            return state.channels
        }
        for channel in channels { channel.close(promise: nil) }
    }

    /// Ends the deadline, and closes what was opened unless it succeeded. Returns why the
    /// attempt was aborted, if it was.
    func finish(keepingChannel: Bool) -> WebSocketClientError? {
        let (timers, channels, reason) = state.withLock { state in
            state.isFinished = true
            defer {
                state.timers = []
                state.channels = []
            }
            return (state.timers, keepingChannel ? [] : state.channels, state.reason)
        }
        for timer in timers { timer.cancel() }
        for channel in channels { channel.close(promise: nil) }
        return reason
    }
}
