import ArgumentParser

/// The one executable. Each subcommand is composed in its own file; the parts it composes are the library targets.
@main
struct Viva: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "viva",
        abstract: "Spoken interviews with an AI interviewer, on your own machine.",
        discussion: """
            Start with `viva models fetch`, then `viva serve`, and open the practice link that it prints.
            Settings come from flags, then the environment (VIVA_…), then viva.yaml.
            """,
        version: Version.text,
        subcommands: [
            ServeCommand.self, EngineCommand.self, SimulateCommand.self, LoadCommand.self, ModelsCommand.self, PlanCommand.self,
            KeysCommand.self, SpeakCommand.self, DoctorCommand.self,
        ]
    )
}

/// The version that `--version` prints and that the engine reports.
enum Version {
    static let text = "0.1.0"
}
