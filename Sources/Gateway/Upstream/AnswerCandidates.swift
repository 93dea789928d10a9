/// The ICE candidates of an SDP answer: the addresses that the candidate's browser will send packets to. Pure.
///
/// A server elsewhere has no business with addresses of the browser's own machine or network: taken over, such an answer
/// would make browsers of our candidates knock at doors in their homes and companies. An address that is not written in
/// digits is left out too, since a name can stand for any.
struct AnswerCandidates: Equatable {
    /// The answer without the candidates that were left out; lines end with CRLF (RFC 8866, section 5).
    let answer: String
    let kept: Int
    let removed: Int

    init(of answer: String, allowing scopes: Set<AddressScope>) {
        var (kept, removed) = (0, 0)
        let lines = answer.split(omittingEmptySubsequences: true, whereSeparator: \.isNewline).filter { line in
            guard line.hasPrefix("a=candidate:") else { return true }
            // RFC 8839, section 5.1: foundation, component, transport, priority, address, port, …
            let words = line.split(separator: " ")
            if words.count >= 6, let scope = AddressScope(words[4]), scopes.contains(scope) {
                kept += 1
                return true
            }
            removed += 1
            return false
        }
        self.answer = lines.joined(separator: "\r\n") + "\r\n"
        (self.kept, self.removed) = (kept, removed)
    }

    /// It named addresses, and none is left: no browser can reach it.
    var isUnreachable: Bool { self.kept == 0 && self.removed > 0 }
}
