/// What the conductor keeps about a question while it is current.
struct CurrentQuestion {
    enum Answer {
        /// Nothing that counts.
        case none
        /// A bare "yes": counts when silence follows.
        case weak
        /// Words.
        case given
        /// "I don't know."
        case declined
        /// Speech without words, as often as may be asked again.
        case unclear
    }

    let index: Int
    /// The question whose answer came just before, for speech that goes on into this one. nil: none, or a call was lost between.
    var from: Int?
    /// Words before the question the first time it is asked.
    var preface: String?
    /// The candidate has heard it, or we have stopped trying.
    var heard = false
    var answer = Answer.none
    /// Times its sound began.
    var attempts = 0
    /// Largest part of it that was heard in one go.
    var heardFraction = 0.0
    /// When its sound first began.
    var soundedAt: Duration?
    /// What was said when it was heard best.
    var exactWords = ""
    var partlyHeard = 0
    var unheard = 0
    /// Set while it is to be repeated on request.
    var repeatPreface: String?
    /// The repeat of a question that was heard before was cut off: whatever answers now makes another one needless.
    var repeatCutOff = false
    var repeats = 0
    var reminders = 0
    var didNotCatch = 0
    /// The interview went into its closing before the answer was over.
    var cutShort = false
    /// Its coverage is in the record.
    var recorded = false
    /// The disclosure, which was not heard so far, was put behind its answer.
    var disclosureTried = false

    /// It was heard to begin, in this process or an earlier one.
    var wasAsked: Bool { attempts > 0 || recorded }

    init(index: Int, from: Int? = nil, preface: String? = nil) {
        self.index = index
        self.from = from
        self.preface = preface
    }
}

/// The utterance under way.
struct Speaking {
    let utterance: Utterance
    let askedAt: Duration
    /// When it became audible.
    var soundingSince: Duration?
}

/// A turn of the candidate whose words are not there yet, or were given up.
struct OpenTurn {
    let itemID: String
    /// The question it answers; nil: none.
    let questionIndex: Int?
    /// nil while the candidate speaks.
    var stoppedAt: Duration?
}

/// A wait before the interviewer takes the floor.
struct Hold {
    let until: Duration
    /// A bare "yes" becomes the answer when this is over.
    var confirmsWeakAnswer = false
}

/// Why the closing was reached.
enum ClosingCause {
    case allAsked
    case timeOver
    /// Provisional until the goodbye was heard: whoever speaks up is there after all.
    case silence
    /// An earlier process was in it, and its reason is not known any more.
    case beforeRestart
}

/// Where in the plan the conductor is.
enum ConductorStage {
    case question(CurrentQuestion)
    case closing(Closing)
}

struct Closing {
    let cause: ClosingCause
    /// The question whose answer came just before, for speech that goes on into the closing. nil: none, or a call was lost between.
    var from: Int?
    /// Questions of the plan were left out, as far as is known.
    var leavesOut = false
    /// The sentence about the time was said, or isn't due.
    var wrappedUp: Bool
    /// Times that sentence became audible.
    var wrapUps = 0
    /// Times the goodbye became audible.
    var goodbyes = 0
    /// Times anything was begun in this closing, audible or not.
    var begun = 0
    /// When its first sound was heard.
    var soundedAt: Duration?
    var goodbyeHeard = false
    /// Words before the goodbye.
    var preface: String?
}
