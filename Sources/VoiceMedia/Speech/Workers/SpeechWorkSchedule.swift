import VoiceEngine

/// Which piece of work is started next, and which is refused. Pure: no threads, no time.
///
/// Finals are started before interims, each in order of arrival. Interims run only while no final does, leave one thread free, and
/// are stopped when a final comes (``stopInterims()``). On a busy machine people see fewer words while they
/// speak, and wait no longer for the answer.
struct SpeechWorkSchedule<Work> {
    /// How many pieces of work may wait. At 0.1 to 0.3 s each on two threads, the last of them is 6 to 20 s late: beyond
    /// that an answer is of no use, and "overloaded" is the better one.
    static var waitingLimit: Int { 128 }
    /// How many of those may be interims. They are repeated every second or so, so a long queue of them is only delay.
    static var waitingInterimLimit: Int { 8 }

    /// What became of new work.
    enum Admission {
        case accepted
        /// Accepted in place of an interim, which is now refused.
        case acceptedInsteadOf(Work)
        case refused
    }

    private let threads: Int
    private var finals: [Work] = []
    private var interims: [Work] = []
    private var runningInterims = 0
    /// Those of the running ones that were told to stop.
    private var stoppingInterims = 0
    private var runningFinals = 0

    /// - Parameter threads: at least 2, so that one is free of interims.
    init(threads: Int) {
        self.threads = max(2, threads)
    }

    var waiting: Int { finals.count + interims.count }

    /// Says how many more of the running interims are to be stopped: all of them as soon as a final waits, for even on another thread
    /// they take processor time and memory bandwidth from it. They count as running until `finished`.
    mutating func stopInterims() -> Int {
        guard !finals.isEmpty else { return 0 }
        defer { stoppingInterims = runningInterims }
        return runningInterims - stoppingInterims
    }

    mutating func add(_ work: Work, priority: SpeechToTextPriority) -> Admission {
        switch priority {
        case .interim:
            guard interims.count < Self.waitingInterimLimit, waiting < Self.waitingLimit else { return .refused }
            interims.append(work)
            return .accepted
        case .final:
            if waiting < Self.waitingLimit {
                finals.append(work)
                return .accepted
            }
            guard !interims.isEmpty else { return .refused }
            finals.append(work)
            return .acceptedInsteadOf(interims.removeFirst())
        }
    }

    /// The work to start now, if there is any that may start.
    mutating func next() -> (work: Work, priority: SpeechToTextPriority)? {
        if !finals.isEmpty {
            runningFinals += 1
            return (finals.removeFirst(), .final)
        }
        guard !interims.isEmpty, runningFinals == 0, runningInterims < threads - 1 else { return nil }
        runningInterims += 1
        return (interims.removeFirst(), .interim)
    }

    mutating func finished(_ priority: SpeechToTextPriority) {
        switch priority {
        case .interim:
            runningInterims -= 1
            stoppingInterims = max(0, stoppingInterims - 1)
        case .final: runningFinals -= 1
        }
    }

    /// Takes waiting work out of the queue.
    mutating func remove(where matches: (Work) -> Bool) -> Work? {
        if let index = finals.firstIndex(where: matches) { return finals.remove(at: index) }
        if let index = interims.firstIndex(where: matches) { return interims.remove(at: index) }
        return nil
    }

    /// Takes out everything that waits.
    mutating func removeAll() -> [Work] {
        defer { (finals, interims) = ([], []) }
        return finals + interims
    }
}
