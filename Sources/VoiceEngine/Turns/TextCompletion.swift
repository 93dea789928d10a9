/// What the words so far say about whether the speaker has finished.
///
/// The second opinion beside the sound of the turn. English; a list and a few rules, no model: they cost nothing, and cover
/// the ends that a listener recognises at once ("and then", "because", "the").
enum TextCompletion: Equatable {
    /// Says that it is over: a question, "that's it".
    case closed
    /// A whole answer of a word or three ("Yes, of course"). It says all that was asked, but often only begins what will be said.
    case answer
    /// Nothing but a word that answers begin with ("Okay.", "Right."). Now and then it is the answer.
    case opening
    /// Could be a finished sentence. Recognisers put a full stop behind most things.
    case sentence
    /// Ends with a comma, or in a list whose last thing is not announced: the middle of a sentence, or a slip of the recogniser.
    case clause
    /// Ends where nobody stops: a conjunction, an article, a filler.
    case unfinished
    /// The text does not tell.
    case unknown

    private static let articles: Set<String> = ["the", "a", "an", "my", "our"]
    /// More words behind the article are hardly ever a thing of a list.
    private static let longestListedThing = 3
    /// Fewer are no beginning of a list, but something like "By the way," or "Yes,".
    private static let fewestWordsBeforeList = 4

    /// Words behind which something must follow.
    private static let dangling: Set<String> = [
        // Conjunctions.
        "and", "or", "but", "so", "because", "cause", "if", "when", "whenever", "while", "although", "though", "since", "unless", "until",
        "than", "which", "who", "whom", "whose", "where", "wherever", "whether", "nor", "as", "plus", "whereas", "whichever",
        // Articles, determiners and possessives.
        "a", "an", "the", "my", "our", "your", "their", "its", "some", "every", "each", "another", "such", "several", "these",
        "very", "really", "quite", "pretty", "mostly", "basically", "actually", "especially", "maybe", "perhaps", "probably", "mainly",
        "around", "roughly", "approximately", "nearly", "almost", "usually", "typically", "just",
        // Prepositions that are hardly ever the last word.
        "of", "from", "into", "onto", "at", "by", "between", "during", "through", "throughout", "towards", "toward", "against", "among",
        "per", "via", "to", "with", "within", "without", "for", "about", "like", "upon", "despite", "except",
        "regarding", "concerning", "including", "besides",
        // Verbs that need an object.
        "using", "having", "being", "called", "named", "be",
        // Subjects and auxiliaries without the rest.
        "i", "we", "they", "he", "she", "i'm", "we're", "they're", "it's", "he's", "she's", "i've", "we've", "i'd", "we'd", "i'll",
        "we'll", "is", "are", "was", "were", "am", "will", "would", "can", "could", "should", "must", "might", "shall", "have",
        "has", "had", "gonna", "there's", "that's", "let's",
        // Hesitation.
        "um", "uh", "er", "erm", "uhm", "hmm", "hm", "ehm",
    ]

    /// What a question begins with. A hesitation is often read as a question, too ("I was responsible for?").
    private static let questionStarts: Set<String> = [
        "what", "what's", "which", "who", "who's", "whose", "whom", "where", "where's", "when", "why", "how", "how's", "is", "are", "was",
        "were", "am", "do", "does", "did", "can", "could", "would", "will", "should", "shall", "may", "might", "must", "have", "has", "had",
        "isn't", "aren't", "don't", "doesn't", "didn't", "can't", "couldn't", "won't", "wouldn't", "sorry", "pardon", "excuse", "any",
    ]

    /// Words that end something only behind certain others: "I did that", but not "a tool that".
    private static let endsBehind: [String: Set<String>] = [
        "that": [
            "do", "did", "does", "done", "doing", "know", "knew", "said", "say", "see", "saw", "need", "needed", "want", "wanted", "use",
            "used", "like", "liked", "love", "hate", "enjoy", "enjoyed", "mean", "than", "remember", "understand", "understood", "tried",
            "try", "learned", "fixed", "changed", "made", "of", "about", "with", "for", "after", "before", "to", "at", "on", "by", "all",
            "from", "behind", "without", "against", "beyond", "besides", "through", "over", "just", "exactly", "repeat", "explain",
            "handle", "handled", "solve", "solved", "build", "built", "appreciate", "fix", "mentioned", "wrote", "achieve", "achieved",
        ],
        "may": ["in", "since", "last", "by", "of", "until", "next", "early", "late"],
        "well": [
            "very", "quite", "really", "pretty", "as", "too", "went", "go", "goes", "works", "worked", "work", "fairly", "rather",
            "handle", "handled", "together", "do", "did", "doing", "done", "extremely", "it", "them", "this", "that", "him", "her",
            "people",
        ],
    ]
    /// Words that need something only behind these: "twenty point".
    private static let needsMoreBehind: [String: Set<String>] = [
        "point": [
            "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "twenty", "thirty", "forty", "fifty",
            "sixty", "seventy", "eighty", "ninety", "hundred",
        ]
    ]

    /// Phrases that hold the floor.
    private static let holding: [[String]] = [
        "and then", "think that", "say that", "said that", "so that", "kind of", "sort of", "such as", "in order to",
        "as well as", "i mean", "you know", "i think", "i guess", "i would say",
        "i'd say", "let me think", "let me see", "good question", "interesting question", "for example", "for instance", "first of all",
        "how should i say",
        "how do i say", "what's it called", "what is it called", "on the other hand", "at the same time", "the thing is", "in terms of",
        "due to", "even", "even though", "the first one is", "give me a second", "give me a moment", "one moment", "one second",
    ].map { $0.split(separator: " ").map(String.init) }

    /// Ends that say so.
    private static let closing: [[String]] = [
        "that's it", "that's all", "that is all", "that's about it", "that's everything", "i'm done", "thank you", "thanks", "nothing else",
        "i don't know", "i have no idea", "not sure", "i'm not sure", "i can't remember", "and so on", "and stuff", "or so", "or something",
        "something like that", "things like that", "if that makes sense", "if you like", "think so", "guess so", "hope so",
        "what do you mean", "what you mean", "as well",
    ].map { $0.split(separator: " ").map(String.init) }

    /// Whole answers of a word or three.
    private static let answers: Set<String> = [
        "yes", "no", "yeah", "yep", "yup", "nope", "nah", "sure", "of course", "absolutely", "exactly", "correct", "right", "okay", "ok",
        "not really", "not yet", "i do", "i don't", "i did", "i didn't", "i have", "i haven't", "i can", "i can't", "i am", "i'm ready",
        "ready",
        "definitely", "certainly", "never", "always", "sometimes", "rarely", "often", "yes please", "no thanks", "go ahead", "both",
        "neither", "none", "nothing", "i agree", "i think so", "i guess so", "fine", "good", "great", "hello", "hi", "bye", "goodbye",
        "yes i do", "no i don't",
        "yes i have", "no i haven't", "yes i am", "yes i can", "yes of course", "i see",
    ]

    /// What answers begin with while their speaker thinks. "Yes" and "no" are more often all of it.
    private static let openings: Set<String> = ["okay", "ok", "right", "all right", "alright", "great", "good", "fine", "sure"]

    /// A sentence that begins with one of these is only half of one when no comma divides it.
    private static let subordinating: Set<String> = [
        "if", "when", "whenever", "although", "though", "while", "once", "unless", "until", "after", "before", "since", "as",
    ]
    /// A longer sentence may have its main clause without a comma in the recogniser's spelling.
    private static let longestSubordinateClause = 9
    /// A sentence of fewer words is complete only if it is a known answer.
    private static let fewestSentenceWords = 4

    /// - Parameter text: what the recogniser made of the turn so far. Its full stop at the end counts for little: most
    ///   recognisers put one behind whatever they were given.
    init(_ text: String) {
        let spoken = SpokenWords(text)
        guard !spoken.words.isEmpty else {
            self = .unknown
            return
        }
        // Also with a question mark: "Right?" is the recogniser's reading of a rising voice.
        let clauses = text.split { ".!?,".contains($0) }.map { SpokenWords.words(of: $0) }.filter { !$0.isEmpty }
        if clauses.allSatisfy({ Self.openings.contains($0.joined(separator: " ")) }) {
            self = .opening
            return
        }
        // A hesitation is often read as a word with a question mark ("And?").
        let isDangling = Self.isDangling(spoken.words)
        let sentence = Self.lastSentence(of: text)
        let asks = spoken.words.count > 1 && Self.begins(asking: sentence.words)
        if spoken.ending.contains("?"), asks || !isDangling {
            self = .closed
            return
        }
        if sentence.clauses.allSatisfy({ Self.answers.contains($0.joined(separator: " ")) }) {
            self = .answer
            return
        }
        if Self.closing.contains(where: spoken.ends(with:)) {
            self = .closed
            return
        }
        if Self.trailsOff(spoken.ending) || isDangling || Self.holding.contains(where: spoken.ends(with:)) {
            self = .unfinished
            return
        }
        if let first = sentence.words.first, Self.subordinating.contains(first), sentence.words.count <= Self.longestSubordinateClause,
            sentence.clauses.count == 1
        {
            self = .unfinished
            return
        }
        if spoken.ending.contains(where: { ",;:".contains($0) }) || Self.isOpenList(sentence.clauses) {
            self = .clause
            return
        }
        let hasFullStop = spoken.ending.contains { ".!".contains($0) }
        self = hasFullStop && sentence.words.count >= Self.fewestSentenceWords ? .sentence : .unknown
    }

    /// "I wrote the parser, the compiler": the last thing of a list has an "and" or an "or" before it. Things are known by their article.
    private static func isOpenList(_ clauses: [[String]]) -> Bool {
        guard clauses.count > 1, let thing = clauses.last, let first = thing.first, articles.contains(first),
            thing.count <= longestListedThing, let opening = clauses[0].first, !subordinating.contains(opening)
        else { return false }
        // The first thing of the list ends the clause before it: an article within its last words.
        return clauses[0].count >= fewestWordsBeforeList && clauses[0].suffix(longestListedThing).contains(where: articles.contains)
    }

    private static func begins(asking words: [String]) -> Bool {
        guard let first = words.first, questionStarts.contains(first) else { return false }
        // "What surprised me was that" tells something.
        guard first == "what", words.count > 2 else { return true }
        return questionStarts.contains(words[1]) || ["kind", "sort", "type", "about", "if", "exactly", "else"].contains(words[1])
    }

    /// Whether something must follow the last word.
    private static func isDangling(_ words: [String]) -> Bool {
        guard let last = words.last else { return false }
        let previous = words.dropLast().last
        if let ends = endsBehind[last] { return previous.map { !ends.contains($0) } ?? true }
        if let needsMore = needsMoreBehind[last] { return previous.map(needsMore.contains) ?? false }
        return dangling.contains(last)
    }

    /// A dash or dots at the end.
    private static func trailsOff(_ ending: String) -> Bool {
        ending.contains("..") || ending.contains { "-–—…".contains($0) }
    }

    private static func lastSentence(of text: String) -> (words: [String], clauses: [[String]]) {
        let parts = text.split { ".!?".contains($0) }
        let last = parts.last { part in part.contains { $0.isLetter || $0.isNumber } } ?? ""
        let clauses = last.split(separator: ",").map { SpokenWords.words(of: $0) }.filter { !$0.isEmpty }
        return (clauses.flatMap(\.self), clauses)
    }
}
