import Testing

@testable import Gateway

@Suite("addresses of Realtime servers")
struct UpstreamEndpointTests {
    @Test(
        "the general OpenAI key goes to OpenAI over TLS and nowhere else",
        arguments: [
            ("https://api.openai.com/v1", true), ("https://API.openai.com/v1/", true), ("https://api.openai.com:443/v1", true),
            ("http://api.openai.com/v1", false), ("https://openai.com.example/v1", false), ("https://api.openai.com.example/v1", false),
            ("https://eu.proxy.example/api.openai.com/v1", false), ("https://xapi.openai.com/v1", false),
            ("http://127.0.0.1:8090/v1", false),
        ]
    )
    func openAIKey(_ url: String, _ expected: Bool) throws {
        #expect(try #require(UpstreamEndpoint(baseURL: url)).takesOpenAIKey == expected)
    }

    @Test(
        "an address whose host could be taken for another one is none",
        arguments: [
            "https://api.openai.com:x@evil.example/v1", "https://api.openai.com@evil.example/v1", "https://api.openai.com?x/v1",
            "https://api.openai.com#/v1", "https://evil.example\\.api.openai.com/v1", "ftp://api.openai.com/v1", "https:///v1", "https://",
            "",
        ]
    )
    func refused(_ url: String) { #expect(UpstreamEndpoint(baseURL: url) == nil) }
}
