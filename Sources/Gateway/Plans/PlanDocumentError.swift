/// A plan document is not a plan. Every problem that was found, in the order of the document.
public struct PlanDocumentError: Error, Hashable, Sendable, CustomStringConvertible {
    public struct Problem: Hashable, Sendable, CustomStringConvertible {
        /// Counts from 1; nil when the problem is the document as a whole.
        public let line: Int?
        /// Counts from 1.
        public let column: Int?
        /// In the names of the document, such as `questions[2].text`; empty at the top.
        public let path: String
        /// To be read after the path: `is empty`.
        public let problem: String

        public var description: String {
            let place = line.map { "line \($0)" + (column.map { ", column \($0)" } ?? "") + ": " } ?? ""
            return place + (path.isEmpty ? "" : path + " ") + problem
        }
    }

    public let problems: [Problem]

    /// One problem per line.
    public var description: String { problems.map(\.description).joined(separator: "\n") }
}
