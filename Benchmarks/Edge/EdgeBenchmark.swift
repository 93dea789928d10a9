import ArgumentParser

/// Measures the edge of our servers on this machine, over loopback. Run by hand.
@main struct EdgeBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "EdgeBenchmark",
        subcommands: [FrameThroughput.self, SmallServer.self]
    )
}
