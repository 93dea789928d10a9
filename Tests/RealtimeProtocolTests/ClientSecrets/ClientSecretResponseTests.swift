import RealtimeProtocol
import Testing

@Suite struct ClientSecretResponseTests {
    private let response = ClientSecretResponse(
        value: "ek_secret",
        expiresAt: 1_700_000_600,
        session: SessionConfiguration(id: "sess_1", model: "m", expiresAt: 0)
    )

    @Test("it has the shape of the API")
    func shape() throws {
        let value = try RealtimeCoding.decode(JSONValue.self, from: RealtimeCoding.encode(response))
        #expect(value["value"] == "ek_secret")
        #expect(value["expires_at"] == 1_700_000_600)
        #expect(value["session"]?["object"] == "realtime.session")
        #expect(value["session"]?["expires_at"] == 0)
        #expect(try RealtimeCoding.decode(ClientSecretResponse.self, from: RealtimeCoding.encode(response)) == response)
    }

    @Test("its descriptions do not hold the key")
    func hidden() {
        var dumped = ""
        dump(response, to: &dumped)
        for text in ["\(response)", String(reflecting: response), dumped] {
            #expect(!text.contains("secret"))
        }
    }
}
