import RealtimeProtocol
import Testing
import VivaTestKit

@testable import Gateway

@Suite("an interview that ends while the store is down", .timeLimit(.minutes(1)))
struct EndWhileStoreIsDownTests {
    @Test("is over for its candidate, although the store still takes it for live")
    func notReopened() async throws {
        let clock = ManualClock()
        var options = GatewayHarness.Options()
        options.clock = clock
        try await GatewayHarness.run(options) { (harness) async throws in
            let candidate = try await harness.join()
            harness.store.fail()
            let location = try await harness.startCall(candidate)
            let events = try await harness.events(location, candidate)
            _ = try await events.next("progress")
            #expect(try await harness.send("POST", location + "/end", token: candidate.token).json["status"]?.stringValue == "ended")
            let time = Task {
                while !Task.isCancelled {
                    clock.advance(by: .milliseconds(500))
                    try? await Task.sleep(for: .milliseconds(5))
                }
            }
            #expect(try await events.rest().last?.name == "end")
            time.cancel()
            #expect(try await harness.status(candidate) != "ended")
            #expect(try await harness.offerCall(candidate).code == "interview_over")
            #expect(harness.upstream.with { $0.created.count } == 1)
        }
    }
}
