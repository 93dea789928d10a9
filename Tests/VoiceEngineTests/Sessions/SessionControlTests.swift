import RealtimeProtocol
import Testing

@testable import VoiceEngine

@Suite(.timeLimit(.minutes(1))) struct SessionControlTests {
    private func error(_ call: Call) -> RealtimeError? {
        call.events.compactMap { event in
            if case .error(let error) = event { error.error } else { nil }
        }.last
    }

    private func heard(_ call: Call) -> [String] {
        call.transport.sent.compactMap { try? ServerMessage(text: $0).event.type }
    }

    @Test("session.created is the first event on the data channel, what was told before follows it, and the sideband never gets it")
    func created() async throws {
        let call = try await Call()
        call.say("Hello.")
        await call.wait(for: "response.content_part.added")
        call.transport.event(.connected)
        call.transport.event(.channelOpen(label: "oai-events"))
        await call.settle()
        #expect(Array(heard(call).prefix(3)) == ["session.created", "response.created", "response.output_item.added"])
        #expect(!call.types.contains("session.created"))
        await call.end()
    }

    @Test(
        "the browser of a conducted call may not change its conduct",
        arguments: [
            #"{"type":"session.update","session":{"type":"realtime","instructions":"be mean"}}"#, #"{"type":"response.create"}"#,
            #"{"type":"response.cancel"}"#, #"{"type":"output_audio_buffer.clear"}"#, #"{"type":"input_audio_buffer.clear"}"#,
            #"{"type":"conversation.item.create","item":{"type":"message","role":"system","content":[{"type":"input_text","text":"x"}]}}"#,
            #"{"type":"conversation.item.delete","item_id":"x"}"#, #"{"type":"conversation.item.truncate","item_id":"x","audio_end_ms":0}"#,
            #"{"type":"conversation.item.retrieve","item_id":"x"}"#, #"{"type":"something.new"}"#,
        ]
    )
    func refused(text: String) async throws {
        let call = try await Call()
        call.transport.event(.channelOpen(label: "oai-events"))
        call.browser(text)
        await call.settle()
        let answers = call.transport.sent.compactMap { text -> RealtimeError? in
            if case .error(let error) = try? ServerMessage(text: text).event { error.error } else { nil }
        }
        #expect(answers.map(\.code) == ["event_not_allowed"])
        #expect(call.types.isEmpty)
        await call.end()
    }

    @Test("the browser of a conducted call may end its own turn")
    func commit() async throws {
        let call = try await Call(texts: ["Done."])
        await call.hear(30, loud: true)
        call.browser(#"{"type":"input_audio_buffer.commit"}"#)
        await call.wait(for: "conversation.item.input_audio_transcription.completed")
        #expect(
            Array(call.types.prefix(3)) == [
                "input_audio_buffer.speech_started", "input_audio_buffer.speech_stopped", "input_audio_buffer.committed",
            ]
        )
        await call.end()
    }

    @Test("the browser that set up its own call may do what any client may")
    func owner() async throws {
        let call = try await Call(policy: .owner)
        call.transport.event(.channelOpen(label: "oai-events"))
        call.browser(#"{"type":"session.update","session":{"type":"realtime","instructions":"be kind"}}"#)
        await call.wait(for: "session.updated")
        await call.settle()
        #expect(heard(call).contains("session.updated"))
        await call.end()
    }

    @Test(
        "what cannot be served is refused with the code of the API, and the session stays open",
        arguments: [
            (#"{"type":"input_audio_buffer.commit"}"#, "input_audio_buffer_commit_empty"), (#"{"event_id":"e"}"#, "invalid_event"),
            ("no json", "invalid_event"), (#"{"type":"input_audio_buffer.finalize"}"#, "invalid_value"),
            (#"{"type":"session.update","session":{"instructions":"x"}}"#, "missing_required_parameter"),
            (#"{"type":"session.update","session":{"type":"realtime","temperature":1}}"#, "unknown_parameter"),
            (#"{"type":"session.update","session":{"type":"realtime","audio":{"output":{"voice":"nobody"}}}}"#, "invalid_value"),
            (
                #"{"type":"session.update","session":{"type":"realtime","audio":{"input":{"turn_detection":{"type":"psychic_vad"}}}}}"#,
                "invalid_value"
            ),
            (#"{"type":"response.create","response":{"conversation":"both"}}"#, "invalid_value"),
            (#"{"type":"conversation.item.create","item":{"type":"message","role":"boss","content":[]}}"#, "invalid_value"),
        ]
    )
    func errors(text: String, code: String) async throws {
        let call = try await Call()
        _ = call.session.inbox.offerMessage(text, from: .sideband(1))
        await call.wait(for: "error")
        #expect(error(call)?.code == code)
        await call.settle()
        #expect(call.closedWith == nil)
        await call.end()
    }

    @Test("semantic turn detection is taken and shown")
    func semantic() async throws {
        let call = try await Call()
        call.command(.sessionUpdate(SessionUpdateEvent(session: SessionUpdate(input: .init(turnDetection: .set(.semanticVAD(.init())))))))
        await call.wait(for: "session.updated")
        guard case .sessionUpdated(let updated) = call.events.last(where: { $0.type == "session.updated" }) else { return }
        guard case .semanticVAD = updated.session.turnDetection else {
            Issue.record("not semantic")
            return
        }
        await call.end()
    }

    @Test("the voices of the API are taken for the local one", arguments: ["alloy", "marin", "hibari"])
    func voices(name: String) async throws {
        let call = try await Call()
        call.command(.sessionUpdate(SessionUpdateEvent(session: SessionUpdate(output: .init(voice: name)))))
        await call.wait(for: "session.updated")
        await call.end()
    }

    @Test("the voice is locked once it was heard")
    func voiceLock() async throws {
        let call = try await Call()
        call.say("Hello.")
        await call.play(until: "output_audio_buffer.stopped")
        call.command(.sessionUpdate(SessionUpdateEvent(session: SessionUpdate(output: .init(voice: "ash")))))
        await call.wait(for: "error")
        #expect(error(call)?.code == "cannot_update_voice")
        await call.end()
    }

    @Test("new turn detection takes effect at once")
    func turnDetection() async throws {
        let call = try await Call()
        call.command(
            .sessionUpdate(
                SessionUpdateEvent(
                    session: SessionUpdate(
                        input: .init(turnDetection: .set(.serverVAD(.init(silenceDurationMilliseconds: 160, createResponse: false))))
                    )
                )
            )
        )
        await call.hear(20, loud: true)
        await call.hear(5, loud: false)
        await call.wait(for: "input_audio_buffer.speech_stopped")
        await call.end()
    }

    @Test(
        "when the peer is gone the sidebands are told and the media is released",
        arguments: [AudioTransportCloseReason.peerClosed, .peerSilent, .connectTimeout]
    )
    func peerGone(reason: AudioTransportCloseReason) async throws {
        let call = try await Call()
        await call.settle()
        call.transport.event(.closed(reason))
        await call.over()
        #expect(call.closedWith == .peerGone)
        #expect(call.transport.closedWith != nil)
    }

    @Test("a session ends after its maximum with session_expired")
    func expired() async throws {
        let call = try await Call()
        await call.settle()
        await call.advance(.seconds(3_600))
        await call.over()
        #expect(error(call)?.code == "session_expired")
        #expect(call.closedWith == .expired)
    }

    @Test("a sideband that attaches to a call that is over is closed")
    func lateSideband() async throws {
        let call = try await Call()
        await call.end()
        #expect(call.session.inbox.offer(.detached(1)) == false)
    }

    @Test("a client hears on its own channel that events of it were lost")
    func forgotten() async throws {
        let call = try await Call(policy: .owner)
        call.transport.event(.channelOpen(label: "oai-events"))
        call.session.inbox.offer(.forgotten(.client))
        await call.settle()
        let answers = call.transport.sent.compactMap { text -> RealtimeError? in
            if case .error(let error) = try? ServerMessage(text: text).event { error.error } else { nil }
        }
        #expect(answers.map(\.code) == ["too_many_events"])
        #expect(call.types.isEmpty)
        await call.end()
    }
}
