import RealtimeProtocol
import Testing

@Suite struct BetaSessionEndpointTests {
    private let dialect = BetaDialect(defaultVoice: "local")

    @Test("the seeds' request asks for a key of 60 s with their voice")
    func seed() throws {
        let (request, notices) = try dialect.clientSecretRequest(text: #"{"model":"gpt-4o-realtime-preview","voice":"nova"}"#)
        #expect(request.lifetimeSeconds == 60)
        #expect(request.session?.type == "realtime")
        #expect(request.session?.model == "gpt-4o-realtime-preview")
        #expect(request.session?.output.voice == "local")
        #expect(notices == [.voiceReplaced])
        #expect(try dialect.clientSecretRequest(text: "").request.lifetimeSeconds == 60)
    }

    @Test("a lifetime may be asked for, each endpoint in its own way")
    func lifetime() throws {
        let sessions = #"{"client_secret":{"expires_after":{"anchor":"created_at","seconds":120}}}"#
        #expect(try dialect.clientSecretRequest(text: sessions).request.lifetimeSeconds == 120)
        let transcription =
            #"{"client_secret":{"expires_at":{"anchor":"created_at","seconds":30}},"input_audio_transcription":{"model":"whisper-1"}}"#
        let request = try dialect.clientSecretRequest(text: transcription, endpoint: .transcriptionSessions).request
        #expect(request.lifetimeSeconds == 30)
        #expect(request.session?.type == "transcription")
    }

    @Test(
        "a bad body is refused with the names that the client sent",
        arguments: [
            ("[", "invalid_json", nil), ("[]", "invalid_json", nil), (#"{"speed":9}"#, "invalid_value", "speed"),
            (#"{"voice":7}"#, "invalid_value", "voice"), (#"{"foo":1}"#, "unknown_parameter", "foo"),
            (#"{"client_secret":{"expires_after":{"seconds":1}}}"#, "invalid_value", "client_secret.expires_after.seconds"),
            (#"{"turn_detection":{"threshold":2}}"#, "invalid_value", "turn_detection.threshold"),
        ] as [(String, String, String?)]
    )
    func refused(text: String, code: String, parameter: String?) {
        let error = #expect(throws: RealtimeError.self) { try dialect.clientSecretRequest(text: text) }
        #expect(error?.code == code)
        #expect(error?.parameter == parameter)
    }

    @Test("the answer has both shapes")
    func body() throws {
        let session = SessionConfiguration(id: "sess_1", model: "m", expiresAt: 0, voice: "alloy")
        let body = try JSONValue(dialect.sessionBody(ClientSecretResponse(value: "ek_1", expiresAt: 99, session: session)))
        #expect(body["client_secret"] == ["value": "ek_1", "expires_at": 99])
        #expect(body["value"] == "ek_1")
        #expect(body["expires_at"] == 99)
        #expect(body["voice"] == "alloy")
        #expect(body["session"]?["audio"]?["output"]?["voice"] == "alloy")
    }
}
