import Foundation
import InterviewCore
import RealtimeProtocol

@testable import VoiceEngine
@testable import VoiceMedia

// Turn-taking on audio time: TurnTakingBenchmark MODELS_DIRECTORY [RECORDING.wav …] [TURNS …]
//
// Reports, for each kind of turn detection, the time from the last sound to the decision, the share of answers that are cut off
// in a thinking pause, and what a reply does under listening noises and interruptions. Recordings (16-bit PCM, mono, 16 kHz or
// a multiple of it) are read with pauses put into them (HumanPauses), then for their own pauses, and for word errors where a text file of
// the same name lies beside one. A folder holds turns of people who think (HumanTurns).

/// From the decision to the first audible sample: nothing to compute when the reply was prepared, transport in any case.
let replyMilliseconds = 100.0

func percentile(_ values: [Double], _ share: Double) -> Int {
    guard !values.isEmpty else { return 0 }
    return Int(values.sorted()[min(values.count - 1, Int(Double(values.count) * share))])
}

func semantic(_ eagerness: TurnDetection.SemanticVAD.Eagerness) -> TurnSettings {
    TurnSettings(TurnDetection.SemanticVAD(eagerness: eagerness))
}

func stops(_ events: [Simulation.Event]) -> [Double] {
    events.compactMap { if case .stopSpeech = $0.action { $0.time } else { nil } }
}

/// Prints a row for recordings of which is known where they pause. Words are counted where the text is known.
func report(_ name: String, _ group: String, _ recordings: [(text: String?, Recording)], _ simulation: Simulation) async throws {
    var latencies: [Double] = []
    var (decided, audible) = (0, 0)
    var (errors, words) = (0, 0)
    var work = Work()
    for (text, recording) in recordings {
        let (events, texts, probabilities) = try await simulation.run(recording.samples)
        let ends = stops(events)
        if let text {
            let rate = WordErrorRate(reference: text, hypothesis: transcript(events, texts))
            errors += rate.errors
            words += rate.referenceWords
        }
        work.add(events, spoken: Double(recording.samples.count) / 16_000)
        let last = recording.pauses[recording.pauses.count - 1].start
        let inPauses = recording.pauses.compactMap { pause in pause.resumption.map { (pause.start, $0) } }
        let early = ends.filter { $0 < last }
        if !early.isEmpty { decided += 1 }
        if early.contains(where: { end in inPauses.contains { end >= $0.0 && end + replyMilliseconds < $0.1 } }) { audible += 1 }
        if recording.hasEnd, let end = ends.first(where: { $0 >= last }) { latencies.append(end - last) }
        if isVerbose {
            print(
                "  \(text ?? "?")\n    pauses \(inPauses.map { "\(Int($0.0 - last)) for \(Int($0.1 - $0.0))" })\n    end +\(ends.map { Int($0 - last) }) p \(probabilities) \(texts.sorted { $0.key < $1.key }.map(\.value))"
            )
        }
    }
    print(
        name,
        "|",
        group,
        "|",
        percentile(latencies, 0.5),
        percentile(latencies, 0.95),
        Int(latencies.max() ?? 0),
        "|",
        "\(decided)/\(recordings.count)",
        "|",
        "\(audible)/\(recordings.count)",
        "|",
        words == 0 ? "unknown" : String(format: "%.1f %%", 100 * Double(errors) / Double(words)),
        "|",
        work.summary
    )
}

/// What was said, as it would be kept.
func transcript(_ events: [Simulation.Event], _ texts: [Int: String]) -> String {
    events.flatMap { event -> [Int] in if case .commit(_, let pieces) = event.action { pieces } else { [] } }
        .compactMap { texts[$0] }.joined(separator: " ")
}

/// How much sound the models were given.
struct Work {
    private var (spoken, recognised, judged) = (0.0, 0.0, 0.0)

    mutating func add(_ events: [Simulation.Event], spoken seconds: Double) {
        spoken += seconds
        for event in events {
            switch event.action {
            case .recognise(let recognition): recognised += Double(recognition.samples.count) / 16_000
            // The model is always given 8 s.
            case .judge: judged += 8
            default: break
            }
        }
    }

    var summary: String { String(format: "%.2f, %.2f", recognised / spoken, judged / spoken) }
}

func readWave(_ path: String) throws -> [Float] {
    let data = [UInt8](try Data(contentsOf: URL(filePath: path)))
    var position = 12
    var (rate, samples): (Int, [Float]) = (16_000, [])
    func number(_ at: Int, _ bytes: Int) -> Int { (0..<bytes).reduce(0) { $0 | Int(data[at + $1]) << (8 * $1) } }
    while position + 8 <= data.count {
        let size = min(number(position + 4, 4), data.count - position - 8)
        switch String(decoding: data[position..<position + 4], as: UTF8.self) {
        case "fmt ": rate = number(position + 12, 4)
        case "data":
            samples = stride(from: position + 8, to: position + 7 + size, by: 2).map {
                Float(Int16(truncatingIfNeeded: number($0, 2))) / 32_768
            }
        default: break
        }
        position += 8 + size + size % 2
    }
    // A mean over the step is filter enough for a measurement of pauses.
    let step = max(1, rate / 16_000)
    return stride(from: 0, to: samples.count - step + 1, by: step).map { samples[$0..<$0 + step].reduce(0, +) / Float(step) }
}

let arguments = CommandLine.arguments.dropFirst()
guard let models = arguments.first else {
    FileHandle.standardError.write(Data("usage: TurnTakingBenchmark MODELS_DIRECTORY [RECORDING.wav …] [TURNS …]\n".utf8))
    exit(64)
}
let folders = arguments.dropFirst().filter { (try? FileManager.default.contentsOfDirectory(atPath: $0)) != nil }
let files = arguments.dropFirst().filter { !folders.contains($0) }
let speech = try await LocalSpeech.load(directory: URL(filePath: models, directoryHint: .isDirectory))
let isVerbose = ProcessInfo.processInfo.environment["VERBOSE"] != nil

/// ONLY=low: that kind alone, for a quick look at a change of the rules.
let only = ProcessInfo.processInfo.environment["ONLY"]
let kinds: [(String, TurnSettings)] = [
    ("server_vad 500 ms", TurnSettings(TurnDetection.ServerVAD())),
    ("semantic_vad low", semantic(.low)), ("semantic_vad auto", semantic(.auto)), ("semantic_vad high", semantic(.high)),
].filter { kind in only.map { kind.0.hasSuffix($0) } ?? true }
var recordings: [(String, Recording)] = []
for text in Answers.ordinary { recordings.append((text, try await speech.record([text], pauses: []))) }
for (pieces, pauses) in Answers.thinking + Answers.unseen + Answers.fresh + Answers.long {
    recordings.append((pieces.joined(separator: " | "), try await speech.record(pieces, pauses: pauses)))
}

let groups = [
    ("ordinary", Answers.ordinary.count), ("thinking", Answers.thinking.count), ("unseen", Answers.unseen.count),
    ("fresh", Answers.fresh.count),
    ("long", Answers.long.count),
]
print(
    "kind | answers | last sound to decision p50 p95 max ms | decided in a pause | heard in a pause | word errors | recognised, judged s per s spoken"
)
for (name, settings) in kinds {
    let simulation = Simulation(speech: speech, settings: settings)
    var first = 0
    for (group, count) in groups {
        try await report(name, group, recordings[first..<first + count].map { ($0, $1) }, simulation)
        first += count
    }
}

for folder in folders {
    let turns = try HumanTurns.read(folder)
    let pauses = turns.flatMap { turn in turn.pauses.compactMap { pause in pause.resumption.map { Int($0 - pause.start) } } }
    print("\(turns.count) turns of people with \(pauses.count) pauses of 300 ms and more, \(pauses.sorted()), columns as above")
    for (name, settings) in kinds {
        try await report(name, "turns", turns.map { (nil, $0) }, Simulation(speech: speech, settings: settings))
    }
}

guard only == nil else { exit(0) }
print("over a reply | stopped | ms from first sound to: duck p50 max, hold p50 max, resume p50")
for (name, texts) in [("backchannels", Answers.backchannels), ("interruptions", Answers.interruptions)] {
    let simulation = Simulation(speech: speech, settings: semantic(.auto))
    var stopped: [String] = []
    var (ducks, holds, resumes): ([Double], [Double], [Double]) = ([], [], [])
    for text in texts {
        let recording = try await speech.record([text], pauses: [])
        let (events, heard, _) = try await simulation.run(recording.samples, audibleReply: true)
        func time(_ action: TurnStateMachine.Action) -> Double? { events.first { $0.action == action }.map { $0.time - 500 } }
        if time(.interruptResponse) != nil { stopped.append("\(text) (\(heard.values.joined(separator: " / ")))") }
        if isVerbose { print("  \(text) → \(heard.values) \(events.map { "\(Int($0.time - 500)) \($0.action)" })") }
        if let duck = time(.duckOutput) { ducks.append(duck) }
        if let hold = time(.pauseOutput) { holds.append(hold) }
        if let resume = time(.resumeOutput) { resumes.append(resume) }
    }
    print(
        name,
        "|",
        "\(stopped.count)/\(texts.count)",
        "|",
        percentile(ducks, 0.5),
        Int(ducks.max() ?? 0),
        percentile(holds, 0.5),
        Int(holds.max() ?? 0),
        percentile(resumes, 0.5),
        name == "backchannels" ? stopped : []
    )
}

var pauses = HumanPauses()
var people: [(String?, Recording)] = []
for path in files {
    let text = try? String(contentsOfFile: (path as NSString).deletingPathExtension + ".txt", encoding: .utf8)
    people.append((text, pauses.recording(of: try readWave(path))))
}
if !people.isEmpty {
    print("recordings with \(pauses.count) pauses put into them, columns as above")
    for (name, settings) in kinds { try await report(name, "people", people, Simulation(speech: speech, settings: settings)) }
}

for path in files {
    let samples = try readWave(path) + [Float](repeating: 0, count: 48_000)
    for (name, settings) in kinds {
        let (events, texts, probabilities) = try await Simulation(speech: speech, settings: settings).run(samples)
        let last = Double(samples.lastIndex { abs($0) > 0.02 } ?? 0) / 16
        var work = Work()
        work.add(events, spoken: Double(samples.count) / 16_000)
        let said = try? String(contentsOfFile: (path as NSString).deletingPathExtension + ".txt", encoding: .utf8)
        let rate = said.map { WordErrorRate(reference: $0, hypothesis: transcript(events, texts)) }
        let ends = stops(events)
        // A pause in which a turn was thought to be over; the recording goes on behind all but the last.
        print(
            URL(filePath: path).lastPathComponent,
            "|",
            name,
            "| ends inside",
            ends.count { $0 < last },
            "of",
            probabilities.count,
            "judged silences | end to decision",
            ends.last.map { Int($0 - last) } ?? -1,
            "| word errors",
            rate.map { "\($0.errors) of \($0.referenceWords)" } ?? "unknown",
            "| work",
            work.summary
        )
        if isVerbose { print("   ", zip(probabilities, texts.sorted { $0.key < $1.key }.map(\.value)).map { "\($0) \($1)" }) }
    }
}
