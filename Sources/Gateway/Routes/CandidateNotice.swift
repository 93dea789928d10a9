/// Where the voices of candidates may go, over all servers that a call may be given to.
enum VoicePath: String, Sendable {
    /// They stay on this machine.
    case local
    /// They leave it.
    case remote
    /// Both can happen; which, is known when the call is made.
    case either

    init(_ upstreams: [Upstream]) {
        let remote = upstreams.filter(\.isRemote).count
        self = remote == 0 ? .local : remote == upstreams.count ? .remote : .either
    }
}

/// What a candidate is told before anything begins, in a version that the record names.
///
/// Every sentence has to be true of what this version does; a change of the program that makes one untrue changes the
/// text and the version.
struct CandidateNotice: Encodable, Sendable {
    let version: String
    let items: [String]

    init(_ path: VoicePath) {
        self.version = "2026-11-\(path.rawValue)"
        let voice =
            switch path {
            case .remote:
                "Your voice is sent to the speech service that the organiser of this interview has chosen, which turns it into text."
            case .local: "Your voice is turned into text on the organiser's own server."
            case .either:
                "Your voice is turned into text on the organiser's own server or by a speech service that the organiser of this interview has "
                    + "chosen; then it is sent there."
            }
        self.items = [
            "You will talk with an AI interviewer, not with a person.",
            voice,
            "The text of the conversation is stored for the people who decide. The sound is not stored.",
            "Everyone is asked the same questions. A person reads your answers and decides.",
            "You can end the interview at any time.",
        ]
    }
}
