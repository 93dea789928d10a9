import ArgumentParser
import VivaTestKit

/// `viva load upstream`: what servers that are measured have behind them.
struct LoadUpstreamCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "upstream",
        abstract: "Serve an upstream for load runs: canned answers to keys, calls and hang-ups, and sidebands that are silent.",
        discussion: "Prints `ready http://127.0.0.1:PORT/v1` and serves until it is ended. Of the present interface and of the beta's."
    )

    @Option(help: "Port on loopback, 0 for a free one.")
    var port = 9_000

    func run() async throws {
        let stub: UpstreamStub
        do {
            stub = try await UpstreamStub(port: port)
        } catch {
            throw CommandFailure("could not listen on port \(port): \(error)")
        }
        Terminal.result("ready http://127.0.0.1:\(stub.port)/v1")
        try? await Task.sleep(for: .seconds(365 * 24 * 3600))
        await stub.shutDown()
    }
}
