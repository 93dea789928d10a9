import CGStreamer
import Glibc
import Testing

@testable import VoiceMedia

@Suite struct MediaThreadTests {
    @Test("a thread that moves media runs before ordinary ones where the system permits it, and what it starts is ordinary again")
    func priority() async {
        let (permitted, policy, niceness, child) = await withCheckedContinuation { continuation in
            let isStarted = BlockingThread.start("viva-test") {
                let permitted = viva_thread_moves_media()
                // On Linux these speak of the calling thread alone.
                let policy = sched_getscheduler(0)
                let niceness = getpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0)
                let isStarted = BlockingThread.start("viva-test-child") {
                    continuation.resume(returning: (permitted, policy, niceness, sched_getscheduler(0)))
                }
                if !isStarted { continuation.resume(returning: (permitted, policy, niceness, -1)) }
            }
            if !isStarted { continuation.resume(returning: (false, -1, 0, -1)) }
        }
        // The flag that makes children ordinary (SCHED_RESET_ON_FORK) stands in the answer, too.
        let isRealTime = policy & ~0x4000_0000 == SCHED_RR
        #expect(permitted == (isRealTime || niceness < 0))
        #expect(child == SCHED_OTHER)
    }
}
