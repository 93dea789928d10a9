/// Checks, before any media library sees it, that a text is an SDP offer which we could answer (RFC 8866, RFC 7587).
///
/// It looks at the form of the lines only; what the offer means is the transport's business.
public enum OfferCheck {
    /// Largest accepted offer in bytes. Browsers send 1 to 8 KiB; many candidates can double that.
    public static let maximumBytes = 32 * 1024

    public enum Failure: Error, Sendable, Equatable {
        /// More than `maximumBytes`.
        case tooLarge
        /// Not a session description: no `v=0` first, a line that is not `x=…`, or no media section.
        case notSDP
        /// No audio section that offers Opus at 48000 Hz.
        case noOpus
    }

    public static func check(_ offer: String) throws(Failure) {
        guard offer.utf8.count <= maximumBytes else { throw .tooLarge }
        let lines = lines(of: offer)
        guard lines.first.map(trimmed) == "v=0" else { throw .notSDP }
        var inAudio = false
        var payloadTypes: Set<Substring> = []
        var hasMedia = false
        var hasOpus = false
        for line in lines {
            let line = trimmed(line)
            guard isField(line) else { throw .notSDP }
            if line.hasPrefix("m=") {
                hasMedia = true
                // One space between the words (section 9): other readers may see no audio behind two.
                let words = line.dropFirst(2).split(separator: " ", omittingEmptySubsequences: false)
                guard words.count >= 4, words.allSatisfy({ !$0.isEmpty }) else { throw .notSDP }
                // Port 0 rejects a section (RFC 3264, section 6).
                inAudio = words[0] == "audio" && words[1] != "0"
                payloadTypes = Set(words.dropFirst(3))
            } else if inAudio, line.hasPrefix("a=rtpmap:") {
                let words = line.dropFirst(9).split(separator: " ")
                if words.count >= 2, payloadTypes.contains(words[0]), words[1].lowercased().hasPrefix("opus/48000") {
                    hasOpus = true
                }
            }
        }
        guard hasMedia else { throw .notSDP }
        guard hasOpus else { throw .noOpus }
    }

    /// Ends of lines are what Unicode calls so. Offers are ASCII, where that needs no look at characters, which costs many times more.
    private static func lines(of offer: String) -> [Substring] {
        // Vertical tab and form feed end lines too.
        guard offer.utf8.allSatisfy({ $0 < 0x80 && $0 != 0x0B && $0 != 0x0C }) else { return offer.split(whereSeparator: \.isNewline) }
        return offer.utf8.split { $0 == 0x0A || $0 == 0x0D }.map { Substring($0) }
    }

    /// `<type>=<value>` with a single lower-case letter as the type (RFC 8866, section 5).
    private static func isField(_ line: Substring) -> Bool {
        var scalars = line.unicodeScalars.makeIterator()
        guard let type = scalars.next(), ("a"..."z").contains(type) else { return false }
        return scalars.next() == "="
    }

    private static func trimmed(_ line: Substring) -> Substring {
        var line = line
        while let last = line.utf8.last, last == 0x20 || last == 0x09 { line = Substring(line.utf8.dropLast()) }
        return line
    }
}
