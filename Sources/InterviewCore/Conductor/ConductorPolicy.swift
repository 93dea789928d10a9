/// The numbers that the conductor goes by, each with its reason.
public struct ConductorPolicy: Hashable, Sendable {
    /// A core question counts as heard from this fraction on: what is missing of it then is its last word at most.
    public var heardFraction = 0.9
    /// A greeting of which less was heard is said again from its beginning, once; otherwise only the disclosure is.
    public var greetingHeardFraction = 0.3
    /// Wait after a turn that sounds unfinished. Pauses inside an answer are mostly below a second and a half.
    public var unfinishedWait: Duration = .milliseconds(1800)
    /// Wait after "let me think". Long enough to think, short enough not to seem dead.
    public var thinkingWait: Duration = .seconds(8)
    /// Silence after which a bare "yes" or "mm-hm" is the whole answer.
    public var backchannelWait: Duration = .milliseconds(2500)
    /// Speech that begins this soon after the interviewer's sound cannot be a reaction to it, so it goes on
    /// with the previous answer. Human reaction to speech takes at least about 200 ms, plus both directions of the line.
    public var graceAfterSound: Duration = .milliseconds(700)
    /// How long to wait for the words of whoever cut the interviewer off, when nothing is heard of them.
    public var interruptionWait: Duration = .milliseconds(1500)
    /// Questions that were heard in part are asked again this often; a third time would be nagging.
    public var partlyHeardRepeats = 2
    /// Questions of which nothing was heard are asked again this often, so that a candidate who talks on always comes first.
    public var unheardRepeats = 8
    /// Repeats on request for one question. Later requests count as an answer.
    public var requestedRepeats = 5
    /// "I did not catch that" for one question.
    public var didNotCatchRepeats = 2
    /// Reminders for one question; then the interview goes on.
    public var reminders = 1
    /// Questions in a row without a word, after which the interview ends kindly.
    public var silentQuestions = 3
    /// Used part of the time limit at which the candidate is told.
    public var timeWarningFraction = 0.8
    /// Times that this is begun; whoever talks into it twice has heard what it is about.
    public var timeWarnings = 2
    /// How long an answer may go on after the time limit before the interviewer says goodbye into it.
    public var overrun: Duration = .seconds(120)
    /// A reply that is not audible by then has failed. Twice the slowest local synthesis of a long sentence.
    public var replyStartLimit: Duration = .seconds(15)
    /// A reply may sound this long, plus `soundPerWord` for each word, before its end counts as missed.
    public var soundBase: Duration = .seconds(15)
    /// Slow speech has 80 words a minute.
    public var soundPerWord: Duration = .milliseconds(750)
    /// Failures in a row to speak, after which the interview ends as failed.
    public var speakingFailures = 3
    /// Wait after a failure to speak, so that a hiccup of the engine may pass.
    public var retryWait: Duration = .seconds(1)
    /// Words of a finished turn that are not there by then will not come.
    public var transcriptionLimit: Duration = .seconds(10)
    /// Times that a goodbye is begun; whoever talks into it twice has taken leave.
    public var goodbyes = 2
    /// Times that the sentence about the end of the time is begun.
    public var wrapUps = 2
    /// Attempts at the sentences of the closing, audible or not. Ends an interview whose goodbye is cut off before it sounds.
    public var closingAttempts = 8
    /// How long a lost candidate may come back. Promise R4 asks for 60 s; a restart of a router takes 3 minutes.
    public var resumeWindow: Duration = .seconds(300)
    /// Lost calls in one interview; more is a line on which nobody can talk.
    public var resumptions = 20
    /// Turns of the candidate that may be under way at once. Real upstreams have one or two; the oldest is given up beyond.
    public var openTurns = 16
    /// Turns that were given up and are remembered in case their words come late. A recogniser that stalls for half a
    /// minute leaves about a dozen behind; beyond this the oldest is forgotten.
    public var givenUpTurns = 32

    public init() {}
}
