import Foundation
import VoiceEngine

#if os(Linux)
    import Glibc
#endif

/// A small fixed set of threads for work that occupies a thread for up to a second, with a bounded queue.
///
/// The cooperative pool is no place for such work: there it would hold up every other task of the process.
final class SpeechWorkers: Sendable {
    private let runtime: OnnxRuntime
    private let queue: SpeechWorkQueue

    /// - Parameters:
    ///   - name: of the threads, for tools that list them (the system shows 15 characters).
    ///   - threads: at least 2 are started, so that one is free of interims.
    init(name: String, threads: Int, runtime: OnnxRuntime) {
        let count = max(2, threads)
        let queue = SpeechWorkQueue(threads: count)
        self.runtime = runtime
        self.queue = queue
        for index in 0..<count {
            let thread = Thread {
                // From inside: only a running thread passes its name on to the system.
                Thread.current.name = "\(name)-\(index)"
                Self.giveWay()
                queue.work()
            }
            thread.start()
        }
    }

    deinit { queue.stop() }

    /// How much later than others these threads get the processor when it is scarce (nice value, setpriority(2)). A frame of sound is
    /// due every 20 ms and takes microseconds; a word may come some milliseconds later.
    private static let niceness: Int32 = 10

    private static func giveWay() {
        #if os(Linux)
            // Of the calling thread only: on Linux each thread has a priority of its own.
            _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, niceness)
        #endif
    }

    /// Runs `body` on one of the threads.
    ///
    /// Cancelling the task takes waiting work out of the queue and terminates running work through its run options.
    func run<Value: Sendable>(
        priority: SpeechToTextPriority = .final,
        _ body: @escaping @Sendable (OnnxRunOptions) throws(SpeechModelError) -> Value
    ) async throws(SpeechModelError) -> Value {
        let options = try OnnxRunOptions(runtime: runtime)
        let outcome: Result<Value, SpeechModelError> = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let work = SpeechWork(
                    options: options,
                    perform: {
                        do throws(SpeechModelError) {
                            try options.checkCancellation()
                            continuation.resume(returning: .success(try body(options)))
                        } catch {
                            continuation.resume(returning: .failure(options.isTerminated ? .cancelled : error))
                        }
                    },
                    refuse: { continuation.resume(returning: .failure($0)) }
                )
                queue.add(work, priority: priority)
            }
        } onCancel: {
            options.terminate()
            queue.cancel(options)
        }
        return try outcome.get()
    }
}

/// A piece of work. Exactly one of the closures is called, once.
private struct SpeechWork: Sendable {
    let options: OnnxRunOptions
    let perform: @Sendable () -> Void
    let refuse: @Sendable (SpeechModelError) -> Void
}

/// The schedule under a lock, with threads that wait for it.
///
/// Unchecked because the compiler cannot see that `schedule`, `runningInterims` and `stopped` are touched only between `condition.lock()`
/// and `condition.unlock()`; they are private, and each of the five methods below does so.
private final class SpeechWorkQueue: @unchecked Sendable {
    private let condition = NSCondition()
    private var schedule: SpeechWorkSchedule<SpeechWork>
    /// The interims that run and were not told to stop.
    private var runningInterims: [OnnxRunOptions] = []
    private var stopped = false

    init(threads: Int) {
        schedule = SpeechWorkSchedule(threads: threads)
    }

    func add(_ work: SpeechWork, priority: SpeechToTextPriority) {
        condition.lock()
        // Cancelled before it came here: `cancel` has already looked in vain.
        guard !stopped, !work.options.isTerminated else {
            condition.unlock()
            work.refuse(.cancelled)
            return
        }
        let admission = schedule.add(work, priority: priority)
        // The newest has done the least. One that was told to stop does so within a step of its network.
        let stopping = runningInterims.suffix(schedule.stopInterims())
        runningInterims.removeLast(stopping.count)
        for interim in stopping { interim.terminate() }
        condition.signal()
        condition.unlock()
        let overloaded = SpeechModelError(.overloaded, "More speech waits to be processed than can be done in time.")
        switch admission {
        case .accepted: break
        case .acceptedInsteadOf(let evicted): evicted.refuse(overloaded)
        case .refused: work.refuse(overloaded)
        }
    }

    func cancel(_ options: OnnxRunOptions) {
        condition.lock()
        let work = schedule.remove { $0.options === options }
        condition.unlock()
        work?.refuse(.cancelled)
    }

    /// The life of a thread: ends after `stop`.
    func work() {
        condition.lock()
        while !stopped {
            guard let (work, priority) = schedule.next() else {
                condition.wait()
                continue
            }
            if priority == .interim { runningInterims.append(work.options) }
            condition.unlock()
            work.perform()
            condition.lock()
            schedule.finished(priority)
            runningInterims.removeAll { $0 === work.options }
            // An interim that was held back may start now.
            condition.signal()
        }
        condition.unlock()
    }

    func stop() {
        condition.lock()
        stopped = true
        let waiting = schedule.removeAll()
        condition.broadcast()
        condition.unlock()
        for work in waiting { work.refuse(.cancelled) }
    }
}
