import Crypto
import InterviewCore
import ServerEdge

/// The public name of a signalling session. It may stand in addresses and logs: knowing it gives nobody anything.
struct SignallingSessionID: RandomIdentifier {
    static let prefix = "sig_"
    let rawValue: String
    init(wellFormed rawValue: String) { self.rawValue = rawValue }

    /// The name of the session that a ticket opens: the first 128 bits of a digest, from which the ticket cannot be found.
    ///
    /// So the address of the socket and the ticket that its page presents belong together without anything being stored, before
    /// and after a restart.
    init(of ticket: Secret<String>) {
        let digest = TokenDigest(of: "viva signalling session\n" + ticket.expose())
        self.init(wellFormed: Self.prefix + digest.hex.prefix(32))
    }
}
