/// What of a spoken text was heard.
enum HeardText {
    /// The text of sentences that were played in part: whole sentences, and of the first unfinished one the words that fit into
    /// the share of its audio that was played. A word that was cut off does not count.
    static func cut(_ sentences: [(text: String, played: Int, total: Int)]) -> String {
        var heard: [Substring] = []
        for sentence in sentences {
            guard sentence.played < sentence.total else {
                heard.append(Substring(sentence.text))
                continue
            }
            let part = words(of: sentence.text, share: sentence.total > 0 ? Double(sentence.played) / Double(sentence.total) : 0)
            if !part.isEmpty { heard.append(part) }
            break
        }
        return heard.joined(separator: " ")
    }

    /// The leading whole words of a text that end within a share (0…1) of its characters.
    static func words(of text: String, share: Double) -> Substring {
        let limit = Int(Double(text.count) * min(max(share, 0), 1))
        let end = text.index(text.startIndex, offsetBy: limit, limitedBy: text.endIndex) ?? text.endIndex
        if end == text.endIndex || text[end] == " " { return trimmed(text[..<end]) }
        guard let border = text[..<end].lastIndex(of: " ") else { return "" }
        return trimmed(text[..<border])
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text
        while text.last == " " { text.removeLast() }
        return text
    }
}
