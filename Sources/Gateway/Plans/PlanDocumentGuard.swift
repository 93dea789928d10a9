/// Looks over a document before the parser does, without understanding it.
///
/// The parser calls itself for each level of nesting and would exhaust a thread's stack, and an anchor that
/// is used again and again is expanded each time it is compared. Plans need three levels and no anchors.
enum PlanDocumentGuard {
    /// Columns before the content of a line. Each level of a block takes at least one.
    static let deepestIndentation = 32
    /// Brackets and braces that may be open at once.
    static let deepestBrackets = 16

    static func check(_ text: String) throws(PlanDocumentError) {
        var line = 1
        var column = 0
        var open = 0
        // Where a value may begin, an "&" is an anchor.
        var valueMayBegin = true
        var inIndentation = true
        var inTag = false
        var before: Unicode.Scalar = "\n"
        for scalar in text.unicodeScalars {
            defer { before = scalar }
            switch scalar {
            case "\n", "\r", "\u{85}", "\u{2028}", "\u{2029}":
                if !(scalar == "\n" && before == "\r") { line += 1 }
                column = 0
                valueMayBegin = true
                inIndentation = true
                inTag = false
                continue
            case " ", "\t":
                if inTag { valueMayBegin = true }
                inTag = false
                if before == ":" { valueMayBegin = true }
            case "-" where valueMayBegin, "?" where valueMayBegin, ":" where valueMayBegin, "\u{FEFF}" where valueMayBegin:
                break
            case "&" where valueMayBegin || before == ":":
                throw PlanDocumentError("has an anchor (&); write the text out instead", line: line)
            case "!" where valueMayBegin:
                inTag = true
                inIndentation = false
                valueMayBegin = false
            case "[", "{":
                open += 1
                valueMayBegin = true
                inIndentation = false
            case "]", "}":
                open = max(0, open - 1)
                valueMayBegin = false
                inIndentation = false
            case ",":
                valueMayBegin = true
                inIndentation = false
            default:
                valueMayBegin = false
                inIndentation = false
            }
            column += 1
            if inIndentation, column > deepestIndentation {
                throw PlanDocumentError("is indented too far; a plan has three levels", line: line)
            }
            if open > deepestBrackets { throw PlanDocumentError("has too many brackets open; a plan has three levels", line: line) }
        }
    }
}
