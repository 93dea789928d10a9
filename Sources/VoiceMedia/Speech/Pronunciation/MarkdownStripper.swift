/// Takes the marks of Markdown out of a text that is to be spoken. One pass per line; words are never dropped.
///
/// Removed: fences, rules, heading and quote marks, bullets, emphasis, backticks, escapes; a link or image keeps its text.
/// `[word](/phonemes/)` stays: it sets a pronunciation.
enum MarkdownStripper {
    static func plainText(of text: String) -> String {
        guard text.unicodeScalars.contains(where: marks.contains) else { return text }
        var lines: [String] = []
        for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
            let scalars = Array(line.unicodeScalars)
            let content = withoutBlockMarks(scalars[...])
            if isFenceOrRule(content) { continue }
            lines.append(String(scalars: withoutInlineMarks(Array(content))))
        }
        return lines.joined(separator: "\n")
    }

    private static let marks = Set("*_~`[#>-+\\".unicodeScalars)

    /// Without blanks and the marks of headings, quotes and bullets at the start.
    private static func withoutBlockMarks(_ line: ArraySlice<Unicode.Scalar>) -> ArraySlice<Unicode.Scalar> {
        var rest = line
        while true {
            let text = rest.drop(while: \.isBlank)
            if text.first == ">" {
                rest = text.dropFirst()
                continue
            }
            let level = text.prefix { $0 == "#" }.count
            if (1...6).contains(level), text.dropFirst(level).first?.isBlank == true { return text.dropFirst(level + 1) }
            if let first = text.first, first == "-" || first == "*" || first == "+", text.dropFirst().first?.isBlank == true {
                rest = text.dropFirst(2)
                continue
            }
            return text
        }
    }

    private static func isFenceOrRule(_ line: ArraySlice<Unicode.Scalar>) -> Bool {
        let text = line.filter { !$0.isBlank }
        guard text.count >= 3, let first = text.first else { return false }
        if first == "`" || first == "~" { return text.prefix(3).allSatisfy { $0 == first } && !text.dropFirst(3).contains(first) }
        return (first == "-" || first == "*" || first == "_") && text.allSatisfy { $0 == first }
    }

    private static func withoutInlineMarks(_ line: [Unicode.Scalar]) -> [Unicode.Scalar] {
        var result: [Unicode.Scalar] = []
        var position = 0
        // Links are found by the same rule as pronunciations; only the latter have /…/ in the parentheses.
        for link in PronunciationOverride.all(in: line) {
            result += withoutEmphasis(line, position..<link.range.lowerBound)
            position = link.range.upperBound
            if link.phonemes != nil {
                result += line[link.range]
            } else {
                if result.last == "!" { result.removeLast() }
                result += withoutEmphasis(Array(link.word.unicodeScalars), 0..<link.word.unicodeScalars.count)
            }
        }
        return result + withoutEmphasis(line, position..<line.count)
    }

    private static func withoutEmphasis(_ line: [Unicode.Scalar], _ range: Range<Int>) -> [Unicode.Scalar] {
        var result: [Unicode.Scalar] = []
        var index = range.lowerBound
        while index < range.upperBound {
            let scalar = line[index]
            if scalar == "\\", index + 1 < range.upperBound, "\\`*_{}[]()#+-.!~>|".unicodeScalars.contains(line[index + 1]) {
                result.append(line[index + 1])
                index += 2
                continue
            }
            guard scalar == "*" || scalar == "_" || scalar == "~" || scalar == "`" else {
                result.append(scalar)
                index += 1
                continue
            }
            var end = index
            while end < range.upperBound, line[end] == scalar { end += 1 }
            let before = index > 0 ? line[index - 1] : " "
            let after = end < line.count ? line[end] : " "
            // A mark opens before a word or closes after one: "3 * 4", "snake_case", "2*3" and "~5" have none.
            let isBetweenWords = before.isWord && after.isWord
            let isFree = before.isBlank && after.isBlank
            let isMark: Bool
            switch scalar {
            case "`": isMark = true
            case "~": isMark = end - index == 2 && !isFree
            default: isMark = !isFree && (!isBetweenWords || (scalar == "*" && end - index > 1))
            }
            if !isMark { result.append(contentsOf: line[index..<end]) }
            index = end
        }
        return result
    }
}
