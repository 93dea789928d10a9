import RealtimeProtocol
import Testing
import VivaTestKit

@testable import Gateway

@Suite("a line that the store refuses for good", .timeLimit(.minutes(1)))
struct RefusedLineTests {
    @Test("the room is told, the figure counts it, and the interview goes on")
    func told() async throws {
        try await GatewayHarness.run { (harness) async throws in
            harness.store.refuse()
            let candidate = try await harness.join()
            let location = try await harness.startCall(candidate)
            let call = try await harness.upstream.nextCall()
            let events = try await harness.events(location, candidate)
            let notice = try await events.next("notice")
            #expect(notice["code"]?.stringValue == "storage_refused")
            #expect(notice["message"]?.stringValue?.contains("could not be saved") == true)
            _ = try await call.nextReply(containing: "hardest bug")
            harness.store.open()
            call.candidateSays("It was a race condition in our scheduler.", item: "item_a")
            while try await events.next("segment")["item_id"]?.stringValue != "item_a" {}
            #expect(!(try await harness.send("GET", "/metrics").text.contains("viva_journal_writes_lost_total 0")))
            #expect(try await harness.send("GET", "/metrics").text.contains("viva_journal_writes_lost_total "))
            #expect(try await harness.send("POST", location + "/end", token: candidate.token).status == 200)
        }
    }
}
