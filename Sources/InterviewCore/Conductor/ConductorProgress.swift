/// How far an interview has come: enough to go on with it in another process.
///
/// The shell stores it when it changes; after a crash it makes a new conductor from it.
public struct ConductorProgress: Codable, Hashable, Sendable {
    /// The question that is current, from 0; equal to the number of questions in the closing.
    public var questionIndex: Int
    /// Talking time used up to the last event, suspensions not counted.
    public var usedMilliseconds: Int64
    /// The time base of events; a conductor made from this goes on counting here.
    public var elapsedMilliseconds: Int64
    /// The candidate has heard that this is an AI.
    public var disclosed: Bool
    public var timeWarningGiven: Bool
    /// The coverage of the current question was recorded.
    public var currentRecorded: Bool
    /// Questions in a row without a word.
    public var silentQuestions: Int
    /// Set in the closing when the time was over.
    public var timeWasOver: Bool
    public var resumptions: Int

    public init(
        questionIndex: Int = 0,
        usedMilliseconds: Int64 = 0,
        elapsedMilliseconds: Int64 = 0,
        disclosed: Bool = false,
        timeWarningGiven: Bool = false,
        currentRecorded: Bool = false,
        silentQuestions: Int = 0,
        timeWasOver: Bool = false,
        resumptions: Int = 0
    ) {
        self.questionIndex = questionIndex
        self.usedMilliseconds = usedMilliseconds
        self.elapsedMilliseconds = elapsedMilliseconds
        self.disclosed = disclosed
        self.timeWarningGiven = timeWarningGiven
        self.currentRecorded = currentRecorded
        self.silentQuestions = silentQuestions
        self.timeWasOver = timeWasOver
        self.resumptions = resumptions
    }
}
