/// One thing that is wrong with a plan.
public struct PlanIssue: Hashable, Sendable, CustomStringConvertible {
    /// Where, in the names of the document: `questions[2].text`. Counts from 0.
    public let path: String
    /// What is wrong, to be read after the path: `is empty`.
    public let problem: String

    public init(path: String, problem: String) {
        self.path = path
        self.problem = problem
    }

    public var description: String { path.isEmpty ? problem : path + " " + problem }
}

/// A draft is not a plan. Holds every issue, in the order of the document.
public struct PlanValidationError: Error, Hashable, Sendable, CustomStringConvertible {
    public let issues: [PlanIssue]

    public init(issues: [PlanIssue]) { self.issues = issues }

    public var description: String { issues.map(\.description).joined(separator: "; ") }
}
