/// What a candidate is told before anything begins, in a version that the record names.
///
/// Every sentence has to be true of what this version does; a change of the program that makes one untrue changes the
/// text and the version.
struct CandidateNotice: Encodable, Sendable {
    let version: String
    let items: [String]

    /// - Parameter isRemote: the speech goes to a server that is not this one.
    init(isRemote: Bool) {
        self.version = isRemote ? "2026-11-remote" : "2026-11-local"
        self.items = [
            "You will talk with an AI interviewer, not with a person.",
            isRemote
                ? "Your voice is sent to the speech service that the organiser of this interview has chosen, which turns it into text."
                : "Your voice is turned into text on the organiser's own server.",
            "The text of the conversation is stored for the people who decide. The sound is not stored.",
            "Everyone is asked the same questions. A person reads your answers and decides.",
            "You can end the interview at any time.",
        ]
    }
}
