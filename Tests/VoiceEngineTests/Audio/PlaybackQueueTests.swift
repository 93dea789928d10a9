import Testing

@testable import VoiceEngine

@Suite struct PlaybackQueueTests {
    private static func frame(_ queue: inout PlaybackQueue) -> (samples: [Int16], events: [PlaybackQueue.Event]) {
        var samples = [Int16](repeating: 99, count: PlaybackQueue.frameSamples)
        let events = samples.withUnsafeMutableBufferPointer { queue.nextFrame(into: $0) }
        return (samples, events)
    }

    /// Plays until nothing more happens.
    private static func play(_ queue: inout PlaybackQueue, frames: Int) -> (samples: [Int16], events: [PlaybackQueue.Event]) {
        var all: (samples: [Int16], events: [PlaybackQueue.Event]) = ([], [])
        for _ in 0..<frames {
            let next = frame(&queue)
            all.samples += next.samples
            all.events += next.events
        }
        return all
    }

    @Test("an empty queue gives silence")
    func silence() {
        var queue = PlaybackQueue()
        let (samples, events) = Self.frame(&queue)
        #expect(samples.allSatisfy { $0 == 0 })
        #expect(events.isEmpty)
    }

    @Test("samples come out as they went in, and the end is reported with the frame that holds it")
    func order() {
        var queue = PlaybackQueue()
        queue.begin(response: "r")
        #expect(queue.append((0..<1_000).map { Int16($0) }, cues: [0], to: "r") == true)
        queue.complete(response: "r")
        let first = Self.frame(&queue)
        #expect(first.events == [.reached(response: "r", .init(sentence: 0, number: 0))])
        let rest = Self.play(&queue, frames: 3)
        #expect(first.samples + rest.samples.prefix(520) == (0..<1_000).map { Int16($0) })
        #expect(rest.samples.dropFirst(520).allSatisfy { $0 == 0 })
        #expect(rest.events == [.finished(response: "r")])
        #expect(queue.isIdle)
    }

    @Test("cues are reported with the frame that plays them, each once")
    func cues() {
        var queue = PlaybackQueue()
        queue.begin(response: "r")
        _ = queue.append([Int16](repeating: 1, count: 1_440), cues: [0, 480, 1_439], to: "r")
        #expect(Self.frame(&queue).events == [.reached(response: "r", .init(sentence: 0, number: 0))])
        #expect(Self.frame(&queue).events == [.reached(response: "r", .init(sentence: 0, number: 1))])
        #expect(Self.frame(&queue).events == [.reached(response: "r", .init(sentence: 0, number: 2))])
        #expect(Self.frame(&queue).events.isEmpty)
    }

    @Test("between two sentences of a response lie 180 ms, and none after the last")
    func gap() {
        var queue = PlaybackQueue()
        queue.begin(response: "r")
        _ = queue.append([Int16](repeating: 1, count: 480), cues: [0], to: "r")
        _ = queue.append([Int16](repeating: 2, count: 480), cues: [0], to: "r")
        queue.complete(response: "r")
        let all = Self.play(&queue, frames: 11)
        #expect(all.samples[480..<(480 + 4_320)].allSatisfy { $0 == 0 })
        #expect(all.samples[4_800..<5_280].allSatisfy { $0 == 2 })
        #expect(all.events.last == .finished(response: "r"))
    }

    @Test("the pause runs while the next sentence is still being made")
    func lateSentence() {
        var queue = PlaybackQueue()
        queue.begin(response: "r")
        _ = queue.append([Int16](repeating: 1, count: 480), cues: [0], to: "r")
        _ = Self.play(&queue, frames: 20)
        _ = queue.append([Int16](repeating: 2, count: 480), cues: [0], to: "r")
        #expect(Self.frame(&queue).samples.allSatisfy { $0 == 2 })
    }

    @Test("an open response without audio is not finished")
    func open() {
        var queue = PlaybackQueue()
        queue.begin(response: "r")
        #expect(Self.play(&queue, frames: 50).events.isEmpty)
        queue.complete(response: "r")
        #expect(Self.frame(&queue).events == [.finished(response: "r")])
    }

    @Test("a response that has nothing to play yet does not hold up the next, which then plays to its end")
    func notReady() {
        var queue = PlaybackQueue()
        for response in ["slow", "ready"] { queue.begin(response: response) }
        _ = queue.append([Int16](repeating: 2, count: 480), cues: [0], to: "ready")
        let first = Self.frame(&queue)
        #expect(first.samples.allSatisfy { $0 == 2 })
        #expect(first.events == [.reached(response: "ready", .init(sentence: 0, number: 0))])
        // It has begun: while its next sentence is being made, nothing else is heard.
        _ = queue.append([Int16](repeating: 1, count: 480), cues: [0], to: "slow")
        #expect(Self.play(&queue, frames: 20).samples.allSatisfy { $0 == 0 })
        _ = queue.append([Int16](repeating: 3, count: 480), cues: [0], to: "ready")
        queue.complete(response: "ready")
        #expect(Self.frame(&queue).samples.allSatisfy { $0 == 3 })
        #expect(queue.handedOut(response: "slow") == 0)
        let rest = Self.play(&queue, frames: 2)
        #expect(rest.samples.contains(1))
        #expect(rest.events.contains(.reached(response: "slow", .init(sentence: 0, number: 0))))
    }

    @Test("a peer that plays by itself is not held up either, and a response without a sound comes to its end")
    func notReadyTaken() {
        var queue = PlaybackQueue()
        for response in ["slow", "empty", "ready"] { queue.begin(response: response) }
        queue.complete(response: "empty")
        #expect(queue.take(upTo: 100).events == [.finished(response: "empty")])
        _ = queue.append([5, 6], cues: [0], to: "ready")
        queue.complete(response: "ready")
        let taken = queue.take(upTo: 100)
        #expect(taken.samples == [5, 6])
        #expect(taken.events == [.reached(response: "ready", .init(sentence: 0, number: 0)), .finished(response: "ready")])
        #expect(!queue.isIdle)
    }

    @Test("clearing tells how much of each sentence was handed out, and what follows is silence after a short fade")
    func clear() {
        var queue = PlaybackQueue()
        queue.begin(response: "r")
        _ = queue.append([Int16](repeating: 1_000, count: 960), cues: [0], to: "r")
        _ = queue.append([Int16](repeating: 1_000, count: 960), cues: [0], to: "r")
        _ = Self.play(&queue, frames: 2 + 9 + 1)
        let heard = queue.clear()
        #expect(heard.count == 1)
        #expect(heard.first?.sentences == [.init(played: 960, total: 960), .init(played: 480, total: 960)])
        #expect(heard.first?.milliseconds == 240)
        let (samples, _) = Self.frame(&queue)
        #expect(samples[0] > 900)
        #expect(zip(samples, samples.dropFirst()).allSatisfy { $0 >= $1 })
        #expect(samples.dropFirst(PlaybackQueue.fadeSamples).allSatisfy { $0 == 0 })
        #expect(queue.isIdle)
    }

    @Test("clearing before anything was played leaves no sound")
    func clearUnplayed() {
        var queue = PlaybackQueue()
        queue.begin(response: "r")
        _ = queue.append([Int16](repeating: 1_000, count: 960), cues: [0], to: "r")
        #expect(queue.clear().first?.milliseconds == 0)
        #expect(Self.frame(&queue).samples.allSatisfy { $0 == 0 })
    }

    @Test("a response that was played to its end is not reported as cleared")
    func clearFinished() {
        var queue = PlaybackQueue()
        queue.begin(response: "r")
        _ = queue.append([1, 2, 3], cues: [], to: "r")
        queue.complete(response: "r")
        _ = Self.frame(&queue)
        #expect(queue.clear().isEmpty == true)
    }

    @Test("audio beyond the limit, or for a response that is not open, is refused as a whole")
    func limits() {
        var queue = PlaybackQueue()
        #expect(queue.append([1], cues: [], to: "r") == false)
        queue.begin(response: "r")
        #expect(queue.append([Int16](repeating: 0, count: PlaybackQueue.maximumSamples), cues: [], to: "r") == true)
        #expect(queue.append([1], cues: [], to: "r") == false)
        #expect(queue.queuedSamples == PlaybackQueue.maximumSamples)
        _ = queue.clear()
        #expect(queue.append([1], cues: [], to: "r") == false)
    }

    @Test("a sentence without sound still reaches its cue")
    func emptySentence() {
        var queue = PlaybackQueue()
        queue.begin(response: "r")
        _ = queue.append([], cues: [0], to: "r")
        #expect(Self.frame(&queue).events == [.reached(response: "r", .init(sentence: 0, number: 0))])
    }
}
