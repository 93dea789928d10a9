/// Where an interview stands. The raw values are what the store and the HTTP interface use.
public enum InterviewStatus: String, Codable, Hashable, Sendable, CaseIterable {
    /// Made, link not used. Next: joined, abandoned, failed.
    case created
    /// The candidate used the link. Next: connecting, ended, abandoned, failed.
    case joined
    /// A call is being set up. Next: live, joined or suspended (set-up failed), ended, abandoned, failed.
    case connecting
    /// Talking. Next: suspended, completed, ended, failed.
    case live
    /// The call was lost; the candidate may return. Next: connecting, completed, ended, abandoned, failed.
    case suspended
    /// All that was to be said was said. Final.
    case completed
    /// Closed before the end of the plan, by the candidate or kindly by us. Final.
    case ended
    /// The candidate never came, or did not come back. Final.
    case abandoned
    /// It could not be held, through no doing of the candidate. Final.
    case failed

    /// Nothing follows a final status.
    public var isFinal: Bool {
        switch self {
        case .completed, .ended, .abandoned, .failed: true
        case .created, .joined, .connecting, .live, .suspended: false
        }
    }
}
