import ArgumentParser
import VivaTestKit

/// `viva load idle`: what a server keeps for each WebSocket on which nothing is said.
struct LoadIdleCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "idle",
        abstract: "Open many WebSockets that say nothing, and read what the server's memory grows by.",
        discussion: """
            For servers that let anybody open a socket: `EdgeBenchmark serve`, or the seed's. `viva serve` closes a socket within 30 s
            on which nobody has shown who they are. Both sides need a descriptor for each socket (`ulimit -n`).
            Example: viva load idle --url http://127.0.0.1:8090 --pid $! --connections 10000
            """
    )

    @Option(help: "Address of the server.") var url = "http://127.0.0.1:8090"
    @Option(help: "Path of its WebSocket.") var path = "/ws"
    @Option(help: "Process of the server.") var pid: Int
    @Option(help: "Sockets.") var connections = 10_000
    @Option(help: "Opened at a time.") var batch = 200
    @Option(help: "Seconds to stay open before the last reading.") var hold = 25
    @Option(help: "Text messages to exchange on each socket before it is idle; the server must answer each.") var messages = 0

    func validate() throws {
        guard connections > 0, batch > 0, hold >= 0, messages >= 0 else {
            throw ValidationError("--connections and --batch must be at least 1, --hold and --messages at least 0")
        }
        guard ServerAddress(url) != nil else { throw ValidationError(ServerAddress.complaint(url)) }
    }

    func run() async throws {
        guard let address = ServerAddress(url) else { throw ValidationError(ServerAddress.complaint(url)) }
        guard let before = ProcessUse(pid: pid) else { throw CommandFailure("there is no process \(pid)") }
        let sockets = try IdleSockets(host: address.host, port: address.port, path: path)
        do {
            try await sockets.open(connections, messages: messages, atATime: batch)
        } catch {
            let open = sockets.open
            await sockets.shutDown()
            throw CommandFailure("the server took \(open) sockets, then: \(error)")
        }
        try await Task.sleep(for: .seconds(2))
        report("open", before)
        try await Task.sleep(for: .seconds(hold))
        let open = sockets.open
        let each = report("after \(hold) s", before)
        await sockets.shutDown()
        try await Task.sleep(for: .seconds(2))
        report("after closing", before)
        Terminal.result(#"{"mode":"idle","connections":\#(connections),"open":\#(open),"bytes_each":\#(each)}"#)
        guard open == connections else { throw ExitCode.failure }
    }

    @discardableResult
    private func report(_ name: String, _ before: ProcessUse) -> Int {
        guard let now = ProcessUse(pid: pid) else { return 0 }
        let each = (now.memoryBytes - before.memoryBytes) / connections
        Terminal.note("\(name): \(before.memoryBytes / 1024) KiB -> \(now.memoryBytes / 1024) KiB, \(each) bytes each")
        return each
    }
}
