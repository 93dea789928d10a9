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
    /// - Parameters:
    ///   - samples: 16 kHz mono, at least `fewestSamples`.
    ///   - draft: the tokens of an earlier recording with the same beginning. They save time and decide nothing.
    func decode(
        _ samples: UnsafeBufferPointer<Float>,
        draft: [Int] = [],
        options: OnnxRunOptions
    ) throws(SpeechModelError) -> Hypothesis {
        let count = samples.count
        let audio = try OnnxValue.floats([1, count], runtime: runtime) { _ = $0.initialize(fromContentsOf: samples) }
        // The mask has one element per sample, for the decoder too: with one per frame, segments beyond 9 s fail.
        let mask = try OnnxValue.integers([1, count], runtime: runtime) { $0.initialize(repeating: 1) }
        let hidden = try encoder.run([audio, mask], options: options)[0]

        let side = Self.layers * 2
        let empty = try OnnxValue.floats([1, Self.heads, 0, Self.headSize], runtime: runtime) { _ in }
        let useCache = try OnnxValue.flag(true, runtime: runtime)
        var outputs = try step(
            [Self.firstToken],
            [mask, hidden, try OnnxValue.flag(false, runtime: runtime)] + Array(repeating: empty, count: 2 * side),
            wanted: 1 + 2 * side,
            options: options
        )
        let encoderCache = outputs[(1 + side)...]
        var cache = outputs[1...side]
        let limit = Int((Double(count) / Double(Self.sampleRate) * Self.tokensPerSecond).rounded(.up))
        var tokens: [Int] = []
        var draft = TokenDraft(draft)
        var next = try Self.mostLikely(outputs[0], row: 0, of: 1)
        while true {
            try options.checkCancellation()
            if let whole = Self.append(next, to: &tokens, limit: limit) { return whole }
            // Nothing is guessed that would not be taken.
            let guesses = Array(draft.guesses(after: next).prefix(limit - tokens.count))
            outputs = try step([next] + guesses, [mask, hidden, useCache] + cache + encoderCache, wanted: 1 + side, options: options)
            var confirmed = 0
            next = try Self.mostLikely(outputs[0], row: 0, of: 1 + guesses.count)
            while confirmed < guesses.count, next == guesses[confirmed] {
                if let whole = Self.append(next, to: &tokens, limit: limit) { return whole }
                confirmed += 1
                next = try Self.mostLikely(outputs[0], row: confirmed, of: 1 + guesses.count)
            }
            draft.confirmed(confirmed, of: guesses.count)
            cache = outputs[1...side]
            if confirmed < guesses.count {
                // What the decoder remembers of wrong guesses is cut off.
                let kept = 1 + tokens.count
                var trimmed: [OnnxValue] = []
                for value in cache { trimmed.append(try keeping(kept, of: value)) }
                cache = trimmed[...]
            }
        }
    }

    /// - Returns: the whole, when this was its end.
    private static func append(_ token: Int, to tokens: inout [Int], limit: Int) -> Hypothesis? {
        if token == lastToken { return Hypothesis(tokens: tokens, collapsed: false) }
        tokens.append(token)
        if let length = RepetitionGuard.lengthBeforeLoop(in: tokens) {
            return Hypothesis(tokens: Array(tokens.prefix(length)), collapsed: true)
        }
        return tokens.count >= limit ? Hypothesis(tokens: tokens, collapsed: false) : nil
    }

    /// The first `count` positions of a part of the cache, whose shape is (1, heads, positions, head size).
    private func keeping(_ count: Int, of value: OnnxValue) throws(SpeechModelError) -> OnnxValue {
        let dimensions = try value.floatDimensions()
        guard dimensions.count == 4, dimensions[1] == Self.heads, dimensions[3] == Self.headSize, dimensions[2] >= count else {
            throw .mismatch("cache of shape \(dimensions)")
        }
        return try value.withFloats { (numbers) throws(SpeechModelError) in
            try OnnxValue.floats([1, Self.heads, count, Self.headSize], runtime: runtime) { kept in
                for head in 0..<Self.heads {
                    let start = head * dimensions[2] * Self.headSize
                    let part = UnsafeBufferPointer(rebasing: numbers[start..<start + count * Self.headSize])
                    _ = UnsafeMutableBufferPointer(rebasing: kept[(head * count * Self.headSize)...]).initialize(fromContentsOf: part)
                }
            }
        }
    }

    private func step(
        _ tokens: [Int],
        _ inputs: [OnnxValue],
        wanted: Int,
        options: OnnxRunOptions
    ) throws(SpeechModelError) -> [OnnxValue] {
        let ids = try OnnxValue.integers([1, tokens.count], runtime: runtime) {
            _ = $0.initialize(fromContentsOf: tokens.lazy.map(Int64.init))
        }
        return try decoder.run([ids] + inputs, firstOutputs: wanted, options: options)
    }

    /// The token that follows the one at position `row` of the `rows` that were given.
    private static func mostLikely(_ logits: OnnxValue, row: Int, of rows: Int) throws(SpeechModelError) -> Int {
        try logits.withFloats { (numbers) throws(SpeechModelError) -> Int in
            guard numbers.count == rows * MoonshineTokenizer.size else { throw .mismatch("\(numbers.count) logits for \(rows) tokens") }
            let start = row * MoonshineTokenizer.size
            let scores = UnsafeBufferPointer(rebasing: numbers[start..<start + MoonshineTokenizer.size])
            var best = lastToken
            var highest = -Float.infinity
            for index in 0..<MoonshineTokenizer.size where scores[index] > highest {
                highest = scores[index]
                best = index
            }
            return best
        }
    }
}
