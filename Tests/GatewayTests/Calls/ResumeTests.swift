import Foundation
import InterviewCore
import InterviewStore
import RealtimeProtocol
import ServerEdge
import Synchronization
import Testing
import VivaTestKit

@testable import Gateway

@Suite("losing and resuming a call", .timeLimit(.minutes(2)))
struct ResumeTests {
    @Test("when the sideband breaks the room is told, and the next call asks the current question again")
    func resume() async throws {
        try await GatewayHarness.run { (harness) async throws in
            let candidate = try await harness.join()
            let location = try await harness.startCall(candidate)
            let call = try await harness.upstream.nextCall()
            let events = try await harness.events(location, candidate)
            _ = try await call.nextReply(containing: "hardest bug")
            _ = try await events.next("progress")
            call.close(.internalError)
            let suspended = try await events.state("suspended")
            #expect(suspended["reason"]?.stringValue == "engine_lost")
            #expect(try await events.next("notice")["code"]?.stringValue == "engine_lost")

            let second = try await harness.startCall(candidate)
            #expect(second != location)
            let resumed = try await harness.upstream.nextCall()
            let words = try await resumed.nextReply(containing: "hardest bug").words
            #expect(words.contains("What was the hardest bug you have fixed?"))
            _ = try await events.state("live")
            #expect(try await harness.send("POST", second + "/end", token: candidate.token).status == 200)
            #expect(try await events.rest().last?.name == "end")
        }
    }

    @Test("a browser that goes away is told apart from an engine that dies")
    func browserGone() async throws {
        try await GatewayHarness.run { (harness) async throws in
            let candidate = try await harness.join()
            let location = try await harness.startCall(candidate)
            let call = try await harness.upstream.nextCall()
            let events = try await harness.events(location, candidate)
            _ = try await call.nextReply(containing: "hardest bug")
            call.close(.goingAway)
            #expect(try await events.state("suspended")["reason"]?.stringValue == "call_lost")
            #expect(try await harness.send("POST", location + "/end", token: candidate.token).status == 200)
        }
    }

    @Test("a call on which nothing was ever heard begins from the beginning the next time")
    func neverConnected() async throws {
        try await GatewayHarness.run { (harness) async throws in
            harness.upstream.with { $0.reaction = { _, _ in } }
            let candidate = try await harness.join()
            let location = try await harness.startCall(candidate)
            let call = try await harness.upstream.nextCall()
            let greeting = try await call.nextReply().words
            let events = try await harness.events(location, candidate)
            call.close(.goingAway)
            #expect(try await events.state("suspended")["reason"]?.stringValue == "setup_failed")
            let second = try await harness.startCall(candidate)
            let again = try await harness.upstream.nextCall()
            #expect(try await again.nextReply().words == greeting)
            #expect(try await harness.send("POST", second + "/end", token: candidate.token).status == 200)
        }
    }

    @Test("who does not come back in time finds the interview closed")
    func abandoned() async throws {
        let clock = ManualClock()
        var options = GatewayHarness.Options()
        options.clock = clock
        options.configure = { $0.conductor.resumeWindow = .seconds(60) }
        try await GatewayHarness.run(options) { (harness) async throws in
            let candidate = try await harness.join()
            let location = try await harness.startCall(candidate)
            let call = try await harness.upstream.nextCall()
            let events = try await harness.events(location, candidate)
            _ = try await call.nextReply(containing: "hardest bug")
            call.close(.internalError)
            _ = try await events.state("suspended")
            await clock.waitForSleepers(1)
            while try await harness.status(candidate) != "abandoned" {
                clock.advance(by: .seconds(10))
                await Task.yield()
            }
            let rest = try await events.rest()
            #expect(rest.last?["status"]?.stringValue == "ended")
            let again = try await harness.send(
                "POST",
                "/v1/calls",
                token: candidate.token,
                type: "application/sdp",
                body: GatewayHarness.offer
            )
            #expect(again.code == "interview_over")
        }
    }

    @Test("after a crash of the gateway the candidate goes on with the same question and the same token")
    func restart() async throws {
        let store = try GatedStore.inTemporaryFolder()
        let kept = Mutex<GatewayHarness.Candidate?>(nil)
        try await GatewayHarness.run(store: store) { (harness) async throws in
            let candidate = try await harness.join()
            _ = try await harness.startCall(candidate)
            let call = try await harness.upstream.nextCall()
            _ = try await call.nextReply(containing: "hardest bug")
            call.candidateSays("It was a race condition in our scheduler.", item: "item_a")
            _ = try await call.nextReply(containing: "work in a team")
            kept.withLock { $0 = candidate }
        }
        let candidate = try #require(kept.withLock { $0 })
        // As a crash would leave it: still live in the store, with nobody talking.
        let id = try #require(InterviewID(rawValue: candidate.interviewID))
        let now = Timestamp(millisecondsSince1970: 1_800_000_000_000)
        try await store.transition(id, tenant: .local, from: .suspended, to: .live, reason: nil, at: now)
        try await GatewayHarness.run(store: store) { (harness) async throws in
            while try await harness.status(candidate) != "suspended" { await Task.yield() }
            let location = try await harness.startCall(candidate)
            let call = try await harness.upstream.nextCall()
            #expect(try await call.nextReply(containing: "How do you like to work in a team?").words.isEmpty == false)
            let events = try await harness.events(location, candidate)
            // The room that was opened anew gets the transcript so far.
            #expect(try await events.next("segment")["sequence"]?.integerValue == 1)
            #expect(try await harness.send("POST", location + "/end", token: candidate.token).status == 200)
        }
    }

    @Test("when the supervised engine dies its calls are told at once, and the interview goes on with the next engine")
    func engineDies() async throws {
        let flag = FileManager.default.temporaryDirectory.appendingPathComponent("viva-kill-\(UUID().uuidString)").path
        var options = GatewayHarness.Options()
        // The sideband of the fake stays open, so only the supervisor can tell.
        options.engineScript = "echo ready http://127.0.0.1:$PORT; while [ ! -e \(flag) ]; do sleep 0.02; done; rm \(flag); exit 9"
        try await GatewayHarness.run(options) { (harness) async throws in
            let candidate = try await harness.join()
            let location = try await harness.startCall(candidate)
            let call = try await harness.upstream.nextCall()
            let events = try await harness.events(location, candidate)
            _ = try await call.nextReply(containing: "hardest bug")
            _ = try await events.next("progress")
            #expect(FileManager.default.createFile(atPath: flag, contents: nil))
            #expect(try await events.state("suspended")["reason"]?.stringValue == "engine_lost")
            while try await harness.send("GET", "/ready").status != 200 { try await Task.sleep(for: .milliseconds(20)) }
            let second = try await harness.startCall(candidate)
            let resumed = try await harness.upstream.nextCall()
            _ = try await resumed.nextReply(containing: "hardest bug")
            #expect(try await harness.send("POST", second + "/end", token: candidate.token).status == 200)
        }
    }

    @Test("an engine that was started anew is asked at once, however long the one before it asked to be left alone")
    func newEngine() async throws {
        let flag = FileManager.default.temporaryDirectory.appendingPathComponent("viva-kill-\(UUID().uuidString)").path
        var options = GatewayHarness.Options()
        options.engineScript = "echo ready http://127.0.0.1:$PORT; while [ ! -e \(flag) ]; do sleep 0.02; done; rm \(flag); exit 9"
        try await GatewayHarness.run(options) { (harness) async throws in
            let candidate = try await harness.join()
            harness.upstream.with { $0.script[.calls] = [.respond(status: 503, headers: ["Retry-After": "100"], body: "")] }
            #expect(try await harness.offerCall(candidate).code == "engine_full")
            #expect(try await harness.offerCall(candidate).headers["retry-after"].flatMap { Int($0) } ?? 0 > 60)
            #expect(FileManager.default.createFile(atPath: flag, contents: nil))
            while try await harness.send("GET", "/ready").status != 503 { try await Task.sleep(for: .milliseconds(5)) }
            while try await harness.send("GET", "/ready").status != 200 { try await Task.sleep(for: .milliseconds(5)) }
            let location = try await harness.startCall(candidate)
            #expect(try await harness.send("POST", location + "/end", token: candidate.token).status == 200)
        }
    }

    @Test("a server that is shutting down takes no new call, and says so")
    func draining() async throws {
        var options = GatewayHarness.Options()
        options.configure = { $0.drainLimit = .seconds(30) }
        try await GatewayHarness.run(options) { (harness) async throws in
            let (talking, late) = (try await harness.join(), try await harness.join())
            let location = try await harness.startCall(talking)
            let events = try await harness.events(location, talking)
            _ = try await events.next("progress")
            await harness.beginShutdown()
            while try await harness.send("GET", "/ready").status != 503 { try await Task.sleep(for: .milliseconds(10)) }
            let refused = try await harness.send(
                "POST",
                "/v1/calls",
                token: late.token,
                type: "application/sdp",
                body: GatewayHarness.offer
            )
            #expect(refused.status == 503)
            #expect(refused.code == "draining")
            // The live call goes on until it is over; then the server ends.
            #expect(try await harness.send("POST", location + "/end", token: talking.token).status == 200)
            #expect(try await events.rest().last?["status"]?.stringValue == "ended")
        }
    }
}
