import CGStreamer
import Synchronization
import VoiceEngine

/// What both roles of a connection share: its lifecycle, its native half, the ticker, and the order of events.
///
/// The native half holds this object until it is closed, so somebody has to begin to close it: the public
/// connection does when it is let go.
final class PeerSession: Sendable {
    static let samplesPerFrame = Int(VIVA_WEBRTC_FRAME_SAMPLES)

    typealias Negotiated = Result<String, AudioTransportError>

    private struct State: ~Copyable {
        var lifecycle: PeerLifecycle
        var native: NativePeer?
        /// Waits for the local description, or for the answer to be taken in.
        var negotiation: CheckedContinuation<Negotiated, Never>?
        var closing: [CheckedContinuation<Void, Never>] = []
        var holdsPort = false
    }

    private let configuration: PeerConnectionConfiguration
    private let handlers: AudioTransportHandlers
    private let environment: PeerEnvironment
    private let isOfferer: Bool
    private let state: Mutex<State>

    /// Audio came since the last tick. Set by the decoder's thread, which so needs neither lock nor clock.
    private let heard = Atomic(false)

    /// Held while an event is handed over: events come from several native threads and must not overtake each other.
    private let eventOrder = Mutex(false)

    /// Held while the native half is made, started or stopped: these run on threads of their own.
    private let control = Mutex(())

    init(
        configuration: PeerConnectionConfiguration,
        handlers: AudioTransportHandlers,
        environment: PeerEnvironment,
        isOfferer: Bool
    ) {
        self.configuration = configuration
        self.handlers = handlers
        self.environment = environment
        self.isOfferer = isOfferer
        let limits = PeerLifecycle.Limits(
            answer: configuration.answerTimeout,
            connect: configuration.connectTimeout,
            silence: configuration.peerSilenceTimeout
        )
        state = Mutex(State(lifecycle: PeerLifecycle(limits: limits)))
    }

    // MARK: Negotiation

    /// Makes the native half, starts `begin` on it and waits for the local description.
    func negotiate(peerSendsAudio: Bool, _ begin: @escaping @Sendable (NativePeer) -> Bool) async -> Negotiated {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let started = state.withLock { state in
                    guard state.lifecycle.startNegotiation(peerSendsAudio: peerSendsAudio, now: MonotonicClock.now()) else { return false }
                    state.negotiation = continuation
                    return true
                }
                guard started else { return continuation.resume(returning: .failure(.negotiationFailed)) }
                guard environment.ports.take(within: configuration.portRange) else { return beginClose(.failed, refusing: .noPorts) }
                state.withLock { $0.holdsPort = true }
                environment.ticker.add(self)
                onControlThread { self.startNative(begin) }
            }
        } onCancel: {
            beginClose(.hungUp)
        }
    }

    /// Hands the peer's answer over and waits until it is taken in.
    func takeAnswer(_ sdp: String, peerSendsAudio: Bool) async -> Negotiated {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let native: NativePeer? = state.withLock { state in
                    guard state.lifecycle.takeAnswer(peerSendsAudio: peerSendsAudio, now: MonotonicClock.now()) else { return nil }
                    state.negotiation = continuation
                    return state.native
                }
                guard let native else { return continuation.resume(returning: .failure(.negotiationFailed)) }
                onControlThread {
                    self.control.withLock { _ in
                        if !native.acceptAnswer(sdp) { self.beginClose(.failed) }
                    }
                }
            }
        } onCancel: {
            beginClose(.hungUp)
        }
    }

    private func startNative(_ begin: (NativePeer) -> Bool) {
        control.withLock { _ in
            guard !state.withLock({ $0.lifecycle.isOver }) else { return }
            guard let native = NativePeer(settings: settings(), target: self) else { return beginClose(.failed) }
            state.withLock { $0.native = native }
            let bound = (configuration.bindAddresses ?? LocalAddresses.usable()).filter { native.bind($0) }
            if bound.isEmpty {
                beginClose(.failed, refusing: .noPorts)
            } else if !begin(native) {
                beginClose(.failed)
            }
        }
    }

    private func settings() -> viva_webrtc_settings {
        viva_webrtc_settings(
            min_port: configuration.portRange?.lowerBound ?? 0,
            max_port: configuration.portRange?.upperBound ?? 0,
            latency_ms: configuration.latencyMilliseconds,
            bitrate: configuration.bitrate,
            complexity: min(configuration.complexity, 10),
            expected_loss_percent: min(configuration.expectedLossPercent, 100),
            encodes_silence: configuration.encodesSilence,
            ssrc: .random(in: 1 ... .max)
        )
    }

    /// If the system has no thread left, nothing was started that would have to be stopped: the limit on the answer ends it.
    private func onControlThread(_ body: @escaping @Sendable () -> Void) {
        _ = BlockingThread.start("viva-webrtc", body)
    }

    private func finishNegotiation(_ result: Negotiated) {
        let waiting = state.withLock { $0.negotiation.take() }
        waiting?.resume(returning: result)
    }

    // MARK: From the native half

    func nativeAudio(_ samples: UnsafeBufferPointer<Int16>) {
        heard.store(true, ordering: .relaxed)
        handlers.received(samples)
    }

    func nativeEvent(_ event: viva_webrtc_event, _ text: UnsafeRawBufferPointer) {
        switch event {
        case VIVA_WEBRTC_DESCRIBED:
            let now = MonotonicClock.now()
            guard state.withLock({ $0.lifecycle.describe(waitsForAnswer: isOfferer, now: now) }) else { return }
            finishNegotiation(.success(String(decoding: text, as: UTF8.self)))
        case VIVA_WEBRTC_ANSWER_ACCEPTED:
            finishNegotiation(.success(""))
        case VIVA_WEBRTC_CONNECTED:
            emitConnected()
        case VIVA_WEBRTC_CHANNEL_OPEN:
            // An open channel proves that the connection is up, even when that has not been said yet.
            emitConnected()
            emit(.channelOpen(label: String(decoding: text, as: UTF8.self)))
        case VIVA_WEBRTC_TEXT:
            emit(.text(String(decoding: text, as: UTF8.self)))
        case VIVA_WEBRTC_ERROR:
            beginClose(state.withLock { $0.lifecycle.reason(forFault: .error) })
        case VIVA_WEBRTC_UNREACHABLE:
            beginClose(state.withLock { $0.lifecycle.reason(forFault: .unreachable) })
        default:
            // Negotiation failed, or the peer is not who its description says.
            beginClose(.failed)
        }
    }

    private func emitConnected() {
        let now = MonotonicClock.now()
        eventOrder.withLock { isOver in
            guard !isOver, state.withLock({ $0.lifecycle.connect(now: now) }) else { return }
            handlers.event(.connected)
        }
    }

    private func emit(_ event: AudioTransportEvent) {
        eventOrder.withLock { isOver in
            if !isOver { handlers.event(event) }
        }
    }

    // MARK: From the ticker's thread

    func tick(now: Duration, frame: UnsafeMutableBufferPointer<Int16>, skippedFrames: UInt32) {
        let wasHeard = heard.exchange(false, ordering: .relaxed)
        let (expiry, native) = state.withLock { state -> (PeerLifecycle.Expiry?, NativePeer?) in
            let expiry = state.lifecycle.tick(now: now, heard: wasHeard)
            return (expiry, expiry != nil || state.lifecycle.isConnected ? state.native : nil)
        }
        if let expiry {
            let isGathering = native?.isGathering ?? false
            beginClose(expiry.reason, refusing: isGathering ? .noPorts : .negotiationTimeout)
        } else if let native {
            frame.update(repeating: 0)
            handlers.frameDue(frame)
            native.push(frame, skippedFrames: skippedFrames)
        }
    }

    // MARK: From the owner

    var isConnected: Bool { state.withLock { $0.lifecycle.isConnected } }

    var statistics: viva_webrtc_stats? { state.withLock { $0.native }?.statistics }

    func send(_ text: String) -> Bool {
        guard let native = state.withLock({ $0.lifecycle.isConnected ? $0.native : nil }) else { return false }
        return native.send(text, queueLimit: configuration.maximumQueuedTextBytes)
    }

    func close(_ reason: AudioTransportCloseReason) async {
        beginClose(reason)
        await withCheckedContinuation { continuation in
            let isClosed = state.withLock { state in
                if state.lifecycle.isClosed { return true }
                state.closing.append(continuation)
                return false
            }
            if isClosed { continuation.resume() }
        }
    }

    /// Ends the connection if nothing has ended it yet; the rest happens on a thread of its own. Never blocks, so
    /// any thread may call it, GStreamer's own included.
    func beginClose(_ reason: AudioTransportCloseReason, refusing error: AudioTransportError = .negotiationFailed) {
        let closing = state.withLock { $0.lifecycle.close(reason) }
        guard closing != .alreadyClosing else { return }
        finishNegotiation(.failure(error))
        guard closing == .tearDown else { return finishClosing() }
        if !BlockingThread.start("viva-webrtc", { self.tearDown(reason) }) {
            // No thread is left in the system. A worker of the pool blocks for some milliseconds: better than a leak.
            Task { self.tearDown(reason) }
        }
    }

    private func tearDown(_ reason: AudioTransportCloseReason) {
        environment.ticker.remove(self)
        control.withLock { _ in
            state.withLock { $0.native }?.close()
        }
        if state.withLock({ $0.holdsPort }) { environment.ports.giveBack() }
        let wasDescribed = state.withLock { $0.lifecycle.wasDescribed }
        eventOrder.withLock { isOver in
            isOver = true
            if wasDescribed { handlers.event(.closed(reason)) }
        }
        finishClosing()
    }

    private func finishClosing() {
        let waiting = state.withLock { state in
            state.lifecycle.finishClosing()
            state.native = nil
            defer { state.closing = [] }
            return state.closing
        }
        for continuation in waiting { continuation.resume() }
    }
}
