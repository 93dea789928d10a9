import Foundation
import Testing

@testable import VoiceMedia

/// The whole chain over small tables; the real ones are in `GoldenPhonemeTests`.
struct PronouncerTests {
    private let pronouncer: Pronouncer

    init() throws {
        pronouncer = try PronunciationTestData.pronouncer()
    }

    @Test("clitics are read with their word")
    func clitics() {
        #expect(pronouncer.phonemes(of: "you've run") == "juv ɹˈʌn")
    }

    @Test("CamelCase is read in parts with one main stress")
    func camelCase() {
        #expect(pronouncer.phonemes(of: "GitHub") == "ɡˌɪthˈʌb")
    }

    @Test("an unknown part makes the whole word unknown")
    func unknownWord() {
        #expect(pronouncer.phonemes(of: "GitXyzzy run") == "<GitXyzzy> ɹˈʌn")
    }

    @Test("a currency sign is read after its number")
    func currency() {
        #expect(pronouncer.phonemes(of: "$5.") == "fˈIv dˈɑləɹz.")
    }

    @Test("a pronunciation in the text is used, the words around it are read as usual")
    func override() {
        #expect(pronouncer.phonemes(of: "run [git](/ʤˈɪt/), [hub](x) run") == "ɹˈʌn ʤˈɪt, hˈʌb ɹˈʌn")
    }

    @Test("what nobody can read is silent", arguments: ["", " ", "🙂", "\u{0}\u{1F}\u{7F}", "\u{FFFD}\u{202E}", "''", "[](", "[[[[", "-"])
    func silence(text: String) {
        #expect(pronouncer.phonemes(of: text).unicodeScalars.allSatisfy { !$0.isWordLetter })
    }

    @Test("the tagger answers from the dictionary, then from the weights, ties to the larger name, else a noun")
    func tagger() throws {
        let tagger = try PartOfSpeechTagger(json: Array(PronunciationTestData.tagger.utf8), file: "tagger.json")
        #expect(tagger.tags(of: ["go", "to", "run", "the", "run", "."]) == ["VBD", "NN", "VB", "DT", "NN", "."])
        #expect(tagger.tags(of: []) == [])
        #expect(PartOfSpeechTagger.shape(of: "Git") == "Xx")
        #expect(PartOfSpeechTagger.shape(of: "GitHub") == "xX")
        #expect(PartOfSpeechTagger.shape(of: "GIT") == "XX")
        #expect(PartOfSpeechTagger.shape(of: "v1.2.3") == "xd.d")
    }
}
