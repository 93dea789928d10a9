import Foundation
import Synchronization
import Testing

@testable import VoiceMedia

/// The Swift port against the Python package: `scripts/golden-phonemes` writes the fixture.
@Suite(.enabled(if: PronunciationTestData.directory != nil, Comment(rawValue: PronunciationTestData.reasonWithoutModels)))
struct GoldenPhonemeTests {
    struct Fixture: Decodable {
        struct Sentence: Decodable {
            var text: String
            var phonemes: String
        }

        /// What the reference's network answered, so that the test needs no network.
        var unknownWords: [String: String]
        var sentences: [Sentence]
    }

    /// Where the reference reads names of the trade as nobody says them; see `TechnicalTerms`.
    private static let departures = [
        "Do you write C++ or C#?": "dˈu ju ɹˈIt sˈi plˈʌs plˈʌs ɔɹ sˈi ʃˈɑɹp?",
        "How does PostgreSQL differ from MySQL?": "hˌW dˈʌz pˈOstɡɹɛs kjˌuˈɛl dˈɪfəɹ fɹʌm mˌIsˈikwəl?",
    ]
    /// Names that the network is not asked for any more.
    private static let knownNames: Set<String> = ["PostgreSQL"]

    private func load() throws -> (Fixture, Pronouncer) {
        let url = try #require(
            Bundle.module.url(forResource: "golden-phonemes", withExtension: "json", subdirectory: "Fixtures/Pronunciation")
        )
        let fixture = try JSONDecoder().decode(Fixture.self, from: Data(contentsOf: url))
        let directory = try #require(PronunciationTestData.directory)
        return (fixture, try Pronouncer(directory: directory) { fixture.unknownWords[$0] })
    }

    @Test("every golden sentence is spelt as the reference spells it")
    func goldenSentences() throws {
        let (fixture, pronouncer) = try load()
        #expect(fixture.sentences.count >= 400)
        for sentence in fixture.sentences {
            let phonemes = pronouncer.phonemes(of: sentence.text)
            let expected = Self.departures[sentence.text] ?? sentence.phonemes
            #expect(Array(phonemes.unicodeScalars) == Array(expected.unicodeScalars), "\(sentence.text)")
        }
    }

    @Test("the network is asked for just the words that it answered for the reference")
    func unknownWords() throws {
        let (fixture, _) = try load()
        let asked = Asked()
        let directory = try #require(PronunciationTestData.directory)
        let pronouncer = try Pronouncer(directory: directory) { word in
            asked.insert(word)
            return fixture.unknownWords[word]
        }
        for sentence in fixture.sentences { _ = pronouncer.phonemes(of: sentence.text) }
        #expect(Set(fixture.unknownWords.keys).subtracting(Self.knownNames).isSubset(of: asked.words))
        #expect(asked.words.isDisjoint(with: Self.knownNames))
    }

    @Test(
        "names of the trade sound as an interviewer says them",
        arguments: [
            ("C#", "sˈi ʃˈɑɹp"), ("F#", "ˈɛf ʃˈɑɹp"), ("C++", "sˈi plˈʌs plˈʌs"), (".NET", "dˈɑt nˈɛt"),
            ("ASP.NET", "ˌAˌɛspˈi dˈɑt nˈɛt"), ("Node.js", "nˈOd ʤˌAˈɛs"), ("Objective-C", "əbʤˈɛktɪv sˈi"), ("CI/CD", "sˌiˈI sˌidˈi"),
            ("A/B testing", "ˈA bˈi tˈɛstɪŋ"), ("k8s", "kˈA ˈAts"), ("gRPC", "ʤˌiˌɑɹpˌisˈi"), ("PostgreSQL", "pˈOstɡɹɛs kjˌuˈɛl"),
            ("OAuth2", "ˈO ˈɔθ tˈu"), ("i18n", "ˈI ˌAtˈin ˈɛn"), ("C#/.NET", "sˈi ʃˈɑɹp dˈɑt nˈɛt"),
            ("C#/C++", "sˈi ʃˈɑɹp sˈi plˈʌs plˈʌs"),
        ]
    )
    func namesOfTheTrade(name: String, phonemes: String) throws {
        let (_, pronouncer) = try load()
        #expect(pronouncer.phonemes(of: name) == phonemes)
    }

    @Test("several threads get the same answers from one pronouncer")
    func severalThreads() async throws {
        let (fixture, pronouncer) = try load()
        let texts = fixture.sentences.prefix(40).map(\.text)
        let expected = texts.map(pronouncer.phonemes(of:))
        await withTaskGroup(of: [String].self) { group in
            for _ in 0..<4 { group.addTask { texts.map(pronouncer.phonemes(of:)) } }
            for await answers in group { #expect(answers == expected) }
        }
    }

    @Test("a text in Markdown sounds like the plain text")
    func markdown() throws {
        let (_, pronouncer) = try load()
        #expect(
            pronouncer.phonemes(of: "## **Great**, let's *move on* to `SQL`.") == pronouncer.phonemes(of: "Great, let's move on to SQL.")
        )
        #expect(pronouncer.phonemes(of: "Meet [Siobhan](/ʃəvˈɔn/).") == "mˈit ʃəvˈɔn.")
    }

    @Test("junk and symbols nobody can read are skipped")
    func junk() throws {
        let (_, pronouncer) = try load()
        #expect(pronouncer.phonemes(of: "🙂👩‍👩‍👧 \u{FFFD}\u{0}\u{7}\u{202E}").isEmpty)
        var state: UInt64 = 42
        for plane in [0x7F, 0x2FF, 0xFFFF, 0x10FFFF] as [UInt64] {
            var text = String.UnicodeScalarView()
            for _ in 0..<5000 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                if let scalar = Unicode.Scalar(UInt32((state >> 33) % (plane + 1))) { text.append(scalar) }
            }
            _ = pronouncer.phonemes(of: String(text))
        }
        let endless = String(repeating: "a1-(", count: 2500)
        #expect(!pronouncer.phonemes(of: endless).isEmpty)
    }
}

/// Words that the reader of unknown words was asked for.
private final class Asked: Sendable {
    private let asked = Mutex<Set<String>>([])

    func insert(_ word: String) { asked.withLock { _ = $0.insert(word) } }

    var words: Set<String> { asked.withLock { $0 } }
}
