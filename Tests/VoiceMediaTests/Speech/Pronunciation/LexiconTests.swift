import Testing

@testable import VoiceMedia

struct LexiconTests {
    private let lexicon: Lexicon

    init() throws {
        lexicon = try PronunciationTestData.lexicon()
    }

    private func spell(
        _ text: String,
        tag: String = "NN",
        context: SoundContext = SoundContext(nextIsVowel: false),
        currency: String? = nil
    ) -> String? {
        var token = Token(text, tag: tag)
        token.currency = currency
        return lexicon.phonemes(of: token, context: context)
    }

    @Test("a word answers in lower case, capitalised and in capitals")
    func letterCase() {
        #expect(spell("git") == "ɡˈɪt")
        #expect(spell("Git") == "ɡˈɪt")
        #expect(spell("GIT") == "ɡˈɪt")
        #expect(spell("paris") == "pˈɛɹɪs")
        #expect(spell("kubernetes") == nil)
    }

    @Test("an unknown name in capitals is spelt letter by letter, the last stressed")
    func spelling() {
        #expect(spell("PSU", tag: "NNP") == "pˌiˌɛsjˈu")
        #expect(spell("U.S.") == "jˌuˈɛs")
    }

    @Test("a part of speech chooses among pronunciations, the parent tag where its own is missing")
    func partOfSpeech() {
        #expect(spell("read", tag: "VB") == "ɹˈid")
        #expect(spell("read", tag: "VBD") == "ɹˈɛd")
    }

    @Test("function words depend on what follows")
    func functionWords() {
        #expect(spell("the", tag: "DT", context: SoundContext(nextIsVowel: true)) == "ði")
        #expect(spell("the", tag: "DT", context: SoundContext(nextIsVowel: false)) == "ðə")
        #expect(spell("to", tag: "TO", context: SoundContext(nextIsVowel: true)) == "tʊ")
        #expect(spell("to", tag: "TO", context: SoundContext(nextIsVowel: nil)) == "tu")
        #expect(spell("used", tag: "VBD", context: SoundContext(nextIsVowel: false, nextIsTo: true)) == "jˈust")
        #expect(spell("used", tag: "VBD") == "jˈuzd")
        #expect(spell("a", tag: "DT") == "ɐ")
        #expect(spell("a", tag: "NN") == "ˈA")
        #expect(spell("am", tag: "VBP") == "ɐm")
    }

    @Test(
        "endings follow the sound before them",
        arguments: [
            ("gits", "ɡˈɪts"), ("hubs", "hˈʌbz"), ("boxes", "bˈɑksᵻz"), ("boxed", "bˈɑkst"), ("tested", "tˈɛstᵻd"),
            ("committing", "kəmˈɪɾɪŋ"), ("running", "ɹˈʌnɪŋ"), ("hubbing", "hˈʌbɪŋ"), ("apple's", "ˈæpᵊlz"),
        ]
    )
    func endings(text: String, phonemes: String) {
        #expect(spell(text) == phonemes)
    }

    @Test(
        "numbers are read by their form",
        arguments: [
            ("5", "fˈIv"), ("120", "wˈʌn hˈʌndɹəd twˈɛnti"), ("1st", "fˈɜɹst"), ("-5", "mˈInəs fˈIv"), ("3.5", "θɹˈi pYnt fˈIv"),
            (".5", "pYnt fˈIv"), ("1905", "nˌIntˈin ˈO fˈIv"), ("3.1.2", "θɹˈi wˈʌn tˈu"), ("5s", "fˈIvz"),
        ]
    )
    func numbers(text: String, phonemes: String) {
        #expect(spell(text, tag: "CD") == phonemes)
    }

    @Test("digits after letters are read in short groups")
    func digitsInsideWords() {
        #expect(lexicon.phonemes(ofNumber: "404", currency: nil, isHead: false) == "fˈɔɹ O fˈɔɹ")
        #expect(lexicon.phonemes(ofNumber: "520", currency: nil, isHead: false) == "fˈIv twˈɛnti")
        #expect(lexicon.phonemes(ofNumber: "500", currency: nil, isHead: false) == "fˈIv hˈʌndɹəd")
        #expect(lexicon.phonemes(ofNumber: "0123", currency: nil, isHead: true) == "wˈʌn twˈɛnti θɹˈi")
        #expect(lexicon.phonemes(ofNumber: "02", currency: nil, isHead: false) == "zˈɪɹO tˈu")
    }

    @Test("amounts name their currency and leave out what is zero")
    func amounts() {
        #expect(spell("5", tag: "CD", currency: "$") == "fˈIv dˈɑləɹz")
        #expect(spell("1", tag: "CD", currency: "$") == "wˈʌn dˈɑləɹ")
        #expect(spell("1.05", tag: "CD", currency: "$") == "wˈʌn dˈɑləɹ ænd fˈIv sˈɛnts")
        #expect(spell("0.20", tag: "CD", currency: "$") == "twˈɛnti sˈɛnts")
        #expect(spell("2.00", tag: "CD", currency: "$") == "tˈu dˈɑləɹz")
    }

    @Test("stress is raised, lowered and placed before the first vowel")
    func stress() {
        #expect(Stress.apply(nil, to: "pˈYnt") == "pˈYnt")
        #expect(Stress.apply(-2, to: "pˈYntˌɑ") == "pYntɑ")
        #expect(Stress.apply(-0.5, to: "pˈYntˌɑ") == "pˌYntɑ")
        #expect(Stress.apply(0.5, to: "ænd") == "ˌænd")
        #expect(Stress.apply(2, to: "spænd") == "spˈænd")
        #expect(Stress.apply(2, to: "spˌænd") == "spˈænd")
        #expect(Stress.apply(2, to: "s") == "s")
    }
}
