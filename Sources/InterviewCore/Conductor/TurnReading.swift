/// What a turn of the candidate is, as far as going on with the interview is concerned. Nothing here
/// judges an answer: the question is only whether the candidate has finished one.
enum TurnReading: Hashable {
    /// No words.
    case empty
    /// Only "um", "well".
    case filler
    /// Only "yes", "mm-hm": perhaps an answer, perhaps a sign of listening.
    case backchannel
    /// "Let me think"; `afterContent` when an answer stands before it.
    case thinking(afterContent: Bool)
    /// More is to be expected: it ends in "and", in a comma, in "um".
    case unfinished
    case repeatRequest
    /// Wants the question explained.
    case explanationRequest
    /// "Can you hear me?"
    case presenceCheck
    /// "Hello": after the greeting an answer to it, later a presence check.
    case greeting
    /// "I don't know", "next question".
    case decline
    /// Sounds finished.
    case finished

    init(_ text: String) {
        let spoken = SpokenWords(text)
        let words = spoken.words
        guard let last = spoken.sentences.last, let lastWord = words.last else {
            self = .empty
            return
        }
        switch RepeatRequest.kind(of: spoken) {
        case .again: self = .repeatRequest
        case .explained: self = .explanationRequest
        case .presence: self = .presenceCheck
        case .greeting: self = .greeting
        case nil:
            if words.allSatisfy(Self.fillers.contains) {
                self = .filler
            } else if Self.asksForTime(last.words) {
                let before = spoken.sentences.dropLast().flatMap(\.words)
                self = .thinking(afterContent: !before.allSatisfy { Self.fillers.contains($0) || Self.backchannels.contains($0) })
            } else if Self.isDecline(words) {
                self = .decline
            } else if words.count <= Self.longestBackchannel,
                words.allSatisfy({ Self.backchannels.contains($0) || Self.fillers.contains($0) })
            {
                // Before the open ends: "mm-hmm" is no beginning of a sentence.
                self = .backchannel
            } else if Self.isOpen(last, lastWord: lastWord) {
                self = .unfinished
            } else {
                self = .finished
            }
        }
    }

    // MARK: Open ends

    private static func isOpen(_ sentence: SpokenWords.Sentence, lastWord: String) -> Bool {
        switch sentence.end {
        case ",", ";", ":", "-", "–", "—", "…": return true
        case ".", "!", "?", "。", "？":
            // Recognisers put a full stop behind everything, so some words are open in spite of it.
            if alwaysOpen.contains(lastWord) { return !closedPairs.contains(Array(sentence.words.suffix(2))) }
            return lastWord == "i" && sentence.words.dropLast().last.map(alwaysOpen.contains) == true
        default:
            if closedPairs.contains(Array(sentence.words.suffix(2))) { return false }
            return alwaysOpen.contains(lastWord) || openWithoutStop.contains(lastWord)
        }
    }

    /// No English sentence ends in these.
    private static let alwaysOpen: Set<String> = [
        "and", "so", "because", "cause", "'cause", "but", "or", "the", "a", "an", "my", "our", "their", "your", "um", "uh", "er", "erm",
        "hmm",
        "although", "whereas", "unless", "than",
    ]

    /// Sentences can end in these, but one without a full stop probably goes on.
    private static let openWithoutStop: Set<String> = [
        "to", "of", "with", "for", "in", "on", "at", "by", "from", "about", "into", "as", "that", "which", "who", "when", "where", "if",
        "while",
        "is", "are", "was", "were", "i", "we", "they", "he", "she", "it's", "i'm", "we're", "then", "also", "like", "his", "its", "well",
        "basically", "actually",
    ]

    /// "I think so." ends in an open word and is finished.
    private static let closedPairs: Set<[String]> = [
        ["think", "so"], ["hope", "so"], ["say", "so"], ["guess", "so"], ["believe", "so"], ["suppose", "so"], ["or", "so"], ["do", "so"],
        ["did", "so"], ["doing", "so"], ["done", "so"], ["even", "so"], ["not", "so"], ["if", "so"], ["plan", "a"], ["option", "a"],
        ["the", "or"],
        ["this", "and"],
    ]

    // MARK: Words without content

    private static let fillers: Set<String> = [
        "um", "uh", "er", "erm", "hmm", "hm", "ah", "oh", "well", "so", "like", "umm", "uhm", "uhh", "eh", "mmm", "ahem", "and", "but",
    ]

    /// "Yes, okay, thank you."
    private static let longestBackchannel = 5

    private static let backchannels: Set<String> = [
        "yes", "yeah", "yep", "yup", "okay", "ok", "no", "nope", "right", "sure", "mm", "mhm", "mmhmm", "uhhuh", "huh", "alright", "all",
        "fine",
        "good", "great", "thanks", "thank", "you", "i", "see", "got", "it", "cool", "mmhm", "course", "of", "true", "exactly",
    ]

    // MARK: Time to think

    /// Longest sentence that can be a wish for time; a longer one tells something.
    private static let longestWishForTime = 14
    /// Words beside a phrase that has other uses too ("there was one moment when …").
    private static let otherWordsOfWish = 2

    private static func asksForTime(_ words: [String]) -> Bool {
        guard words.count <= longestWishForTime else { return false }
        if wishes.contains(where: { words.contains(phrase: $0) }) { return true }
        return possibleWishes.contains { phrase in
            guard let place = words.range(of: phrase) else { return false }
            let others = words[..<place.lowerBound] + words[place.upperBound...]
            return others.filter({ !wishCourtesy.contains($0) }).count <= otherWordsOfWish
        }
    }

    private static let wishes: [[String]] = phrases([
        "let me think", "let me just think", "let me see", "let me remember", "give me a moment", "give me a second", "give me a minute",
        "give me one moment", "give me one second", "give me a sec", "give me some time", "bear with me", "i'm still thinking",
    ])

    private static let possibleWishes: [[String]] = phrases([
        "one moment", "one second", "a moment", "a second", "a minute", "a sec", "hold on", "hang on", "i have to think", "i need to think",
        "i'm thinking", "still thinking", "that's a good question", "moment please", "second please",
    ])

    private static let wishCourtesy: Set<String> = [
        "please", "okay", "ok", "um", "uh", "hmm", "sorry", "yeah", "yes", "well", "so", "oh", "just", "i", "need", "have", "can", "could",
        "may",
        "to", "think", "about", "that", "it", "this", "for", "you", "me", "wait", "would", "like", "take",
    ]

    // MARK: Declining

    /// Words beside the phrase that do not make it an answer.
    private static let otherWordsOfDecline = 2

    private static func isDecline(_ words: [String]) -> Bool {
        for phrase in declinePhrases {
            guard let place = words.range(of: phrase) else { continue }
            let others = words[..<place.lowerBound] + words[place.upperBound...]
            if others.filter({ !declineCourtesy.contains($0) && !fillers.contains($0) }).count <= otherWordsOfDecline { return true }
        }
        return words == ["pass"] || words == ["skip"] || words == ["next"] || words == ["skip", "please"]
    }

    private static let declineCourtesy: Set<String> = [
        "sorry", "i'm", "i", "am", "please", "yeah", "yes", "no", "okay", "ok", "can", "could", "we", "you", "let's", "would", "the",
        "this",
        "that", "one", "question", "it", "really", "just", "honestly", "to", "be", "honest", "maybe", "afraid", "move", "on", "about",
        "answer",
        "that's", "good", "now", "right", "me", "go",
    ]

    private static let declinePhrases: [[String]] = phrases([
        "i don't know", "i do not know", "don't know", "no idea", "i have no idea", "skip this", "skip that", "skip it",
        "skip the question",
        "like to skip", "want to skip", "next question", "next one please", "can we move on", "could we move on", "let's move on",
        "go on to the next", "i pass", "i'll pass", "pass on this",
        "pass on that", "rather not answer", "rather not say", "prefer not to answer", "prefer not to say", "don't want to answer",
        "can't answer", "cannot answer", "can't think of anything", "can't think of one", "can't think of an example",
        "nothing comes to mind", "have no answer", "don't have an answer", "don't have an example", "don't have one",
    ])

    private static func phrases(_ texts: [String]) -> [[String]] {
        texts.map { $0.split(separator: " ").map(String.init) }
    }
}
