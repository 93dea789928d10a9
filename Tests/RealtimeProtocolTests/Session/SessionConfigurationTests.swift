import RealtimeProtocol
import Testing

@Suite struct SessionConfigurationTests {
    private func update(_ text: String) throws -> SessionUpdate { try RealtimeCoding.decode(SessionUpdate.self, from: text) }

    @Test("absent members keep what is there")
    func keep() throws {
        let session = SessionConfiguration(instructions: "be kind", voice: "alloy", speed: 1.2)
        let merged = try session.merging(update(#"{"type":"realtime","audio":{"output":{"speed":0.9}}}"#))
        #expect(merged.instructions == "be kind")
        #expect(merged.voice == "alloy")
        #expect(merged.speed == 0.9)
        #expect(merged.turnDetection == session.turnDetection)
    }

    @Test("null clears turn detection and transcription, empty values clear tools and instructions")
    func clear() throws {
        let session = SessionConfiguration(
            instructions: "x",
            transcription: InputTranscription(model: "whisper-1"),
            tools: [["type": "function"]]
        )
        let merged = try session.merging(
            update(#"{"type":"realtime","instructions":"","tools":[],"audio":{"input":{"turn_detection":null,"transcription":null}}}"#)
        )
        #expect(merged.turnDetection == nil)
        #expect(merged.transcription == nil)
        #expect(merged.tools.isEmpty)
        #expect(merged.instructions.isEmpty)
    }

    @Test("absent members of server_vad take the defaults of the API")
    func defaults() throws {
        let merged = try SessionConfiguration().merging(
            update(#"{"type":"realtime","audio":{"input":{"turn_detection":{"type":"server_vad","create_response":false}}}}"#)
        )
        #expect(
            merged.turnDetection
                == .serverVAD(
                    .init(threshold: 0.5, prefixPaddingMilliseconds: 300, silenceDurationMilliseconds: 500, createResponse: false)
                )
        )
    }

    @Test("semantic_vad is a known type")
    func semantic() throws {
        let merged = try SessionConfiguration().merging(
            update(#"{"type":"realtime","audio":{"input":{"turn_detection":{"type":"semantic_vad","eagerness":"low"}}}}"#)
        )
        #expect(merged.turnDetection == .semanticVAD(.init(eagerness: .low)))
    }

    @Test(
        "values outside the ranges of the API are refused with their path",
        arguments: [
            (#"{"audio":{"output":{"speed":9}}}"#, "session.audio.output.speed"),
            (#"{"output_modalities":["audio","text"]}"#, "session.output_modalities"),
            (#"{"audio":{"input":{"turn_detection":{"type":"none"}}}}"#, "session.audio.input.turn_detection.type"),
            (
                #"{"audio":{"input":{"turn_detection":{"type":"server_vad","threshold":2}}}}"#,
                "session.audio.input.turn_detection.threshold"
            ),
            (
                #"{"audio":{"input":{"turn_detection":{"type":"server_vad","silence_duration_ms":-1}}}}"#,
                "session.audio.input.turn_detection.silence_duration_ms"
            ),
            (#"{"type":"transcription"}"#, "session.type"),
            (#"{"temperature":0.7}"#, "session.temperature"),
        ]
    )
    func refused(text: String, parameter: String) throws {
        let update = try update(text)
        let error = #expect(throws: RealtimeError.self) { try SessionConfiguration(model: "viva").merging(update) }
        #expect(error?.parameter == parameter)
    }

    @Test("the voice is locked once audio was sent, and the same voice may be sent again")
    func voiceLock() throws {
        let session = SessionConfiguration(voice: "marin")
        let other = SessionUpdate(output: .init(voice: "ash"))
        #expect(try session.merging(other).voice == "ash")
        let error = #expect(throws: RealtimeError.self) { try session.merging(other, audioWasSent: true) }
        #expect(error?.code == "cannot_update_voice")
        _ = try session.merging(SessionUpdate(output: .init(voice: "marin")), audioWasSent: true)
    }

    @Test("an update that names another model is taken, but for the model")
    func otherModel() throws {
        let update = try update(#"{"model":"other","instructions":"Be brief."}"#)
        let merged = try SessionConfiguration(model: "viva").merging(update)
        #expect(merged.model == "viva")
        #expect(merged.instructions == "Be brief.")
        #expect(try SessionConfiguration().merging(update).model == "other")
    }

    @Test("a client may echo the session that it got")
    func echo() throws {
        let session = SessionConfiguration(id: "sess_1", model: "viva", expiresAt: 7, transcription: InputTranscription(model: "m"))
        let echoed = try update(RealtimeCoding.encode(session))
        #expect(try session.merging(echoed) == session)
    }

    @Test("a voice may be an object with an id")
    func voiceObject() throws {
        #expect(try update(#"{"audio":{"output":{"voice":{"id":"voice_1"}}}}"#).output.voice == "voice_1")
    }

    @Test("an update encodes only what it changes")
    func encode() throws {
        let update = SessionUpdate(input: .init(turnDetection: .clear), output: .init(voice: "marin"))
        #expect(
            RealtimeCoding.encode(update)
                == #"{"audio":{"input":{"turn_detection":null},"output":{"voice":"marin"}},"type":"realtime"}"#
        )
        #expect(try RealtimeCoding.decode(SessionUpdate.self, from: RealtimeCoding.encode(update)) == update)
    }

    @Test("identifiers have the form of the API and depend on the generator alone")
    func identifiers() {
        var first = Counter()
        var second = Counter()
        let identifier = RealtimeIdentifier.item.make(using: &first)
        #expect(identifier.hasPrefix("item_"))
        #expect(identifier.count == 26)
        #expect(identifier == RealtimeIdentifier.item.make(using: &second))
        #expect(identifier != RealtimeIdentifier.item.make(using: &second))
    }

    private struct Counter: RandomNumberGenerator {
        var state: UInt64 = 1
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state
        }
    }
}
