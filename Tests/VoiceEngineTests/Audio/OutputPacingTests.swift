import Testing

@testable import VoiceEngine

@Suite struct OutputPacingTests {
    private static let second: UInt64 = 1_000_000_000

    @Test("audio may be sent three seconds ahead of its playback, and one chunk more")
    func lead() {
        var pacing = OutputPacing()
        var sent = 0
        while pacing.allows(at: 10 * Self.second) {
            pacing.sent(OutputPacing.chunkSamples, at: 10 * Self.second)
            sent += OutputPacing.chunkSamples
        }
        #expect((72_000...72_000 + OutputPacing.chunkSamples).contains(sent))
        #expect(pacing.wait(at: 10 * Self.second) <= 200_000_000)
        #expect(pacing.allows(at: 10 * Self.second + pacing.wait(at: 10 * Self.second)))
    }

    @Test("who has starved gets a full lead again, not the time that was lost")
    func starved() {
        var pacing = OutputPacing()
        pacing.sent(24_000, at: 0)
        #expect(pacing.wait(at: 100 * Self.second) == 0)
        pacing.sent(4 * 24_000, at: 100 * Self.second)
        #expect(!pacing.allows(at: 100 * Self.second))
    }

    @Test("what was sent is heard as long as it lasts, and not at all after an interruption")
    func unheard() {
        var pacing = OutputPacing()
        #expect(pacing.unheard(at: Self.second) == 0)
        pacing.sent(2 * 24_000, at: Self.second)
        // A sample does not last a whole number of nanoseconds.
        #expect((1_499_900_000...1_500_000_000).contains(pacing.unheard(at: 3 * Self.second / 2)))
        #expect(pacing.unheard(at: 4 * Self.second) == 0)
        pacing.reset()
        #expect(pacing.unheard(at: Self.second) == 0)
    }

    @Test("after an interruption the next reply is sent at once")
    func reset() {
        var pacing = OutputPacing()
        pacing.sent(10 * 24_000, at: 0)
        #expect(!pacing.allows(at: 0))
        pacing.reset()
        #expect(pacing.allows(at: 0))
    }
}
