import ArgumentParser
import Foundation
import Gateway
import InterviewCore

struct PlanCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Work with interview plans.",
        subcommands: [Check.self]
    )

    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Validate a plan document and say what is wrong, with line.",
            discussion: "Example: viva plan check Sources/viva/Plans/backend-engineer.yaml"
        )

        @Argument(help: "The document, YAML or JSON.")
        var file: String

        func run() throws {
            let plan = try PlanCommand.read(file)
            Terminal.result("ok  \(plan.title): \(plan.questions.count) questions, about \(plan.estimatedMinutes) minutes")
        }
    }

    static func read(_ file: String) throws -> InterviewPlan {
        guard let data = try? Data(contentsOf: URL(fileURLWithPath: file)) else { throw CommandFailure("cannot read \(file)") }
        do {
            return try PlanDocumentReader.read(data)
        } catch {
            throw CommandFailure("\(file): \(error.description)")
        }
    }
}
