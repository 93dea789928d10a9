import Foundation
import VoiceEngine

@testable import VoiceMedia

/// The real models, loaded once for all tests of a run.
enum SpeechTestModels {
    /// VIVA_MODELS_DIR, or `models` at the root of the package.
    static let directory: URL = {
        if let path = ProcessInfo.processInfo.environment["VIVA_MODELS_DIR"] { return URL(filePath: path, directoryHint: .isDirectory) }
        var root = URL(filePath: #filePath)
        for _ in 0..<4 { root.deleteLastPathComponent() }
        return root.appending(path: "models", directoryHint: .isDirectory)
    }()

    static let arePresent = FileManager.default.fileExists(
        atPath: directory.appending(path: "silero/silero_vad.onnx").path(percentEncoded: false)
    )

    static let absence = "the speech models are not there: set VIVA_MODELS_DIR or run viva models fetch"

    private static let loading = Task { try await LocalSpeech.load(directory: directory) }

    static func speech() async throws -> LocalSpeech { try await loading.value }

    static func runtime() throws -> OnnxRuntime {
        try OnnxRuntime.load(ModelFile("onnxruntime/libonnxruntime.so.1.31.1", in: directory))
    }

    /// A sentence as a microphone at 16 kHz would deliver it, with a pause before and after.
    static func recording(of sentence: String, pause: Double = 0.2) async throws -> [Float] {
        let speech = try await speech()
        let samples = try await speech.synthesizer.synthesize(sentence, voice: "heart", speed: 1)
        let silence = [Int16](repeating: 0, count: Int(pause * 24_000))
        var resampler = StreamingResampler()
        return resampler.process(silence + samples + silence)
    }
}

/// How well words were recognised.
enum WordErrors {
    static func words(_ text: String) -> [String] {
        text.lowercased().split { !($0.isLetter || $0.isNumber || $0 == "'") }.map(String.init)
    }

    /// Substitutions, insertions and deletions (Levenshtein distance over words).
    static func count(expected: String, recognized: String) -> Int {
        let (expected, recognized) = (words(expected), words(recognized))
        var row = Array(0...recognized.count)
        for (index, word) in expected.enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for (column, other) in recognized.enumerated() {
                let replaced = diagonal + (word == other ? 0 : 1)
                diagonal = row[column + 1]
                row[column + 1] = min(replaced, row[column] + 1, row[column + 1] + 1)
            }
        }
        return row[recognized.count]
    }
}

/// Twenty things an interviewer says.
enum InterviewSentences {
    static let all = [
        "Thank you for joining me today, let us begin with your current role.",
        "Can you tell me about a project that you are especially proud of?",
        "What was the hardest technical decision you made last year, and how did you make it?",
        "How do you decide whether a piece of code is ready for production?",
        "Describe a time when you disagreed with a colleague about a design.",
        "What would you do differently if you could start that project again?",
        "How do you test software that depends on the behavior of other services?",
        "Please walk me through the steps you take when a customer reports a serious problem.",
        "Which parts of your work give you the most energy, and which drain it?",
        "How do you explain a complicated idea to someone without a technical background?",
        "Tell me about a deadline that you missed and what you learned from it.",
        "What do you look for when you review the work of another engineer?",
        "How would you measure whether a new feature is successful?",
        "Describe how you would find the cause of a slow database query.",
        "What is the most useful feedback you have ever received from a manager?",
        "How do you keep your knowledge up to date in a field that changes quickly?",
        "Imagine that two important tasks are due on the same day, how do you choose?",
        "What questions would you ask before you begin to build a new system?",
        "How do you help a new member of the team to become productive?",
        "That was my last question, thank you very much for your time and your answers.",
    ]
}
