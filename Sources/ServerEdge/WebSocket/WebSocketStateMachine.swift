import NIOCore
import NIOWebSocket

/// What to do after a frame, an error or a timer.
enum WebSocketAction: Equatable {
    case none
    /// A whole text message arrived.
    case deliver(String)
    case sendPing
    case sendPong(ByteBuffer)
    /// Send our close frame; the peer's is waited for.
    case sendClose(WebSocketCloseCode)
    /// Send a close frame, end our side and only discard from now on (RFC 6455 section 7.1.7).
    case fail(WebSocketCloseCode)
    /// Answer the peer's close frame, with no code when it had none, then close the socket.
    case echoClose(WebSocketCloseCode?)
    /// Close the socket.
    case closeSocket
}

/// The rules of RFC 6455 for one connection, server or client: masks, reserved bits,
/// reassembly, UTF-8, close codes, rates and timers. Pure: frames and times in, actions out.
///
/// `open` → `closing` (we asked) or `ended`; `closing` → `ended`; `ended` is final.
struct WebSocketStateMachine: ~Copyable {
    enum Role: Sendable { case server, client }

    private enum State {
        /// Next: closing, ended.
        case open
        /// Our close frame is out. Next: ended.
        case closing(since: ContinuousClock.Instant)
        /// Nothing more is sent or delivered; the socket closes at the latest after the close timeout.
        case ended(since: ContinuousClock.Instant)
    }

    private struct PartialMessage {
        var payload: ByteBuffer
        var fragments: Int
    }

    private let role: Role
    private let shared: SharedWebSocketLimits
    private var limits: WebSocketLimits { shared.value }
    private var state = State.open
    private var partial: PartialMessage?
    private var messageBucket: TokenBucket<ContinuousClock.Instant>?
    private var pingBucket: TokenBucket<ContinuousClock.Instant>
    private var lastReceived: ContinuousClock.Instant
    private var lastMessage: ContinuousClock.Instant
    private var lastPing: ContinuousClock.Instant
    private var awaitsPong = false
    /// When the message that is not whole yet began.
    private var messageBegan: ContinuousClock.Instant?
    /// Set by the first event that ends the connection; later ones don't change it.
    private(set) var closure: WebSocketClosure?

    init(role: Role, limits: WebSocketLimits, now: ContinuousClock.Instant) {
        self.init(role: role, limits: SharedWebSocketLimits(limits), now: now)
    }

    init(role: Role, limits shared: SharedWebSocketLimits, now: ContinuousClock.Instant) {
        self.role = role
        self.shared = shared
        let limits = shared.value
        messageBucket = limits.messageRate.map { TokenBucket(capacity: $0.burst, refillPerSecond: $0.perSecond, now: now) }
        pingBucket = TokenBucket(capacity: limits.pingRate.burst, refillPerSecond: limits.pingRate.perSecond, now: now)
        lastReceived = now
        lastMessage = now
        lastPing = now
    }

    var isOpen: Bool {
        if case .open = state { true } else { false }
    }

    // MARK: Frames

    mutating func received(_ frame: WebSocketFrame, now: ContinuousClock.Instant) -> WebSocketAction {
        if case .ended = state { return .none }
        lastReceived = now
        awaitsPong = false
        let action = self.action(for: frame, now: now)
        // A frame that was split on its way has ended; a message may go on.
        messageBegan = partial == nil ? nil : messageBegan ?? now
        return action
    }

    /// Bytes of a frame that is not whole yet.
    mutating func bytesArrived(now: ContinuousClock.Instant) {
        lastReceived = now
        awaitsPong = false
        messageBegan = messageBegan ?? now
    }

    private mutating func action(for frame: WebSocketFrame, now: ContinuousClock.Instant) -> WebSocketAction {
        // Section 5.1: a client masks every frame, a server masks none.
        guard (frame.maskKey != nil) == (role == .server) else { return fail(.protocolError, now: now) }
        // Section 5.2: no extension was negotiated, so the reserved bits are 0.
        guard !frame.rsv1, !frame.rsv2, !frame.rsv3 else { return fail(.protocolError, now: now) }
        switch frame.opcode {
        case .text: return begin(frame, now: now)
        case .continuation: return extend(frame, now: now)
        case .binary: return fail(.unsupportedData, now: now)
        case .ping: return ping(frame, now: now)
        case .pong: return .none
        case .connectionClose: return peerClosed(frame.unmaskedData, now: now)
        default: return fail(.protocolError, now: now)
        }
    }

    private mutating func begin(_ frame: WebSocketFrame, now: ContinuousClock.Instant) -> WebSocketAction {
        guard partial == nil else { return fail(.protocolError, now: now) }
        guard frame.length <= limits.maximumMessageBytes else { return fail(.messageTooBig, now: now) }
        guard frame.fin else {
            partial = PartialMessage(payload: frame.unmaskedData, fragments: 1)
            return .none
        }
        return message(frame.unmaskedData, now: now)
    }

    private mutating func extend(_ frame: WebSocketFrame, now: ContinuousClock.Instant) -> WebSocketAction {
        guard var message = partial else { return fail(.protocolError, now: now) }
        partial = nil  // so that the buffer below is the only reference and grows in place
        guard message.payload.readableBytes + frame.length <= limits.maximumMessageBytes else {
            return fail(.messageTooBig, now: now)
        }
        message.fragments += 1
        guard message.fragments <= limits.maximumFragments else { return fail(.policyViolation, now: now) }
        message.payload.writeImmutableBuffer(frame.unmaskedData)
        guard frame.fin else {
            partial = message
            return .none
        }
        return self.message(message.payload, now: now)
    }

    private mutating func message(_ payload: ByteBuffer, now: ContinuousClock.Instant) -> WebSocketAction {
        // After our close frame, data is discarded (section 1.4), but it was still checked above.
        guard case .open = state else { return .none }
        guard let text = String(validating: payload.readableBytesView, as: UTF8.self) else {
            return fail(.invalidPayload, now: now)
        }
        lastMessage = now
        guard messageBucket?.take(now: now) ?? true else { return fail(.policyViolation, now: now) }
        return .deliver(text)
    }

    private mutating func ping(_ frame: WebSocketFrame, now: ContinuousClock.Instant) -> WebSocketAction {
        guard case .open = state else { return .none }
        guard pingBucket.take(now: now) else { return fail(.policyViolation, now: now) }
        return .sendPong(frame.unmaskedData)
    }

    private mutating func peerClosed(_ payload: ByteBuffer, now: ContinuousClock.Instant) -> WebSocketAction {
        var payload = payload
        var code: WebSocketCloseCode?
        if payload.readableBytes > 0 {
            // Section 5.5.1: a body has two bytes of code, then UTF-8.
            guard let raw = payload.readInteger(as: UInt16.self) else { return fail(.protocolError, now: now) }
            let given = WebSocketCloseCode(rawValue: raw)
            guard given.isValidOnWire else { return fail(.protocolError, now: now) }
            guard String(validating: payload.readableBytesView, as: UTF8.self) != nil else {
                return fail(.invalidPayload, now: now)
            }
            code = given
        }
        if case .closing = state {
            end(.abnormal, .peer, now: now)  // keeps the closure that our own close frame set
            return .closeSocket
        }
        end(code ?? .noStatus, .peer, now: now)
        return .echoClose(code)
    }

    // MARK: Errors and wishes

    /// The frame decoder refused what came.
    mutating func decodingFailed(_ error: any Error, now: ContinuousClock.Instant) -> WebSocketAction {
        if case .ended = state { return .none }
        if error is WebSocketMessageRefused { return fail(.messageTooBig, now: now) }
        if case .invalidFrameLength? = error as? NIOWebSocketError { return fail(.messageTooBig, now: now) }
        return fail(.protocolError, now: now)
    }

    /// We want to close. Nothing happens when a close is already under way.
    mutating func close(_ code: WebSocketCloseCode, now: ContinuousClock.Instant) -> WebSocketAction {
        guard case .open = state else { return .none }
        state = .closing(since: now)
        closure = WebSocketClosure(code: code, initiator: .local)
        partial = nil
        return .sendClose(code)
    }

    /// The peer ended its side of the socket without a close frame.
    mutating func inputEnded(now: ContinuousClock.Instant) -> WebSocketAction {
        end(.abnormal, .peer, now: now)
        return .closeSocket
    }

    /// The socket is gone, for whatever reason.
    mutating func socketClosed(now: ContinuousClock.Instant) {
        end(.abnormal, .peer, now: now)
    }

    private mutating func fail(_ code: WebSocketCloseCode, now: ContinuousClock.Instant) -> WebSocketAction {
        if case .closing = state {
            // Our close frame is out already; a second one is not allowed (section 5.5.1).
            end(code, .local, now: now)
            return .closeSocket
        }
        end(code, .local, now: now)
        return .fail(code)
    }

    private mutating func end(_ code: WebSocketCloseCode, _ initiator: WebSocketClosure.Initiator, now: ContinuousClock.Instant) {
        if closure == nil { closure = WebSocketClosure(code: code, initiator: initiator) }
        partial = nil
        if case .ended = state { return }
        state = .ended(since: now)
    }

    // MARK: Time

    /// When ``timerFired(now:readingIsPaused:)`` wants to be called next.
    var nextDeadline: ContinuousClock.Instant? {
        switch state {
        case .closing(let since), .ended(let since):
            return since + limits.closeTimeout
        case .open:
            var deadlines: [ContinuousClock.Instant] = []
            if awaitsPong {
                deadlines.append(lastPing + limits.pongTimeout)
            } else if let interval = limits.pingInterval {
                deadlines.append(max(lastPing, lastReceived) + interval)
            }
            if let idle = limits.idleTimeout { deadlines.append(lastMessage + idle) }
            if let began = messageBegan { deadlines.append(began + limits.messageTimeout) }
            return deadlines.min()
        }
    }

    /// - Parameter readingIsPaused: True while our own consumer is behind. A pong could not be
    ///   seen then, and silence is our doing: neither timeout counts.
    mutating func timerFired(now: ContinuousClock.Instant, readingIsPaused: Bool) -> WebSocketAction {
        switch state {
        case .closing(let since):
            guard now >= since + limits.closeTimeout else { return .none }
            end(.abnormal, .local, now: now)
            return .closeSocket
        case .ended(let since):
            return now >= since + limits.closeTimeout ? .closeSocket : .none
        case .open:
            if readingIsPaused {
                lastReceived = now
                lastMessage = now
                awaitsPong = false
                lastPing = now
                if messageBegan != nil { messageBegan = now }
                return .none
            }
            if let began = messageBegan, now >= began + limits.messageTimeout { return fail(.policyViolation, now: now) }
            if let idle = limits.idleTimeout, now >= lastMessage + idle { return close(.goingAway, now: now) }
            if awaitsPong {
                return now >= lastPing + limits.pongTimeout ? fail(.internalError, now: now) : .none
            }
            if let interval = limits.pingInterval, now >= max(lastPing, lastReceived) + interval {
                lastPing = now
                awaitsPong = true
                return .sendPing
            }
            return .none
        }
    }
}
