import NIOCore
import NIOWebSocket
import Testing

@testable import ServerEdge

@Suite struct WebSocketStateMachineTests {
    private static let start = ContinuousClock.now

    private func at(_ seconds: Double) -> ContinuousClock.Instant { Self.start + .seconds(seconds) }

    private func frame(_ opcode: WebSocketOpcode, _ bytes: [UInt8] = [], masked: Bool = true) -> WebSocketFrame {
        var data = ByteBuffer(bytes: bytes)
        let mask: WebSocketMaskingKey = [1, 2, 3, 4]
        if masked { data.webSocketMask(mask) }
        return WebSocketFrame(fin: true, opcode: opcode, maskKey: masked ? mask : nil, data: data)
    }

    @Test("a client refuses masked frames and takes unmasked ones")
    func clientMasks() {
        var client = WebSocketStateMachine(role: .client, limits: WebSocketLimits(), now: at(0))
        let taken = client.received(frame(.text, [0x61], masked: false), now: at(0))
        #expect(taken == .deliver("a"))
        let refused = client.received(frame(.text, [0x61]), now: at(0))
        #expect(refused == .fail(.protocolError))
        #expect(client.closure == WebSocketClosure(code: .protocolError, initiator: .local))
    }

    @Test("after our close frame messages are dropped, and the peer's close ends the socket with our code")
    func closing() {
        var server = WebSocketStateMachine(role: .server, limits: WebSocketLimits(), now: at(0))
        let sent = server.close(.goingAway, now: at(0))
        #expect(sent == .sendClose(.goingAway))
        let again = server.close(.normalClosure, now: at(0))
        #expect(again == .none)
        let late = server.received(frame(.text, [0x61]), now: at(1))
        #expect(late == .none)
        let ping = server.received(frame(.ping), now: at(1))
        #expect(ping == .none)
        let answered = server.received(frame(.connectionClose, [0x03, 0xE9]), now: at(1))
        #expect(answered == .closeSocket)
        #expect(server.closure == WebSocketClosure(code: .goingAway, initiator: .local))
    }

    @Test("a second close frame is never sent, whatever the peer does wrong while closing")
    func noSecondClose() {
        var server = WebSocketStateMachine(role: .server, limits: WebSocketLimits(), now: at(0))
        _ = server.close(.normalClosure, now: at(0))
        let wrong = server.received(frame(.binary, [1]), now: at(1))
        #expect(wrong == .closeSocket)
        let afterEnd = server.received(frame(.text, [0x61]), now: at(1))
        #expect(afterEnd == .none)
    }

    @Test("a peer that never answers our close is cut after the close timeout")
    func closeTimeout() {
        var server = WebSocketStateMachine(role: .server, limits: WebSocketLimits(), now: at(0))
        _ = server.close(.normalClosure, now: at(1))
        #expect(server.nextDeadline == at(6))
        let early = server.timerFired(now: at(5.9), readingIsPaused: false)
        #expect(early == .none)
        let due = server.timerFired(now: at(6), readingIsPaused: false)
        #expect(due == .closeSocket)
    }

    @Test("pings are sent in silence only, any frame answers them, and silence after one ends the connection")
    func liveness() {
        var server = WebSocketStateMachine(role: .server, limits: WebSocketLimits(), now: at(0))
        #expect(server.nextDeadline == at(15))
        _ = server.received(frame(.text, [0x61]), now: at(10))
        #expect(server.nextDeadline == at(25))
        let early = server.timerFired(now: at(15), readingIsPaused: false)
        #expect(early == .none)
        let ping = server.timerFired(now: at(25), readingIsPaused: false)
        #expect(ping == .sendPing)
        #expect(server.nextDeadline == at(35))
        _ = server.received(frame(.text, [0x61]), now: at(34))
        let alive = server.timerFired(now: at(35), readingIsPaused: false)
        #expect(alive == .none)
        let second = server.timerFired(now: at(49), readingIsPaused: false)
        #expect(second == .sendPing)
        let dead = server.timerFired(now: at(59), readingIsPaused: false)
        #expect(dead == .fail(.internalError))
    }

    @Test("a dead peer is noticed within thirty seconds (promise R4)")
    func promise() {
        let limits = WebSocketLimits()
        #expect((limits.pingInterval ?? .seconds(999)) + limits.pongTimeout <= .seconds(30))
    }

    @Test("the bytes of a message that is still arriving are a sign of life, up to the time that a message may take")
    func largeMessage() {
        var server = WebSocketStateMachine(role: .server, limits: WebSocketLimits(), now: at(0))
        for second in stride(from: 1.0, through: 60, by: 1) {
            server.bytesArrived(now: at(second))
            let action = server.timerFired(now: at(second), readingIsPaused: false)
            #expect(action == .none)
        }
        let whole = server.received(frame(.text, [0x61]), now: at(60.5))
        #expect(whole == .deliver("a"))
        // The next one begins anew and takes too long, byte for byte.
        for second in stride(from: 70.0, to: 130, by: 1) {
            server.bytesArrived(now: at(second))
            let action = server.timerFired(now: at(second), readingIsPaused: false)
            #expect(action == .none)
        }
        #expect(server.nextDeadline == at(130))
        let tooSlow = server.timerFired(now: at(130), readingIsPaused: false)
        #expect(tooSlow == .fail(.policyViolation))
    }

    @Test("half a message and then silence ends as any silence does; between fragments the message's time runs on")
    func silentMessage() {
        var server = WebSocketStateMachine(role: .server, limits: WebSocketLimits(), now: at(0))
        server.bytesArrived(now: at(1))
        #expect(server.nextDeadline == at(16))
        let ping = server.timerFired(now: at(16), readingIsPaused: false)
        #expect(ping == .sendPing)
        let dead = server.timerFired(now: at(26), readingIsPaused: false)
        #expect(dead == .fail(.internalError))

        var other = WebSocketStateMachine(role: .server, limits: WebSocketLimits(), now: at(0))
        var first = frame(.text, [0x61])
        first.fin = false
        _ = other.received(first, now: at(0))
        for second in stride(from: 10.0, to: 60, by: 10) {
            // Pings between its fragments keep the peer alive, not the message.
            _ = other.received(frame(.ping), now: at(second))
        }
        let tooSlow = other.timerFired(now: at(60), readingIsPaused: false)
        #expect(tooSlow == .fail(.policyViolation))
    }

    @Test("while our own consumer is behind, silence is not held against the peer")
    func pausedReading() {
        var limits = WebSocketLimits()
        limits.idleTimeout = .seconds(30)
        var server = WebSocketStateMachine(role: .server, limits: limits, now: at(0))
        let ping = server.timerFired(now: at(15), readingIsPaused: false)
        #expect(ping == .sendPing)
        server.bytesArrived(now: at(16))
        let paused = server.timerFired(now: at(80), readingIsPaused: true)
        #expect(paused == .none)
        #expect(server.nextDeadline == at(95))
        let idle = server.timerFired(now: at(110), readingIsPaused: false)
        #expect(idle == .sendClose(.goingAway))
    }

    @Test("a socket that ends without a close frame is an abnormal closure by the peer")
    func abnormal() {
        var server = WebSocketStateMachine(role: .server, limits: WebSocketLimits(), now: at(0))
        let ended = server.inputEnded(now: at(1))
        #expect(ended == .closeSocket)
        server.socketClosed(now: at(1))
        #expect(server.closure == WebSocketClosure(code: .abnormal, initiator: .peer))
    }

    @Test("without pings and idle time nothing is scheduled")
    func noTimers() {
        var limits = WebSocketLimits()
        limits.pingInterval = nil
        let server = WebSocketStateMachine(role: .server, limits: limits, now: at(0))
        #expect(server.nextDeadline == nil)
    }
}
