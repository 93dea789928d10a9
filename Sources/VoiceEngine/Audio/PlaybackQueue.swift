/// What is to be played, cut into frames of 20 ms by whoever plays it: one response after another, in the order in which they are
/// ready. One that has begun to play plays to its end.
///
/// Pure: time is the number of frames taken. It knows how much of each item was really handed out, which is what the
/// listener heard, and forgets everything at once when the listener interrupts.
struct PlaybackQueue {
    static let sampleRate = 24_000
    /// 20 ms.
    static let frameSamples = 480
    /// 10 minutes of audio, 29 MB: no reply is that long, and no peer can make a call cost more.
    static let maximumSamples = 10 * 60 * sampleRate
    /// 180 ms between two sentences of one response, as people pause.
    static let sentenceGapSamples = 180 * sampleRate / 1_000
    /// 10 ms of fading when playback is cut, so that the cut does not click.
    static let fadeSamples = 240

    /// A place inside a sentence that is reported when playback reaches it.
    struct Cue: Equatable {
        var sentence: Int
        var number: Int
    }

    enum Event: Equatable {
        case reached(response: String, Cue)
        /// All of the response was handed out.
        case finished(response: String)
    }

    /// How much of an item was handed out.
    struct Heard: Equatable {
        struct Sentence: Equatable {
            var played: Int
            var total: Int
        }

        var response: String
        /// Includes the gaps between sentences.
        var samples = 0
        var sentences: [Sentence] = []

        var milliseconds: Int { samples / (PlaybackQueue.sampleRate / 1_000) }
    }

    private struct Sentence {
        var samples: [Int16]
        var offset = 0
        /// Sample offsets, ascending; the place in the array is the cue's number.
        var cues: [Int]
        var nextCue = 0
    }

    private struct Response {
        var heard: Heard
        /// Not yet played to the end; the first may be in progress.
        var waiting: [Sentence] = []
        /// Number of the first waiting sentence.
        var sentence = 0
        /// Silence still owed before the next sentence.
        var gap = 0
        var isComplete = false

        var hasBegun: Bool { sentence > 0 || heard.samples > 0 }
        /// Whether it has something to play, or comes to its end.
        var isReady: Bool { !waiting.isEmpty || isComplete }
    }

    /// How loud the output is while somebody speaks over it.
    enum Level {
        case full
        /// Nearly silent: −22 dB.
        case ducked
        /// Held: nothing is handed out, and nothing is lost.
        case paused

        var gain: Float {
            switch self {
            case .full: 1
            case .ducked: 0.08
            case .paused: 0
            }
        }
    }

    /// Change of the gain per sample: the whole range in 5 ms, too slow to click.
    private static let gainStep: Float = 1 / 120

    private var responses: [Response] = []
    private var fade: [Int16] = []
    private var level = Level.full
    private var gain: Float = 1
    private(set) var queuedSamples = 0

    /// Whether nothing is queued and no response is open.
    var isIdle: Bool { responses.isEmpty && fade.isEmpty }

    /// Opens a response; its sentences follow.
    mutating func begin(response: String) {
        responses.append(Response(heard: Heard(response: response)))
    }

    /// Adds a sentence to an open response.
    ///
    /// - Parameter cues: ascending sample offsets at which `reached` is reported.
    /// - Returns: false when the response is not open or the queue would pass its limit; nothing was added then.
    mutating func append(_ samples: [Int16], cues: [Int], to response: String) -> Bool {
        guard let index = responses.firstIndex(where: { $0.heard.response == response && !$0.isComplete }),
            queuedSamples + samples.count <= Self.maximumSamples
        else { return false }
        queuedSamples += samples.count
        responses[index].waiting.append(Sentence(samples: samples, cues: cues))
        responses[index].heard.sentences.append(Heard.Sentence(played: 0, total: samples.count))
        return true
    }

    /// No more sentences come; `finished` is reported when the last one was handed out.
    mutating func complete(response: String) {
        guard let index = responses.firstIndex(where: { $0.heard.response == response }) else { return }
        responses[index].isComplete = true
    }

    /// Sets how loud the output is from now on, within a few milliseconds; at once for what nothing was heard of.
    mutating func set(_ level: Level) {
        self.level = level
        if responses.allSatisfy({ !$0.hasBegun }) { gain = level.gain }
    }

    /// Fills one frame, with zeros where there is nothing to play.
    mutating func nextFrame(into frame: UnsafeMutableBufferPointer<Int16>) -> [Event] {
        var events: [Event] = []
        var position = 0
        for sample in fade.prefix(frame.count) {
            frame[position] = sample
            position += 1
        }
        fade.removeFirst(position)
        let faded = position
        // A pause takes effect where the gain has come down to nothing; until then it plays on.
        let playable = level == .paused ? min(frame.count, position + Int((gain / Self.gainStep).rounded(.up))) : frame.count
        let part = UnsafeMutableBufferPointer(rebasing: frame[0..<playable])
        chooseFirst()
        while position < part.count, !responses.isEmpty {
            let filled = fill(part, from: position, &events)
            position += filled
            if let first = responses.first, first.isComplete, first.waiting.isEmpty {
                // A sentence that ends inside this frame is heard with it; what follows begins with the next frame.
                responses.removeFirst()
                events.append(.finished(response: first.heard.response))
                break
            }
            if filled == 0 { break }
        }
        applyGain(frame, from: faded, to: position)
        while position < frame.count {
            frame[position] = 0
            position += 1
        }
        return events
    }

    private mutating func applyGain(_ frame: UnsafeMutableBufferPointer<Int16>, from start: Int, to end: Int) {
        let target = level.gain
        // With nothing to play the level changes unheard.
        guard start < end else {
            gain = target
            return
        }
        guard gain != 1 || target != 1 else { return }
        for index in start..<end {
            gain = gain < target ? min(target, gain + Self.gainStep) : max(target, gain - Self.gainStep)
            frame[index] = Int16(Float(frame[index]) * gain)
        }
    }

    /// Takes what there is, without waiting for a frame's time: for a peer that plays by itself.
    ///
    /// - Parameter limit: samples at most.
    /// - Returns: fewer samples when no more are there yet.
    mutating func take(upTo limit: Int) -> (samples: [Int16], events: [Event]) {
        fade = []
        chooseFirst()
        var events: [Event] = []
        let samples = [Int16](unsafeUninitializedCapacity: max(0, limit)) { buffer, count in
            buffer.initialize(repeating: 0)
            while !responses.isEmpty {
                let filled = count < buffer.count ? fill(buffer, from: count, waitsForNext: true, &events) : 0
                count += filled
                if let first = responses.first, first.isComplete, first.waiting.isEmpty {
                    responses.removeFirst()
                    events.append(.finished(response: first.heard.response))
                    // One response at a time: its audio is told under its name.
                    break
                }
                if filled == 0 { break }
            }
        }
        return (samples, events)
    }

    /// Stops everything. The result tells, for each response that was not finished, how much of it was handed out.
    mutating func clear() -> [Heard] {
        let heard = responses.map(\.heard)
        startFade()
        responses = []
        queuedSamples = 0
        return heard
    }

    /// Takes one response out, whether it plays or waits.
    ///
    /// - Returns: how much of it was handed out; nil when it is not there (any more).
    mutating func remove(response: String) -> Heard? {
        guard let index = responses.firstIndex(where: { $0.heard.response == response }) else { return nil }
        if index == 0 { startFade() }
        queuedSamples -= responses[index].waiting.reduce(0) { $0 + $1.samples.count - $1.offset }
        return responses.remove(at: index).heard
    }

    /// Milliseconds of a response that were handed out; 0 when it is not there.
    func handedOut(response: String) -> Int {
        responses.first { $0.heard.response == response }?.heard.milliseconds ?? 0
    }

    /// Lets a response that is ready go before one whose model has said nothing yet.
    private mutating func chooseFirst() {
        guard let first = responses.first, !first.hasBegun, !first.isReady, let index = responses.firstIndex(where: \.isReady) else {
            return
        }
        responses.insert(responses.remove(at: index), at: 0)
    }

    private mutating func startFade() {
        guard let sentence = responses.first?.waiting.first, sentence.offset > 0 else { return }
        let rest = sentence.samples.dropFirst(sentence.offset).prefix(Self.fadeSamples)
        let gain = gain
        fade = rest.enumerated().map { index, sample in
            Int16(Float(sample) * gain * Float(Self.fadeSamples - index) / Float(Self.fadeSamples))
        }
        // What comes next is a new reply.
        self.gain = 1
        level = .full
    }

    /// Continues the first response; returns how many samples of the frame were filled.
    ///
    /// - Parameter waitsForNext: the pause behind a sentence comes only with the next one.
    private mutating func fill(
        _ frame: UnsafeMutableBufferPointer<Int16>,
        from start: Int,
        waitsForNext: Bool = false,
        _ events: inout [Event]
    ) -> Int {
        var position = start
        while position < frame.count, !responses[0].waiting.isEmpty {
            if responses[0].gap > 0 {
                let count = min(responses[0].gap, frame.count - position)
                for index in position..<(position + count) { frame[index] = 0 }
                position += count
                responses[0].gap -= count
                responses[0].heard.samples += count
                continue
            }
            let count = play(into: frame, at: position, &events)
            position += count
            if responses[0].waiting[0].offset == responses[0].waiting[0].samples.count {
                report(&events)
                responses[0].waiting.removeFirst()
                responses[0].sentence += 1
                responses[0].gap = Self.sentenceGapSamples
            }
        }
        if !waitsForNext, position < frame.count, responses[0].gap > 0, responses[0].waiting.isEmpty, !responses[0].isComplete {
            // The pause runs while the next sentence is still being made.
            let count = min(responses[0].gap, frame.count - position)
            for index in position..<(position + count) { frame[index] = 0 }
            position += count
            responses[0].gap -= count
            responses[0].heard.samples += count
        }
        return position - start
    }

    private mutating func play(into frame: UnsafeMutableBufferPointer<Int16>, at position: Int, _ events: inout [Event]) -> Int {
        let offset = responses[0].waiting[0].offset
        let count = min(frame.count - position, responses[0].waiting[0].samples.count - offset)
        responses[0].waiting[0].samples.withUnsafeBufferPointer { samples in
            for index in 0..<count { frame[position + index] = samples[offset + index] }
        }
        report(&events, upTo: offset + count)
        responses[0].waiting[0].offset += count
        responses[0].heard.samples += count
        responses[0].heard.sentences[responses[0].sentence].played += count
        queuedSamples -= count
        return count
    }

    /// Reports the cues below a sample offset; all that are left without one.
    private mutating func report(_ events: inout [Event], upTo offset: Int = .max) {
        let sentence = responses[0].waiting[0]
        var next = sentence.nextCue
        while next < sentence.cues.count, sentence.cues[next] < offset {
            events.append(.reached(response: responses[0].heard.response, Cue(sentence: responses[0].sentence, number: next)))
            next += 1
        }
        responses[0].waiting[0].nextCue = next
    }
}
