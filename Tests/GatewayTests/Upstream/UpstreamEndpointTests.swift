import ServerEdge
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

    @Test(
        "an address at which no server can be is none, such as the metadata service of a cloud machine",
        arguments: ["http://169.254.169.254/v1", "http://[fe80::1]/v1", "http://0.0.0.0/v1", "http://[::]/v1", "http://224.0.0.1/v1"]
    )
    func noServer(_ url: String) { #expect(UpstreamEndpoint(baseURL: url) == nil) }

    @Test(
        "voices stay on this machine with loopback addresses only",
        arguments: [
            ("http://127.0.0.1:8090/v1", true), ("http://127.8.0.1/v1", true), ("http://localhost:1/v1", true),
            ("http://[::1]:8090/v1", true),
            ("http://10.0.0.5/v1", false), ("http://localhost.example/v1", false), ("https://[2606:4700::1]/v1", false),
        ]
    )
    func thisMachine(_ url: String, _ expected: Bool) throws {
        let endpoint = try #require(UpstreamEndpoint(baseURL: url))
        #expect(endpoint.isOnThisMachine == expected)
        #expect(Upstream.fixed(endpoint).isRemote == !expected)
    }

    @Test("a key goes in the clear over http to another machine, and only then")
    func clear() {
        let key = Secret("sk-x")
        #expect(UpstreamEndpoint(baseURL: "http://10.0.0.5/v1", apiKey: key)?.sendsKeyInTheClear == true)
        #expect(UpstreamEndpoint(baseURL: "http://10.0.0.5/v1")?.sendsKeyInTheClear == false)
        #expect(UpstreamEndpoint(baseURL: "https://10.0.0.5/v1", apiKey: key)?.sendsKeyInTheClear == false)
        #expect(UpstreamEndpoint(baseURL: "http://127.0.0.1/v1", apiKey: key)?.sendsKeyInTheClear == false)
    }

    @Test("a model's name cannot change the path")
    func model() throws {
        let endpoint = try #require(UpstreamEndpoint(baseURL: "https://x.example/v1"))
        #expect(endpoint.modelURL("gpt-realtime-2.1") == "https://x.example/v1/models/gpt-realtime-2.1")
        #expect(endpoint.modelURL("../a b?c#\n") == "https://x.example/v1/models/..%2Fa%20b%3Fc%23%0A")
    }
}
