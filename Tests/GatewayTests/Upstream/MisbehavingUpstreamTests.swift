import Foundation
import HTTPTypes
import InterviewCore
import InterviewStore
import RealtimeProtocol
import ServerEdge
import Testing
import VivaTestKit

@testable import Gateway

/// The table F6 of reliability.md: whatever a server does, the answer comes in time, in our words, and nothing of the
/// server's own text goes anywhere.
@Suite("an upstream that misbehaves", .timeLimit(.minutes(5)))
struct MisbehavingUpstreamTests {
    // MARK: Keys

    @Test("asked for a key", arguments: Misbehaviour.everywhere + Misbehaviour.withBody + Misbehaviour.secrets)
    func mint(_ misbehaviour: Misbehaviour) async throws {
        var options = LadderHarness.Options()
        (options.limits, options.tls) = (misbehaviour.limits, try misbehaviour.pair())
        try await LadderHarness.run(options) { (harness) async throws in
            harness.fakes[0].with { $0.script[.clientSecrets] = Array(repeating: misbehaviour.behaviour, count: 3) }
            let fault = await harness.fault { () async throws(UpstreamFault) in try await harness.mint() }
            #expect(fault?.edgeError.code == misbehaviour.code.rawValue)
            if let wait = misbehaviour.retryAfter { #expect("\(fault?.edgeError.retryAfter?.components.seconds ?? 0)" == wait) }
            // A key is asked for again when the server broke off, twice at most.
            if misbehaviour.certificate == nil { #expect(harness.requests("POST") == (fault == .unavailable() ? 3 : 1)) }
            #expect(harness.requests("GET") == 0, "a redirect was followed")
            #expect(!harness.logs.contains(Misbehaviour.canary))
            #expect(!harness.logs.contains("sk-canary-key"))
            #expect(!harness.metrics.render().contains(Misbehaviour.canary))
        }
    }

    @Test("a key carries the end that the provider gave it, and does not print")
    func minted() async throws {
        var options = LadderHarness.Options()
        options.model = "gpt-realtime-2.1"
        try await LadderHarness.run(options) { (harness) async throws in
            harness.fakes[0].with { $0.secret = FakeRealtimeServer.secret(value: "ek_fresh", expiresAt: 1_800_000_042) }
            let (secret, endpoint) = try await harness.mint()
            #expect(secret.value.expose() == "ek_fresh")
            #expect(secret.expiresAt == Timestamp(millisecondsSince1970: 1_800_000_042_000))
            #expect(!"\(secret)".contains("ek_fresh"))
            #expect(endpoint.baseURL.hasPrefix("http://127.0.0.1"))
        }
    }

    @Test("a key is minted by a second attempt when the server closes a kept connection under the first")
    func keptConnection() async throws {
        try await LadderHarness.run { (harness) async throws in
            harness.fakes[0].with { $0.script[.clientSecrets] = [.answer, .reset, .answer] }
            _ = try await harness.mint()
            _ = try await harness.mint()
            #expect(harness.requests("POST /v1/realtime/client_secrets") == 3)
        }
    }

    // MARK: Calls

    private func refusal(
        _ misbehaviour: Misbehaviour,
        at route: FakeRoute,
        options: GatewayHarness.Options = .init(),
        _ check: @escaping @Sendable (GatewayHarness, GatewayHarness.Answer) async throws -> Void
    ) async throws {
        var options = options
        options.tls = try misbehaviour.pair()
        options.apiKey = "sk-canary-key"
        options.configure = { $0.upstreamLimits = misbehaviour.limits }
        try await GatewayHarness.run(options) { (harness) async throws in
            harness.upstream.with { $0.script[route] = [misbehaviour.behaviour] }
            let candidate = try await harness.join()
            let answer = try await harness.offerCall(candidate)
            #expect(answer.code == misbehaviour.code.rawValue)
            #expect(answer.status == misbehaviour.code.status.code)
            if let wait = misbehaviour.retryAfter { #expect(answer.headers["retry-after"] == wait) }
            try await check(harness, answer)
            try await Self.expectNoCanary(harness, answer.text + answer.headers.description)
            // The interview is where it was.
            while try await harness.status(candidate) != "joined" { await Task.yield() }
            if misbehaviour.certificate == nil, misbehaviour.code != .engineFull, !misbehaviour.isSilent {
                harness.upstream.with { $0.script[route] = [] }
                let location = try await harness.startCall(candidate)
                #expect(try await harness.send("POST", location + "/end", token: candidate.token).status == 200)
            }
        }
    }

    static func expectNoCanary(_ harness: GatewayHarness, _ answer: String = "") async throws {
        let metrics = try await harness.send("GET", "/metrics").text
        for canary in [Misbehaviour.canary, "sk-canary-key"] {
            #expect(!answer.contains(canary))
            #expect(!harness.logs.contains(canary))
            #expect(!metrics.contains(canary))
            for file in try FileManager.default.contentsOfDirectory(atPath: harness.store.folder) {
                let bytes = try Data(contentsOf: URL(fileURLWithPath: harness.store.folder).appendingPathComponent(file))
                #expect(bytes.range(of: Data(canary.utf8)) == nil, "in \(file)")
            }
        }
    }

    @Test("given a call", arguments: Misbehaviour.everywhere + Misbehaviour.withBody + Misbehaviour.calls)
    func call(_ misbehaviour: Misbehaviour) async throws {
        try await self.refusal(misbehaviour, at: .calls) { harness, _ in
            let requests = harness.upstream.with { $0.requests }
            // An offer is shown once, and no redirect is followed.
            #expect(requests.filter { $0 == "POST /v1/realtime/calls" }.count == (misbehaviour.certificate == nil ? 1 : 0))
            #expect(!requests.contains { $0.hasPrefix("GET") })
        }
    }

    @Test("a call whose answer is of no use is hung up")
    func hungUp() async throws {
        let page = try #require(Misbehaviour.calls.first { $0.name == "HTML" })
        try await self.refusal(page, at: .calls) { harness, _ in
            while harness.upstream.with({ $0.hungUp != ["rtc_9"] }) { await Task.yield() }
        }
    }

    @Test("an offer is not repeated when a kept connection is reset: the call may have been taken")
    func offerOnKeptConnection() async throws {
        try await LadderHarness.run { (harness) async throws in
            harness.fakes[0].with { $0.script[.calls] = [.answer, .reset] }
            _ = try await harness.place()
            #expect(await harness.fault { () async throws(UpstreamFault) in try await harness.place() } == .unavailable())
            #expect(harness.requests("POST /v1/realtime/calls") == 2)
            #expect(try await harness.place() != nil)
        }
    }

    private static func answer(_ addresses: [String]) -> String {
        FakeRealtimeServer.answer + addresses.map { "a=candidate:1 1 udp 2130706431 \($0) 3478 typ host\r\n" }.joined()
    }

    @Test("addresses of a remote server's answer that are not public do not reach the browser")
    func addresses() async throws {
        var options = GatewayHarness.Options()
        options.changeEndpoint = { $0.isOnThisMachine = false }
        try await GatewayHarness.run(options) { (harness) async throws in
            harness.upstream.with { $0.answer = Self.answer(["127.0.0.1", "10.0.0.5", "203.0.114.7", "169.254.169.254", "::1"]) }
            let candidate = try await harness.join()
            let answer = try await harness.offerCall(candidate)
            #expect(answer.status == 201)
            #expect(answer.text == Self.answer(["203.0.114.7"]))
            let location = try #require(answer.headers["location"])
            #expect(try await harness.send("POST", location + "/end", token: candidate.token).status == 200)
        }
    }

    @Test(
        "a remote server that names private, loopback or link-local addresses only has its call hung up",
        arguments: [
            "10.0.0.5", "127.0.0.1", "169.254.1.1", "fe80::1", "fd00::1",
        ]
    )
    func unreachable(_ address: String) async throws {
        var options = GatewayHarness.Options()
        options.changeEndpoint = { $0.isOnThisMachine = false }
        let private_ = Misbehaviour(
            name: address,
            behaviour: .respond(
                status: 201,
                headers: ["Content-Type": "application/sdp", "Location": "/v1/realtime/calls/rtc_9"],
                body: Self.answer([address])
            ),
            code: .upstreamRejected
        )
        try await self.refusal(private_, at: .calls, options: options) { harness, _ in
            while harness.upstream.with({ $0.hungUp != ["rtc_9"] }) { await Task.yield() }
        }
    }

    @Test("the answer of a server on this machine is passed on as it is")
    func local() async throws {
        try await GatewayHarness.run { (harness) async throws in
            harness.upstream.with { $0.answer = Self.answer(["127.0.0.1", "192.168.1.5"]) }
            let candidate = try await harness.join()
            let answer = try await harness.offerCall(candidate)
            #expect(answer.text == Self.answer(["127.0.0.1", "192.168.1.5"]))
            let location = try #require(answer.headers["location"])
            #expect(try await harness.send("POST", location + "/end", token: candidate.token).status == 200)
        }
    }

    @Test("over TLS with a good certificate a call is made, sideband and all")
    func tls() async throws {
        var options = GatewayHarness.Options()
        options.tls = try TestCertificate.make()
        try await GatewayHarness.run(options) { (harness) async throws in
            let candidate = try await harness.join()
            let location = try await harness.startCall(candidate)
            let call = try await harness.upstream.nextCall()
            _ = try await call.nextReply()
            #expect(try await harness.send("POST", location + "/end", token: candidate.token).status == 200)
        }
    }

    // MARK: The handshake of the sideband

    @Test("asked for the sideband of a call", arguments: Misbehaviour.everywhere + Misbehaviour.handshakes)
    func handshake(_ misbehaviour: Misbehaviour) async throws {
        try await self.refusal(misbehaviour, at: .sideband) { harness, _ in
            // A call without a conductor is hung up.
            while harness.upstream.with({ $0.hungUp != ["rtc_1"] }) { await Task.yield() }
            #expect(harness.upstream.with { $0.requests.filter { $0.hasPrefix("GET") } }.count == 1, "a redirect was followed")
        }
    }

    @Test("a sideband that is refused when an interview is taken up again leaves it where it was")
    func refusedReconnect() async throws {
        try await GatewayHarness.run { (harness) async throws in
            let candidate = try await harness.join()
            let location = try await harness.startCall(candidate)
            let call = try await harness.upstream.nextCall()
            let events = try await harness.events(location, candidate)
            _ = try await call.nextReply(containing: "hardest bug")
            call.close(.internalError, reason: Misbehaviour.canary)
            _ = try await events.state("suspended")
            harness.upstream.with { $0.refusesSideband = true }
            #expect(try await harness.offerCall(candidate).code == "upstream_rejected")
            while try await harness.status(candidate) != "suspended" { await Task.yield() }
            harness.upstream.with { $0.refusesSideband = false }
            let again = try await harness.startCall(candidate)
            _ = try await harness.upstream.nextCall().nextReply(containing: "hardest bug")
            #expect(try await harness.send("POST", again + "/end", token: candidate.token).status == 200)
            try await Self.expectNoCanary(harness)
        }
    }
}
