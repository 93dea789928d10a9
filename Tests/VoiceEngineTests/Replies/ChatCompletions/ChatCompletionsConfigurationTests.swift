import ServerEdge
import Testing

@testable import VoiceEngine

@Suite struct ChatCompletionsConfigurationTests {
    @Test(
        "addresses of web servers are taken, with or without a slash at the end",
        arguments: ["http://127.0.0.1:8080/v1", "http://127.0.0.1:8080/v1//", "https://[::1]:8080/v1", "https://api.openai.com/v1/"]
    )
    func taken(_ url: String) throws {
        let configuration = try #require(ChatCompletionsConfiguration(baseURL: url, model: "m"))
        #expect(configuration.completionsURL.hasSuffix("/v1/chat/completions"))
        #expect(configuration.modelsURL.hasSuffix("/v1/models"))
    }

    @Test(
        "everything else is refused",
        arguments: [
            "", "127.0.0.1:8080", "ftp://host/v1", "http://", "http:///v1", "http://:80/v1", "http://user:pass@host/v1",
            "http://host/v1?key=1",
            "http://host/v1#a", "http://ho st/v1", "http://host\\v1",
        ]
    )
    func refused(_ url: String) {
        #expect(ChatCompletionsConfiguration(baseURL: url, model: "m") == nil)
    }

    @Test("the key does not print")
    func secret() throws {
        let configuration = try #require(ChatCompletionsConfiguration(baseURL: "http://host/v1", model: "m", apiKey: Secret("sk-canary")))
        #expect(!"\(configuration)".contains("canary"))
    }
}
