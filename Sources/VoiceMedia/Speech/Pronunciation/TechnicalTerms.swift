/// Writes out names of the trade that are spoken otherwise than their letters and signs are read: "C#" is "C sharp".
///
/// Not part of the reference, which reads "C hashtag" and "net". It comes before everything else that reads the text, and leaves
/// pronunciations that are set by hand as they are. Names that the rules read as people say them ("C++", "CI/CD", "gRPC") are not here.
enum TechnicalTerms {
    /// Names that are whole words. A pronunciation is set where no spelling leads to the right sounds.
    private static let names = [
        "ASP.NET": "A.S.P. dot net", "Objective-C": "Objective C", "objective-C": "objective C",
        "PostgreSQL": "[PostgreSQL](/pˈOstɡɹɛs kjˌuˈɛl/)", "Postgres": "[Postgres](/pˈOstɡɹɛs/)",
        "postgresql": "[PostgreSQL](/pˈOstɡɹɛs kjˌuˈɛl/)", "postgres": "[Postgres](/pˈOstɡɹɛs/)",
    ]
    private static let choice = WordChoice(names.keys)
    private static let net = Array(".NET".unicodeScalars)

    static func writtenOut(_ text: ScalarText) -> ScalarText {
        let overrides = PronunciationOverride.all(in: text.scalars)
        var next = 0
        return text.replacing { text, index in
            while next < overrides.count, overrides[next].range.upperBound <= index { next += 1 }
            guard next == overrides.count || !overrides[next].range.contains(index) else { return nil }
            return name(text, index) ?? sharp(text, index) ?? dotNet(text, index)
        }
    }

    private static func name(_ text: ScalarText, _ index: Int) -> (end: Int, replacement: String)? {
        guard !text.isWord(index - 1), text[index - 1] != ".", text[index - 1] != "/",
            let match = choice.match(text, index, where: { !text.isWord($0) && !(text[$0] == "." && text.isWord($0 + 1)) })
        else { return nil }
        return names[match.word].map { (match.end, $0) }
    }

    /// "C#", "F#": a letter by itself. "#1" behind it is a number, "##" no name.
    private static func sharp(_ text: ScalarText, _ index: Int) -> (end: Int, replacement: String)? {
        guard let letter = text[index], letter.isASCIILetter, text[index + 1] == "#", !text.isWord(index - 1), !text.isWord(index + 2),
            text[index + 2] != "#", text[index - 1] != "#", text[index - 1] != "/" || text.isWord(index - 2) || text[index - 2] == "#"
        else { return nil }
        return (index + 2, "\(letter.properties.uppercaseMapping) sharp")
    }

    /// ".NET", "VB.NET": only in capitals; in small letters it ends an address.
    private static func dotNet(_ text: ScalarText, _ index: Int) -> (end: Int, replacement: String)? {
        guard text.hasText(net, at: index), !text.isWord(index + net.count), text[index - 1] != "." else { return nil }
        let before = text[index - 1].map { $0.isBlank || "([\"'“‘".unicodeScalars.contains($0) } ?? true
        return (index + net.count, before ? "dot net" : " dot net")
    }
}
