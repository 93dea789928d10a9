import InterviewCore
import InterviewStore
import RealtimeProtocol
import Testing
import VivaTestKit

@testable import Gateway

@Suite("the end of the server while people talk", .timeLimit(.minutes(1)))
struct DrainTests {
    @Test("a call that still goes on is suspended, and its room hears why before the stream ends")
    func roomIsTold() async throws {
        try await GatewayHarness.run { (harness) async throws in
            let candidate = try await harness.join()
            let location = try await harness.startCall(candidate)
            let events = try await harness.events(location, candidate)
            _ = try await events.next("progress")
            await harness.beginShutdown()
            let rest = try await events.rest()
            let states = rest.filter { $0.name == "state" }
            #expect(states.last?["status"]?.stringValue == "suspended")
            #expect(states.last?["reason"]?.stringValue == "draining")
            #expect(rest.last?.name == "notice")
            #expect(rest.last?["code"]?.stringValue == "draining")
        }
    }

    @Test("a call that is being set up is waited for like one that is live")
    func setUpIsBusy() async throws {
        var options = GatewayHarness.Options()
        options.configure = { $0.drainLimit = .seconds(30) }
        try await GatewayHarness.run(options) { (harness) async throws in
            let gate = Gate()
            harness.upstream.with { $0.behaviour = .answerAfter { await gate.pass() } }
            let candidate = try await harness.join()
            async let location = harness.startCall(candidate)
            while harness.upstream.with({ $0.bodies.isEmpty }) { try await Task.sleep(for: .milliseconds(5)) }
            await harness.beginShutdown()
            while try await harness.send("GET", "/ready").status != 503 { try await Task.sleep(for: .milliseconds(5)) }
            gate.open()
            // The server is still there for the call that it let in.
            let events = try await harness.events(try await location, candidate)
            _ = try await events.state("live")
            #expect(try await harness.send("POST", try await location + "/end", token: candidate.token).status == 200)
            #expect(try await events.rest().last?.name == "end")
        }
    }

    @Test("a set-up that the end overtakes hangs up the call it has made, and the candidate is told to come back")
    func setUpIsOvertaken() async throws {
        try await GatewayHarness.run { (harness) async throws in
            let gate = Gate()
            harness.upstream.with { $0.behaviour = .answerAfter { await gate.pass() } }
            let candidate = try await harness.join()
            async let answer = harness.offerCall(candidate)
            let id = try #require(InterviewID(rawValue: candidate.interviewID))
            while try await harness.store.interview(id, tenant: .local).status != .connecting {
                try await Task.sleep(for: .milliseconds(5))
            }
            await harness.beginShutdown()
            while try await harness.store.interview(id, tenant: .local).status == .connecting {
                try await Task.sleep(for: .milliseconds(5))
            }
            gate.open()
            #expect(try await answer.code == "draining")
            #expect(harness.upstream.with { $0.hungUp } == ["rtc_1"])
        }
    }

    @Test("a hang-up that is under way at the end is let finish: a call that stays open may cost the operator money")
    func hangUpsFinish() async throws {
        try await GatewayHarness.run { (harness) async throws in
            harness.upstream.with { $0.hangUpDelay = .milliseconds(300) }
            let candidate = try await harness.join()
            let location = try await harness.startCall(candidate)
            let events = try await harness.events(location, candidate)
            _ = try await events.next("progress")
            await harness.beginShutdown()
            let givenUp = "upstream could not be told to hang up"
            while harness.upstream.with({ $0.hungUp.isEmpty }), !harness.logs.contains(givenUp) {
                try await Task.sleep(for: .milliseconds(5))
            }
            #expect(!harness.logs.contains(givenUp))
            #expect(harness.upstream.with { $0.hungUp } == ["rtc_1"])
        }
    }
}
