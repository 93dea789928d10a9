import Foundation

@testable import VoiceEngine
@testable import VoiceMedia

/// A call's input side on audio time: windows go through voice activity and the turn machine; what judging and recognising
/// really took is added to the time of the request, so that nothing has to run in real time.
struct Simulation {
    struct Event {
        /// Milliseconds of audio time.
        var time: Double
        var action: TurnStateMachine.Action
    }

    let speech: LocalSpeech
    let settings: TurnSettings

    private enum Result {
        case recognised(Int, String?)
        case judged(Int, Float?)
    }

    /// - Parameter audibleReply: whether a reply is heard from the beginning.
    func run(_ samples: [Float], audibleReply: Bool = false, trace: Bool = false) async throws -> (
        events: [Event], texts: [Int: String], probabilities: [Float]
    ) {
        var machine = TurnStateMachine(settings: settings)
        var stream = try speech.voiceActivity.makeStream()
        var events: [Event] = []
        var waiting: [(due: Double, result: Result)] = []
        var texts: [Int: String] = [:]
        var probabilities: [Float] = []
        var drafts: [Int: RecognitionDrafts] = [:]
        if audibleReply { _ = machine.responseBecame(.audible) }
        var position = 0
        while position + SpeechWindow.samples <= samples.count {
            position += SpeechWindow.samples
            let now = Double(position) / 16
            // Answers that came before this window was complete.
            var fresh: [Event] = []
            for item in waiting.filter({ $0.due <= now }).sorted(by: { $0.due < $1.due }) {
                let actions: [TurnStateMachine.Action]
                switch item.result {
                case .recognised(let number, let text): actions = machine.recognised(number, text: text)
                case .judged(let number, let probability): actions = machine.judged(number, probability: probability)
                }
                fresh += actions.map { Event(time: item.due, action: $0) }
            }
            waiting.removeAll { $0.due <= now }
            let probability = try stream.probability(ofSpeechIn: Array(samples[(position - SpeechWindow.samples)..<position]))
            if trace { print(Int(now), probability) }
            fresh += machine.window(probability: probability).map { Event(time: now, action: $0) }
            for event in fresh {
                events.append(event)
                switch event.action {
                case .recognise(let recognition):
                    let draft = drafts[recognition.turn]?.draft(for: recognition.samples) ?? []
                    let (transcription, took) = try await Self.timed {
                        try await speech.recognizer.transcribe(Array(samples[recognition.samples]), priority: .final, draft: draft)
                    }
                    drafts[recognition.turn, default: RecognitionDrafts()].add(recognition.samples, tokens: transcription.tokens)
                    let kept = InventedText.removed(from: transcription.text, voicedWindows: recognition.voicedWindows)
                    texts[recognition.number] = kept
                    waiting.append((event.time + took, .recognised(recognition.number, kept)))
                case .judge(let judgement):
                    let (probability, took) = try await Self.timed {
                        try await speech.turnCompletion.probability(thatTurnIsComplete: Array(samples[judgement.samples]))
                    }
                    probabilities.append(probability)
                    waiting.append((event.time + took, .judged(judgement.number, probability)))
                case .interruptResponse: _ = machine.responseBecame(.none)
                default: break
                }
            }
        }
        return (events, texts, probabilities)
    }

    private static func timed<Value>(_ body: () async throws -> Value) async rethrows -> (Value, Double) {
        let start = ContinuousClock.now
        let value = try await body()
        let duration = start.duration(to: .now)
        return (value, Double(duration.components.seconds) * 1_000 + Double(duration.components.attoseconds) / 1e15)
    }
}

/// A recording with what is known about it.
struct Recording {
    var samples: [Float]
    /// Milliseconds where speech stops and where it goes on; the last has no resumption.
    var pauses: [(start: Double, resumption: Double?)]
    /// Whether the speaker stops at the last of them. If not, the recording was cut there.
    var hasEnd = true
}

/// Largest deviation of the noise over all of a recording; NOISE=0 for digital silence, as noise suppression leaves it.
let noise = ProcessInfo.processInfo.environment["NOISE"].flatMap(Float.init) ?? 0.001

extension LocalSpeech {
    /// Speaks an answer at 16 kHz, with half a second of silence in front, three at the end, and faint noise over all of it.
    func record(_ pieces: [String], pauses: [Double]) async throws -> Recording {
        var samples = [Float](repeating: 0, count: 8_000)
        var marks: [(start: Double, resumption: Double?)] = []
        for (index, piece) in pieces.enumerated() {
            var resampler = StreamingResampler()
            let spoken = try await synthesizer.synthesize(piece, voice: "heart", speed: 1)
            var voice = resampler.process(spoken)
            // From the first to the last loud sample, so that the pause is as long as it says.
            if let first = voice.firstIndex(where: { abs($0) > 0.01 }), let last = voice.lastIndex(where: { abs($0) > 0.01 }) {
                voice = Array(voice[first...last])
            }
            if let last = marks.indices.last { marks[last].resumption = Double(samples.count) / 16 }
            samples += voice
            marks.append((Double(samples.count) / 16, nil))
            samples += [Float](repeating: 0, count: index < pauses.count ? Int(pauses[index] * 16_000) : 48_000)
        }
        var recording = Recording(samples: samples, pauses: marks)
        recording.addNoise()
        return recording
    }
}

extension Recording {
    /// Faint noise over all of it, the same each time.
    mutating func addNoise() {
        var state: UInt64 = 1
        for index in samples.indices {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            samples[index] += (Float(state >> 40) / Float(1 << 24) - 0.5) * 2 * noise
        }
    }
}
