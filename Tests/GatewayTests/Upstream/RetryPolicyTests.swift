import Testing

@testable import Gateway

@Suite("what is asked again")
struct RetryPolicyTests {
    private static let broken = ExchangeFailure(fault: .unavailable())
    private static let unsent = ExchangeFailure(fault: .unavailable(), reach: .notConnected)

    @Test("a key twice at most, whatever broke off")
    func mint() {
        #expect(RetryPolicy.mint.allowsAnother(after: Self.broken, retriesSoFar: 0))
        #expect(RetryPolicy.mint.allowsAnother(after: Self.unsent, retriesSoFar: 1))
        #expect(!RetryPolicy.mint.allowsAnother(after: Self.broken, retriesSoFar: 2))
    }

    @Test("an offer once, and only when no connection could be made")
    func call() {
        #expect(!RetryPolicy.placeCall.allowsAnother(after: Self.broken, retriesSoFar: 0))
        #expect(RetryPolicy.placeCall.allowsAnother(after: Self.unsent, retriesSoFar: 0))
        #expect(!RetryPolicy.placeCall.allowsAnother(after: Self.unsent, retriesSoFar: 1))
    }

    @Test("a hang-up once")
    func hangUp() {
        #expect(RetryPolicy.hangUp.allowsAnother(after: Self.broken, retriesSoFar: 0))
        #expect(!RetryPolicy.hangUp.allowsAnother(after: Self.broken, retriesSoFar: 1))
    }

    @Test(
        "never after an answer, a deadline, a wait that was asked for, or when we gave up ourselves",
        arguments: [
            ExchangeFailure(fault: .rejected(status: 401)), ExchangeFailure(fault: .full(retryAfter: nil)),
            ExchangeFailure(fault: .timedOut),
            ExchangeFailure(fault: .malformed), ExchangeFailure(fault: .unavailable(retryAfter: .seconds(1))),
            ExchangeFailure(fault: .unavailable(), reach: .cancelled),
        ]
    )
    func never(_ failure: ExchangeFailure) {
        #expect(!RetryPolicy.mint.allowsAnother(after: failure, retriesSoFar: 0))
    }

    @Test("pauses have full jitter under a bound that doubles up to a second")
    func pauses() {
        for (number, bound) in [(0, 200), (1, 400), (2, 800), (3, 1000), (60, 1000)] {
            #expect(RetryPolicy.pause(beforeRetry: number, random: 0) == .zero)
            #expect(RetryPolicy.pause(beforeRetry: number, random: 0.5) == .milliseconds(bound / 2))
            #expect(RetryPolicy.pause(beforeRetry: number, random: 0.999) < .milliseconds(bound))
        }
    }
}
