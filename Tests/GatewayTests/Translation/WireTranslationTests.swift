import InterviewCore
import RealtimeProtocol
import Testing

@testable import Gateway

@Suite("what events of the wire mean")
struct WireTranslationTests {
    private let question: Utterance

    init() throws {
        // Utterances are made by a conductor only.
        var conductor = InterviewConductor(plan: try InterviewPlan.twoQuestions())
        let said = conductor.callLive(at: .zero).compactMap { action -> Utterance? in
            if case .say(let utterance) = action { utterance } else { nil }
        }
        self.question = try #require(said.first)
    }

    private func started(_ translation: inout WireTranslation, metadata: Bool = true) -> [WireOccurrence] {
        translation.requested(self.question)
        let response = RealtimeResponse(
            id: "resp_1",
            status: .inProgress,
            metadata: metadata ? ["viva_utterance": "\(self.question.number)"] : nil
        )
        return translation.receive(.responseCreated(ResponseCreatedEvent(response: response)), at: 900)
            + translation.receive(.outputAudioBufferStarted(OutputAudioBufferStartedEvent(responseID: "resp_1")), at: 1000)
    }

    private func done(_ status: RealtimeResponse.Status, _ text: String) -> ServerEvent {
        let item = RealtimeItem.message(id: "item_1", role: .assistant, content: [.outputAudio(transcript: text)])
        return .responseDone(ResponseDoneEvent(response: RealtimeResponse(id: "resp_1", status: status, output: [item])))
    }

    private func turn(_ text: String, end: Int64, interrupted: Bool) -> SpokenTurn {
        SpokenTurn(
            speaker: .interviewer,
            text: text,
            startMilliseconds: 1000,
            endMilliseconds: end,
            itemID: "item_1",
            questionID: self.question.questionID,
            interrupted: interrupted
        )
    }

    @Test("a reply is over when it is made and played, in either order", arguments: [true, false])
    func order(doneFirst: Bool) {
        var translation = WireTranslation()
        #expect(self.started(&translation).last == .replyAudioStarted(utterance: self.question.number, reply: "resp_1", at: 1000))
        let events: [ServerEvent] = [
            self.done(.completed, self.question.text), .outputAudioBufferStopped(OutputAudioBufferStoppedEvent(responseID: "resp_1")),
        ]
        let (first, second) = doneFirst ? (events[0], events[1]) : (events[1], events[0])
        #expect(translation.receive(first, at: 5000).isEmpty)
        let expected = WireOccurrence.replyFinished(
            utterance: self.question.number,
            .completed,
            reply: "resp_1",
            spoken: self.turn(self.question.text, end: doneFirst ? 6000 : 5000, interrupted: false)
        )
        #expect(translation.receive(second, at: 6000) == [expected])
    }

    @Test("of an interrupted reply the transcript keeps what the engine says was heard")
    func interrupted() {
        var translation = WireTranslation()
        _ = self.started(&translation)
        let cleared = ServerEvent.outputAudioBufferCleared(OutputAudioBufferClearedEvent(responseID: "resp_1"))
        #expect(translation.receive(cleared, at: 3000).isEmpty)
        let heard = String(self.question.text.prefix(20))
        guard
            case .replyFinished(_, .interrupted(let fraction), _, let spoken?)? = translation.receive(
                self.done(.cancelled, heard),
                at: 3010
            ).first
        else { Issue.record("not an interruption"); return }
        #expect(spoken == self.turn(heard, end: 3000, interrupted: true))
        #expect(abs(fraction - 20 / Double(self.question.text.count)) < 0.001)
    }

    @Test("when all was generated before the sound was cut, the text is bounded by the time that was audible")
    func generatedAhead() {
        var translation = WireTranslation()
        _ = self.started(&translation)
        _ = translation.receive(self.done(.completed, self.question.text), at: 1500)
        let cleared = ServerEvent.outputAudioBufferCleared(OutputAudioBufferClearedEvent(responseID: "resp_1"))
        guard case .replyFinished(_, .interrupted, _, let spoken?)? = translation.receive(cleared, at: 3000).first else {
            Issue.record("not an interruption")
            return
        }
        #expect(spoken.text.count <= 32)
        #expect(self.question.text.hasPrefix(spoken.text))
        #expect(spoken.interrupted)
    }

    @Test("a reply cancelled before any sound was heard leaves no line")
    func unheard() {
        var translation = WireTranslation()
        translation.requested(self.question)
        let response = RealtimeResponse(id: "resp_1", status: .inProgress, metadata: ["viva_utterance": "\(self.question.number)"])
        _ = translation.receive(.responseCreated(ResponseCreatedEvent(response: response)), at: 0)
        let expected = WireOccurrence.replyFinished(
            utterance: self.question.number,
            .interrupted(heardFraction: 0),
            reply: "resp_1",
            spoken: nil
        )
        #expect(translation.receive(self.done(.cancelled, ""), at: 10) == [expected])
    }

    @Test("an error that names our response.create fails its utterance; other errors do not")
    func errors() {
        var translation = WireTranslation()
        translation.requested(self.question)
        let ours = RealtimeError(
            code: "conversation_already_has_active_response",
            message: "m",
            eventID: "viva_say_\(self.question.number)"
        )
        let occurrences = translation.receive(.error(ErrorEvent(error: ours)), at: 0)
        #expect(
            occurrences.contains(
                .replyFinished(utterance: self.question.number, .failed, reply: "viva_say_\(self.question.number)", spoken: nil)
            )
        )
        let other = RealtimeError(code: "response_cancel_not_active", message: "m", eventID: "viva_stop")
        #expect(translation.receive(.error(ErrorEvent(error: other)), at: 0) == [.upstreamError(code: "response_cancel_not_active")])
    }

    @Test("a reply nobody asked for is still a line, because the candidate heard it")
    func unasked() {
        var translation = WireTranslation()
        let started = translation.receive(.outputAudioBufferStarted(OutputAudioBufferStartedEvent(responseID: "resp_1")), at: 10)
        #expect(started == [.replyAudioStarted(utterance: nil, reply: "resp_1", at: 10)])
        _ = translation.receive(self.done(.completed, "Hello there"), at: 20)
        let stopped = translation.receive(.outputAudioBufferStopped(OutputAudioBufferStoppedEvent(responseID: "resp_1")), at: 30)
        guard case .replyFinished(nil, .completed, _, let spoken?)? = stopped.first else { Issue.record("no line"); return }
        #expect(spoken.text == "Hello there")
    }

    @Test("audio positions of the candidate become times of the call by the smallest difference to their arrival")
    func audioTime() {
        var translation = WireTranslation()
        _ = translation.receive(.speechStarted(SpeechStartedEvent(audioStartMilliseconds: 1000, itemID: "a")), at: 3400)
        _ = translation.receive(.speechStopped(SpeechStoppedEvent(audioEndMilliseconds: 4000, itemID: "a")), at: 6020)
        let completed = InputAudioTranscriptionCompletedEvent(itemID: "a", contentIndex: 0, transcript: "Yes.")
        let turn = SpokenTurn(speaker: .candidate, text: "Yes.", startMilliseconds: 3020, endMilliseconds: 6020, itemID: "a")
        #expect(translation.receive(.inputAudioTranscriptionCompleted(completed), at: 6500) == [.candidateTurn(turn)])
    }

    @Test("numbers that no session can have are bounded, and no arithmetic on them overflows", arguments: [Int.max, .min, -1])
    func absurdNumbers(_ number: Int) {
        var translation = WireTranslation()
        _ = self.started(&translation)
        _ = translation.receive(.speechStarted(SpeechStartedEvent(audioStartMilliseconds: number, itemID: "a")), at: 2000)
        _ = translation.receive(.speechStopped(SpeechStoppedEvent(audioEndMilliseconds: number, itemID: "a")), at: 3000)
        let completed = InputAudioTranscriptionCompletedEvent(itemID: "a", contentIndex: 0, transcript: "Yes.")
        guard case .candidateTurn(let turn)? = translation.receive(.inputAudioTranscriptionCompleted(completed), at: 4000).first else {
            Issue.record("no turn")
            return
        }
        #expect((0...4000).contains(turn.startMilliseconds))
        #expect((turn.startMilliseconds...4000).contains(turn.endMilliseconds))
        _ = translation.receive(.outputAudioBufferCleared(OutputAudioBufferClearedEvent(responseID: "resp_1")), at: 4500)
        _ = translation.receive(
            .conversationItemTruncated(ConversationItemTruncatedEvent(itemID: "item_1", contentIndex: 0, audioEndMilliseconds: number)),
            at: 4600
        )
        #expect(translation.receive(self.done(.cancelled, "What was the"), at: 5000).count == 1)
    }

    @Test(
        "a number beyond every integer makes a message unreadable, not the process",
        arguments: ["1e300", "-1e300", "9223372036854775808"]
    )
    func absurdJSON(_ number: String) {
        let text = #"{"type":"input_audio_buffer.speech_started","event_id":"e","item_id":"a","audio_start_ms":\#(number)}"#
        var translation = WireTranslation()
        if let message = try? ServerMessage(text: text) {
            for case .speechStarted(_, let at) in translation.receive(message.event, at: 1000) { #expect(at == 1000) }
        }
    }

    @Test("when the connection breaks, the half-spoken reply keeps what was heard and the open turn is reported")
    func lost() {
        var translation = WireTranslation()
        _ = self.started(&translation)
        _ = translation.receive(.speechStarted(SpeechStartedEvent(audioStartMilliseconds: 0, itemID: "a")), at: 2000)
        let occurrences = translation.connectionLost(at: 2500)
        #expect(occurrences.count == 2)
        guard case .replyFinished(_, .interrupted, _, let spoken?)? = occurrences.first else { Issue.record("no line"); return }
        #expect(spoken.interrupted)
        #expect(occurrences.last == .transcriptionFailed(itemID: "a", startMilliseconds: 2000, endMilliseconds: 2500))
    }

    @Test("a peer that opens replies and turns without end keeps no more than the limit")
    func bounds() {
        var translation = WireTranslation()
        for index in 0..<500 {
            _ = translation.receive(.outputAudioBufferStarted(OutputAudioBufferStartedEvent(responseID: "r\(index)")), at: 0)
            _ = translation.receive(.speechStarted(SpeechStartedEvent(audioStartMilliseconds: 0, itemID: "i\(index)")), at: 0)
        }
        #expect(translation.connectionLost(at: 1).count <= 2 * WireTranslation.mostOpen)
    }
}

@Suite("requests for utterances")
struct UtteranceRequestTests {
    @Test("our engine gets the exact words; others get them in the instructions alone", arguments: [true, false])
    func words(verbatim: Bool) throws {
        var conductor = InterviewConductor(plan: try InterviewPlan.twoQuestions())
        guard case .say(let utterance)? = conductor.callLive(at: .zero).first else { Issue.record("nothing said"); return }
        let message = UtteranceRequest.message(for: utterance, verbatim: verbatim)
        guard case .responseCreate(let event) = message.event else { Issue.record("no response.create"); return }
        #expect(event.response?.metadata?["viva_say"] == (verbatim ? utterance.text : nil))
        #expect(event.response?.instructions?.contains(utterance.text) == true)
        #expect(message.eventID.flatMap { UtteranceRequest.utterance(ofEventID: $0) } == utterance.number)
    }

    @Test("no server elsewhere is taken for one with verbatim speech unless that is said: OpenAI may be behind it")
    func verbatimHosts() {
        for url in ["https://api.openai.com/v1/", "https://proxy.example/v1", "http://127.0.0.1:4000/v1"] {
            #expect(UpstreamEndpoint(baseURL: url)?.speaksVerbatim == false)
            #expect(UpstreamEndpoint(baseURL: url, speaksVerbatim: true)?.speaksVerbatim == true)
        }
    }
}

@Suite("events of the wire that come too often, too late or without end")
struct RepeatedWireEventsTests {
    private func completed(_ item: String, _ text: String) -> ServerEvent {
        .inputAudioTranscriptionCompleted(
            InputAudioTranscriptionCompletedEvent(itemID: item, contentIndex: 0, transcript: text, usage: nil)
        )
    }

    @Test("the words of a turn count once; a turn that was not understood may still get words")
    func words() {
        var translation = WireTranslation()
        #expect(translation.receive(self.completed("a", "Yes."), at: 1).count == 1)
        #expect(translation.receive(self.completed("a", "Yes."), at: 2).isEmpty)
        #expect(translation.receive(.speechStarted(SpeechStartedEvent(audioStartMilliseconds: 0, itemID: "a")), at: 3).isEmpty)
        let failure = InputAudioTranscriptionFailedEvent(itemID: "b", contentIndex: 0, error: RealtimeError(code: nil, message: "nothing"))
        #expect(translation.receive(.inputAudioTranscriptionFailed(failure), at: 4).count == 1)
        #expect(translation.receive(self.completed("b", "No."), at: 5).count == 1)
        #expect(translation.receive(.inputAudioTranscriptionFailed(failure), at: 6).isEmpty)
    }

    @Test("pieces of a reply beyond 64 KiB are dropped")
    func endless() {
        var translation = WireTranslation()
        _ = translation.receive(.responseCreated(ResponseCreatedEvent(response: RealtimeResponse(id: "r", status: .inProgress))), at: 0)
        _ = translation.receive(.outputAudioBufferStarted(OutputAudioBufferStartedEvent(responseID: "r")), at: 0)
        let delta = ResponseAudioTranscriptDeltaEvent(
            responseID: "r",
            itemID: "i",
            outputIndex: 0,
            contentIndex: 0,
            delta: String(repeating: "word ", count: 1000)
        )
        for _ in 0..<100 { _ = translation.receive(.responseOutputAudioTranscriptDelta(delta), at: 1) }
        _ = translation.receive(.responseDone(ResponseDoneEvent(response: RealtimeResponse(id: "r", status: .completed))), at: 2)
        let over = translation.receive(.outputAudioBufferStopped(OutputAudioBufferStoppedEvent(responseID: "r")), at: 3)
        guard case .replyFinished(_, _, _, let spoken)? = over.first else {
            Issue.record("it should be over")
            return
        }
        #expect((60_000...WireTranslation.longestReply).contains(spoken?.text.utf8.count ?? 0))
    }
}
