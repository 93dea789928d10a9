/// The life of one interview, from its making to a final status.
///
/// ```
/// created ─► joined ─► connecting ─► live ─► completed
///                          ▲  │        │
///                          │  └─► suspended ─► abandoned        ended, failed: from anywhere before
/// ```
///
/// It decides nothing about words or time; it only keeps an interview from standing where it cannot.
/// An event that does not fit is refused and changes nothing.
public struct InterviewStateMachine: ~Copyable {
    /// What an event did.
    public enum Result: Hashable, Sendable {
        /// Perform the transition in the store.
        case moved(from: InterviewStatus, to: InterviewStatus)
        /// The event repeats what is already so.
        case unchanged
        /// The event does not fit this status.
        case refused(in: InterviewStatus)
    }

    public private(set) var status: InterviewStatus
    /// The candidate and the interviewer have been connected at least once.
    public private(set) var hasBeenLive: Bool

    /// Takes up an interview where the store has it.
    public init(status: InterviewStatus = .created, hasBeenLive: Bool = false) {
        self.status = status
        self.hasBeenLive = hasBeenLive
    }

    /// The candidate has presented the ticket.
    public mutating func join() -> Result {
        switch status {
        case .created: move(to: .joined)
        case .joined: .unchanged
        case .connecting, .live, .suspended, .completed, .ended, .abandoned, .failed: .refused(in: status)
        }
    }

    /// The candidate has offered a call, for the first time or to resume.
    public mutating func callStarted() -> Result {
        switch status {
        case .joined, .suspended: move(to: .connecting)
        case .created, .connecting, .live, .completed, .ended, .abandoned, .failed: .refused(in: status)
        }
    }

    /// Both sides can hear each other.
    public mutating func callConnected() -> Result {
        switch status {
        case .connecting:
            hasBeenLive = true
            return move(to: .live)
        case .live: return .unchanged
        case .created, .joined, .suspended, .completed, .ended, .abandoned, .failed: return .refused(in: status)
        }
    }

    /// The call could not be set up; the candidate may try again.
    public mutating func callSetupFailed() -> Result {
        switch status {
        case .connecting: move(to: hasBeenLive ? .suspended : .joined)
        case .created, .joined, .live, .suspended, .completed, .ended, .abandoned, .failed: .refused(in: status)
        }
    }

    /// The call broke off; the candidate may come back. Before the first words it counts as a failed set-up.
    public mutating func callLost() -> Result {
        switch status {
        case .connecting: callSetupFailed()
        case .live: move(to: .suspended)
        case .suspended: .unchanged
        case .created, .joined, .completed, .ended, .abandoned, .failed: .refused(in: status)
        }
    }

    /// The conductor is through with the plan. Also while suspended: who loses the line during the goodbye has done the interview.
    public mutating func conductorCompleted() -> Result {
        switch status {
        case .live, .suspended, .connecting: hasBeenLive ? move(to: .completed) : .refused(in: status)
        case .completed: .unchanged
        case .created, .joined, .ended, .abandoned, .failed: .refused(in: status)
        }
    }

    /// The interview ends early.
    public mutating func end(_ reason: EndReason) -> Result {
        close(as: reason.status)
    }

    /// The ticket has run out, or nobody came back.
    public mutating func abandon() -> Result { close(as: .abandoned) }

    /// It cannot be held.
    public mutating func fail() -> Result { close(as: .failed) }

    private mutating func close(as final: InterviewStatus) -> Result {
        if status == final { return .unchanged }
        if status.isFinal { return .refused(in: status) }
        return move(to: final)
    }

    private mutating func move(to next: InterviewStatus) -> Result {
        defer { status = next }
        return .moved(from: status, to: next)
    }
}
