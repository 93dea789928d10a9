import InterviewCore
import InterviewStore
import RealtimeProtocol
import ServerEdge
import Testing
import VivaTestKit

@testable import Gateway

/// The sideband's part of the table F6: what the call does is part of each case.
@Suite("a sideband that misbehaves", .timeLimit(.minutes(5)))
struct MisbehavingSidebandTests {
    /// Something that ends the connection.
    struct Breakage: Sendable, CustomTestStringConvertible {
        let name: String
        let reason: String
        /// What our close frame says; nil: none was due.
        var told: UInt16?
        /// How soon a silent server is pinged and given up.
        var patience: Duration = .seconds(10)
        let act: @Sendable (FakeCall) async -> Void

        var testDescription: String { self.name }
    }

    private static let breakages: [Breakage] =
        [1008, 1011, 1013, 3000, 4000, 4999].map { code in
            Breakage(name: "close \(code)", reason: "engine_lost") {
                $0.close(WebSocketCloseCode(rawValue: code), reason: Misbehaviour.canary)
            }
        } + [
            // In order: the candidate's browser went away, or the session has reached its longest time.
            Breakage(name: "close 1000", reason: "call_lost") { $0.close(.normalClosure, reason: Misbehaviour.canary) },
            Breakage(name: "close 1001", reason: "call_lost") { $0.close(.goingAway, reason: Misbehaviour.canary) },
            Breakage(name: "close with a code that does not exist", reason: "engine_lost", told: 1002) {
                $0.sendFrame(opcode: 8, [0x03, 0xED])
            },
            Breakage(name: "reset", reason: "engine_lost") { await $0.reset() },
            Breakage(name: "binary junk", reason: "engine_lost", told: 1003) {
                $0.sendFrame(opcode: 2, Array(repeating: 0xA5, count: 4096))
            },
            Breakage(name: "a frame of a kind that does not exist", reason: "engine_lost", told: 1002) {
                $0.send(bytes: [0x83, 0x01, 0x61])
            },
            Breakage(name: "a frame longer than all memory", reason: "engine_lost", told: 1009) {
                $0.send(bytes: [0x81, 0x7F, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF])
            },
            Breakage(name: "text that is no UTF-8", reason: "engine_lost", told: 1007) { $0.sendFrame(opcode: 1, [0xC3, 0x28]) },
            Breakage(name: "an event of 5 MiB", reason: "engine_lost", told: 1009) {
                $0.send(text: #"{"type":"x","event_id":"e","y":""# + String(repeating: "z", count: 5 << 20) + #""}"#)
            },
            Breakage(name: "silence, also to pings", reason: "engine_lost", patience: .milliseconds(400)) { $0.fallSilent() },
        ]

    @Test("what ends the connection suspends the interview for a recorded reason, and the next call takes it up", arguments: breakages)
    func breakage(_ broken: Breakage) async throws {
        var options = GatewayHarness.Options()
        options.configure = {
            ($0.upstreamLimits.sidebandPing, $0.upstreamLimits.sidebandPong) = (broken.patience, broken.patience)
        }
        try await GatewayHarness.run(options) { (harness) async throws in
            let candidate = try await harness.join()
            let location = try await harness.startCall(candidate)
            let call = try await harness.upstream.nextCall()
            let events = try await harness.events(location, candidate)
            _ = try await call.nextReply(containing: "hardest bug")
            call.candidateSays("It was a race condition in our scheduler.", item: "item_a")
            _ = try await call.nextReply(containing: "work in a team")
            await broken.act(call)

            let suspended = try await events.state("suspended")
            #expect(suspended["reason"]?.stringValue == broken.reason)
            #expect(suspended["message"]?.stringValue?.contains(Misbehaviour.canary) == false)
            if let told = broken.told { #expect(await call.closeCode() == told) }
            // A call that we gave up is hung up; one that has ended is not.
            if broken.reason == "engine_lost" {
                while harness.upstream.with({ $0.hungUp != [call.id] }) { await Task.yield() }
            }
            let id = try #require(location.split(separator: "/").last.flatMap { CallID(rawValue: String($0)) })
            // The call itself may not be written yet.
            while (try? await harness.store.call(id, tenant: .local).endReason) != broken.reason { await Task.yield() }

            let again = try await harness.startCall(candidate)
            let next = try await harness.upstream.nextCall()
            _ = try await next.nextReply(containing: "work in a team")
            #expect(try await harness.send("POST", again + "/end", token: candidate.token).status == 200)
            _ = try await events.rest()
            let answers = try await harness.transcript(candidate).filter { $0["speaker"]?.stringValue == "candidate" }
            #expect(answers.map { $0["text"]?.stringValue } == ["It was a race condition in our scheduler."])
            try await MisbehavingUpstreamTests.expectNoCanary(harness)
        }
    }

    /// Something that the call goes on after.
    struct Noise: Sendable, CustomTestStringConvertible {
        let name: String
        let make: @Sendable (FakeCall) -> Void

        var testDescription: String { self.name }
    }

    private static let noises: [Noise] = [
        Noise(name: "an unknown event") { $0.send(text: #"{"type":"\#(Misbehaviour.canary).new","event_id":"e1","x":{"y":[1,2]}}"#) },
        Noise(name: "a known event of another form") {
            $0.send(text: #"{"type":"response.done","event_id":"e1","response":"\#(Misbehaviour.canary)"}"#)
        },
        Noise(name: "text that is no JSON") { $0.send(text: Misbehaviour.canary) },
        Noise(name: "JSON that is no event") { $0.send(text: #"["\#(Misbehaviour.canary)"]"#) },
        Noise(name: "an empty text") { $0.send(text: "") },
        Noise(name: "JSON nested without end") { $0.send(text: String(repeating: "[", count: 100_000)) },
        Noise(name: "an error with a code of its own making") {
            $0.send(.error(ErrorEvent(error: RealtimeError(code: Misbehaviour.canary, message: Misbehaviour.canary))))
        },
        Noise(name: "a thousand unknown events") { call in
            for number in 0..<1000 { call.send(text: #"{"type":"x.y","event_id":"n\#(number)"}"#) }
        },
        Noise(name: "ends of things that never began") { call in
            call.send(.outputAudioBufferStopped(OutputAudioBufferStoppedEvent(responseID: "resp_none")))
            call.send(.responseDone(ResponseDoneEvent(response: RealtimeResponse(id: "resp_none", status: .completed))))
            call.candidateStops("item_none")
        },
        Noise(name: "numbers beyond all reason") { call in
            call.candidateStops("item_none", at: .max)
            call.candidateStops("item_none", at: .min)
        },
        Noise(name: "a ping") { $0.sendFrame(opcode: 9, Array(Misbehaviour.canary.utf8)) },
    ]

    private static let first = "It was a race condition in our scheduler."
    private static let second = "In small groups, with much talking."

    /// A whole interview in which the fake makes `noise` before each answer.
    private func interview(_ noise: @escaping @Sendable (FakeCall) -> Void, _ says: @escaping @Sendable (FakeCall, String, String) -> Void)
        async throws
    {
        try await GatewayHarness.run { (harness) async throws in
            let candidate = try await harness.join()
            let location = try await harness.startCall(candidate)
            let call = try await harness.upstream.nextCall()
            let events = try await harness.events(location, candidate)
            noise(call)
            _ = try await call.nextReply(containing: "hardest bug")
            noise(call)
            says(call, Self.first, "item_a")
            _ = try await call.nextReply(containing: "work in a team")
            noise(call)
            says(call, Self.second, "item_b")
            #expect(try await events.rest().last?["status"]?.stringValue == "completed")
            let lines = try await harness.transcript(candidate)
            let answers = lines.filter { $0["speaker"]?.stringValue == "candidate" }
            #expect(answers.map { $0["text"]?.stringValue } == [Self.first, Self.second])
            let questions = lines.filter { $0["speaker"]?.stringValue == "interviewer" }.compactMap { $0["text"]?.stringValue }
            #expect(Set(questions).count == questions.count)
            for words in ["What was the hardest bug you have fixed?", "How do you like to work in a team?"] {
                #expect(questions.filter { $0.contains(words) }.count == 1)
            }
            try await MisbehavingUpstreamTests.expectNoCanary(harness)
        }
    }

    @Test("what means nothing changes nothing: the interview goes on to its end", arguments: noises)
    func noise(_ noise: Noise) async throws {
        try await self.interview(noise.make) { call, words, item in call.candidateSays(words, item: item) }
    }

    @Test("an event that comes twice, under one id or two, is stored once", arguments: [true, false])
    func duplicates(sameID: Bool) async throws {
        try await self.interview({ _ in }) { call, words, item in
            let events: [ServerEvent] = [
                .speechStarted(SpeechStartedEvent(audioStartMilliseconds: 0, itemID: item)),
                .speechStopped(SpeechStoppedEvent(audioEndMilliseconds: 500, itemID: item)),
                .inputAudioTranscriptionCompleted(
                    InputAudioTranscriptionCompletedEvent(itemID: item, contentIndex: 0, transcript: words, usage: nil)
                ),
            ]
            for (number, event) in events.enumerated() {
                call.send(event, id: "dup_\(item)_\(number)")
                call.send(event, id: sameID ? "dup_\(item)_\(number)" : "again_\(item)_\(number)")
            }
            for (number, event) in events.enumerated() {
                call.send(event, id: sameID ? "dup_\(item)_\(number)" : "late_\(item)_\(number)")
            }
        }
    }

    @Test("the interviewer's events that come twice are stored once, and pieces out of order do not garble the line")
    func outOfOrder() async throws {
        try await GatewayHarness.run { (harness) async throws in
            harness.upstream.with { state in
                state.reaction = { call, reply in
                    let (response, item) = ("resp_\(reply.number)", "item_\(call.id)_\(reply.number)")
                    let delta = { (text: String) -> ServerEvent in
                        .responseOutputAudioTranscriptDelta(
                            ResponseAudioTranscriptDeltaEvent(
                                responseID: response,
                                itemID: item,
                                outputIndex: 0,
                                contentIndex: 0,
                                delta: text
                            )
                        )
                    }
                    let done = ServerEvent.responseOutputAudioTranscriptDone(
                        ResponseAudioTranscriptDoneEvent(
                            responseID: response,
                            itemID: item,
                            outputIndex: 0,
                            contentIndex: 0,
                            transcript: reply.words
                        )
                    )
                    call.send(delta("before its time "))
                    call.beginSpeaking(reply)
                    call.beginSpeaking(reply)
                    let words = reply.words.split(separator: " ").map { String($0) + " " }
                    for word in words.reversed() { call.send(delta(word)) }
                    call.send(done)
                    for word in words { call.send(delta(word)) }
                    // The words stand in the pieces only: `response.done` has none.
                    for _ in 0..<2 {
                        call.send(
                            .responseDone(
                                ResponseDoneEvent(response: RealtimeResponse(id: response, status: .completed, metadata: reply.metadata))
                            )
                        )
                        call.send(.outputAudioBufferStopped(OutputAudioBufferStoppedEvent(responseID: response)))
                    }
                    call.beginSpeaking(reply)
                    call.finishSpeaking(reply)
                    call.send(delta("after its time"))
                }
            }
            let candidate = try await harness.join()
            let location = try await harness.startCall(candidate)
            let call = try await harness.upstream.nextCall()
            let events = try await harness.events(location, candidate)
            let asked = try await call.nextReply(containing: "hardest bug")
            call.candidateSays(Self.first, item: "item_a")
            let askedNext = try await call.nextReply(containing: "work in a team")
            call.candidateSays(Self.second, item: "item_b")
            #expect(try await events.rest().last?["status"]?.stringValue == "completed")
            let lines = try await harness.transcript(candidate)
            let questions = lines.filter { $0["speaker"]?.stringValue == "interviewer" }.compactMap { $0["text"]?.stringValue }
            #expect(Set(questions).count == questions.count)
            #expect(questions.contains(asked.words))
            #expect(questions.contains(askedNext.words))
            #expect(lines.filter { $0["speaker"]?.stringValue == "candidate" }.count == 2)
        }
    }

    @Test("an upstream that is connected and never speaks is given up after 45 seconds")
    func mute() async throws {
        let clock = ManualClock()
        var options = GatewayHarness.Options()
        options.clock = clock
        try await GatewayHarness.run(options) { (harness) async throws in
            harness.upstream.with { $0.reaction = { _, _ in } }
            let candidate = try await harness.join()
            let location = try await harness.startCall(candidate)
            let call = try await harness.upstream.nextCall()
            let events = try await harness.events(location, candidate)
            _ = try await call.nextReply()
            await clock.waitForSleepers(1)
            clock.advance(by: .seconds(45))
            #expect(try await events.state("suspended")["reason"]?.stringValue == "setup_failed")
            while harness.upstream.with({ $0.hungUp != [call.id] }) { await Task.yield() }
        }
    }
}
