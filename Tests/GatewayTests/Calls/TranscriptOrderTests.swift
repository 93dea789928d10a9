import InterviewCore
import Testing

@testable import Gateway

@Suite("order of the transcript")
struct TranscriptOrderTests {
    private func turn(_ id: String) -> SpokenTurn {
        SpokenTurn(speaker: .candidate, text: id, startMilliseconds: 0, endMilliseconds: 1, itemID: id)
    }

    @Test("lines leave in the order in which their sound began, whenever their words come")
    func bySpeechStart() {
        var order = TranscriptOrder()
        _ = order.begin("a")
        _ = order.begin("b")
        _ = order.begin("c")
        let afterLast = order.finish("c", self.turn("c"))
        #expect(afterLast.isEmpty)
        let afterMiddle = order.finish("b", nil)
        #expect(afterMiddle.isEmpty)
        let afterFirst = order.finish("a", self.turn("a"))
        #expect(afterFirst == [self.turn("a"), self.turn("c")])
        let isWaiting = order.isWaiting
        #expect(!isWaiting)
    }

    @Test("words that are overdue are given up, and what waited behind them leaves")
    func overdue() {
        var order = TranscriptOrder()
        _ = order.begin("a")
        _ = order.begin("b")
        order.soundEnded("a", at: .seconds(10))
        _ = order.finish("b", self.turn("b"))
        let early = order.releaseOverdue(at: .seconds(29))
        #expect(early.isEmpty)
        let late = order.releaseOverdue(at: .seconds(30))
        #expect(late == [self.turn("b")])
    }

    @Test("a sound that goes on is never overdue")
    func speaking() {
        var order = TranscriptOrder()
        _ = order.begin("a")
        let released = order.releaseOverdue(at: .seconds(10_000))
        #expect(released.isEmpty)
        let isWaiting = order.isWaiting
        #expect(isWaiting)
    }

    @Test("more open places than the limit give up the first")
    func limit() {
        var order = TranscriptOrder()
        for index in 0...TranscriptOrder.mostOpen { _ = order.begin("k\(index)") }
        let released = order.finish("k1", self.turn("k1"))
        #expect(released == [self.turn("k1")])
    }

    @Test("flushing lets out what has words")
    func flush() {
        var order = TranscriptOrder()
        _ = order.begin("a")
        _ = order.begin("b")
        _ = order.finish("b", self.turn("b"))
        let flushed = order.flush()
        #expect(flushed == [self.turn("b")])
        let isWaiting = order.isWaiting
        #expect(!isWaiting)
    }
}

@Suite("what was heard of a sentence")
struct HeardTextTests {
    @Test(
        "the text ends with a whole word within the time",
        arguments: [(0, ""), (600, "What was"), (700, "What was"), (100_000, "What was the hardest bug?")]
    )
    func prefix(_ milliseconds: Int64, _ expected: String) {
        let text = HeardText.prefix(of: "What was the hardest bug?", milliseconds: milliseconds, charactersPerSecond: 16)
        #expect(text == expected)
    }
}

@Suite("the clock of a call")
struct CallClockTests {
    @Test("it stands until the first sound and runs on from then")
    func standing() {
        var clock = CallClock()
        #expect(clock.reading(at: .seconds(50)) == .zero)
        #expect(clock.moment(of: .seconds(5)) == nil)
        let started = clock.start(at: .seconds(60))
        let startedAgain = clock.start(at: .seconds(70))
        #expect(started)
        #expect(!startedAgain)
        #expect(clock.reading(at: .seconds(75)) == .seconds(15))
        #expect(clock.moment(of: .seconds(5)) == .seconds(65))
    }
}
