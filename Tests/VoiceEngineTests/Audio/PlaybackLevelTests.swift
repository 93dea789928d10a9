import Testing

@testable import VoiceEngine

/// What becomes of the output while somebody speaks over it, and how a response is taken out.
@Suite struct PlaybackLevelTests {
    private static func queue(_ samples: Int = 4_800) -> PlaybackQueue {
        var queue = PlaybackQueue()
        queue.begin(response: "r")
        _ = queue.append([Int16](repeating: 10_000, count: samples), cues: [0], to: "r")
        queue.complete(response: "r")
        return queue
    }

    private static func frame(_ queue: inout PlaybackQueue) -> (samples: [Int16], events: [PlaybackQueue.Event]) {
        var samples = [Int16](repeating: 99, count: PlaybackQueue.frameSamples)
        let events = samples.withUnsafeMutableBufferPointer { queue.nextFrame(into: $0) }
        return (samples, events)
    }

    @Test("a ducked reply plays on, nearly silent, without a jump in its level")
    func ducked() {
        var queue = Self.queue()
        _ = Self.frame(&queue)
        queue.set(.ducked)
        let frame = Self.frame(&queue).samples
        #expect(frame.last == 800)
        #expect(zip(frame, frame.dropFirst()).allSatisfy { abs(Int($0) - Int($1)) < 200 })
        #expect(queue.handedOut(response: "r") == 40)
    }

    @Test("a paused reply is silent within 5 ms, loses at most as much, and goes on at full level")
    func paused() {
        var queue = Self.queue()
        _ = Self.frame(&queue)
        queue.set(.paused)
        let first = Self.frame(&queue).samples
        #expect(first.suffix(360).allSatisfy { $0 == 0 })
        for _ in 0..<50 { #expect(Self.frame(&queue).samples.allSatisfy { $0 == 0 }) }
        #expect(queue.handedOut(response: "r") == 25)
        queue.set(.full)
        _ = Self.frame(&queue)
        #expect(Self.frame(&queue).samples.allSatisfy { $0 == 10_000 })
        var events: [PlaybackQueue.Event] = []
        for _ in 0..<10 { events += Self.frame(&queue).events }
        #expect(events == [.finished(response: "r")])
    }

    @Test("a reply that is taken out while it is held leaves no sound behind, and the next one is at full level")
    func removedWhilePaused() {
        var queue = Self.queue()
        _ = Self.frame(&queue)
        queue.set(.paused)
        _ = Self.frame(&queue)
        #expect(queue.remove(response: "r")?.milliseconds == 25)
        #expect(Self.frame(&queue).samples.allSatisfy { $0 == 0 })
        queue.begin(response: "s")
        _ = queue.append([Int16](repeating: 5_000, count: 960), cues: [], to: "s")
        #expect(Self.frame(&queue).samples.allSatisfy { $0 == 5_000 })
    }

    @Test("a response that waits behind another can be taken out alone; one that is gone has nothing to tell")
    func removed() {
        var queue = Self.queue(960)
        queue.begin(response: "s")
        _ = queue.append([Int16](repeating: 1, count: 480), cues: [], to: "s")
        #expect(queue.queuedSamples == 1_440)
        #expect(queue.remove(response: "s")?.samples == 0)
        #expect(queue.remove(response: "s") == nil)
        #expect(queue.queuedSamples == 960)
        #expect(Self.frame(&queue).samples.first == 10_000)
    }

    @Test("a peer that plays by itself gets what there is: no zeros, the pause only with what follows, then the end")
    func taken() {
        var queue = PlaybackQueue()
        queue.begin(response: "r")
        _ = queue.append([1, 2, 3], cues: [0], to: "r")
        let first = queue.take(upTo: 100)
        #expect(first.samples == [1, 2, 3])
        #expect(first.events == [.reached(response: "r", .init(sentence: 0, number: 0))])
        #expect(queue.take(upTo: 100).samples.isEmpty)
        _ = queue.append([4], cues: [0], to: "r")
        queue.complete(response: "r")
        var samples: [Int16] = []
        var events: [PlaybackQueue.Event] = []
        for _ in 0..<100 where events.last != .finished(response: "r") {
            let next = queue.take(upTo: 1_000)
            samples += next.samples
            events += next.events
        }
        #expect(samples == [Int16](repeating: 0, count: PlaybackQueue.sentenceGapSamples) + [4])
        #expect(events.last == .finished(response: "r"))
        #expect(queue.isIdle)
    }
}
