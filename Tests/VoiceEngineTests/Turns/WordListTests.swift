import Testing

@testable import VoiceEngine

@Suite struct BackchannelTests {
    @Test(
        "listening noises are recognised in every spelling",
        arguments: [
            "Mm-hm.", "Mm-hmm", "Mhm.", "Mama.", "Uh-huh.", "Hmm.", "Yeah.", "Right.", "Okay.", "OK", "I see.", "Sure.", "Got it.",
            "Yeah, okay.",
            "Oh, I see.", "That makes sense.", "Right, right, right.", "Really?", "Right?", "All right.", "That’s right.",
        ]
    )
    func matches(text: String) { #expect(Backchannel.matches(text)) }

    @Test(
        "words that want the floor are none",
        arguments: [
            "", "...", "No.", "Wait.", "Stop.", "Sorry?", "What?", "Hold on.", "Yeah, but why?", "Right now I cannot hear you.",
            "Okay, let me answer that.", "I see a problem.", "Okay, right?", "Can you repeat that?", "Yes yes yes yes yes yes yes.",
            "Human.",
            "Hush.",
        ]
    )
    func doesNotMatch(text: String) { #expect(!Backchannel.matches(text)) }
}

@Suite struct TextCompletionTests {
    @Test(
        "questions and closing words say that it is over",
        arguments: [
            "Could you say that again?", "I led the team. That's it.", "I used Postgres and so on", "We did it that way, I think so.",
            "What do you mean", "Why?", "That's all from my side. Thank you.", "Where are you from?", "What do you mean by that?",
            "Could you repeat that?", "Is it remote only?", "Sorry, who?", "What was that?", "I don't think so.",
        ]
    )
    func closed(text: String) { #expect(TextCompletion(text) == .closed) }

    @Test(
        "a short answer says all that was asked",
        arguments: ["Yes.", "No, I don't.", "No, not really.", "Of course.", "It was hard. Not really."]
    )
    func answer(text: String) { #expect(TextCompletion(text) == .answer) }

    @Test(
        "a word that answers begin with, and nothing else, is an opening",
        arguments: ["Okay.", "Right", "All right.", "Sure!", "OK", "Right?", "Okay, right.", "Okay. Okay."]
    )
    func opening(text: String) { #expect(TextCompletion(text) == .opening) }

    @Test("an opening behind something else is none", arguments: ["I have finished it. Okay.", "Yes, sure.", "Okay, yes."])
    func noOpening(text: String) { #expect(TextCompletion(text) == .answer) }

    @Test(
        "what ends with a full stop where one may stand could be a sentence",
        arguments: [
            "I worked there for three years.", "I have never thought about that.", "When I joined, the team had four people.",
            "Although it was difficult for all of us we managed to ship it.", "It was fast. And we liked it very much!",
            "In my second year I did that.", "I think it went quite well.", "That was a very good point.",
            "I sometimes take on too much at once.",
            "I think it really wasn't.", "I can start there in May.", "I have used all of those.", "I would say I can explain that.",
        ]
    )
    func sentence(text: String) { #expect(TextCompletion(text) == .sentence) }

    @Test(
        "an end where nobody stops is unfinished, with or without a full stop",
        arguments: [
            "I worked there and.", "And then", "It was hard because.", "I talked to the", "In my last job I was responsible for,",
            "So, um.",
            "Well.", "That's a good question.", "I would say", "When I joined the team.", "We used three things: first of all,",
            "Let me think.",
            "I like the -", "I wrote a script that.", "What surprised me was that?", "I think I can.", "We had around.", "So, well.",
            "The most difficult part was, well.", "I worked there using.", "I would like to", "My goal is to be", "I was responsible for?",
            "My strength is?", "For example.", "We had about twenty point", "It is kind of",
            "I worked on my...",
        ]
    )
    func unfinished(text: String) { #expect(TextCompletion(text) == .unfinished) }

    @Test(
        "a comma at the end, and a list whose last thing has no \"and\" before it, are the middle of a sentence",
        arguments: ["I led the team,", "I wrote the parser, the compiler.", "We had a small office, a big table, a whiteboard."]
    )
    func clause(text: String) { #expect(TextCompletion(text) == .clause) }

    @Test(
        "what is no list of things, or a finished one, is a sentence",
        arguments: [
            "I wrote the parser, and the compiler.", "In the end, the customer paid for it.", "Yes, the compiler was mine.",
            "When we changed the index, the query flew.",
            "After two years of work, the project shipped.", "I reported to Anna Schmidt, the team lead.",
            "We built it in Berlin, my home town.",
        ]
    )
    func noOpenList(text: String) { #expect(TextCompletion(text) == .sentence) }

    @Test(
        "a few words, no full stop or no text at all do not tell",
        arguments: ["", " ", "!", "Five years.", "We built the whole pipeline"]
    )
    func unknown(text: String) { #expect(TextCompletion(text) == .unknown) }
}

@Suite struct InventedTextTests {
    @Test("more words than can be said in the time are removed")
    func tooMany() {
        #expect(InventedText.removed(from: "I'm going to go to the store and buy it", voicedWindows: 6) == "")
        #expect(InventedText.removed(from: "I led the team.", voicedWindows: 25) == "I led the team.")
    }

    @Test("what recognisers hear in nothing is removed from faint sounds, and kept where somebody spoke")
    func phantoms() {
        #expect(InventedText.removed(from: "Thank you.", voicedWindows: 5) == "")
        #expect(InventedText.removed(from: "You", voicedWindows: 3) == "")
        #expect(InventedText.removed(from: "Thank you.", voicedWindows: 16) == "Thank you.")
        #expect(InventedText.removed(from: "No.", voicedWindows: 5) == "No.")
    }

    @Test("one phrase again and again is a decoder in a loop; people say no five times at most")
    func loops() {
        #expect(InventedText.removed(from: "small, small, small, small, small, small", voicedWindows: 400) == "")
        #expect(InventedText.removed(from: String(repeating: "and so on ", count: 7), voicedWindows: 400) == "")
        #expect(InventedText.removed(from: "No, no, no, no, no.", voicedWindows: 60) == "No, no, no, no, no.")
    }

    @Test("punctuation alone is no text, and no count of windows traps")
    func hostile() {
        #expect(InventedText.removed(from: "...", voicedWindows: 100) == "")
        #expect(InventedText.removed(from: "Yes, I do", voicedWindows: -5) == "")
    }
}
