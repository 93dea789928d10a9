import AsyncHTTPClient
import Foundation
import InterviewCore
import InterviewStore
import Logging
import NIOCore
import NIOHTTP1
import RealtimeProtocol
import ServerEdge
import ServiceLifecycle
import Synchronization
import Testing
import VivaTestKit

@testable import Gateway

/// A real gateway on a port of its own, with a real store in a temporary folder, in front of a scripted upstream.
struct GatewayHarness: Sendable {
    let upstream: FakeRealtimeServer
    let store: GatedStore
    let logs: LogCapture
    let time: WallTime
    let ready: GatewayReady
    /// Begins the graceful shutdown, as the first SIGTERM does.
    let beginShutdown: @Sendable () async -> Void

    /// Civil time that a test moves.
    final class WallTime: Sendable {
        private let moment = Mutex(Timestamp(millisecondsSince1970: 1_800_000_000_000))
        var now: Timestamp { self.moment.withLock { $0 } }
        func advance(by duration: Duration) { self.moment.withLock { $0 = $0 + duration } }
    }

    struct Options: Sendable {
        var clock: ManualClock?
        var apiKey: String?
        var model: String?
        var upstreamURL: String?
        /// Servers that are asked after the fake.
        var laterUpstreams: [UpstreamChoice] = []
        /// Makes the fake serve TLS.
        var tls: TestCertificate.Pair?
        /// Changes what the gateway believes about the fake.
        var changeEndpoint: @Sendable (inout UpstreamEndpoint) -> Void = { _ in }
        /// Makes the gateway supervise this shell script as its engine; `$PORT` is the port of the fake, `$ENGINE_KEY` the
        /// key that the supervisor has made.
        var engineScript: String?
        var configure: @Sendable (inout GatewayConfiguration) -> Void = { _ in }
    }

    /// Runs `body` against a running gateway and shuts everything down behind it.
    static func run(
        _ options: Options = Options(),
        plan: InterviewPlan? = nil,
        store given: GatedStore? = nil,
        _ body: @escaping @Sendable (GatewayHarness) async throws -> Void
    ) async throws {
        let plan = try plan ?? InterviewPlan.twoQuestions()
        let store = try given ?? GatedStore.inTemporaryFolder()
        let (upstream, logs, time) = (FakeRealtimeServer(tls: options.tls?.server), LogCapture(), WallTime())
        let services = ServiceGroup(services: [upstream], logger: Logger(label: "fake") { _ in SwiftLogNoOpLogHandler() })
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await services.run() }
            let port = try await upstream.port()
            let (announced, announce) = AsyncStream.makeStream(of: GatewayReady.self)
            let source: Upstream
            var engines: [any Service] = []
            if let script = options.engineScript {
                var engine = EngineConfiguration(
                    executable: "/bin/sh",
                    arguments: ["-c", script],
                    environment: ["PATH": "/usr/bin:/bin", "PORT": "\(port)"]
                )
                engine.makeKey(for: "ENGINE_KEY")
                let supervisor = EngineSupervisor(
                    configuration: engine,
                    logger: logs.logger("engine"),
                    standardError: { _ in }
                )
                engines = [supervisor]
                source = .supervised(supervisor)
            } else {
                let url = options.upstreamURL ?? "\(options.tls == nil ? "http" : "https")://127.0.0.1:\(port)/v1"
                let key = options.apiKey.map { Secret($0) }
                var endpoint = try #require(UpstreamEndpoint(baseURL: url, apiKey: key, speaksVerbatim: true))
                options.changeEndpoint(&endpoint)
                source = .fixed(endpoint)
            }
            var configuration = GatewayConfiguration(server: EdgeServerConfiguration(host: "127.0.0.1", port: 0))
            configuration.drainLimit = .milliseconds(100)
            // The scripted candidate answers faster than people can.
            configuration.conductor.graceAfterSound = .zero
            configuration.upstreamTrust = options.tls?.client
            options.configure(&configuration)
            let gateway = Gateway(
                configuration: configuration,
                store: store,
                upstreams: [UpstreamChoice(source, model: options.model)] + options.laterUpstreams,
                plans: [plan],
                logger: logs.logger("gateway"),
                clock: options.clock.map { MonotonicClock($0) },
                wallClock: WallClock { time.now },
                onReady: { announce.yield($0) }
            )
            let gatewayServices = ServiceGroup(
                services: engines + [gateway],
                logger: Logger(label: "gateway") { _ in SwiftLogNoOpLogHandler() }
            )
            group.addTask {
                // A gateway that does not start must not leave the test waiting.
                defer { announce.finish() }
                try await gatewayServices.run()
            }
            var ready: GatewayReady?
            for await announcement in announced {
                ready = announcement
                break
            }
            let result: Result<Void, any Error>
            do {
                let harness = GatewayHarness(
                    upstream: upstream,
                    store: store,
                    logs: logs,
                    time: time,
                    ready: try #require(ready),
                    beginShutdown: { await gatewayServices.triggerGracefulShutdown() }
                )
                try await body(harness)
                result = .success(())
            } catch {
                result = .failure(error)
            }
            store.open()
            await gatewayServices.triggerGracefulShutdown()
            await services.triggerGracefulShutdown()
            // Waits that nobody advances any more end at once.
            let pump = options.clock.map { clock in
                Task {
                    while !Task.isCancelled {
                        clock.advance(by: .seconds(60))
                        try? await Task.sleep(for: .milliseconds(5))
                    }
                }
            }
            defer { pump?.cancel() }
            try await group.waitForAll()
            try result.get()
        }
    }

    // MARK: HTTP

    struct Answer: Sendable {
        let status: Int
        let headers: [String: String]
        let text: String
        var json: JSONValue { (try? RealtimeCoding.decode(JSONValue.self, from: self.text)) ?? .null }
        var code: String? { self.json["error"]?["code"]?.stringValue }
    }

    func send(
        _ method: String,
        _ path: String,
        token: String? = nil,
        type: String? = nil,
        headers: [String: String] = [:],
        body: String? = nil
    ) async throws -> Answer {
        let request = self.request(method, path, token: token, type: type, headers: headers, body: body)
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(30))
        let bytes = try await response.body.collect(upTo: 4 << 20)
        let fields = Dictionary(response.headers.map { ($0.name.lowercased(), $0.value) }, uniquingKeysWith: { first, _ in first })
        let answer = Answer(status: Int(response.status.code), headers: fields, text: String(buffer: bytes))
        if !path.hasPrefix("http") {
            let faults = try DescribedAnswer.faults(
                method: method,
                path: path,
                status: answer.status,
                mediaType: fields["content-type"].map { String($0.prefix { $0 != ";" }) } ?? "",
                text: answer.text
            )
            #expect(faults.isEmpty, "openapi.json")
        }
        return answer
    }

    private func request(
        _ method: String,
        _ path: String,
        token: String?,
        type: String?,
        headers: [String: String],
        body: String?
    ) -> HTTPClientRequest {
        var request = HTTPClientRequest(url: path.hasPrefix("http") ? path : self.ready.address + path)
        request.method = .init(rawValue: method)
        if let token { request.headers.add(name: "Authorization", value: "Bearer \(token)") }
        if let type { request.headers.add(name: "Content-Type", value: type) }
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        if let body { request.body = .bytes(ByteBuffer(string: body)) }
        return request
    }

    // MARK: Steps of a candidate

    static let offer = FakeRealtimeServer.answer

    struct Candidate: Sendable {
        let token: String
        let interviewID: String
    }

    var practiceTicket: String { String(self.ready.practiceLink?.expose().split(separator: "/").last ?? "") }
    var workspaceToken: String { String(self.ready.workspaceLink.expose().split(separator: "=").last ?? "") }

    func join(_ ticket: String? = nil) async throws -> Candidate {
        let answer = try await self.send(
            "POST",
            "/v1/join",
            type: "application/json",
            body: #"{"ticket":"\#(ticket ?? self.practiceTicket)"}"#
        )
        try #require(answer.status == 200, "join: \(answer.status) \(answer.code ?? "")")
        return Candidate(
            token: try #require(answer.json["candidate_token"]?.stringValue),
            interviewID: try #require(answer.json["interview"]?["id"]?.stringValue)
        )
    }

    /// `POST /v1/calls`, whatever comes of it.
    func offerCall(_ candidate: Candidate, replacing replaced: String? = nil) async throws -> Answer {
        let headers = replaced.map { ["Viva-Replaces": $0] } ?? [:]
        return try await self.send(
            "POST",
            "/v1/calls",
            token: candidate.token,
            type: "application/sdp",
            headers: headers,
            body: Self.offer
        )
    }

    func startCall(_ candidate: Candidate, replacing replaced: String? = nil) async throws -> String {
        let answer = try await self.offerCall(candidate, replacing: replaced)
        try #require(answer.status == 201, "call: \(answer.status) \(answer.code ?? "")")
        return try #require(answer.headers["location"])
    }

    func events(_ location: String, _ candidate: Candidate, after id: String? = nil) async throws -> EventReader {
        let request = self.request(
            "GET",
            location + "/events",
            token: candidate.token,
            type: nil,
            headers: id.map { ["Last-Event-ID": $0] } ?? [:],
            body: nil
        )
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(60))
        try #require(response.status.code == 200)
        return EventReader(response.body.makeAsyncIterator())
    }

    func transcript(_ candidate: Candidate) async throws -> [JSONValue] {
        let answer = try await self.send("GET", "/v1/interviews/\(candidate.interviewID)/transcript", token: candidate.token)
        try #require(answer.status == 200)
        return answer.json["segments"]?.arrayValue ?? []
    }

    func status(_ candidate: Candidate) async throws -> String? {
        try await self.send("GET", "/v1/interviews/\(candidate.interviewID)", token: self.workspaceToken).json["status"]?.stringValue
    }
}

/// Reads the server-sent events of a call, one after another.
final class EventReader {
    struct Event {
        let id: String
        let name: String
        let data: JSONValue
        subscript(_ key: String) -> JSONValue? { self.data[key] }
    }

    private var body: HTTPClientResponse.Body.AsyncIterator
    private var parser = ServerSentEventParser()
    private var waiting: [ServerSentEvent] = []

    init(_ body: HTTPClientResponse.Body.AsyncIterator) { self.body = body }

    /// nil at the end of the stream.
    func next() async throws -> Event? {
        while self.waiting.isEmpty {
            guard let chunk = try await self.body.next() else { return nil }
            self.waiting = try self.parser.append(chunk.readableBytesView)
        }
        let event = self.waiting.removeFirst()
        return Event(id: event.id ?? "", name: event.event ?? "", data: try RealtimeCoding.decode(JSONValue.self, from: event.data))
    }

    /// The next event of this name; others are passed over.
    func next(_ name: String) async throws -> Event {
        while let event = try await self.next() {
            if event.name == name { return event }
        }
        Issue.record("the stream ended before \(name)")
        throw CancellationError()
    }

    /// Waits for this state.
    func state(_ status: String) async throws -> Event {
        while true {
            let event = try await self.next("state")
            if event["status"]?.stringValue == status { return event }
        }
    }

    /// All that is left, to the end of the stream.
    func rest() async throws -> [Event] {
        var events: [Event] = []
        while let event = try await self.next() { events.append(event) }
        return events
    }
}

extension InterviewPlan {
    static func twoQuestions() throws -> InterviewPlan {
        try InterviewPlan(
            checking: InterviewPlanDraft(
                id: "practice",
                title: "Practice interview",
                role: "Engineer",
                interviewerName: "Viva",
                questions: [
                    InterviewPlanDraft.Question(id: "bug", text: "What was the hardest bug you have fixed?"),
                    InterviewPlanDraft.Question(id: "team", text: "How do you like to work in a team?"),
                ]
            )
        )
    }
}
