import Testing

@testable import VoiceEngine

@Suite struct SpeechLagTests {
    @Test("what takes as long as on an idle machine is no lag, however long the speech")
    func idle() {
        var lag = SpeechLag()
        lag.observe(0.25, audioSeconds: 8, now: 0)
        lag.observe(1.2, audioSeconds: 28, now: 0)
        #expect(lag.value(now: 0) == 0)
    }

    @Test("one late recognition is no overload, several are")
    func several() {
        var lag = SpeechLag()
        lag.observe(1.6, audioSeconds: 8, now: 0)
        #expect(lag.value(now: 0) < SpeechLag.limit)
        for _ in 0..<4 { lag.observe(1.6, audioSeconds: 8, now: 0) }
        #expect(lag.value(now: 0) > SpeechLag.limit)
    }

    @Test("it fades while nothing is recognised, and time that goes back changes nothing")
    func fades() {
        var lag = SpeechLag()
        for _ in 0..<10 { lag.observe(3, audioSeconds: 2, now: 30_000_000_000) }
        let before = lag.value(now: 30_000_000_000)
        #expect(lag.value(now: 20_000_000_000) == before)
        #expect(lag.value(now: 40_000_000_000) < before / 2)
        #expect(lag.value(now: 90_000_000_000) < SpeechLag.limit / 10)
    }
}
