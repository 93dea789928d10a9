/// The limits of a plan, each with its reason.
public enum PlanLimits {
    /// More than 40 questions do not fit into two hours of talk.
    public static let questions = 1...40
    /// A question of 1,000 characters already takes a minute to say.
    public static let questionCharacters = 1000
    /// Titles, roles and names stand in one line of a page.
    public static let lineCharacters = 120
    /// Greeting and closing are spoken before anything else can happen; more than a minute and a half is a lecture.
    public static let speechCharacters = 1500
    /// A reminder must be over before the candidate has got nervous.
    public static let reminderCharacters = 300
    public static let reminders = 1...5
    /// Bytes in UTF-8 for each character that a text may have: a character can carry any number of accents. Letters of
    /// every script with their accents, and all but the rarest emoji, take less on the average.
    public static let bytesPerCharacter = 8
    /// Longest language tag in characters. RFC 5646, section 4.4.1, asks for room for 35.
    public static let languageTagCharacters = 35
    /// Unknown placeholders of one text that are reported; whoever mends these sees the next.
    public static let reportedPlaceholders = 10
    /// Below 3 s thinking is taken for silence; above 60 s nobody believes that the line still stands.
    public static let patienceSeconds = 3...60
    public static let defaultPatienceSeconds = 12
    public static let timeHintSeconds = 10...1800
    /// From one minute (a rehearsal) to two hours (longer ones are several interviews).
    public static let timeLimitSeconds = 60...7200
    public static let defaultTimeLimitSeconds = 1800
    /// More follow-ups than 3 turn one question into an interrogation.
    public static let followUps = 0...3
    public static let version = 1...1_000_000
}
