import InterviewCore

/// What a `Retry-After` asks for (RFC 9110, section 10.2.3): seconds, or a date. Pure; the time is an argument.
enum RetryAfter {
    /// - Returns: nil when it is neither; less than nothing for a date that is past.
    static func wait(_ text: String, at now: Timestamp) -> Duration? {
        if let seconds = Int(text) { return .seconds(seconds) }
        return Self.date(text).map { .milliseconds($0.millisecondsSince1970 - now.millisecondsSince1970) }
    }

    private static let days: Set = ["Mon,", "Tue,", "Wed,", "Thu,", "Fri,", "Sat,", "Sun,"]
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// `Sun, 06 Nov 1994 08:49:37 GMT`, the one form that servers may write (section 5.6.7). The two older ones are not read: for a wait
    /// that is not understood there is one of our own.
    private static func date(_ text: String) -> Timestamp? {
        let parts = text.split(separator: " ", omittingEmptySubsequences: false)
        guard parts.count == 6, Self.days.contains(String(parts[0])), parts[5] == "GMT",
            let day = Self.number(parts[1], digits: 2, in: 1...31),
            let month = Self.months.firstIndex(of: String(parts[2])),
            let year = Self.number(parts[3], digits: 4, in: 1970...9999)
        else { return nil }
        let clock = parts[4].split(separator: ":", omittingEmptySubsequences: false)
        guard clock.count == 3,
            let hour = Self.number(clock[0], digits: 2, in: 0...23),
            let minute = Self.number(clock[1], digits: 2, in: 0...59),
            let second = Self.number(clock[2], digits: 2, in: 0...60)
        else { return nil }
        let seconds = ((Self.daysSince1970(year, month + 1, day) * 24 + hour) * 60 + minute) * 60 + second
        return Timestamp(millisecondsSince1970: Int64(seconds) * 1000)
    }

    private static func number(_ text: Substring, digits: Int, in range: ClosedRange<Int>) -> Int? {
        guard text.utf8.count == digits, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(text),
            range.contains(number)
        else { return nil }
        return number
    }

    /// The year is reckoned from March, so that the day that some years have more is its last one.
    private static func daysSince1970(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let marchYear = month > 2 ? year : year - 1
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let leapDays = marchYear / 4 - marchYear / 100 + marchYear / 400
        // 719,468 days lie between the first of March of the year 0 and the first of January 1970.
        return marchYear * 365 + leapDays + dayOfYear - 719_468
    }
}
