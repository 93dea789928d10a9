import ArgumentParser
import AsyncHTTPClient
import Foundation
import NIOCore
import NIOFoundationCompat
import NIOHTTP1
import VivaTestKit

/// `viva load flows`: the signalling of many candidates, without media.
struct LoadFlowsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "flows",
        abstract: "Drive whole signalling flows, or requests for keys alone, against a running server.",
        discussion: """
            A flow is: WebSocket /ws, `session`, POST /api/generate-ephemeral-key on a connection of its own, `sdp_offer`, `sdp_answer`,
            `end_session`, `session_ended`, close. With a token, each flow is an interview of its own, made before the measurement;
            without, the server lets anybody in, as the one of the seeds does.
            `viva serve` takes 12 requests for a key of one session in a minute. Give it
            VIVA_UPSTREAM_URL=http://127.0.0.1:9000/v1 (`viva load upstream`), VIVA_LIMIT_KEY_PER_MINUTE=0,
            VIVA_LIMIT_TENANT_PER_MINUTE=0 and VIVA_LIMIT_TENANT_INTERVIEWS_PER_HOUR=0.
            Example: VIVA_TOKEN=TOKEN viva load flows --url http://127.0.0.1:8080 --pid $(pgrep -f 'viva serve')
            """
    )

    @Option(help: "Address of the server.")
    var url = "http://127.0.0.1:8080"

    @Option(help: "Flows, or requests for keys, that are measured.")
    var count = 1_500

    @Option(name: .customLong("warm-up"), help: "Flows or requests before that.")
    var warmUp = 300

    @Option(help: "So many at once.")
    var concurrency = 32

    @Flag(help: "Requests for keys alone, on connections that are kept.")
    var keys = false

    @Option(help: "Sessions that the keys are of, in turn.")
    var sessions = 32

    @Option(
        help: """
            The workspace token or an API key, which others on this machine can read here; better in VIVA_TOKEN. Without: a server that \
            knows no tokens.
            """
    )
    var token: String?

    @Option(help: "The plan of the interviews.")
    var plan = "backend-engineer"

    @Option(help: "Process of the server, for its processor time (without its children) and memory.")
    var pid: Int?

    /// Connections that make the interviews.
    private static let makers = 8

    func validate() throws {
        guard count > 0, warmUp >= 0, concurrency > 0, sessions > 0 else {
            throw ValidationError("--count, --concurrency and --sessions must be at least 1, --warm-up at least 0")
        }
        guard ServerAddress(url) != nil else { throw ValidationError(ServerAddress.complaint(url)) }
    }

    private struct Report: Encodable {
        let mode: String
        let count: Int
        let concurrency: Int
        let failures: [String: Int]
        let seconds: Double
        let per_second: Double
        let p50_ms: Double
        let p99_ms: Double
        let max_ms: Double
        let server_cpu_seconds_per_1000: Double?
        let server_memory_mb: Double?
        let load_cpu_seconds_per_1000: Double
    }

    func run() async throws {
        guard let address = ServerAddress(url) else { throw ValidationError(ServerAddress.complaint(url)) }
        if let pid, ProcessUse(pid: pid) == nil { throw CommandFailure("there is no process \(pid)") }
        let load: SignallingLoad
        do {
            load = try SignallingLoad(host: address.host, port: address.port)
        } catch {
            throw CommandFailure("\(address.host) has no address: \(error)")
        }
        let (before, outcome, after): (Use, LoadOutcome, Use)
        do {
            (before, outcome, after) = keys ? try await measureKeys(load) : try await measureFlows(load)
        } catch {
            await load.shutDown()
            throw error
        }
        await load.shutDown()
        // Of what was done: a server that closes its connections early is not asked the rest.
        let thousands = Double(max(1, outcome.milliseconds.count + outcome.failed)) / 1_000
        let report = Report(
            mode: keys ? "keys" : "flows",
            count: count,
            concurrency: concurrency,
            failures: Dictionary(uniqueKeysWithValues: outcome.failures.map { ($0.key.rawValue, $0.value) }),
            seconds: rounded(outcome.seconds),
            per_second: rounded(outcome.perSecond),
            p50_ms: rounded(Percentile.of(outcome.milliseconds, 0.5) ?? 0),
            p99_ms: rounded(Percentile.of(outcome.milliseconds, 0.99) ?? 0),
            max_ms: rounded(outcome.milliseconds.max() ?? 0),
            server_cpu_seconds_per_1000: before.server.flatMap { before in
                after.server.map { rounded(($0.cpuSeconds - before.cpuSeconds) / thousands) }
            },
            server_memory_mb: after.server.map { rounded(Double($0.memoryBytes) / 1_048_576) },
            load_cpu_seconds_per_1000: rounded((after.own - before.own) / thousands)
        )
        Terminal.note(
            "\(Int(report.per_second)) \(report.mode)/s, p50 \(report.p50_ms) ms, p99 \(report.p99_ms) ms, \(outcome.failed) failed"
                + (report.server_cpu_seconds_per_1000.map { ", server \($0) CPU s per 1,000" } ?? "")
        )
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        Terminal.result(String(decoding: try encoder.encode(report), as: UTF8.self))
        guard outcome.failed == 0 else { throw ExitCode.failure }
    }

    private var bearer: String? { token ?? ProcessInfo.processInfo.environment["VIVA_TOKEN"] }

    private func rounded(_ value: Double) -> Double { (value * 10_000).rounded() / 10_000 }

    private struct Use {
        let server: ProcessUse?
        let own: Double

        init(pid: Int?) {
            server = pid.flatMap { ProcessUse(pid: $0) }
            own = ProcessUse(pid: Int(getpid()))?.cpuSeconds ?? 0
        }
    }

    private func measureFlows(_ load: SignallingLoad) async throws -> (Use, LoadOutcome, Use) {
        let tickets = try await makeTickets(warmUp + count)
        try check(warmUp: try await load.flows(Array(tickets.prefix(warmUp)), concurrency: concurrency))
        let before = Use(pid: pid)
        let outcome = try await load.flows(Array(tickets.dropFirst(warmUp)), concurrency: concurrency)
        return (before, outcome, Use(pid: pid))
    }

    /// A server that fails before it is measured is none to be measured.
    private func check(warmUp outcome: LoadOutcome) throws {
        guard outcome.failed > 0 else { return }
        let kinds = outcome.failures.map { "\($0.key.rawValue) \($0.value)" }.sorted().joined(separator: ", ")
        throw CommandFailure("the warm-up failed: \(kinds)")
    }

    private func measureKeys(_ load: SignallingLoad) async throws -> (Use, LoadOutcome, Use) {
        let names: [String]
        if bearer == nil {
            names = try await load.openSessions(sessions)
        } else {
            names = try await makeTickets(sessions).compactMap(\.session)
        }
        // The first request with a ticket uses it up, which is no part of the measurement.
        try check(warmUp: try await load.keys(names, count: max(warmUp, sessions), connections: concurrency))
        let before = Use(pid: pid)
        let outcome = try await load.keys(names, count: count, connections: concurrency)
        return (before, outcome, Use(pid: pid))
    }

    // MARK: Interviews

    private struct Started: Decodable {
        let webrtc_server_url: String
        let webrtc_session_id: String
    }

    /// One for each flow, or what a server without tokens needs.
    private func makeTickets(_ count: Int) async throws -> [SignallingTicket] {
        guard let token = bearer else { return Array(repeating: SignallingTicket(), count: count) }
        let client = HTTPClient(eventLoopGroupProvider: .singleton)
        defer { client.shutdown { _ in } }
        var request = HTTPClientRequest(url: url + "/functions/v1/interview-start")
        request.method = .POST
        request.headers = ["Authorization": "Bearer \(token)", "Content-Type": "application/json"]
        request.body = .bytes(try JSONEncoder().encodeAsByteBuffer(["plan_id": plan], allocator: .init()))
        let prepared = request
        return try await withThrowingTaskGroup(of: [SignallingTicket].self) { group in
            for maker in 0..<Self.makers {
                let share = count / Self.makers + (maker < count % Self.makers ? 1 : 0)
                group.addTask {
                    var tickets: [SignallingTicket] = []
                    for _ in 0..<share {
                        let answer = try await client.execute(prepared, timeout: .seconds(30))
                        let body = try await answer.body.collect(upTo: 64 * 1024)
                        guard answer.status == .ok else { throw CommandFailure("no interview: \(answer.status) \(String(buffer: body))") }
                        let started = try JSONDecoder().decode(Started.self, from: body)
                        guard let address = URLComponents(string: started.webrtc_server_url) else {
                            throw CommandFailure("the server has named no address of a socket")
                        }
                        let query = address.percentEncodedQuery.map { "?\($0)" } ?? ""
                        tickets.append(SignallingTicket(path: address.path + query, session: started.webrtc_session_id))
                    }
                    return tickets
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
    }
}
