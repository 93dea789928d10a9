import InterviewCore
import InterviewStore
import Testing
import VivaTestKit

@testable import Gateway

@Suite("taking up an interview from the store", .timeLimit(.minutes(1)))
struct LoadTests {
    @Test("two requests for one interview while the store stalls take it up once; the call that is answered stays open")
    func once() async throws {
        try await GatewayHarness.run { (harness) async throws in
            let candidate = try await harness.join()
            let interview = try #require(InterviewID(rawValue: candidate.interviewID))
            harness.store.interviewQuestions.holdNext()
            async let first = harness.offerCall(candidate)
            try await harness.store.interviewQuestions.arrived()
            let asked = harness.store.candidateQuestions.count
            async let second = harness.offerCall(candidate)
            while harness.store.candidateQuestions.count == asked { try await Task.sleep(for: .milliseconds(2)) }
            // A gateway that takes it up twice answers the second request now; one that does not waits, so this wait has an end.
            for _ in 0..<100 where harness.upstream.with({ $0.created.isEmpty }) { try await Task.sleep(for: .milliseconds(5)) }
            let answeredTooEarly = harness.upstream.with { !$0.created.isEmpty }
            while answeredTooEarly, try await harness.store.calls(interview: interview, tenant: .local).isEmpty {
                try await Task.sleep(for: .milliseconds(5))
            }
            harness.store.interviewQuestions.letOneGo()
            let answers = try await [first, second]
            #expect(answers.map(\.status).sorted() == [201, 409])
            #expect(answers.compactMap(\.code) == ["call_in_progress"])
            let calls = try await harness.store.calls(interview: interview, tenant: .local)
            #expect(calls.allSatisfy { $0.endedAt == nil }, "closed as what a crash left behind")
            #expect(!answeredTooEarly)
            let location = try #require(answers.first { $0.status == 201 }?.headers["location"])
            #expect(try await harness.send("POST", location + "/end", token: candidate.token).status == 200)
        }
    }
}
