/// What is to be played, in order, cut into frames of 20 ms by whoever plays it.
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
    }

    private var responses: [Response] = []
    private var fade: [Int16] = []
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

    /// Fills one frame, with zeros where there is nothing to play.
    mutating func nextFrame(into frame: UnsafeMutableBufferPointer<Int16>) -> [Event] {
        var events: [Event] = []
        var position = 0
        for sample in fade.prefix(frame.count) {
            frame[position] = sample
            position += 1
        }
        fade.removeFirst(position)
        while position < frame.count, !responses.isEmpty {
            let filled = fill(frame, from: position, &events)
            position += filled
            if let first = responses.first, first.isComplete, first.waiting.isEmpty {
                // A sentence that ends inside this frame is heard with it; what follows begins with the next frame.
                responses.removeFirst()
                events.append(.finished(response: first.heard.response))
                break
            }
            if filled == 0 { break }
        }
        while position < frame.count {
            frame[position] = 0
            position += 1
        }
        return events
    }

    /// Stops everything. The result tells, for each response that was not finished, how much of it was handed out.
    mutating func clear() -> [Heard] {
        let heard = responses.map(\.heard)
        if let sentence = responses.first?.waiting.first, sentence.offset > 0 {
            let rest = sentence.samples.dropFirst(sentence.offset).prefix(Self.fadeSamples)
            fade = rest.enumerated().map { index, sample in
                Int16(Int(sample) * (Self.fadeSamples - index) / Self.fadeSamples)
            }
        }
        responses = []
        queuedSamples = 0
        return heard
    }

    /// Continues the first response; returns how many samples of the frame were filled.
    private mutating func fill(_ frame: UnsafeMutableBufferPointer<Int16>, from start: Int, _ events: inout [Event]) -> Int {
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
        if position < frame.count, responses[0].gap > 0, responses[0].waiting.isEmpty, !responses[0].isComplete {
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
