#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// A moment of civil time in whole milliseconds since 1970 (UTC).
///
/// Whole milliseconds survive a database and a comparison exactly, which a `Date` does not. It is for
/// records; a wait or a limit is measured with a monotonic clock.
public struct Timestamp: Codable, Hashable, Comparable, Sendable {
    public var millisecondsSince1970: Int64

    public init(millisecondsSince1970: Int64) { self.millisecondsSince1970 = millisecondsSince1970 }

    /// The millisecond in which the date lies. Dates beyond the year 9999 or before 1 become that bound; one that is no number, 1970.
    public init(_ date: Date) {
        let given = date.timeIntervalSince1970
        let seconds = given.isNaN ? 0 : min(max(given, -62_135_596_800), 253_402_300_799)
        self.init(millisecondsSince1970: Int64((seconds * 1000).rounded(.down)))
    }

    public var date: Date { Date(timeIntervalSince1970: Double(millisecondsSince1970) / 1000) }

    /// `2026-11-21T13:05:09.120Z` (RFC 3339, always UTC, always milliseconds).
    public var rfc3339: String {
        let milliseconds = Int64(1000)
        let seconds = millisecondsSince1970.flooredDivision(by: milliseconds)
        let days = seconds.flooredDivision(by: 86_400)
        let second = seconds - days * 86_400
        let (year, month, day) = Self.civil(daysSince1970: days)
        // A remainder and not a difference: the product of the floor lies beyond the smallest number.
        let remainder = millisecondsSince1970 % milliseconds
        let fraction = remainder < 0 ? remainder + milliseconds : remainder
        return padded(year, 4) + "-" + padded(month, 2) + "-" + padded(day, 2) + "T" + padded(second / 3600, 2) + ":"
            + padded(second / 60 % 60, 2) + ":" + padded(second % 60, 2) + "." + padded(fraction, 3) + "Z"
    }

    /// The proleptic Gregorian date (Hinnant, "chrono-Compatible Low-Level Date Algorithms", `civil_from_days`).
    private static func civil(daysSince1970: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = daysSince1970 + 719_468
        let era = shifted.flooredDivision(by: 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }

    public static func < (left: Self, right: Self) -> Bool { left.millisecondsSince1970 < right.millisecondsSince1970 }

    /// The largest or smallest moment where the sum is beyond it.
    public static func + (moment: Self, span: Duration) -> Self {
        Timestamp(millisecondsSince1970: moment.millisecondsSince1970.addingWithinBounds(span.wholeMilliseconds))
    }
}

extension Duration {
    /// Whole milliseconds, fractions dropped; the largest or smallest number where they are more than fit.
    public var wholeMilliseconds: Int64 {
        if self >= .milliseconds(Int64.max) { return .max }
        if self <= .milliseconds(Int64.min) { return .min }
        let (seconds, attoseconds) = components
        let fraction = attoseconds / 1_000_000_000_000_000
        // The seconds alone may round to a number that only their fraction brings back into the bounds.
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1000)
        return overflow ? (seconds < 0 ? .min : .max) : whole.addingWithinBounds(fraction)
    }
}

extension Int64 {
    /// The sum, or the bound that it would pass.
    func addingWithinBounds(_ other: Int64) -> Int64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? (other < 0 ? .min : .max) : sum
    }

    fileprivate func flooredDivision(by divisor: Int64) -> Int64 {
        let quotient = self / divisor
        return self % divisor < 0 ? quotient - 1 : quotient
    }
}

/// The number in decimal digits, filled with zeros on the left.
func padded(_ number: Int64, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
}
