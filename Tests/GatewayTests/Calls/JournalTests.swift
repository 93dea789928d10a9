import InterviewCore
import InterviewStore
import Logging
import Synchronization
import Testing
import VivaTestKit

@testable import Gateway

@Suite("journal of writes", .timeLimit(.minutes(1)))
struct JournalTests {
    private func writer(_ store: GatedStore, _ limits: JournalBudget.Limits, clock: ManualClock) -> (
        StoreWriter, AsyncStream<StoreWriter.Report>
    ) {
        let (reports, report) = AsyncStream.makeStream(of: StoreWriter.Report.self)
        var generator = SystemRandomNumberGenerator()
        let writer = StoreWriter(
            store: store,
            interview: .random(using: &generator),
            tenant: .local,
            budget: JournalBudget(limits: limits),
            clock: MonotonicClock(clock),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        ) { report.yield($0) }
        return (writer, reports)
    }

    private func turn(_ number: Int) -> SpokenTurn {
        SpokenTurn(speaker: .candidate, text: "words", startMilliseconds: 0, endMilliseconds: 1, itemID: "item_\(number)")
    }

    @Test("a full journal refuses a write instead of dropping one")
    func full() throws {
        let (writer, _) = self.writer(
            try GatedStore.inTemporaryFolder(),
            JournalBudget.Limits(writes: 3, bytes: 1 << 20),
            clock: ManualClock()
        )
        #expect(writer.enqueue(.segment(self.turn(1))))
        #expect(writer.enqueue(.segment(self.turn(2))))
        #expect(writer.enqueue(.segment(self.turn(3))))
        #expect(!writer.enqueue(.segment(self.turn(4))))
    }

    @Test("bytes count as well as writes")
    func bytes() {
        let budget = JournalBudget(limits: JournalBudget.Limits(writes: 100, bytes: 1000))
        #expect(budget.reserve(bytes: 900))
        #expect(!budget.reserve(bytes: 200))
        budget.release(bytes: 900)
        #expect(budget.reserve(bytes: 200))
    }

    @Test("only the newest progress waits")
    func progress() throws {
        let (writer, _) = self.writer(
            try GatedStore.inTemporaryFolder(),
            JournalBudget.Limits(writes: 1, bytes: 1 << 20),
            clock: ManualClock()
        )
        for index in 0..<10 { #expect(writer.enqueue(.progress(ConductorProgress(questionIndex: index)))) }
    }
}
