import InterviewCore
import ServerEdge
import Testing

@testable import Gateway

@Suite("the machine of a signalling session")
struct SignallingMachineTests {
    private static let id = SignallingSessionID(of: Secret("a ticket"))
    private static let offer = #"{"type":"sdp_offer","offer":{"type":"offer","sdp":"v=0"}}"#

    /// Expectations take no value that cannot be copied.
    private final class Driver {
        typealias Actions = [SignallingMachine.Action]
        private var machine = SignallingMachine(
            id: SignallingMachineTests.id,
            limits: SharedSignallingLimits(SignallingLimits()),
            at: .zero
        )
        private var begun = 0

        private func noting(_ actions: Actions) -> Actions {
            for case .exchange(let exchange) in actions { self.begun = exchange.number }
            return actions
        }

        func opened(_ permission: SignallingMachine.Permission, at now: Duration) -> Actions { machine.opened(permission, at: now) }
        func closed(at now: Duration) { machine.closed(at: now) }
        func received(_ text: String, at now: Duration, isClaimed: Bool = false) -> Actions {
            self.noting(machine.received(text, at: now, isClaimed: isClaimed))
        }
        /// - Parameter number: nil: of the exchange that was begun last.
        func exchanged(_ result: Result<String, SignallingFault>, at now: Duration, number: Int? = nil) -> Actions {
            machine.exchanged(number ?? self.begun, result, at: now)
        }
        func mayHaveKey(at now: Duration) -> Bool { machine.mayHaveKey(at: now) }
        func keyMade(until end: Duration, at now: Duration) -> Actions { self.noting(machine.keyMade(until: end, at: now)) }
        func interviewEnded() -> Actions { machine.interviewEnded() }
        func authorityEnded() -> Actions { machine.authorityEnded() }
        func checkTime(at now: Duration, isClaimed: Bool = true) -> Actions { machine.checkTime(at: now, isClaimed: isClaimed) }
    }

    private func machine() -> Driver { Driver() }

    private func failure(_ code: GatewayErrorCode) -> SignallingMachine.Action {
        .send(.error(.exchangeFailed, SignallingFault(code)))
    }

    private func exchange(_ number: Int) -> SignallingMachine.Action { .exchange(.init(number: number, offer: "v=0")) }

    private func codes(_ actions: [SignallingMachine.Action]) -> [SignallingErrorCode] {
        actions.compactMap { if case .send(.error(let code, _)) = $0 { code } else { nil } }
    }

    @Test("a socket is told its session")
    func opens() {
        let machine = machine()
        #expect(machine.opened(.none, at: .zero) == [.send(.session(Self.id))])
    }

    @Test("a second socket gets nothing while the first is open")
    func second() {
        let machine = machine()
        _ = machine.opened(.none, at: .zero)
        #expect(machine.opened(.token, at: .zero) == [.close(.policyViolation)])
        #expect(machine.received(Self.offer, at: .zero) == [])
    }

    @Test("an offer with a key is exchanged and answered")
    func exchanges() {
        let machine = machine()
        _ = machine.opened(.none, at: .zero)
        #expect(machine.keyMade(until: .seconds(60), at: .seconds(1)) == [])
        #expect(machine.received(Self.offer, at: .seconds(2)) == [exchange(1)])
        #expect(machine.exchanged(.success("answer"), at: .seconds(3)) == [.send(.sdpAnswer("answer"))])
    }

    @Test("an offer that comes before the key waits for it")
    func waits() {
        let machine = machine()
        _ = machine.opened(.none, at: .zero)
        #expect(machine.received(Self.offer, at: .seconds(1)) == [])
        #expect(machine.checkTime(at: .seconds(5)) == [])
        #expect(machine.keyMade(until: .seconds(65), at: .seconds(5)) == [exchange(1)])
        #expect(machine.keyMade(until: .seconds(65), at: .seconds(5)) == [], "one exchange for one offer")
    }

    @Test("an offer without a key fails after a while, and is taken up by the key that comes then")
    func noKey() {
        let machine = machine()
        _ = machine.opened(.none, at: .zero)
        _ = machine.received(Self.offer, at: .seconds(1))
        #expect(machine.checkTime(at: .seconds(6)) == [failure(.keyMissing)])
        #expect(machine.checkTime(at: .seconds(7)) == [], "said once")
        #expect(machine.keyMade(until: .seconds(67), at: .seconds(8)) == [exchange(1)])
    }

    @Test("an offer that nobody brings a key for is forgotten")
    func forgotten() {
        let machine = machine()
        _ = machine.opened(.none, at: .zero)
        _ = machine.received(Self.offer, at: .seconds(1))
        _ = machine.checkTime(at: .seconds(6))
        _ = machine.checkTime(at: .seconds(21))
        #expect(machine.keyMade(until: .seconds(82), at: .seconds(22)) == [])
    }

    @Test("an expired key is found before the exchange, and a new one tries the offer again")
    func expired() {
        let machine = machine()
        _ = machine.opened(.none, at: .zero)
        _ = machine.keyMade(until: .seconds(60), at: .zero)
        #expect(machine.received(Self.offer, at: .seconds(60)) == [failure(.keyExpired)])
        #expect(machine.keyMade(until: .seconds(121), at: .seconds(61)) == [exchange(1)])
    }

    @Test("an exchange that fails is tried once more with a new key, and no third time")
    func retries() {
        let machine = machine()
        _ = machine.opened(.none, at: .zero)
        _ = machine.keyMade(until: .seconds(60), at: .zero)
        #expect(machine.received(Self.offer, at: .seconds(1)) == [exchange(1)])
        let full = SignallingFault(GatewayErrorCode.engineFull)
        #expect(machine.exchanged(.failure(full), at: .seconds(2)) == [failure(.engineFull)])
        #expect(machine.keyMade(until: .seconds(63), at: .seconds(3)) == [exchange(2)])
        #expect(machine.exchanged(.failure(full), at: .seconds(4)) == [failure(.engineFull)])
        #expect(machine.keyMade(until: .seconds(65), at: .seconds(5)) == [])
    }

    @Test("an offer while another is exchanged is refused")
    func oneAtATime() {
        let machine = machine()
        _ = machine.opened(.token, at: .zero)
        _ = machine.received(Self.offer, at: .zero)
        #expect(machine.received(Self.offer, at: .zero) == [failure(.callInProgress)])
        #expect(machine.exchanged(.success("answer"), at: .zero) == [.send(.sdpAnswer("answer"))])
    }

    @Test("the outcome of an exchange whose socket has closed is nobody's, whatever the next socket has under way")
    func overtaken() {
        let machine = machine()
        _ = machine.opened(.token, at: .zero)
        #expect(machine.received(Self.offer, at: .zero) == [exchange(1)])
        machine.closed(at: .seconds(1))
        #expect(machine.exchanged(.success("answer"), at: .seconds(1), number: 1) == [])
        _ = machine.opened(.token, at: .seconds(2))
        #expect(machine.exchanged(.success("answer"), at: .seconds(2), number: 1) == [])
        #expect(machine.received(Self.offer, at: .seconds(3)) == [exchange(2)])
        #expect(machine.exchanged(.success("of the first"), at: .seconds(4), number: 1) == [])
        #expect(machine.exchanged(.failure(SignallingFault(GatewayErrorCode.engineFull)), at: .seconds(4), number: 1) == [])
        #expect(machine.exchanged(.success("answer"), at: .seconds(5), number: 2) == [.send(.sdpAnswer("answer"))])
        #expect(machine.exchanged(.success("answer"), at: .seconds(6), number: 2) == [], "once")
    }

    @Test("an answer that comes when the session is over is nobody's")
    func late() {
        let machine = machine()
        _ = machine.opened(.token, at: .zero)
        _ = machine.received(Self.offer, at: .zero)
        _ = machine.authorityEnded()
        #expect(machine.exchanged(.success("answer"), at: .zero) == [])
    }

    @Test("more exchanges than a minute may have are refused, and allowed again after it")
    func quota() {
        let machine = machine()
        _ = machine.opened(.token, at: .zero)
        let most = SignallingLimits().exchangesPerMinute
        for number in 1...most {
            #expect(machine.received(Self.offer, at: .zero) == [exchange(number)])
            _ = machine.exchanged(.success("answer"), at: .zero)
        }
        let refused = SignallingFault(CommonErrorCode.rateLimited)
        #expect(machine.received(Self.offer, at: .seconds(59)) == [.send(.error(.exchangeFailed, refused))])
        #expect(machine.received(Self.offer, at: .seconds(60)) == [exchange(most + 1)])
    }

    @Test("a session has so many keys a minute and no more")
    func keys() {
        let machine = machine()
        for _ in 0..<SignallingLimits().keysPerMinute { #expect(machine.mayHaveKey(at: .zero)) }
        let (early, late) = (machine.mayHaveKey(at: .seconds(59)), machine.mayHaveKey(at: .seconds(60)))
        #expect(!early && late)
    }

    @Test("a socket for which nobody has shown whose it is ends soon")
    func unbound() {
        let machine = machine()
        _ = machine.opened(.none, at: .zero)
        #expect(machine.checkTime(at: .seconds(29), isClaimed: false) == [])
        let unauthorized = SignallingFault(CommonErrorCode.unauthorized)
        #expect(
            machine.checkTime(at: .seconds(30), isClaimed: false)
                == [.send(.error(.sessionClosed, unauthorized)), .close(.policyViolation), .forget]
        )
        #expect(machine.checkTime(at: .seconds(31), isClaimed: false) == [])
        let never = self.machine()
        #expect(never.checkTime(at: .seconds(29), isClaimed: false) == [])
        #expect(never.checkTime(at: .seconds(30), isClaimed: false) == [.forget])
    }

    @Test("a socket that shows nothing ends neither the session of somebody else nor the interview")
    func stranger() {
        let machine = machine()
        _ = machine.opened(.none, at: .zero)
        let refusal = SignallingServerMessage.error(.exchangeFailed, SignallingFault(GatewayErrorCode.keyMissing))
        #expect(machine.received(#"{"type":"end_session"}"#, at: .zero, isClaimed: true) == [.send(refusal)])
        let unauthorized = SignallingFault(CommonErrorCode.unauthorized)
        #expect(
            machine.checkTime(at: .seconds(30), isClaimed: true)
                == [.send(.error(.sessionClosed, unauthorized)), .close(.policyViolation)]
        )
        #expect(machine.checkTime(at: .seconds(31), isClaimed: true) == [])
        #expect(machine.opened(.none, at: .seconds(32)) == [.send(.session(Self.id))], "its holder may come back")
    }

    @Test("an open socket that is bound is not idle: its peer answers pings")
    func bound() {
        let machine = machine()
        _ = machine.opened(.token, at: .zero)
        #expect(machine.checkTime(at: .seconds(7200)) == [])
    }

    @Test("a session outlives its socket by a minute, and the next socket has to show anew whose it is")
    func resume() {
        let machine = machine()
        _ = machine.opened(.token, at: .zero)
        machine.closed(at: .seconds(10))
        #expect(machine.checkTime(at: .seconds(69)) == [])
        #expect(machine.opened(.none, at: .seconds(69)) == [.send(.session(Self.id))])
        #expect(machine.received(Self.offer, at: .seconds(69)) == [])
        machine.closed(at: .seconds(70))
        #expect(machine.checkTime(at: .seconds(130)) == [.forget])
        #expect(machine.opened(.token, at: .seconds(131)) == [.close(.policyViolation)])
    }

    @Test("a session without a socket ends five minutes after its last request")
    func idle() {
        let machine = machine()
        _ = machine.mayHaveKey(at: .seconds(100))
        #expect(machine.checkTime(at: .seconds(399)) == [])
        #expect(machine.checkTime(at: .seconds(400)) == [.forget])
    }

    @Test("ending a session ends the interview first, if the socket is somebody's")
    func ends() {
        let machine = machine()
        _ = machine.opened(.token, at: .zero)
        #expect(machine.received(#"{"type":"end_session"}"#, at: .zero) == [.endInterview])
        let end: [SignallingMachine.Action] = [.send(.sessionEnded(Self.id)), .close(.normalClosure), .forget]
        #expect(machine.interviewEnded() == end)
        #expect(machine.received(Self.offer, at: .zero) == [])
        let stranger = self.machine()
        _ = stranger.opened(.none, at: .zero)
        #expect(stranger.received(#"{"type":"end_session"}"#, at: .zero) == end)
    }

    @Test("a token that ends closes the socket")
    func authority() {
        let machine = machine()
        _ = machine.opened(.token, at: .zero)
        let actions = machine.authorityEnded()
        #expect(codes(actions) == [.sessionClosed])
        #expect(actions.suffix(2) == [.close(.policyViolation), .forget])
    }

    @Test(
        "what is no message is told so, and changes nothing",
        arguments: ["", "x", "[]", "null", "1", #"{"type":1}"#, "{}", #"{"type":"sdp_offer"}"#, #"{"type":"sdp_offer","offer":{"sdp":1}}"#]
    )
    func malformed(_ text: String) {
        let machine = machine()
        _ = machine.opened(.token, at: .zero)
        #expect(codes(machine.received(text, at: .zero)) == [.invalidMessage])
        #expect(machine.received(Self.offer, at: .zero) == [exchange(1)])
    }

    @Test("an unknown type is named, cut and without control characters")
    func unknown() {
        let machine = machine()
        _ = machine.opened(.none, at: .zero)
        func message(_ text: String) -> String? {
            guard case .send(.error(.unknownType, let fault)) = machine.received(text, at: .zero).first else { return nil }
            return fault.message
        }
        #expect(message(#"{"type":"response.create"}"#)?.contains("response.create") == true)
        let long = message(#"{"type":"\u001b[31m<b>\#(String(repeating: "x", count: 100))"}"#)
        #expect(long?.contains("\u{1b}") == false)
        #expect((long?.count ?? 1000) < 100)
    }

    @Test("an offer may be a description or its text alone; candidates are taken and need nothing")
    func forms() throws {
        #expect(try SignallingClientMessage(#"{"type":"sdp_offer","offer":"v=0"}"#) == .sdpOffer("v=0"))
        let machine = machine()
        _ = machine.opened(.none, at: .zero)
        #expect(machine.received(#"{"type":"ice_candidate","candidate":{"candidate":"x"}}"#, at: .zero) == [.send(.iceStatus)])
    }

    @Test("the messages have the form that pages read")
    func wire() {
        let fault = SignallingFault(GatewayErrorCode.engineFull)
        #expect(
            SignallingServerMessage.error(.exchangeFailed, fault).text(requestID: "r1")
                == #"{"code":"SDP_EXCHANGE_FAILED","message":"\#(fault.message)","reason":"engine_full","request_id":"r1","type":"error"}"#
        )
        #expect(
            SignallingServerMessage.sdpAnswer("v=0").text(requestID: "") == #"{"answer":{"sdp":"v=0","type":"answer"},"type":"sdp_answer"}"#
        )
        #expect(
            SignallingServerMessage.session(Self.id).text(requestID: "")
                == #"{"message":"Connected","sessionId":"\#(Self.id)","type":"session"}"#
        )
        #expect(SignallingServerMessage.sessionEnded(Self.id).text(requestID: "").contains(#""type":"session_ended""#))
    }

    @Test("the session of a ticket is named by it and tells nothing of it")
    func names() {
        #expect(SignallingSessionID(of: Secret("a ticket")) == Self.id)
        #expect(SignallingSessionID(of: Secret("another")) != Self.id)
        #expect(SignallingSessionID(rawValue: Self.id.rawValue) == Self.id)
        #expect(!Self.id.rawValue.contains(TokenDigest(of: "a ticket").hex.prefix(16)), "the store keeps that digest")
    }
}
