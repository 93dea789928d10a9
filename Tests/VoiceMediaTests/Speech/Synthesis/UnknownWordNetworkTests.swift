import Testing

@testable import VoiceMedia

@Suite("Unknown word network", .enabled(if: SpeechTestModels.arePresent, Comment(rawValue: SpeechTestModels.absence)))
struct UnknownWordNetworkTests {
    private static func network() throws -> UnknownWordNetwork {
        try UnknownWordNetwork(
            network: ModelFile("hibari/oov.onnx", in: SpeechTestModels.directory),
            alphabet: ModelFile("hibari/oov.json", in: SpeechTestModels.directory),
            runtime: SpeechTestModels.runtime()
        )
    }

    @Test(
        "words are read as the reference reads them",
        arguments: [("kubernetes", "kjˈubəɹnˌits"), ("grafana", "ɡɹæfˈɑnə"), ("zyxel", "zˈIksᵊl"), ("Łukasz", "lˈukæsz")]
    )
    func reference(word: String, phonemes: String) throws {
        #expect(try Self.network().phonemes(of: word) == phonemes)
    }

    @Test("what has no known letter has no reading, and a giant word has one of bounded length")
    func limits() throws {
        let network = try Self.network()
        #expect(network.phonemes(of: "") == nil)
        #expect(network.phonemes(of: "🎙️") == nil)
        let long = try #require(network.phonemes(of: String(repeating: "banana", count: 1_000)))
        #expect(long.count < 200)
    }
}
