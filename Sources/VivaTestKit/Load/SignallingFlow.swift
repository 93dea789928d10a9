import NIOCore
import NIOPosix

/// Where a flow begins: the path of its socket, and what it names its session as when it asks for a key.
public struct SignallingTicket: Sendable, Equatable {
    public var path: String
    /// nil: as the `session` message names it.
    public var session: String?

    /// - Parameters:
    ///   - path: of the socket, with its query.
    ///   - session: a ticket, for a server that wants to know whose session it is.
    public init(path: String = "/ws", session: String? = nil) {
        self.path = path
        self.session = session
    }
}

/// What went wrong with a flow or a request. A closed list, for counting.
public enum LoadFailure: String, Error, Sendable, CaseIterable {
    case notConnected = "not_connected"
    case upgradeRefused = "upgrade_refused"
    case keyRefused = "key_refused"
    case exchangeFailed = "exchange_failed"
    /// The server closed before it was through.
    case closed
    /// Bytes that belong to no answer or frame.
    case unexpected
    case timedOut = "timed_out"
}

/// One signalling flow, on one event loop:
///
/// WebSocket → `session` → a key, on an HTTP connection of its own → `sdp_offer` → `sdp_answer` → `end_session` → `session_ended` → close.
final class SignallingFlow: LoadPeer {
    enum Line { case socket, key }

    private enum Step { case upgrade, session, key, answer, end, closing, over }

    private let target: LoadTarget
    private let messages: SignallingMessages
    private let ticket: SignallingTicket
    private let number: Int
    private let deadline: TimeAmount
    private let finished: (Result<TimeAmount, LoadFailure>) -> Void
    private let start: NIODeadline
    private var time = TimeAmount.zero
    private var step = Step.upgrade
    private var socket: (any Channel)?
    private var keyConnection: (any Channel)?
    private var socketBytes = ServerBytes()
    private var keyBytes = ServerBytes()
    private var timeout: Scheduled<Void>?

    /// - Parameters:
    ///   - number: spreads connections over local addresses.
    ///   - deadline: a server that is not through within this has failed.
    ///   - finished: called once, on the loop, with the time up to `session_ended`.
    init(
        _ target: LoadTarget,
        _ messages: SignallingMessages,
        _ ticket: SignallingTicket,
        number: Int,
        deadline: TimeAmount,
        finished: @escaping (Result<TimeAmount, LoadFailure>) -> Void
    ) {
        self.target = target
        self.messages = messages
        self.ticket = ticket
        self.number = number
        self.deadline = deadline
        self.finished = finished
        self.start = .now()
    }

    func begin() {
        let bound = NIOLoopBound(self, eventLoop: self.target.eventLoop)
        self.timeout = self.target.eventLoop.scheduleTask(in: self.deadline) { bound.value.fail(.timedOut) }
        self.target.connect(number: self.number) { LineHandler(bound, .socket) }
            .assumeIsolated()
            .whenComplete { result in
                switch result {
                case .success(let channel):
                    guard self.step != .over else { return channel.close(promise: nil) }
                    self.socket = channel
                    channel.writeAndFlush(self.messages.upgrade(path: self.ticket.path), promise: nil)
                case .failure: self.fail(.notConnected)
                }
            }
    }

    // MARK: The socket

    func received(_ bytes: inout ByteBuffer, on line: Line) {
        switch line {
        case .socket: self.receivedOnSocket(&bytes)
        case .key: self.receivedKey(&bytes)
        }
    }

    func closed(_ line: Line) {
        switch line {
        case .socket where self.step == .closing: self.end(.success(self.time))
        case .key where self.step != .key: break
        case .socket, .key: self.fail(.closed)
        }
    }

    private func receivedOnSocket(_ bytes: inout ByteBuffer) {
        self.socketBytes.append(&bytes)
        do throws(ServerBytes.Failure) {
            if self.step == .upgrade {
                guard let answer = try self.socketBytes.answer() else { return }
                guard answer.status == 101 else { return self.fail(.upgradeRefused) }
                self.step = .session
            }
            while self.step != .over, let (opcode, payload) = try self.socketBytes.frame() {
                switch opcode {
                case 1: self.take(payload)
                case 8 where self.step == .closing: self.socket?.writeAndFlush(self.messages.close, promise: nil)
                case 8: self.fail(.closed)
                case 9: self.socket?.writeAndFlush(ByteBuffer(bytes: WebSocketFrames.frame(opcode: 10)), promise: nil)
                default: break
                }
            }
        } catch {
            self.fail(.unexpected)
        }
    }

    private func take(_ message: ByteBuffer) {
        switch self.step {
        case .session where message.contains(#""type":"session""#):
            guard let session = self.ticket.session ?? message.quoted(after: #""sessionId":""#) else { return self.fail(.unexpected) }
            self.step = .key
            self.askForKey(session)
        case .answer where message.contains(#""type":"sdp_answer""#):
            self.step = .end
            self.socket?.writeAndFlush(self.messages.endSession, promise: nil)
        case .end where message.contains(#""type":"session_ended""#):
            // The server closes now; it is answered, and the flow is over when the connection is.
            self.step = .closing
            self.time = .now() - self.start
        default:
            if message.contains(#""type":"error""#) { self.fail(.exchangeFailed) }
        }
    }

    // MARK: The key

    private func askForKey(_ session: String) {
        let bound = NIOLoopBound(self, eventLoop: self.target.eventLoop)
        self.target.connect(number: self.number + 1) { LineHandler(bound, .key) }
            .assumeIsolated()
            .whenComplete { result in
                switch result {
                case .success(let channel):
                    guard self.step == .key else { return channel.close(promise: nil) }
                    self.keyConnection = channel
                    channel.writeAndFlush(self.messages.keyRequest(session: session), promise: nil)
                case .failure: self.fail(.notConnected)
                }
            }
    }

    private func receivedKey(_ bytes: inout ByteBuffer) {
        guard self.step == .key else { return }
        self.keyBytes.append(&bytes)
        do throws(ServerBytes.Failure) {
            guard let answer = try self.keyBytes.answer() else { return }
            guard answer.status == 200, answer.body.contains(#""client_secret""#) else { return self.fail(.keyRefused) }
            self.step = .answer
            self.keyConnection?.close(promise: nil)
            self.keyConnection = nil
            self.socket?.writeAndFlush(self.messages.sdpOffer, promise: nil)
        } catch {
            self.fail(.unexpected)
        }
    }

    // MARK: The end

    private func fail(_ failure: LoadFailure) {
        if self.step != .over { self.end(.failure(failure)) }
    }

    private func end(_ result: Result<TimeAmount, LoadFailure>) {
        self.step = .over
        self.timeout?.cancel()
        self.keyConnection?.close(promise: nil)
        self.socket?.close(promise: nil)
        self.finished(result)
    }
}
