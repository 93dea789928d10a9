/// The placeholders that a greeting and a closing may hold.
public enum PlanTemplate {
    /// Name in braces and its value in a plan.
    public static let placeholders = ["title", "role", "interviewer", "question_count", "minutes"]

    /// The text with its placeholders replaced. A plan that was checked has no unknown ones.
    static func fill(_ text: String, for plan: InterviewPlan) -> String {
        var filled = ""
        for piece in pieces(of: text) {
            switch piece {
            case .words(let words): filled += words
            case .placeholder("title"): filled += plan.title
            case .placeholder("role"): filled += plan.role
            case .placeholder("interviewer"): filled += plan.interviewerName
            case .placeholder("question_count"): filled += String(plan.questions.count)
            case .placeholder("minutes"): filled += String(plan.estimatedMinutes)
            case .placeholder(let unknown): filled += "{" + unknown + "}"
            }
        }
        return filled
    }

    /// The names in braces that are not placeholders.
    static func unknownPlaceholders(in text: String) -> [String] {
        pieces(of: text).compactMap { piece in
            guard case .placeholder(let name) = piece, !placeholders.contains(name) else { return nil }
            return name
        }
    }

    private enum Piece {
        case words(String)
        case placeholder(String)
    }

    private static func pieces(of text: String) -> [Piece] {
        var pieces: [Piece] = []
        var rest = text[...]
        while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
            pieces.append(.words(String(rest[..<open])))
            pieces.append(.placeholder(String(rest[rest.index(after: open)..<close])))
            rest = rest[rest.index(after: close)...]
        }
        pieces.append(.words(String(rest)))
        return pieces
    }
}
