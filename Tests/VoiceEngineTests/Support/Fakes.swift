import Synchronization

@testable import VoiceEngine

/// A recogniser that says what the test tells it to, when the test tells it to.
final class ScriptedSpeechToText: SpeechToText {
    struct Failure: Error {}

    private struct State {
        var texts: [String] = []
        var requests: [Int] = []
        var drafts: [[Int]] = []
        var isHeld = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    /// The answers, in order; beyond them the text is "text N".
    init(_ texts: [String] = []) {
        state.withLock { $0.texts = texts }
    }

    /// Numbers of samples that were asked for.
    var requests: [Int] { state.withLock { $0.requests } }

    /// The drafts that came with them.
    var drafts: [[Int]] { state.withLock { $0.drafts } }

    /// From now on answers wait for `release`.
    func hold() {
        state.withLock { $0.isHeld = true }
    }

    func release() {
        let waiting = state.withLock { state in
            state.isHeld = false
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    /// The tokens of the answer are its number and the number after it.
    func transcribe(_ samples: [Float], priority: SpeechToTextPriority, draft: [Int]) async throws -> Transcription {
        let (text, number, isHeld) = state.withLock { state in
            state.requests.append(samples.count)
            state.drafts.append(draft)
            let number = state.requests.count - 1
            return (number < state.texts.count ? state.texts[number] : "text \(number)", number, state.isHeld)
        }
        if isHeld {
            await withCheckedContinuation { continuation in
                let isReleased = state.withLock { state in
                    if state.isHeld { state.waiting.append(continuation) }
                    return !state.isHeld
                }
                if isReleased { continuation.resume() }
            }
        }
        if text == "FAIL" { throw Failure() }
        return Transcription(text: text, tokens: [number, number + 1])
    }
}

/// Speaks 100 samples per character, without sound models.
struct ScriptedTextToSpeech: TextToSpeech {
    struct Failure: Error {}

    static let samplesPerCharacter = 240
    var voices: [String] { ["hibari"] }

    func synthesize(_ sentence: String, voice: String, speed: Double) async throws -> [Int16] {
        if sentence.contains("FAIL") { throw Failure() }
        return [Int16](repeating: 1_000, count: sentence.count * Self.samplesPerCharacter)
    }

    func sentences(of text: String) -> [String] {
        text.split(separator: ".").map { part in
            let trimmed = part.first == " " ? part.dropFirst() : part
            return trimmed + "."
        }
    }
}

/// Reads the probability of speech from the audio itself: loud means speech.
struct LoudnessVoiceActivity: VoiceActivityDetecting {
    struct Stream: VoiceActivityStream {
        mutating func probability(ofSpeechIn window: [Float]) throws -> Float {
            let loudness = window.reduce(0) { $0 + abs($1) } / Float(window.count)
            return loudness > 0.1 ? 0.95 : 0.02
        }
    }

    func makeStream() throws -> any VoiceActivityStream { Stream() }
}

/// A transport in memory: the test is the peer.
final class MemoryTransport: AudioTransport, AudioTransportMaking {
    private struct State {
        var handlers: AudioTransportHandlers?
        var isOpen = false
        var sent: [String] = []
        var closedWith: AudioTransportCloseReason?
        var failure: AudioTransportError?
    }

    private let state = Mutex(State())

    init(failure: AudioTransportError? = nil) {
        state.withLock { $0.failure = failure }
    }

    func makeTransport(handlers: AudioTransportHandlers) throws -> any AudioTransport {
        state.withLock { $0.handlers = handlers }
        return self
    }

    func answer(offer: String) async throws(AudioTransportError) -> String {
        if let failure = state.withLock({ $0.failure }) { throw failure }
        return "v=0 answer"
    }

    func send(_ text: String) -> Bool {
        state.withLock { state in
            guard state.isOpen else { return false }
            state.sent.append(text)
            return true
        }
    }

    func close(_ reason: AudioTransportCloseReason) async {
        state.withLock { $0.closedWith = $0.closedWith ?? reason }
    }

    // MARK: The peer

    var sent: [String] { state.withLock { $0.sent } }
    var closedWith: AudioTransportCloseReason? { state.withLock { $0.closedWith } }

    func event(_ event: AudioTransportEvent) {
        let handlers = state.withLock { state in
            if case .channelOpen = event { state.isOpen = true }
            return state.handlers
        }
        handlers?.event(event)
    }

    /// Speaks a number of frames of 20 ms.
    func speak(_ samples: [Int16]) {
        samples.withUnsafeBufferPointer { state.withLock { $0.handlers }?.received($0) }
    }

    /// Asks for the frame that is due.
    func takeFrame() -> [Int16] {
        var frame = [Int16](repeating: 7, count: PlaybackQueue.frameSamples)
        frame.withUnsafeMutableBufferPointer { state.withLock { $0.handlers }?.frameDue($0) }
        return frame
    }
}
