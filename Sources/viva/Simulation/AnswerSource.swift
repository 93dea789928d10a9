import Foundation
import VivaTestKit
import VoiceEngine

/// What the synthetic candidate says: texts for the local voice, or WAV files.
struct AnswerSource {
    /// Spoken text of each answer; empty for WAV files without one.
    let texts: [String]
    let samples: [[Int16]]

    /// The longest pause that a text may ask for, in seconds: longer ones are silence, not thinking.
    private static let longestPause = 5.0
    /// Pause between two sentences of an answer.
    private static let sentenceGap = 24_000 * 220 / 1_000

    /// Used when no answers are given: plain sentences that fit most questions.
    static let standard = [
        "In my last job I led a small project from the first idea to the release. I planned the work with two colleagues, and we finished a week early.",
        "I once found the cause of a slow page by looking at the numbers first. The fix was one line, and the page was fast again the same day.",
        "I ask what is needed, I write it down in simple words, and then I build the part with the most risk first.",
        "We did not agree at the beginning. So we made a list of what mattered, tried both ways for a week, and chose the one with the better result.",
        "I want to learn more about large systems, and I like to help other people to grow.",
    ]

    /// A text file (one paragraph per answer, `#` begins a comment, `[0.7]` is a pause of so many seconds) or a folder of WAV files in the order of their names.
    /// A `.txt` beside a WAV file says what is spoken in it, for the word error rate.
    static func read(_ path: String?, voice: some TextToSpeech) async throws -> AnswerSource {
        guard let path else { return try await spoken(standard, voice: voice) }
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
            throw CommandFailure("no such file or folder: \(path); --answers takes a text file or a folder of WAV files")
        }
        if isDirectory.boolValue { return try waves(in: path) }
        guard let content = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw CommandFailure("\(path) is not UTF-8 text; --answers takes a text file or a folder of WAV files")
        }
        let lines = content.components(separatedBy: .newlines).filter { !$0.hasPrefix("#") }
        let paragraphs = lines.split(whereSeparator: { $0.trimmingCharacters(in: .whitespaces).isEmpty }).map { $0.joined(separator: " ") }
        guard !paragraphs.isEmpty else {
            throw CommandFailure("\(path) has no answers: write one paragraph per answer, with an empty line between")
        }
        return try await spoken(paragraphs, voice: voice)
    }

    static func spoken(_ texts: [String], voice: some TextToSpeech) async throws -> AnswerSource {
        var words: [String] = []
        var samples: [[Int16]] = []
        for text in texts {
            var answer: [Int16] = []
            let parts = try parts(of: text)
            for part in parts {
                answer += [Int16](repeating: 0, count: Int(part.pauseBefore * 24_000))
                var spoken: [Int16] = []
                for sentence in voice.sentences(of: part.words) {
                    if !spoken.isEmpty { spoken += [Int16](repeating: 0, count: sentenceGap) }
                    spoken += try await voice.synthesize(sentence, voice: voice.voices.first ?? "", speed: 1)
                }
                answer += audiblePart(of: spoken)
            }
            words.append(parts.map(\.words).joined(separator: " "))
            samples.append(answer)
        }
        return AnswerSource(texts: words, samples: samples)
    }

    /// From the first to the last loud sample: the voice leaves some quiet at both ends, which would make every pause longer than it says.
    private static func audiblePart(of samples: [Int16]) -> ArraySlice<Int16> {
        guard let first = samples.firstIndex(where: CandidateSound.isLoud), let last = samples.lastIndex(where: CandidateSound.isLoud)
        else {
            return []
        }
        return samples[first...last]
    }

    /// What is said between the pauses.
    private static func parts(of text: String) throws -> [(pauseBefore: Double, words: String)] {
        var parts: [(pauseBefore: Double, words: String)] = []
        var (rest, pause) = (text[...], 0.0)
        while true {
            let end = rest.firstIndex(of: "[") ?? rest.endIndex
            let words = rest[..<end].trimmingCharacters(in: .whitespaces)
            if !words.isEmpty {
                parts.append((pause, words))
                pause = 0
            }
            guard end < rest.endIndex else { return parts }
            guard let close = rest[end...].firstIndex(of: "]"), let seconds = Double(rest[rest.index(after: end)..<close]),
                (0...longestPause).contains(seconds)
            else { throw CommandFailure("an answer has \"[\" that is no pause; a pause is written [0.7], with 0 to 5 seconds") }
            // Before the first words it is thinking time, which the candidate has of its own.
            pause = parts.isEmpty ? 0 : pause + seconds
            rest = rest[rest.index(after: close)...]
        }
    }

    private static func waves(in folder: String) throws -> AnswerSource {
        let names =
            (try? FileManager.default.contentsOfDirectory(atPath: folder))?.filter { $0.lowercased().hasSuffix(".wav") }.sorted() ?? []
        guard !names.isEmpty else { throw CommandFailure("no WAV files in \(folder)") }
        var texts: [String] = []
        var samples: [[Int16]] = []
        for name in names {
            let file = URL(fileURLWithPath: folder).appendingPathComponent(name)
            guard let data = try? Data(contentsOf: file), let wave = try? WaveFile(bytes: Array(data)) else {
                throw CommandFailure("\(file.path) is not a 16-bit PCM WAV file")
            }
            samples.append(wave.samples)
            let text = try? String(contentsOf: file.deletingPathExtension().appendingPathExtension("txt"), encoding: .utf8)
            texts.append(text?.trimmingCharacters(in: .whitespacesAndNewlines) ?? "")
        }
        return AnswerSource(texts: texts, samples: samples)
    }
}
