import CGStreamer
import Glibc
import Testing

@testable import VoiceMedia

@Suite struct MediaThreadTests {
    @Test(
        "a thread that moves media goes before ordinary ones where that is permitted, and one that paces before it",
        arguments: [false, true]
    )
    func priority(paces: Bool) async {
        let (permitted, policy, priority, niceness, child) = await withCheckedContinuation { continuation in
            let isStarted = BlockingThread.start("viva-test") {
                let permitted = viva_thread_moves_media(paces)
                // On Linux these speak of the calling thread alone.
                let policy = sched_getscheduler(0)
                var parameters = sched_param()
                sched_getparam(0, &parameters)
                let priority = parameters.sched_priority
                let niceness = getpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0)
                let isStarted = BlockingThread.start("viva-test-child") {
                    continuation.resume(returning: (permitted, policy, priority, niceness, sched_getscheduler(0)))
                }
                if !isStarted { continuation.resume(returning: (permitted, policy, priority, niceness, -1)) }
            }
            if !isStarted { continuation.resume(returning: (false, -1, 0, 0, -1)) }
        }
        // The flag that makes children ordinary (SCHED_RESET_ON_FORK) stands in the answer, too.
        let isRealTime = policy & ~0x4000_0000 == SCHED_RR
        #expect(permitted == (isRealTime || niceness < 0))
        if isRealTime { #expect(priority == (paces ? 2 : 1)) }
        #expect(child == SCHED_OTHER)
    }
}
