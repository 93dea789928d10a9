import Foundation
import Gateway
import InterviewCore

/// The plans that a server starts with.
enum Plans {
    /// The built-in plans, one document, or every document of a folder.
    static func load(_ path: String?) throws -> [InterviewPlan] {
        guard let path else { return try builtIn() }
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
            throw CommandFailure("no plan at \(path); --plan takes a YAML or JSON document or a folder of them")
        }
        guard isDirectory.boolValue else { return [try PlanCommand.read(path)] }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        let documents = names.filter { $0.hasSuffix(".yaml") || $0.hasSuffix(".yml") || $0.hasSuffix(".json") }.sorted()
        guard !documents.isEmpty else { throw CommandFailure("no plan documents in \(path); they end in .yaml, .yml or .json") }
        return try documents.map { try PlanCommand.read("\(path)/\($0)") }
    }

    private static func builtIn() throws -> [InterviewPlan] {
        try [PackageResources.backend_engineer_yaml, PackageResources.customer_support_yaml].map { try PlanDocumentReader.read($0) }
    }
}
