import Testing

@testable import VoiceMedia

@Suite struct TickScheduleTests {
    let interval = Duration.milliseconds(20)

    @Test("ticks keep their distance however late each one runs")
    func noDrift() {
        var schedule = TickSchedule(start: .zero, interval: interval, maximumCatchUp: 5)
        for number in 1...1_000 {
            #expect(schedule.next == interval * number)
            #expect(schedule.advance(now: schedule.next + .milliseconds(3)) == 0)
        }
    }

    @Test("after a short stall the late ticks follow at once, none is lost")
    func catchesUp() {
        var schedule = TickSchedule(start: .zero, interval: interval, maximumCatchUp: 5)
        let now = Duration.milliseconds(110)
        var ticks = 0
        while schedule.next <= now {
            #expect(schedule.advance(now: now) == 0)
            ticks += 1
        }
        #expect(ticks == 5 && schedule.next == .milliseconds(120))
    }

    @Test("after a long stall no more than the limit is caught up, and the skipped ones are counted")
    func skips() {
        var schedule = TickSchedule(start: .zero, interval: interval, maximumCatchUp: 5)
        let now = Duration.seconds(2)
        var (ticks, skipped) = (0, 0)
        while schedule.next <= now {
            skipped += Int(schedule.advance(now: now))
            ticks += 1
        }
        #expect(ticks == 6 && ticks + skipped == 100)
        #expect(schedule.next == .milliseconds(2_020))
    }
}
