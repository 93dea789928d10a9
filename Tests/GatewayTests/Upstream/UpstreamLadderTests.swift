import InterviewCore
import RealtimeProtocol
import ServerEdge
import Testing
import VivaTestKit

@testable import Gateway

@Suite("several upstreams", .timeLimit(.minutes(2)))
struct UpstreamLadderTests {
    private static func two(_ change: (inout LadderHarness.Options) -> Void = { _ in }) -> LadderHarness.Options {
        var options = LadderHarness.Options(fakes: 2)
        change(&options)
        return options
    }

    @Test("a call goes to the first that takes it, and remembers which that was")
    func first() async throws {
        try await LadderHarness.run(Self.two()) { (harness) async throws in
            let placed = try #require(try await harness.place())
            #expect(placed.place.rung.number == 1)
            #expect(harness.fakes[1].with { $0.requests.isEmpty })
            await harness.ladder.hangUp(placed.place)
            #expect(harness.fakes[0].with { $0.hungUp } == ["rtc_1"])
        }
    }

    @Test(
        "a server that is full, broken, silent or refuses us is passed over",
        arguments: [
            WireBehaviour.respond(status: 503, headers: ["Retry-After": "7"], body: ""), .respond(status: 500, headers: [:], body: ""),
            .respond(status: 401, headers: [:], body: ""), .never, .reset, .bytes(Array("rubbish\r\n\r\n".utf8)),
        ]
    )
    func fallback(_ behaviour: WireBehaviour) async throws {
        let options = Self.two { $0.limits.share = .milliseconds(200) }
        try await LadderHarness.run(options) { (harness) async throws in
            harness.fakes[0].with { $0.script[.calls] = [behaviour] }
            let placed = try #require(try await harness.place())
            #expect(placed.place.rung.number == 2)
            await harness.ladder.hangUp(placed.place)
            #expect(harness.fakes[1].with { $0.hungUp } == ["rtc_1"])
            #expect(harness.fakes[0].with { $0.hungUp.isEmpty })
        }
    }

    @Test(
        "a server whose answer breaks off, falls silent or has no end after its head is told to hang up, and the next one is asked",
        arguments: [WireBehaviour.cutBody, .stallAfterHead, .flood(bytes: 1 << 20)]
    )
    func brokenBody(_ behaviour: WireBehaviour) async throws {
        let options = Self.two { $0.limits.share = .milliseconds(400) }
        try await LadderHarness.run(options) { (harness) async throws in
            harness.fakes[0].with { $0.script[.calls] = [behaviour] }
            let placed = try #require(try await harness.place())
            #expect(placed.place.rung.number == 2)
            #expect(harness.fakes[0].with { $0.created } == ["rtc_1"])
            #expect(harness.fakes[0].with { $0.hungUp } == ["rtc_1"])
        }
    }

    @Test("a failed sideband is one failure, of the sideband; its call went well")
    func sidebandFailure() async throws {
        try await LadderHarness.run { (harness) async throws in
            harness.fakes[0].with { $0.script[.sideband] = [.respond(status: 500, headers: [:], body: "")] }
            _ = await harness.fault { () async throws(UpstreamFault) in try await harness.place() }
            let exchanges = harness.metrics.render().split(separator: "\n").filter { $0.hasPrefix("viva_upstream_exchanges_total{") }
            #expect(
                Set(exchanges) == [
                    #"viva_upstream_exchanges_total{upstream="1",exchange="call",outcome="ok"} 1"#,
                    #"viva_upstream_exchanges_total{upstream="1",exchange="sideband",outcome="unavailable"} 1"#,
                    #"viva_upstream_exchanges_total{upstream="1",exchange="hang_up",outcome="ok"} 1"#,
                ]
            )
            #expect(harness.logs.lines.filter { $0.contains("an upstream failed") }.count == 1)
        }
    }

    @Test("a sideband that we gave up ourselves is no failure of the server")
    func cancelledSideband() async throws {
        try await LadderHarness.run { (harness) async throws in
            harness.fakes[0].with { $0.script[.sideband] = [.never] }
            let placing = Task { await harness.fault { () async throws(UpstreamFault) in try await harness.place() } }
            while harness.requests("GET /v1/realtime") == 0 { await Task.yield() }
            placing.cancel()
            #expect(await placing.value != nil)
            #expect(!harness.metrics.render().contains(#"exchange="sideband",outcome="unavailable""#))
            #expect(!harness.logs.contains("an upstream failed"))
        }
    }

    @Test("a server that takes the call and refuses its sideband is told to hang up, and the next one is asked")
    func sideband() async throws {
        try await LadderHarness.run(Self.two()) { (harness) async throws in
            harness.fakes[0].with { $0.refusesSideband = true }
            let placed = try #require(try await harness.place())
            #expect(placed.place.rung.number == 2)
            #expect(harness.fakes[0].with { $0.hungUp } == ["rtc_1"])
        }
    }

    @Test(
        "a server that takes calls and refuses every sideband, or answers with nothing of use, opens the circuit as well",
        arguments: [true, false]
    )
    func halfWell(refusesSideband: Bool) async throws {
        let clock = ManualClock()
        var options = LadderHarness.Options()
        options.clock = clock
        try await LadderHarness.run(options) { (harness) async throws in
            harness.fakes[0].with { state in
                state.script[.sideband] = refusesSideband ? Array(repeating: .respond(status: 500, headers: [:], body: ""), count: 9) : []
                if !refusesSideband { state.answer = "<html>" }
            }
            for _ in 0..<5 { _ = await harness.fault { () async throws(UpstreamFault) in try await harness.place() } }
            let fault = await harness.fault { () async throws(UpstreamFault) in try await harness.place() }
            #expect(fault == .unavailable(retryAfter: .seconds(10)))
            #expect(harness.fakes[0].with { $0.hungUp.count } == 5)
        }
    }

    @Test("a server that nobody can connect to is tried once more, and then the next one", arguments: ["127.0.0.1", "localhost"])
    func notThere(_ host: String) async throws {
        let nobody = try #require(UpstreamEndpoint(baseURL: "http://\(host):1/v1"))
        let options = Self.two {
            $0.changeEndpoint = { index, endpoint in if index == 0 { endpoint = nobody } }
        }
        try await LadderHarness.run(options) { (harness) async throws in
            #expect(try await harness.place()?.place.rung.number == 2)
            let metrics = harness.metrics.render()
            #expect(metrics.contains(#"viva_upstream_exchanges_total{upstream="1",exchange="call",outcome="unavailable"} 2"#))
        }
    }

    @Test("an offer that no server could answer is shown to one only")
    func offer() async throws {
        try await LadderHarness.run(Self.two()) { (harness) async throws in
            let body = #"{"error":{"code":"no_opus"}}"#
            harness.fakes[0].with { $0.script[.calls] = [.respond(status: 400, headers: [:], body: body)] }
            #expect(await harness.fault { () async throws(UpstreamFault) in try await harness.place() } == .noOpus)
            #expect(harness.fakes[1].with { $0.requests.isEmpty })
        }
    }

    @Test("when all fail, the one for which waiting helps is told, with the shortest wait")
    func allFail() async throws {
        try await LadderHarness.run(Self.two { $0.fakes = 3 }) { (harness) async throws in
            for (fake, status, wait) in [(0, 429, "9"), (1, 500, ""), (2, 503, "4")] {
                harness.fakes[fake].with { $0.behaviour = .respond(status: status, headers: ["Retry-After": wait], body: "") }
            }
            let fault = await harness.fault { () async throws(UpstreamFault) in try await harness.place() }
            #expect(fault == .full(retryAfter: .seconds(4)))
        }
    }

    @Test("a server that asked for a wait is not asked before it is over")
    func wait() async throws {
        let clock = ManualClock()
        try await LadderHarness.run(Self.two { $0.clock = clock }) { (harness) async throws in
            harness.fakes[0].with { $0.script[.calls] = [.respond(status: 429, headers: ["Retry-After": "30"], body: "")] }
            #expect(try await harness.place()?.place.rung.number == 2)
            clock.advance(by: .seconds(29))
            #expect(try await harness.place()?.place.rung.number == 2)
            #expect(harness.requests("POST /v1/realtime/calls", of: 0) == 1)
            clock.advance(by: .seconds(1))
            #expect(try await harness.place()?.place.rung.number == 1)
        }
    }

    @Test("the circuit opens after five failures in ten seconds, and one probe closes it after ten")
    func circuit() async throws {
        let clock = ManualClock()
        var options = LadderHarness.Options()
        options.clock = clock
        try await LadderHarness.run(options) { (harness) async throws in
            harness.fakes[0].with { $0.behaviour = .respond(status: 500, headers: [:], body: "") }
            for _ in 0..<5 {
                #expect(await harness.fault { () async throws(UpstreamFault) in try await harness.place() } == .unavailable())
                clock.advance(by: .seconds(1))
            }
            let fault = await harness.fault { () async throws(UpstreamFault) in try await harness.place() }
            #expect(fault == .unavailable(retryAfter: .seconds(9)))
            #expect(harness.requests("POST /v1/realtime/calls") == 5)
            #expect(harness.metrics.render().contains(#"viva_upstream_circuit_open{upstream="1"} 1"#))
            #expect(harness.logs.contains("an upstream fails and is not asked for a while"))
            clock.advance(by: .seconds(9))
            // Half-open: the probe fails, and it is open again for ten seconds.
            #expect(await harness.fault { () async throws(UpstreamFault) in try await harness.place() } == .unavailable())
            let again = await harness.fault { () async throws(UpstreamFault) in try await harness.place() }
            #expect(again == .unavailable(retryAfter: .seconds(10)))
            #expect(harness.requests("POST /v1/realtime/calls") == 6)
            harness.fakes[0].with { $0.behaviour = .answer }
            clock.advance(by: .seconds(10))
            #expect(try await harness.place() != nil)
            #expect(harness.metrics.render().contains(#"viva_upstream_circuit_open{upstream="1"} 0"#))
            #expect(harness.metrics.render().contains(#"viva_upstream_exchanges_total{upstream="1",exchange="call",outcome="skipped"} 2"#))
        }
    }

    @Test("the search is over when the deadline of the exchange is, whoever is left")
    func deadline() async throws {
        let clock = ManualClock()
        try await LadderHarness.run(Self.two { ($0.clock, $0.fakes) = (clock, 3) }) { (harness) async throws in
            for fake in harness.fakes { fake.with { $0.behaviour = .never } }
            async let fault = harness.fault { () async throws(UpstreamFault) in try await harness.place() }
            await clock.waitForSleepers(1)
            clock.advance(by: .seconds(5))
            await clock.waitForSleepers(1)
            clock.advance(by: .seconds(5))
            #expect(await fault == .timedOut)
            #expect(harness.fakes[2].with { $0.requests.isEmpty })
        }
    }

    @Test("a call that nobody wants any more is hung up, and no further server is asked")
    func unwanted() async throws {
        try await LadderHarness.run(Self.two()) { (harness) async throws in
            let placed = try await harness.ladder.placeCall(
                offer: FakeRealtimeServer.answer,
                session: { _, _ in "{}" },
                isWanted: { false },
                discard: { await harness.ladder.hangUp($0) }
            )
            #expect(placed == nil)
            #expect(harness.fakes[0].with { $0.hungUp } == ["rtc_1"])
            #expect(harness.fakes[1].with { $0.requests.isEmpty })
        }
    }

    @Test("hanging up is tried twice, also where the circuit is open")
    func hangUp() async throws {
        try await LadderHarness.run { (harness) async throws in
            let placed = try #require(try await harness.place())
            harness.fakes[0].with { $0.behaviour = .reset }
            for _ in 0..<5 { _ = await harness.fault { () async throws(UpstreamFault) in try await harness.place() } }
            harness.fakes[0].with { $0.script[.hangUp] = [.reset] }
            await harness.ladder.hangUp(placed.place)
            #expect(harness.fakes[0].with { $0.hungUp } == ["rtc_1"])
            harness.fakes[0].with { $0.script[.hangUp] = [.reset, .reset, .reset] }
            await harness.ladder.hangUp(placed.place)
            #expect(harness.requests("POST /v1/realtime/calls/rtc_1/hangup") == 4)
            #expect(harness.logs.contains("an upstream could not be told to hang up"))
        }
    }

    @Test("each server is asked with its own key and model")
    func ownKeys() async throws {
        let options = Self.two {
            $0.changeEndpoint = { index, endpoint in endpoint.apiKey = Secret("sk-of-\(index + 1)") }
        }
        try await LadderHarness.run(options) { (harness) async throws in
            harness.fakes[0].with { $0.behaviour = .reset }
            _ = try await harness.place()
            #expect(harness.fakes[0].with { $0.authorizations } == ["Bearer sk-of-1"])
            #expect(harness.fakes[1].with { $0.authorizations } == ["Bearer sk-of-2"])
        }
    }

    @Test("the notice tells of every server that voices may go to")
    func notice() throws {
        let here = try #require(UpstreamEndpoint(baseURL: "http://127.0.0.1:8090/v1"))
        let there = try #require(UpstreamEndpoint(baseURL: "https://api.openai.com/v1"))
        #expect(VoicePath([.fixed(here)]) == .local)
        #expect(VoicePath([.fixed(there)]) == .remote)
        #expect(VoicePath([.fixed(here), .fixed(there)]) == .either)
        #expect(VoicePath([.fixed(there), .fixed(here)]) == .either)
        #expect(CandidateNotice(.local).items.contains { $0.contains("on the organiser's own server.") })
        #expect(CandidateNotice(.remote).items.contains { $0.contains("Your voice is sent to the speech service") })
        #expect(CandidateNotice(.either).items.contains { $0.contains("or by a speech service") })
        #expect(Set([VoicePath.local, .remote, .either].map { CandidateNotice($0).version }).count == 3)
    }
}

@Suite("looking up the model at start", .timeLimit(.minutes(1)))
struct ModelCheckTests {
    private static func options(remote: Bool = true, model: String? = "gpt-realtime-2.1") -> LadderHarness.Options {
        var options = LadderHarness.Options()
        options.model = model
        options.limits.modelCheck = .milliseconds(200)
        if remote { options.changeEndpoint = { _, endpoint in endpoint.isOnThisMachine = false } }
        return options
    }

    @Test("a model that the server knows is no matter of warning")
    func known() async throws {
        try await LadderHarness.run(Self.options()) { (harness) async throws in
            await harness.ladder.checkModels()
            #expect(harness.requests("GET /v1/models/gpt-realtime-2.1") == 1)
            #expect(!harness.logs.lines.contains { $0.hasPrefix("warning") })
        }
    }

    @Test(
        "what will not work is said in one line, without a word of the server",
        arguments: [
            (WireBehaviour.respond(status: 404, headers: [:], body: "canary"), "does not know the model"),
            (.respond(status: 401, headers: [:], body: "canary"), "does not take its key"), (.never, "could not be asked"),
            (.respond(status: 500, headers: [:], body: "canary"), "could not be asked"),
            (.bytes(Array("canary".utf8)), "could not be asked"),
        ]
    )
    func warnings(_ behaviour: WireBehaviour, _ words: String) async throws {
        try await LadderHarness.run(Self.options()) { (harness) async throws in
            harness.fakes[0].with { $0.script[.model] = [behaviour] }
            await harness.ladder.checkModels()
            let warnings = harness.logs.lines.filter { $0.hasPrefix("warning") }
            #expect(warnings.count == 1)
            #expect(warnings.first?.contains(words) == true)
            #expect(!harness.logs.contains("canary"))
        }
    }

    @Test("a server on this machine, and one without a model, is not asked")
    func notAsked() async throws {
        for options in [Self.options(remote: false), Self.options(model: nil)] {
            try await LadderHarness.run(options) { (harness) async throws in
                await harness.ladder.checkModels()
                #expect(harness.fakes[0].with { $0.requests.isEmpty })
            }
        }
    }
}
