import RealtimeProtocol
import Testing

@Suite struct ClientSecretRequestTests {
    @Test("without a body, and without members, a key lives 600 s", arguments: ["", " \n", "{}", #"{"expires_after":null}"#])
    func defaults(text: String) throws {
        #expect(try ClientSecretRequest(text: text) == ClientSecretRequest(lifetimeSeconds: 600, session: nil))
    }

    @Test("lifetime and session are read")
    func read() throws {
        let request = try ClientSecretRequest(
            text: #"{"expires_after":{"anchor":"created_at","seconds":10},"session":{"type":"realtime","instructions":"hi"}}"#
        )
        #expect(request.lifetimeSeconds == 10)
        #expect(request.session?.instructions == "hi")
        #expect(try ClientSecretRequest(text: RealtimeCoding.encode(request)) == request)
    }

    @Test("a transcription session is taken")
    func transcription() throws {
        let text = #"{"session":{"type":"transcription","audio":{"input":{"transcription":{"model":"whisper-1"}}}}}"#
        #expect(try ClientSecretRequest(text: text).session?.type == "transcription")
    }

    @Test(
        "a bad body is refused with code and path",
        arguments: [
            ("{", "invalid_json", nil),
            ("[]", "invalid_json", nil),
            ("7", "invalid_json", nil),
            (#"{"expires_after":{"seconds":9}}"#, "invalid_value", "expires_after.seconds"),
            (#"{"expires_after":{"seconds":7201}}"#, "invalid_value", "expires_after.seconds"),
            (#"{"expires_after":{"seconds":1e300}}"#, "invalid_value", "expires_after.seconds"),
            (#"{"expires_after":{"seconds":"ten"}}"#, "invalid_value", "expires_after.seconds"),
            (#"{"expires_after":{"anchor":"now"}}"#, "invalid_value", "expires_after.anchor"),
            (#"{"expires_after":{"anchor":"created_at","minutes":1}}"#, "unknown_parameter", "expires_after.minutes"),
            (#"{"ttl":60}"#, "unknown_parameter", "ttl"),
            (#"{"session":{}}"#, "missing_required_parameter", "session.type"),
            (#"{"session":{"type":"translation"}}"#, "invalid_value", "session.type"),
            (#"{"session":{"type":"realtime","temperature":1}}"#, "unknown_parameter", "session.temperature"),
            (#"{"session":{"type":"realtime","audio":{"input":{"foo":1}}}}"#, "unknown_parameter", "session.audio.input.foo"),
            (#"{"session":{"type":"realtime","audio":{"output":{"speed":"x"}}}}"#, "invalid_value", "session.audio.output.speed"),
            (#"{"session":{"type":"transcription","instructions":"x"}}"#, "unknown_parameter", "session.instructions"),
        ] as [(String, String, String?)]
    )
    func refused(text: String, code: String, parameter: String?) {
        let error = #expect(throws: RealtimeError.self) { _ = try ClientSecretRequest(text: text) }
        #expect(error?.code == code)
        #expect(error?.parameter == parameter)
        #expect(error?.message.isEmpty == false)
    }
}
