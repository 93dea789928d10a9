/// Moonshine tiny-en: encoder and decoder networks with greedy search. Everything runs on the calling thread.
struct MoonshineModel: Sendable {
    static let sampleRate = 16_000
    /// Fewer samples than this (0.1 s) hold no word, and the encoder's first layers need some.
    static let fewestSamples = 1_600
    /// People speak at most about 6.5 tokens per second: a longer output is not speech any more.
    static let tokensPerSecond = 6.5
    static let firstToken = 1
    static let lastToken = 2
    private static let layers = 6
    private static let heads = 8
    private static let headSize = 36

    /// Token numbers, and whether the decoder had to be stopped because it repeated itself.
    struct Hypothesis: Sendable {
        var tokens: [Int]
        var collapsed: Bool
    }

    private let encoder: OnnxSession
    private let decoder: OnnxSession
    private let runtime: OnnxRuntime

    init(encoder: OnnxSession, decoder: OnnxSession) {
        self.encoder = encoder
        self.decoder = decoder
        runtime = decoder.runtime
    }

    static let encoderInputs = ["input_values", "attention_mask"]
    static let encoderOutputs = ["last_hidden_state"]
    static let decoderInputs =
        ["input_ids", "encoder_attention_mask", "encoder_hidden_states", "use_cache_branch"] + cacheNames("past_key_values", "decoder")
        + cacheNames("past_key_values", "encoder")
    /// The part of the cache that the encoder determines comes last: it is wanted only once.
    static let decoderOutputs = ["logits"] + cacheNames("present", "decoder") + cacheNames("present", "encoder")

    private static func cacheNames(_ prefix: String, _ side: String) -> [String] {
        (0..<layers).flatMap { layer in ["key", "value"].map { "\(prefix).\(layer).\(side).\($0)" } }
    }

    /// Recognises one piece of speech.
    ///
    /// - Parameter samples: 16 kHz mono, at least `fewestSamples`.
    func decode(_ samples: UnsafeBufferPointer<Float>, options: OnnxRunOptions) throws(SpeechModelError) -> Hypothesis {
        let count = samples.count
        let audio = try OnnxValue.floats([1, count], runtime: runtime) { _ = $0.initialize(fromContentsOf: samples) }
        // The mask has one element per sample, for the decoder too: with one per frame, segments beyond 9 s fail.
        let mask = try OnnxValue.integers([1, count], runtime: runtime) { $0.initialize(repeating: 1) }
        let hidden = try encoder.run([audio, mask], options: options)[0]

        let side = Self.layers * 2
        let empty = try OnnxValue.floats([1, Self.heads, 0, Self.headSize], runtime: runtime) { _ in }
        let useCache = try OnnxValue.flag(true, runtime: runtime)
        var outputs = try step(
            Self.firstToken,
            [mask, hidden, try OnnxValue.flag(false, runtime: runtime)] + Array(repeating: empty, count: 2 * side),
            wanted: 1 + 2 * side,
            options: options
        )
        let encoderCache = outputs[(1 + side)...]
        let limit = Int((Double(count) / Double(Self.sampleRate) * Self.tokensPerSecond).rounded(.up))
        var tokens: [Int] = []
        while true {
            try options.checkCancellation()
            let token = try Self.mostLikely(outputs[0])
            if token == Self.lastToken { return Hypothesis(tokens: tokens, collapsed: false) }
            tokens.append(token)
            if let length = RepetitionGuard.lengthBeforeLoop(in: tokens) {
                return Hypothesis(tokens: Array(tokens.prefix(length)), collapsed: true)
            }
            if tokens.count >= limit { return Hypothesis(tokens: tokens, collapsed: false) }
            outputs = try step(token, [mask, hidden, useCache] + outputs[1...side] + encoderCache, wanted: 1 + side, options: options)
        }
    }

    private func step(
        _ token: Int,
        _ inputs: [OnnxValue],
        wanted: Int,
        options: OnnxRunOptions
    ) throws(SpeechModelError) -> [OnnxValue] {
        let ids = try OnnxValue.integers([1, 1], runtime: runtime) { $0[0] = Int64(token) }
        return try decoder.run([ids] + inputs, firstOutputs: wanted, options: options)
    }

    private static func mostLikely(_ logits: OnnxValue) throws(SpeechModelError) -> Int {
        try logits.withFloats { (numbers) throws(SpeechModelError) -> Int in
            guard numbers.count >= MoonshineTokenizer.size else { throw .mismatch("\(numbers.count) logits") }
            // One position was asked for; were there several, the last is the next token's.
            let last = UnsafeBufferPointer(rebasing: numbers[(numbers.count - MoonshineTokenizer.size)...])
            var best = lastToken
            var highest = -Float.infinity
            for index in 0..<MoonshineTokenizer.size where last[index] > highest {
                highest = last[index]
                best = index
            }
            return best
        }
    }
}
