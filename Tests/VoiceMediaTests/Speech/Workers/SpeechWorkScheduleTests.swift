import Testing
import VoiceEngine

@testable import VoiceMedia

@Suite("Speech work schedule")
struct SpeechWorkScheduleTests {
    private typealias Schedule = SpeechWorkSchedule<Int>

    private static func isRefused(_ admission: Schedule.Admission) -> Bool {
        if case .refused = admission { true } else { false }
    }

    @Test("finals are started before interims, each in order of arrival")
    func order() {
        var schedule = Schedule(threads: 3)
        for (work, priority) in [(1, SpeechToTextPriority.interim), (2, .final), (3, .interim), (4, .final)] {
            _ = schedule.add(work, priority: priority)
        }
        var started: [Int] = []
        while let next = schedule.next() {
            started.append(next.work)
            schedule.finished(next.priority)
        }
        #expect(started == [2, 4, 1, 3])
    }

    @Test("an interim does not start beside a final")
    func besideFinal() {
        var schedule = Schedule(threads: 3)
        _ = schedule.add(1, priority: .final)
        _ = schedule.add(2, priority: .interim)
        #expect(schedule.next()?.work == 1)
        #expect(schedule.next() == nil)
        schedule.finished(.final)
        #expect(schedule.next()?.work == 2)
    }

    @Test("no more interims run at once than allowed, and the next starts when one ends")
    func interimThreads() {
        var schedule = Schedule(threads: 2)
        _ = schedule.add(1, priority: .interim)
        _ = schedule.add(2, priority: .interim)
        #expect(schedule.next()?.work == 1)
        #expect(schedule.next() == nil)
        _ = schedule.add(3, priority: .final)
        #expect(schedule.next()?.work == 3)
        schedule.finished(.final)
        #expect(schedule.next() == nil)
        schedule.finished(.interim)
        #expect(schedule.next()?.work == 2)
    }

    @Test("a final stops the interims that run, each once")
    func preemption() {
        var schedule = Schedule(threads: 3)
        for work in 1...2 {
            _ = schedule.add(work, priority: .interim)
            _ = schedule.next()
        }
        #expect(schedule.stopInterims() == 0)
        _ = schedule.add(3, priority: .final)
        #expect(schedule.stopInterims() == 2)
        _ = schedule.add(4, priority: .final)
        #expect(schedule.stopInterims() == 0, "they were told already")
        _ = schedule.next()
        _ = schedule.next()
        schedule.finished(.interim)
        schedule.finished(.interim)
        _ = schedule.add(5, priority: .final)
        #expect(schedule.stopInterims() == 0, "a final is not stopped for a final")
    }

    @Test("a full queue refuses interims early, and finals only when no interim can give way")
    func limits() {
        var schedule = Schedule(threads: 2)
        for work in 0..<Schedule.waitingInterimLimit { _ = schedule.add(work, priority: .interim) }
        #expect(Self.isRefused(schedule.add(-1, priority: .interim)))
        for work in 0..<Schedule.waitingLimit - Schedule.waitingInterimLimit { _ = schedule.add(work, priority: .final) }
        #expect(schedule.waiting == Schedule.waitingLimit)
        for evicted in 0..<Schedule.waitingInterimLimit {
            guard case .acceptedInsteadOf(let work) = schedule.add(1_000, priority: .final) else {
                Issue.record("the final was not accepted")
                return
            }
            #expect(work == evicted)
        }
        #expect(Self.isRefused(schedule.add(1_001, priority: .final)))
        #expect(schedule.waiting == Schedule.waitingLimit)
    }

    @Test("work that was removed is not started")
    func removal() {
        var schedule = Schedule(threads: 2)
        _ = schedule.add(1, priority: .final)
        _ = schedule.add(2, priority: .interim)
        #expect(schedule.remove { $0 == 2 } == 2)
        #expect(schedule.remove { $0 == 2 } == nil)
        #expect(schedule.removeAll() == [1])
        #expect(schedule.next() == nil)
    }
}
