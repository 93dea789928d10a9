import Foundation
import InterviewCore
import InterviewStore
import RealtimeProtocol
import Synchronization
import Testing
import VivaTestKit

@testable import Gateway

@Suite("an interview over the HTTP interface", .timeLimit(.minutes(2)))
struct InterviewFlowTests {
    @Test("a whole interview is asked, answered, stored in order, completed and hung up")
    func wholeInterview() async throws {
        try await GatewayHarness.run { (harness) async throws in
            let candidate = try await harness.join()
            let location = try await harness.startCall(candidate)
            let call = try await harness.upstream.nextCall()
            let events = try await harness.events(location, candidate)
            _ = try await call.nextReply(containing: "hardest bug")
            call.candidateSays("It was a race condition in our scheduler, and I found it with a trace.", item: "item_a")
            _ = try await call.nextReply(containing: "work in a team")
            call.candidateSays("I like to review designs early and to pair on hard problems.", item: "item_b")
            _ = try await call.nextReply(containing: "Goodbye")
            let rest = try await events.rest()

            #expect(rest.last?.name == "end")
            #expect(rest.last?["status"]?.stringValue == "completed")
            #expect(rest.filter { $0.name == "state" }.compactMap { $0["status"]?.stringValue } == ["connecting", "live", "completed"])
            let segments = try await harness.transcript(candidate)
            #expect(segments.compactMap { $0["sequence"]?.integerValue } == Array(1...segments.count))
            #expect(
                segments.map { $0["speaker"]?.stringValue } == rest.filter { $0.name == "segment" }.map { $0["speaker"]?.stringValue }
            )
            let answers = segments.filter { $0["speaker"]?.stringValue == "candidate" }
            #expect(answers.map { $0["question_id"]?.stringValue } == ["bug", "team"])
            let asked = segments.filter { $0["speaker"]?.stringValue == "interviewer" }.compactMap { $0["text"]?.stringValue }
            #expect(asked.contains { $0.contains("What was the hardest bug you have fixed?") })
            #expect(try await harness.status(candidate) == "completed")
            #expect(harness.upstream.with { $0.hungUp } == ["rtc_1"])
            let id = try #require(InterviewID(rawValue: candidate.interviewID))
            let coverage = try await harness.store.coverage(interview: id, tenant: .local)
            #expect(coverage.map(\.outcome) == [.asked, .asked])
        }
    }

    @Test("a segment reaches the room only after the store has acknowledged it")
    func segmentAfterCommit() async throws {
        try await GatewayHarness.run { (harness) async throws in
            harness.store.hold()
            let candidate = try await harness.join()
            let location = try await harness.startCall(candidate)
            let call = try await harness.upstream.nextCall()
            let events = try await harness.events(location, candidate)
            _ = try await call.nextReply(containing: "hardest bug")
            await harness.store.segmentArrived()
            call.candidateSays("It was a race condition in our scheduler.", item: "item_a")
            _ = try await call.nextReply(containing: "work in a team")
            // The interview has gone on by two utterances and an answer; nothing of it is durable, so nothing is shown.
            let id = try #require(InterviewID(rawValue: candidate.interviewID))
            #expect(try await harness.store.segments(interview: id, tenant: .local, after: nil).isEmpty)
            let shown = try await self.untilMarker(events) {
                call.send(.error(ErrorEvent(error: RealtimeError(code: nil, message: "marker"))))
            }
            #expect(shown.allSatisfy { $0.name != "segment" })
            harness.store.open()
            #expect(try await events.next("segment")["sequence"]?.integerValue == 1)
            #expect(try await harness.send("POST", location + "/end", token: candidate.token).status == 200)
        }
    }

    /// What the stream holds up to the second `progress`, which is published after the second question was decided.
    private func untilMarker(_ events: EventReader, _ mark: () -> Void) async throws -> [EventReader.Event] {
        mark()
        var shown: [EventReader.Event] = []
        while let event = try await events.next() {
            shown.append(event)
            if event.name == "progress", event["question_number"]?.integerValue == 2 { break }
        }
        return shown
    }

    @Test("while the store is down the call goes on, the room is told once, and all is stored in order afterwards")
    func storeDown() async throws {
        try await GatewayHarness.run { (harness) async throws in
            let candidate = try await harness.join()
            harness.store.fail()
            let location = try await harness.startCall(candidate)
            let call = try await harness.upstream.nextCall()
            let events = try await harness.events(location, candidate)
            #expect(try await events.next("notice")["code"]?.stringValue == "storage_delayed")
            _ = try await call.nextReply(containing: "hardest bug")
            call.candidateSays("It was a race condition in our scheduler.", item: "item_a")
            _ = try await call.nextReply(containing: "work in a team")
            harness.store.open()
            call.candidateSays("I like to pair on hard problems.", item: "item_b")
            _ = try await call.nextReply(containing: "Goodbye")
            let rest = try await events.rest()
            #expect(rest.filter { $0.name == "notice" }.isEmpty)
            let speakers = try await harness.transcript(candidate).compactMap { $0["speaker"]?.stringValue }
            #expect(speakers.filter { $0 == "candidate" }.count == 2)
            #expect(rest.last?["status"]?.stringValue == "completed")
        }
    }

    @Test("an interrupted question keeps only what was heard and is asked again")
    func interruption() async throws {
        let interrupted = Atomic<Bool>(false)
        try await GatewayHarness.run { (harness) async throws in
            harness.upstream.with { state in
                state.reaction = { call, reply in
                    if reply.words.contains("hardest bug"), interrupted.exchange(true, ordering: .relaxed) == false {
                        call.beginSpeaking(reply)
                        call.candidateStarts("item_x")
                        call.interrupt(reply, heard: "What was")
                        call.candidateStops("item_x")
                        call.transcribe("item_x", "")
                    } else {
                        call.speak(reply)
                    }
                }
            }
            let candidate = try await harness.join()
            let location = try await harness.startCall(candidate)
            let call = try await harness.upstream.nextCall()
            _ = try await call.nextReply(containing: "hardest bug")
            _ = try await call.nextReply(containing: "hardest bug")
            let events = try await harness.events(location, candidate)
            var texts: [(String, Bool)] = []
            while texts.count < 3 {
                let segment = try await events.next("segment")
                texts.append((segment["text"]?.stringValue ?? "", segment["interrupted"]?.boolValue ?? false))
            }
            #expect(texts[1].0 == "What was")
            #expect(texts[1].1)
            #expect(texts[2].0.contains("What was the hardest bug you have fixed?"))
            #expect(texts[2].1 == false)
            #expect(try await harness.send("POST", location + "/end", token: candidate.token).status == 200)
        }
    }

    @Test("words that could not be recognised become an event and a notice, not a text")
    func transcriptionFailure() async throws {
        try await GatewayHarness.run { (harness) async throws in
            let candidate = try await harness.join()
            let location = try await harness.startCall(candidate)
            let call = try await harness.upstream.nextCall()
            let events = try await harness.events(location, candidate)
            _ = try await call.nextReply(containing: "hardest bug")
            call.candidateStarts("item_a")
            call.candidateStops("item_a")
            call.send(
                .inputAudioTranscriptionFailed(
                    InputAudioTranscriptionFailedEvent(itemID: "item_a", error: RealtimeError(code: nil, message: "no"))
                )
            )
            #expect(try await events.next("notice")["code"]?.stringValue == "not_understood")
            #expect(try await harness.send("POST", location + "/end", token: candidate.token).status == 200)
            _ = try await events.rest()
            let segments = try await harness.transcript(candidate)
            #expect(segments.allSatisfy { $0["speaker"]?.stringValue == "interviewer" })
            let id = try #require(InterviewID(rawValue: candidate.interviewID))
            let notices = try await harness.store.events(interview: id, tenant: .local, kind: .notice)
            #expect(notices.contains { $0.body.contains("not_understood") && $0.body.contains("item_a") })
        }
    }

    @Test("the candidate can end the interview; it cannot be started again")
    func candidateEnds() async throws {
        try await GatewayHarness.run { (harness) async throws in
            let candidate = try await harness.join()
            let location = try await harness.startCall(candidate)
            let call = try await harness.upstream.nextCall()
            let events = try await harness.events(location, candidate)
            _ = try await call.nextReply(containing: "hardest bug")
            let answer = try await harness.send("POST", location + "/end", token: candidate.token)
            #expect(answer.json["status"]?.stringValue == "ended")
            let rest = try await events.rest()
            #expect(rest.last?.name == "end")
            #expect(rest.last?["status"]?.stringValue == "ended")
            #expect(try await harness.status(candidate) == "ended")
            let again = try await harness.send(
                "POST",
                "/v1/calls",
                token: candidate.token,
                type: "application/sdp",
                body: GatewayHarness.offer
            )
            #expect(again.status == 409)
            #expect(again.code == "interview_over")
            #expect(try await harness.send("POST", location + "/end", token: candidate.token).json["status"]?.stringValue == "ended")
        }
    }

    @Test("a second call for a running interview is refused")
    func callInProgress() async throws {
        try await GatewayHarness.run { (harness) async throws in
            let candidate = try await harness.join()
            let location = try await harness.startCall(candidate)
            let again = try await harness.send(
                "POST",
                "/v1/calls",
                token: candidate.token,
                type: "application/sdp",
                body: GatewayHarness.offer
            )
            #expect(again.status == 409)
            #expect(again.code == "call_in_progress")
            #expect(try await harness.send("POST", location + "/end", token: candidate.token).status == 200)
        }
    }

    @Test("Last-Event-ID brings what was missed and nothing twice")
    func replay() async throws {
        try await GatewayHarness.run { (harness) async throws in
            let candidate = try await harness.join()
            let location = try await harness.startCall(candidate)
            let call = try await harness.upstream.nextCall()
            _ = try await call.nextReply(containing: "hardest bug")
            let first = try await harness.events(location, candidate)
            let segment = try await first.next("segment")
            let second = try await harness.events(location, candidate, after: segment.id)
            let next = try #require(try await second.next())
            #expect(Int(next.id) == Int(segment.id).map { $0 + 1 })
            #expect(try await harness.send("POST", location + "/end", token: candidate.token).status == 200)
        }
    }
}
