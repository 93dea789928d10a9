import InterviewCore
import Testing

@testable import Gateway

@Suite("the two forms of Retry-After")
struct RetryAfterTests {
    private static let moments: [(String, Int64)] = [
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0), ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777),
        ("Tue, 29 Feb 2000 23:59:59 GMT", 951_868_799), ("Wed, 01 Mar 2000 00:00:00 GMT", 951_868_800),
        ("Fri, 15 Jan 2027 08:00:00 GMT", 1_800_000_000), ("Fri, 31 Dec 9999 23:59:59 GMT", 253_402_300_799),
    ]

    @Test("a date is the time until then, before or behind us", arguments: RetryAfterTests.moments)
    func dates(_ text: String, _ seconds: Int64) {
        let now = Timestamp(millisecondsSince1970: 1_000_000_000_500)
        #expect(RetryAfter.wait(text, at: now) == .milliseconds(seconds * 1000 - 1_000_000_000_500))
    }

    @Test("seconds are seconds")
    func seconds() {
        let now = Timestamp(millisecondsSince1970: 1_800_000_000_000)
        #expect(RetryAfter.wait("0", at: now) == .zero)
        #expect(RetryAfter.wait("120", at: now) == .seconds(120))
    }

    @Test(
        "anything else is no wait",
        arguments: [
            "", " ", "soon", "1.5", "99999999999999999999", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 UTC",
            "Sun, 6 Nov 1994 08:49:37 GMT", "Sun, 06 nov 1994 08:49:37 GMT", "Sun, 06 Nov 94 08:49:37 GMT", "Sun, 32 Nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 24:49:37 GMT", "Sun, 06 Nov 1994 08:60:37 GMT", "Sun, 06 Nov 1994 08:49 GMT",
            "Sun,  06 Nov 1994 08:49:37 GMT",
            "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994", "Sun, +6 Nov 1994 08:49:37 GMT", "Sun, 06 Nov -994 08:49:37 GMT",
        ]
    )
    func neither(_ text: String) {
        #expect(RetryAfter.wait(text, at: Timestamp(millisecondsSince1970: 0)) == nil)
    }
}
