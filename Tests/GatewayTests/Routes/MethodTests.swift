import InterviewCore
import InterviewStore
import RealtimeProtocol
import Testing

@testable import Gateway

@Suite("methods that a path does not have", .timeLimit(.minutes(2)))
struct MethodTests {
    private static let methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"]

    /// The paths of the description, with the methods of each and what stands for its parameters.
    private func paths(_ harness: GatewayHarness) throws -> [(path: String, methods: Set<String>)] {
        let document = try RealtimeCoding.decode(JSONValue.self, from: OpenAPIDocument.text)
        return try (document["paths"]?.objectValue ?? [:]).map { path, item in
            let filled = path.replacing("{ticket}", with: harness.practiceTicket).replacing("{name}", with: "style.css")
                .replacing("{id}", with: "int_00000000000000000000000000000000")
                .replacing("{call_id}", with: "call_00000000000000000000000000000000")
                .replacing("{session_id}", with: "sig_00000000000000000000000000000000")
            return (filled, Set(try #require(item.objectValue).keys.map { $0.uppercased() }))
        }
    }

    private func allowed(_ methods: Set<String>) -> String {
        methods.union(methods.contains("GET") ? ["HEAD", "OPTIONS"] : ["OPTIONS"]).sorted().joined(separator: ", ")
    }

    @Test("are answered with 405 and those that it has, with a token and without one; OPTIONS with 204")
    func refused() async throws {
        try await GatewayHarness.run { (harness) async throws in
            for (path, methods) in try self.paths(harness) {
                for method in Self.methods where !methods.contains(method) {
                    for token in [nil, "nonsense", harness.workspaceToken] {
                        let answer = try await harness.send(method, path, token: token)
                        #expect(answer.status == 405, "\(method) \(path)")
                        #expect(answer.code == "method_not_allowed", "\(method) \(path)")
                        #expect(answer.headers["allow"] == self.allowed(methods), "\(method) \(path)")
                    }
                }
                let options = try await harness.send("OPTIONS", path)
                #expect(options.status == 204, "\(path)")
                #expect(options.headers["allow"] == self.allowed(methods), "\(path)")
            }
        }
    }

    @Test("are no means of finding out whose something is: own, foreign and unknown are one answer")
    func indistinguishable() async throws {
        try await GatewayHarness.run { (harness) async throws in
            let page = try await SignallingPage.start(harness)
            let foreign = try await harness.makeKey(.admin, tenant: TenantID(wellFormed: "globex")).text
            let unknown = "int_00000000000000000000000000000000"
            for path in ["/v1/interviews/ID", "/v1/interviews/ID/link", "/v1/interviews/ID/transcript"] {
                var answers: Set<[String]> = []
                for id in [page.interview, unknown, "nonsense"] {
                    for token in [nil, harness.workspaceToken, foreign] {
                        answers.insert(try await harness.send("DELETE", path.replacing("ID", with: id), token: token).withoutRequestID)
                    }
                }
                #expect(answers.count == 1, "\(path)")
            }
        }
    }

    @Test("HEAD is answered as GET, without a body; a path that does not exist has no method")
    func head() async throws {
        try await GatewayHarness.run { (harness) async throws in
            let candidate = try await harness.join()
            let location = try await harness.startCall(candidate)
            let paths = [
                "/", "/app", "/health", "/ready", "/openapi.json", "/assets/style.css", "/i/\(harness.practiceTicket)", "/v1/interviews",
                "/v1/plans", "/v1/interviews/\(candidate.interviewID)", "/v1/interviews/\(candidate.interviewID)/transcript",
            ]
            for path in paths {
                for token in [nil, "nonsense", harness.workspaceToken] {
                    // Without compression: the client of the tests would look for what is compressed in the body.
                    let plain = ["Accept-Encoding": "identity"]
                    let head = try await harness.send("HEAD", path, token: token, headers: plain)
                    let get = try await harness.send("GET", path, token: token, headers: plain)
                    #expect(head.status == get.status, "\(path)")
                    #expect(head.headers["content-type"] == get.headers["content-type"], "\(path)")
                    #expect(head.text.isEmpty, "\(path)")
                }
            }
            let stream = try await harness.send("HEAD", location + "/events", token: candidate.token)
            #expect(stream.status == 200)
            #expect(stream.headers["content-type"]?.hasPrefix("text/event-stream") == true)
            #expect(try await harness.send("HEAD", "/v1/calls", token: candidate.token).status == 405)
            for method in Self.methods + ["HEAD", "OPTIONS"] {
                #expect(try await harness.send(method, "/v1/nothing", token: candidate.token).status == 404, "\(method)")
                #expect(try await harness.send(method, "/v1/interviews/x/y/z", token: candidate.token).status == 404, "\(method)")
            }
            #expect(try await harness.send("POST", location + "/end", token: candidate.token).status == 200)
        }
    }
}
