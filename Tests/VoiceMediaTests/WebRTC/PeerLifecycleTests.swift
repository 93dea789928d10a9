import Testing
import VoiceEngine

@testable import VoiceMedia

@Suite struct PeerLifecycleTests {
    static let limits = PeerLifecycle.Limits(answer: .seconds(3), connect: .seconds(15), silence: .seconds(5))

    /// `#expect` takes its expression apart and would copy the lifecycle, which cannot be copied.
    func check(_ condition: Bool, sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(condition, sourceLocation: sourceLocation)
    }

    /// A lifecycle that was connected at second 2.
    func connected(peerSendsAudio: Bool = true) -> PeerLifecycle {
        var lifecycle = PeerLifecycle(limits: Self.limits)
        check(lifecycle.startNegotiation(peerSendsAudio: peerSendsAudio, now: .seconds(1)))
        check(lifecycle.describe(waitsForAnswer: false, now: .seconds(1)))
        check(lifecycle.connect(now: .seconds(2)))
        return lifecycle
    }

    @Test("an answer that does not come in time ends the connection")
    func negotiationExpires() {
        var lifecycle = PeerLifecycle(limits: Self.limits)
        check(lifecycle.startNegotiation(peerSendsAudio: true, now: .seconds(1)))
        check(lifecycle.tick(now: .milliseconds(3_999), heard: false) == nil)
        check(lifecycle.tick(now: .seconds(4), heard: false) == .negotiation)
        #expect(PeerLifecycle.Expiry.negotiation.reason == .failed)
    }

    @Test("the time to connect runs from the answer")
    func connectExpires() {
        var lifecycle = PeerLifecycle(limits: Self.limits)
        check(lifecycle.startNegotiation(peerSendsAudio: true, now: .seconds(1)))
        check(lifecycle.describe(waitsForAnswer: false, now: .seconds(2)))
        check(lifecycle.tick(now: .milliseconds(16_999), heard: false) == nil)
        check(lifecycle.tick(now: .seconds(17), heard: false) == .connecting)
        #expect(PeerLifecycle.Expiry.connecting.reason == .connectTimeout)
    }

    @Test("an offer may wait for its answer as long as its owner likes")
    func offerWaits() {
        var lifecycle = PeerLifecycle(limits: Self.limits)
        check(lifecycle.startNegotiation(peerSendsAudio: true, now: .seconds(1)))
        check(lifecycle.describe(waitsForAnswer: true, now: .seconds(2)))
        check(lifecycle.tick(now: .seconds(100), heard: false) == nil)
        check(lifecycle.takeAnswer(peerSendsAudio: true, now: .seconds(100)))
        check(!lifecycle.takeAnswer(peerSendsAudio: true, now: .seconds(100)))
        check(lifecycle.tick(now: .seconds(115), heard: false) == .connecting)
    }

    @Test("a peer that sent nothing at all is silent five seconds after connecting")
    func neverHeard() {
        var lifecycle = connected()
        check(lifecycle.tick(now: .milliseconds(6_999), heard: false) == nil)
        check(lifecycle.tick(now: .seconds(7), heard: false) == .silence)
        #expect(PeerLifecycle.Expiry.silence.reason == .peerSilent)
    }

    @Test("each frame that is heard starts the five seconds anew")
    func heardAgain() {
        var lifecycle = connected()
        check(lifecycle.tick(now: .seconds(6), heard: true) == nil)
        check(lifecycle.tick(now: .milliseconds(10_999), heard: false) == nil)
        check(lifecycle.tick(now: .seconds(11), heard: false) == .silence)
    }

    @Test("a peer that only listens may be silent")
    func listener() {
        var lifecycle = connected(peerSendsAudio: false)
        check(lifecycle.tick(now: .seconds(1_000), heard: false) == nil)
    }

    @Test("an error after connecting is the peer's goodbye, one before is a failure")
    func faults() {
        let lifecycle = connected()
        check(lifecycle.reason(forFault: .error) == .peerClosed)
        check(lifecycle.reason(forFault: .unreachable) == .peerSilent)
        let idle = PeerLifecycle(limits: Self.limits)
        check(idle.reason(forFault: .error) == .failed)
        check(idle.reason(forFault: .unreachable) == .failed)
    }

    @Test("the first reason to close wins and nothing happens afterwards")
    func firstReasonWins() {
        var lifecycle = connected()
        check(lifecycle.close(.hungUp) == .tearDown)
        check(lifecycle.close(.peerClosed) == .alreadyClosing)
        check(lifecycle.closeReason == .hungUp)
        check(lifecycle.tick(now: .seconds(100), heard: false) == nil)
        check(!lifecycle.connect(now: .seconds(100)))
        lifecycle.finishClosing()
        check(lifecycle.isClosed && !lifecycle.isConnected)
    }

    @Test("a connection that never started has nothing to tear down")
    func idleClose() {
        var lifecycle = PeerLifecycle(limits: Self.limits)
        check(lifecycle.close(.failed) == .nothingToDo)
        check(!lifecycle.startNegotiation(peerSendsAudio: true, now: .zero))
    }
}
