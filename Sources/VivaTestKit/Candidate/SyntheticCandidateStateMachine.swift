/// Decides when a synthetic candidate speaks, and measures what a person would notice.
///
/// Pure: time is milliseconds on the candidate's own clock, sound is a flag per 20 ms frame. The shell plays and hears.
///
/// A turn: the interviewer is heard, falls silent for the thinking time, and the candidate answers the question that is open.
/// When told to barge in, the candidate starts to speak while the interviewer is still audible.
public struct SyntheticCandidateStateMachine: ~Copyable {
    /// How this candidate behaves. All times in milliseconds.
    public struct Behaviour: Sendable {
        /// Silence of the interviewer before the candidate answers. Longer than the gap between two sentences of one utterance.
        public var thinkingTime: Double
        /// Question numbers (from 1) at which the candidate talks over the interviewer.
        public var bargeInAt: Set<Int>
        /// How long the interviewer is let speak before the candidate talks over it.
        public var bargeInAfter: Double

        public init(thinkingTime: Double = 900, bargeInAt: Set<Int> = [], bargeInAfter: Double = 1_500) {
            self.thinkingTime = thinkingTime
            self.bargeInAt = bargeInAt
            self.bargeInAfter = bargeInAfter
        }
    }

    /// What the candidate noticed of one of its turns, in milliseconds.
    public struct Turn: Sendable, Equatable {
        /// Question number that was open (from 1), 0 before the first.
        public var question: Int
        /// Last loud sample of the candidate → first audible sample of the interviewer. `nil` when nothing followed.
        public var responseMilliseconds: Double?
        /// For a barge-in: first loud sample of the candidate → last audible sample of the interviewer.
        public var silencedMilliseconds: Double?
        /// First sample of the answer → the interviewer's first audible sample in it. `nil` when the answer was heard out.
        public var cutOffMilliseconds: Double?
        /// Whether the interviewer began to speak while the candidate's answer was still going on.
        public var cutOff: Bool { cutOffMilliseconds != nil }

        public init(question: Int, responseMilliseconds: Double? = nil) {
            self.question = question
            self.responseMilliseconds = responseMilliseconds
        }
    }

    private enum State {
        /// Nothing is being said by the candidate. → speaking
        case listening
        /// The candidate's answer is being played. → listening
        case speaking(since: Double, over: Bool)
    }

    private let behaviour: Behaviour
    private let answers: Int
    private var state = State.listening
    private var openQuestion = 0
    /// The open question is announced before it is spoken: a person answers what was heard.
    private var openQuestionHeard = false
    private var answered = 0
    private var interviewerLastLoud: Double?
    private var interviewerLoudSince: Double?
    private var interviewerFirstLoud: Double?
    private var candidateLastLoud: Double?
    private var awaitingResponse = false
    private var interruptedOnce: Set<Int> = []

    /// Every turn so far, in order.
    public private(set) var turns: [Turn] = []
    /// First audible sample of the interviewer, on the candidate's clock.
    public var firstSound: Double? { interviewerFirstLoud }

    /// - Parameter answers: how many answers there are; the n-th question gets the n-th answer, further ones the last.
    public init(behaviour: Behaviour, answers: Int) {
        precondition(answers > 0, "a synthetic candidate needs at least one answer")
        self.behaviour = behaviour
        self.answers = answers
    }

    /// The gateway said that question `number` has been put.
    public mutating func questionAsked(number: Int) {
        guard number > openQuestion else { return }
        openQuestion = number
        openQuestionHeard = false
    }

    /// A frame of the interviewer's sound arrived.
    public mutating func heard(loud: Bool, at now: Double) {
        guard loud else {
            // A gap of a few frames lies inside speech; a longer one ends the run that barge-in counts from.
            if let last = interviewerLastLoud, now - last > 300 { interviewerLoudSince = nil }
            return
        }
        if interviewerFirstLoud == nil { interviewerFirstLoud = now }
        if interviewerLoudSince == nil { interviewerLoudSince = now }
        switch state {
        case .listening:
            if awaitingResponse, let stopped = candidateLastLoud, !turns.isEmpty {
                turns[turns.count - 1].responseMilliseconds = now - stopped
                awaitingResponse = false
            }
        case .speaking(let since, let over):
            guard !turns.isEmpty else { break }
            if over {
                turns[turns.count - 1].silencedMilliseconds = now - since
            } else if now - since > 300, !turns[turns.count - 1].cutOff {
                turns[turns.count - 1].cutOffMilliseconds = now - since
            }
        }
        interviewerLastLoud = now
        openQuestionHeard = true
    }

    /// A frame of the candidate's own sound was sent.
    public mutating func spoke(loud: Bool, at now: Double) {
        if loud { candidateLastLoud = now }
    }

    /// Asked once per frame: the index of the answer to begin with, if one is due.
    public mutating func answerDue(at now: Double) -> Int? {
        guard case .listening = state, let lastLoud = interviewerLastLoud else { return nil }
        if let since = interviewerLoudSince, behaviour.bargeInAt.contains(openQuestion), !interruptedOnce.contains(openQuestion),
            openQuestion > answered, openQuestionHeard, now - since >= behaviour.bargeInAfter
        {
            interruptedOnce.insert(openQuestion)
            return begin(question: openQuestion, over: true, at: now)
        }
        guard openQuestion > answered, openQuestionHeard, now - lastLoud >= behaviour.thinkingTime else { return nil }
        answered = openQuestion
        return begin(question: openQuestion, over: false, at: now)
    }

    private mutating func begin(question: Int, over: Bool, at now: Double) -> Int {
        state = .speaking(since: now, over: over)
        awaitingResponse = false
        turns.append(Turn(question: question))
        return min(max(question, 1), answers) - 1
    }

    /// The last frame of the answer was sent.
    public mutating func answerFinished(at now: Double) {
        guard case .speaking(_, let over) = state else { return }
        state = .listening
        awaitingResponse = true
        // Who has talked over a question waits until it is put again.
        if over { openQuestionHeard = false }
        // What was heard so far belongs to before the answer: only sound from here on is a response.
        interviewerLoudSince = nil
    }
}
