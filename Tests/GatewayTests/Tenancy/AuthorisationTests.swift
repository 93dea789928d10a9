import Foundation
import HTTPTypes
import InterviewCore
import RealtimeProtocol
import Testing
import VivaTestKit

@testable import Gateway

@Suite("who may reach what", .timeLimit(.minutes(2)))
struct AuthorisationTests {
    @Test("a candidate reads the own transcript, and for a stranger's gets the answer of an id that does not exist")
    func otherInterview() async throws {
        try await GatewayHarness.run { (harness) async throws in
            let (mine, other) = (try await harness.join(), try await harness.join())
            let own = try await harness.send("GET", "/v1/interviews/\(mine.interviewID)/transcript", token: mine.token)
            #expect(own.status == 200)
            let foreign = try await harness.send("GET", "/v1/interviews/\(other.interviewID)/transcript", token: mine.token)
            let unknown = try await harness.send(
                "GET",
                "/v1/interviews/int_\(String(repeating: "0", count: 32))/transcript",
                token: mine.token
            )
            #expect(foreign.status == 404)
            #expect(unknown.status == 404)
            #expect(self.withoutRequestID(foreign) == self.withoutRequestID(unknown))
        }
    }

    @Test("a candidate's call is invisible to another candidate")
    func otherCall() async throws {
        try await GatewayHarness.run { (harness) async throws in
            let (mine, other) = (try await harness.join(), try await harness.join())
            let location = try await harness.startCall(mine)
            for (method, path) in [("GET", "/events"), ("POST", "/end")] {
                #expect(try await harness.send(method, location + path, token: other.token).status == 404)
            }
            let report = try await harness.send(
                "POST",
                location + "/report",
                token: other.token,
                type: "application/json",
                body: #"{"steps":[]}"#
            )
            #expect(report.status == 404)
            #expect(try await harness.send("POST", location + "/end", token: mine.token).status == 200)
        }
    }

    @Test(
        "without a valid token every protected route answers 401",
        arguments: [
            ("POST", "/v1/calls"), ("GET", "/v1/calls/call_1/events"), ("POST", "/v1/calls/call_1/end"),
            ("POST", "/v1/calls/call_1/report"),
            ("GET", "/v1/interviews"), ("POST", "/v1/interviews"), ("GET", "/v1/interviews/int_1"),
            ("POST", "/v1/interviews/int_1/link"),
            ("GET", "/v1/interviews/int_1/transcript"),
            ("GET", "/v1/plans"),
        ]
    )
    func unauthorised(_ method: String, _ path: String) async throws {
        try await GatewayHarness.run { (harness) async throws in
            for token in [nil, "nonsense", "vc_nonsense", "vw_nonsense"] {
                let answer = try await harness.send(method, path, token: token)
                #expect(answer.status == 401)
                #expect(answer.code == "unauthorized")
            }
        }
    }

    @Test("a candidate token opens no workspace route, a workspace token no call")
    func kinds() async throws {
        try await GatewayHarness.run { (harness) async throws in
            let candidate = try await harness.join()
            #expect(try await harness.send("GET", "/v1/interviews", token: candidate.token).status == 401)
            let call = try await harness.send(
                "POST",
                "/v1/calls",
                token: harness.workspaceToken,
                type: "application/sdp",
                body: GatewayHarness.offer
            )
            #expect(call.status == 401)
        }
    }

    @Test("a page of another origin cannot change anything; our own and a listed one can")
    func origins() async throws {
        var options = GatewayHarness.Options()
        options.configure = { $0.allowedOrigins = ["https://careers.example"] }
        try await GatewayHarness.run(options) { (harness) async throws in
            func join(_ origin: String) async throws -> GatewayHarness.Answer {
                try await harness.send(
                    "POST",
                    "/v1/join",
                    type: "application/json",
                    headers: ["Origin": origin],
                    body: #"{"ticket":"\#(harness.practiceTicket)"}"#
                )
            }
            #expect(try await join("https://evil.example").code == "origin_not_allowed")
            #expect(try await join("null").status == 403)
            #expect(try await join(harness.ready.address + ".evil.example").status == 403)
            #expect(try await join(harness.ready.address).status == 200)
            #expect(try await join("https://careers.example").status == 200)
        }
    }

    private func withoutRequestID(_ answer: GatewayHarness.Answer) -> [String?] {
        [answer.code, answer.json["error"]?["message"]?.stringValue, answer.headers["content-type"], answer.headers["cache-control"]]
    }
}
