/// Recognises a candidate who asks to hear the question again.
///
/// It looks for the wish as a whole turn ("Pardon?", "Sorry, could you say that again please?"), perhaps
/// with a short reason beside it. Words of a longer answer that happen to contain the same phrase ("the
/// customer said, could you repeat the question, and I did") are an answer.
enum RepeatRequest {
    enum Kind: Hashable {
        /// Wants to hear the same words again.
        case again
        /// Wants them explained.
        case explained
        /// Wants to know whether somebody is there.
        case presence
        /// Only says hello.
        case greeting
    }

    /// Words in one sentence that may stand beside the phrase without making it an answer.
    private static let otherWordsInSentence = 2
    /// Words in other sentences of the turn, such as "the line was bad".
    private static let otherWordsInTurn = 6

    /// nil when the turn is something else.
    static func kind(of spoken: SpokenWords) -> Kind? {
        var greeting: Kind?
        let contents = spoken.sentences.map { sentence in sentence.words.count { !courtesy.contains($0) } }
        let content = contents.reduce(0, +)
        for (index, sentence) in spoken.sentences.enumerated() {
            let others = content - contents[index]
            // A bare "sorry" is a request only by itself; before an answer it is an apology.
            let standsAlone = spoken.sentences.count == 1 || (sentence.end == "?" && others <= otherWordsInSentence)
            if standsAlone, isWhole(sentence) { return .again }
            if let kind = kind(of: sentence), others <= otherWordsInTurn { return kind }
            if others == 0, greetings.contains(sentence.words) { greeting = .greeting }
        }
        return greeting
    }

    private static func isWhole(_ sentence: SpokenWords.Sentence) -> Bool {
        let core = sentence.words.filter { !courtesy.contains($0) }
        return whole.contains(sentence.words) || (sentence.words.count <= longestWhole && whole.contains(core))
    }

    /// "Oh, sorry, pardon me please"
    private static let longestWhole = 6

    private static func kind(of sentence: SpokenWords.Sentence) -> Kind? {
        for (kind, phrases) in [(Kind.presence, presencePhrases), (.explained, explainPhrases), (.again, repeatPhrases)] {
            for phrase in phrases {
                guard let place = sentence.words.range(of: phrase) else { continue }
                let before = sentence.words[..<place.lowerBound]
                let others = before + sentence.words[place.upperBound...]
                // "I would say that again" tells; "I'd like you to say that again" asks.
                if let verb = phrase.first, verbs.contains(verb), !persons.isDisjoint(with: before), !before.contains("you") { continue }
                if others.filter({ !courtesy.contains($0) }).count <= otherWordsInSentence { return kind }
            }
        }
        return nil
    }

    private static let verbs: Set<String> = ["say", "repeat", "repeating", "ask", "read", "tell", "explain", "rephrase", "clarify"]
    private static let persons: Set<String> = ["i", "i'd", "i'll", "we", "he", "she", "they", "to"]

    /// Words that carry no content of their own around a request.
    private static let courtesy: Set<String> = [
        "sorry", "please", "i'm", "i", "am", "so", "um", "uh", "er", "erm", "hmm", "hm", "oh", "ah", "well", "okay", "ok", "yes", "yeah",
        "no",
        "excuse", "me", "hi", "hello", "hey", "actually", "but", "and", "again", "just", "maybe", "perhaps", "the", "that", "this", "it",
        "question", "last", "part", "for", "once", "more", "time", "could", "can", "would", "will", "you", "if", "don't", "mind", "may",
        "ask",
        "to", "wait", "one", "thanks", "thank", "my", "apologies", "really", "quite", "there", "bit", "a", "fully", "all", "of",
    ]

    /// Turns that are a request as they are.
    private static let whole: Set<[String]> = [
        ["pardon"], ["pardon", "me"], ["i", "beg", "your", "pardon"], ["beg", "your", "pardon"], ["beg", "pardon"], ["sorry"],
        ["i'm", "sorry"],
        ["excuse", "me"], ["what"], ["sorry", "what"], ["huh"], ["come", "again"], ["again"], ["again", "please"], ["once", "more"],
        ["once", "more", "please"], ["one", "more", "time"], ["one", "more", "time", "please"], ["repeat"], ["repeat", "please"],
        ["please", "repeat"], ["say", "again"], ["what", "what"],
    ]

    private static let repeatPhrases: [[String]] = phrases([
        "repeat the question", "repeat that", "repeat it", "repeat your question", "repeat this question", "repeat the last question",
        "repeat yourself", "repeat what you said", "repeat what you just said", "say that again", "say it again", "say again",
        "say that once more", "say that one more time", "ask that again", "ask me that again", "ask me the question again", "ask me again",
        "please repeat", "repeat the last part",
        "repeat the first part", "mind repeating", "repeating that", "repeating the question", "ask it again", "ask the question again",
        "read the question again", "read that again", "read it again", "hear the question again", "hear that again", "hear it again",
        "tell me the question again", "what was that", "what was the question", "what was your question", "what is the question",
        "what's the question", "what did you say", "what did you ask", "what did you just say", "what were you saying",
        "didn't catch that", "did not catch that", "didn't catch the question", "did not catch the question", "didn't catch it",
        "didn't catch what you said", "couldn't catch that", "missed that", "missed the question", "missed it", "missed what you said",
        "didn't hear that", "did not hear that", "didn't hear you", "did not hear you", "didn't hear the question",
        "did not hear the question", "didn't hear it", "couldn't hear that", "couldn't hear you", "couldn't hear the question",
        "could not hear you", "can't hear you", "cannot hear you", "couldn't understand you", "didn't understand you", "didn't get that",
        "did not get that", "didn't get the question", "come again", "i beg your pardon", "question again", "you repeat",
    ])

    private static let explainPhrases: [[String]] = phrases([
        "explain the question", "explain that", "rephrase the question", "rephrase that", "rephrase it", "what do you mean",
        "don't understand the question", "do not understand the question", "didn't understand the question",
        "did not understand the question", "clarify the question", "clarify that", "explain what you mean", "clarify what you mean",
    ])

    private static let presencePhrases: [[String]] = phrases([
        "can you hear me", "do you hear me", "could you hear me", "are you there", "are you still there", "is anybody there",
        "is anyone there", "is somebody there", "is this working", "is this thing on", "is it working", "is my microphone working",
    ])

    private static let greetings: Set<[String]> = [["hello"], ["hello", "hello"], ["hi"], ["hello", "there"], ["hi", "there"]]

    private static func phrases(_ texts: [String]) -> [[String]] {
        texts.map { $0.split(separator: " ").map(String.init) }
    }
}
