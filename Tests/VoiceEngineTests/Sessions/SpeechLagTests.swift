import Logging
import Synchronization
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

    private final class Time: Sendable {
        private let moment = Mutex(UInt64(1))
        var now: UInt64 { moment.withLock { $0 } }
        func advance(seconds: UInt64) { moment.withLock { $0 += seconds * 1_000_000_000 } }
    }

    @Test("the figure at /metrics fades with it, although nobody speaks")
    func figure() throws {
        let time = Time()
        let services = SessionServices(
            speechToText: ScriptedSpeechToText([]),
            textToSpeech: ScriptedTextToSpeech(),
            voiceActivity: LoudnessVoiceActivity(),
            turnCompletion: nil,
            replies: ReplySource(),
            metrics: EngineMetrics(),
            lag: SpeechLagMeter(now: { time.now }),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            now: { time.now },
            secondsSince1970: { 1_000 },
            sleep: { _ in }
        )
        func figure() throws -> Double {
            let lines = services.figures().split(separator: "\n")
            let line = try #require(lines.first { $0.hasPrefix("viva_engine_speech_lag_seconds ") })
            return try #require(line.split(separator: " ").last.flatMap { Double($0) })
        }
        for _ in 0..<10 { services.lag.observe(3, audioSeconds: 2) }
        let first = try figure()
        #expect(first > SpeechLag.limit)
        time.advance(seconds: 60)
        #expect(try figure() < first / 10)
    }
}
