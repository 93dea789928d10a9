import Testing

@testable import VoiceEngine

@Suite struct InputTests {
    private static let frame: UInt64 = 20_000_000

    @Test("audio that arrives in time is not filled")
    func inTime() {
        var timeline = InputTimeline()
        for index in 1...1_000 {
            #expect(timeline.silenceDue(now: UInt64(index) * Self.frame) == 0)
            timeline.received(480, now: UInt64(index) * Self.frame)
        }
    }

    @Test("nothing is filled before the first audio")
    func beforeFirst() {
        var timeline = InputTimeline()
        #expect(timeline.silenceDue(now: 60_000_000_000) == 0)
    }

    @Test("when the peer stops sending, silence keeps audio time within the tolerance of wall time")
    func stopped() {
        var timeline = InputTimeline()
        timeline.received(480, now: 1_000_000_000)
        var filled = 0
        for index in 1...100 {
            let now = 1_000_000_000 + UInt64(index) * Self.frame
            filled += timeline.silenceDue(now: now)
            let expected = index * 480
            #expect(expected - filled <= InputTimeline.toleranceMilliseconds * 24)
            #expect(filled <= expected)
        }
        #expect(filled > 40_000)
    }

    @Test("a burst of late packets is not preceded by silence")
    func burst() {
        var timeline = InputTimeline()
        timeline.received(480, now: 1_000_000_000)
        #expect(timeline.silenceDue(now: 1_200_000_000) == 0)
        for _ in 0..<10 { timeline.received(480, now: 1_200_000_000) }
        #expect(timeline.silenceDue(now: 1_400_000_000) == 0)
    }

    @Test("a machine that slept gets a bounded silence, once")
    func slept() {
        var timeline = InputTimeline()
        timeline.received(480, now: 1_000_000_000)
        #expect(timeline.silenceDue(now: 3_600_000_000_000) == InputTimeline.maximumFillMilliseconds * 24)
        #expect(timeline.silenceDue(now: 3_600_020_000_000) == 0)
    }

    @Test("a full ring drops the oldest samples and counts them")
    func ring() {
        var ring = InputRing()
        let samples = (0..<(InputRing.capacity + 100)).map { Int16(truncatingIfNeeded: $0) }
        samples.withUnsafeBufferPointer { ring.write($0) }
        var read: [Int16] = []
        #expect(ring.read(into: &read).dropped == 100)
        #expect(read == Array(samples.suffix(InputRing.capacity)))
        ring.writeSilence(3)
        var next: [Int16] = []
        #expect(ring.read(into: &next) == (0, 3))
        #expect(next == [0, 0, 0])
    }

    @Test("the speech buffer gives what is still there and is bounded")
    func speechBuffer() {
        var buffer = SpeechBuffer()
        buffer.append((0..<40_000).map { Float($0) })
        buffer.release(before: 20_000)
        #expect(buffer.start == 20_000)
        #expect(buffer[19_000..<20_002] == [20_000, 20_001])
        #expect(buffer[50_000..<60_000].isEmpty == true)
        for _ in 0..<60 { buffer.append([Float](repeating: 0, count: 16_000)) }
        #expect(buffer.end - buffer.start <= SpeechBuffer.maximumSamples)
    }
}
