public import InterviewCore
internal import Yams

/// Reads a plan from a document in YAML 1.1 or JSON (which is read as YAML, so it has line numbers too).
///
/// A document comes from a person or over HTTP, so it is bounded before it is parsed: its size, its
/// nesting, and no anchors, which could make a small document a large one.
public enum PlanDocumentReader {
    /// Forty questions of a thousand characters are 40 KB; the rest is room for comments.
    public static let longestDocument = 256 * 1024

    /// - Parameter text: the whole document.
    /// - Throws: everything that is wrong with it, with line and path; nothing is half accepted.
    public static func read(_ text: String) throws(PlanDocumentError) -> InterviewPlan {
        guard text.utf8.count <= longestDocument else {
            throw PlanDocumentError("is larger than \(longestDocument / 1024) KiB")
        }
        try PlanDocumentGuard.check(text)
        guard let root = try compose(text) else { throw PlanDocumentError("is empty") }

        var reading = PlanDocumentReading()
        let draft = reading.draft(root)
        guard let draft, reading.problems.isEmpty else { throw PlanDocumentError(problems: reading.problems.sortedByPlace()) }
        do {
            return try InterviewPlan(checking: draft)
        } catch {
            let problems = error.issues.map { issue in
                let place = reading.place(of: issue.path)
                return PlanDocumentError.Problem(line: place?.line, column: place?.column, path: issue.path, problem: issue.problem)
            }
            throw PlanDocumentError(problems: problems.sortedByPlace())
        }
    }

    /// - Parameter bytes: the whole document in UTF-8, with or without a byte order mark.
    public static func read(_ bytes: some Collection<UInt8>) throws(PlanDocumentError) -> InterviewPlan {
        guard bytes.count <= longestDocument else {
            throw PlanDocumentError("is larger than \(longestDocument / 1024) KiB")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw PlanDocumentError("is not UTF-8 text") }
        return try read(text)
    }

    private static func compose(_ text: String) throws(PlanDocumentError) -> Node? {
        // A byte order mark is no part of the document.
        let text = text.unicodeScalars.first == "\u{FEFF}" ? String(text.unicodeScalars.dropFirst()) : text
        do {
            return try Yams.compose(yaml: text)
        } catch let error as YamlError {
            throw PlanDocumentError(problems: [problem(error)])
        } catch {
            throw PlanDocumentError("cannot be read as YAML or JSON")
        }
    }

    private static func problem(_ error: YamlError) -> PlanDocumentError.Problem {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _), .composer(_, let problem, let mark, _):
            PlanDocumentError.Problem(line: mark.line, column: mark.column, path: "", problem: "is not valid YAML: " + problem)
        case .duplicatedKeysInMapping(let keys, let context):
            PlanDocumentError.Problem(
                line: context.mark.line,
                column: context.mark.column,
                path: "",
                problem: "has a key twice here: " + keys.prefix(3).map { String($0.prefix(60)) }.joined(separator: ", ")
            )
        case .reader:
            PlanDocumentError.Problem(line: nil, column: nil, path: "", problem: "has characters that YAML does not allow")
        case .no, .memory, .writer, .emitter, .representer, .dataCouldNotBeDecoded:
            PlanDocumentError.Problem(line: nil, column: nil, path: "", problem: "cannot be read as YAML or JSON")
        }
    }
}

extension PlanDocumentError {
    /// About the document as a whole.
    init(_ problem: String, line: Int? = nil) {
        self.init(problems: [Problem(line: line, column: nil, path: "", problem: "the document " + problem)])
    }
}

extension [PlanDocumentError.Problem] {
    /// By line; those without one come first.
    func sortedByPlace() -> Self {
        enumerated().sorted { left, right in
            (left.element.line ?? 0, left.element.column ?? 0, left.offset) < (
                right.element.line ?? 0, right.element.column ?? 0, right.offset
            )
        }.map(\.element)
    }
}
