import AsyncHTTPClient
import Foundation
import HTTPTypes
import Hummingbird
import InterviewCore
import InterviewStore
import Logging
import NIOPosix
import RealtimeProtocol
import ServerEdge
import Testing
import VivaTestKit

@testable import Gateway

@Suite("routes and their description", .timeLimit(.minutes(2)))
struct RouterTests {
    @Test("openapi.json describes exactly the routes of the router")
    func openAPI() async throws {
        let document = try RealtimeCoding.decode(JSONValue.self, from: OpenAPIDocument.text)
        #expect(document["openapi"]?.stringValue == "3.1.0")
        var described: Set<String> = []
        for (path, item) in document["paths"]?.objectValue ?? [:] {
            for method in item.objectValue?.keys.map({ $0 }) ?? [] { described.insert("\(method.uppercased()) \(path)") }
        }
        let store = try GatedStore.inTemporaryFolder()
        let endpoint = try #require(UpstreamEndpoint(baseURL: "http://127.0.0.1:1/v1"))
        let gateway = Gateway(
            configuration: GatewayConfiguration(server: EdgeServerConfiguration()),
            store: store,
            upstreams: [UpstreamChoice(.fixed(endpoint))],
            plans: [],
            logger: Logger(label: "test")
        )
        let client = UpstreamClient.makeHTTPClient(eventLoopGroup: MultiThreadedEventLoopGroup.singleton)
        let routes = try gateway.assemble(client).router.build().routes
        try await client.shutdown()
        // The server adds the socket itself.
        #expect(Set(routes.map { "\($0.method) \($0.path)" }).union(["GET \(SignallingSocket.path)"]) == described)
    }

    @Test("openapi.json names every status by itself, the errors of every operation, and 401 wherever a token is asked for")
    func statuses() throws {
        let document = try RealtimeCoding.decode(JSONValue.self, from: OpenAPIDocument.text)
        for (path, item) in document["paths"]?.objectValue ?? [:] {
            for (method, operation) in item.objectValue ?? [:] {
                let statuses = Set(operation["responses"]?.objectValue?.keys.map { $0 } ?? [])
                #expect(statuses.allSatisfy { $0.wholeMatch(of: /[1-5][0-9][0-9]/) != nil }, "\(method) \(path)")
                #expect(statuses.contains { $0.hasPrefix("2") || $0 == "101" }, "\(method) \(path)")
                #expect((operation["security"] != nil) == statuses.contains("401"), "\(method) \(path)")
                // A page of another origin may not change anything.
                if method == "post" { #expect(statuses.contains("403"), "\(method) \(path)") }
                if operation["requestBody"] != nil { #expect(statuses.isSuperset(of: ["400", "413", "415"]), "\(method) \(path)") }
                for name in path.matches(of: /\{(\w+)\}/).map({ String($0.1) }) {
                    let parameters = operation["parameters"]?.arrayValue ?? []
                    let names = parameters.map { parameter in
                        let target = parameter["$ref"]?.stringValue?.split(separator: "/").last.map { String($0) }
                        return (target.flatMap { document["components"]?["parameters"]?[$0] } ?? parameter)["name"]?.stringValue
                    }
                    #expect(names.contains(name), "\(method) \(path)")
                    #expect(statuses.contains("404"), "\(method) \(path)")
                }
            }
        }
    }

    @Test("an answer that openapi.json does not describe is found, by its status, its form and each member")
    func described() throws {
        func faults(_ status: Int, _ type: String, _ text: String, path: String = "/v1/interviews/int_1/link") throws -> [String] {
            try DescribedAnswer.faults(method: "POST", path: path, status: status, mediaType: type, text: text)
        }
        #expect(try faults(201, "application/json", #"{"join_url":"x","expires_at":"y"}"#).isEmpty)
        for text in [#"{"join_url":"x"}"#, #"{"join_url":1,"expires_at":"y"}"#, #"{"join_url":"x","expires_at":"y","z":1}"#, "[]", "x"] {
            #expect(try faults(201, "application/json", text).count == 1, "\(text)")
        }
        #expect(try faults(418, "application/json", "{}").count == 1)
        #expect(try faults(201, "text/html", "").count == 1)
        #expect(try faults(200, "application/json", "{}", path: "/v1/nothing").count == 1)
    }

    @Test("every reference inside openapi.json leads somewhere")
    func references() throws {
        let document = try RealtimeCoding.decode(JSONValue.self, from: OpenAPIDocument.text)
        var missing: [String] = []
        func walk(_ value: JSONValue) {
            for (key, member) in value.objectValue ?? [:] {
                if key == "$ref", let target = member.stringValue {
                    let found = target.split(separator: "/").dropFirst().reduce(Optional(document)) { $0?[String($1)] }
                    if found == nil { missing.append(target) }
                }
                walk(member)
            }
            for member in value.arrayValue ?? [] { walk(member) }
        }
        walk(document)
        #expect(missing.isEmpty)
    }

    @Test("health, readiness, figures and the description answer")
    func operations() async throws {
        try await GatewayHarness.run { (harness) async throws in
            #expect(try await harness.send("GET", "/health").text == #"{"status":"ok"}"#)
            #expect(try await harness.send("GET", "/ready").json["ready"]?.boolValue == true)
            let candidate = try await harness.join()
            let location = try await harness.startCall(candidate)
            #expect(try await harness.send("GET", "/metrics").text.contains("viva_calls_started_total 1"))
            let events = try await harness.events(location, candidate)
            #expect(try await harness.send("POST", location + "/end", token: candidate.token).status == 200)
            _ = try await events.rest()
            #expect(try await harness.send("GET", "/openapi.json").headers["content-type"]?.hasPrefix("application/json") == true)
            await harness.store.close()
            #expect(try await harness.send("GET", "/ready").status == 503)
            #expect(try await harness.send("GET", "/health").status == 200)
        }
    }

    @Test("the workspace makes interviews, lists and shows them")
    func workspace() async throws {
        try await GatewayHarness.run { (harness) async throws in
            let token = harness.workspaceToken
            let plans = try await harness.send("GET", "/v1/plans", token: token)
            #expect(plans.json["plans"]?.arrayValue?.first?["question_count"]?.integerValue == 2)
            let made = try await harness.send(
                "POST",
                "/v1/interviews",
                token: token,
                type: "application/json",
                body: #"{"plan_id":"practice","candidate_name":"Ada"}"#
            )
            let id = try #require(made.json["id"]?.stringValue)
            #expect(made.json["join_url"]?.stringValue?.hasPrefix(harness.ready.address + "/i/") == true)
            let shown = try await harness.send("GET", "/v1/interviews/\(id)", token: token)
            #expect(shown.json["candidate_name"]?.stringValue == "Ada")
            #expect(shown.json["status"]?.stringValue == "created")
            let list = try await harness.send("GET", "/v1/interviews?limit=10", token: token)
            #expect(list.json["interviews"]?.arrayValue?.map { $0["id"]?.stringValue } == [id])
            for limit in ["0", "201", "-1", "x", "", "1.5"] {
                let refused = try await harness.send("GET", "/v1/interviews?limit=\(limit)", token: token)
                #expect(refused.status == 400)
                #expect(refused.json["error"]?["parameter"]?.stringValue == "limit")
            }
            #expect(!harness.logs.contains("Ada"))
            let unknown = try await harness.send(
                "POST",
                "/v1/interviews",
                token: token,
                type: "application/json",
                body: #"{"plan_id":"nothing"}"#
            )
            #expect(unknown.code == "plan_unknown")
        }
    }

    @Test("a report of the browser is kept as reported by the client, within its limits")
    func report() async throws {
        try await GatewayHarness.run { (harness) async throws in
            let candidate = try await harness.join()
            let location = try await harness.startCall(candidate)
            func report(_ body: String) async throws -> Int {
                try await harness.send("POST", location + "/report", token: candidate.token, type: "application/json", body: body).status
            }
            #expect(try await report(#"{"steps":[{"name":"webrtc_setup","ok":true,"ms":812}]}"#) == 202)
            #expect(try await report(#"{"step":[]}"#) == 400)
            #expect(try await report("[]") == 400)
            #expect(try await report(#"{"steps":["\#(String(repeating: "x", count: 9000))"]}"#) == 413)
            let id = try #require(InterviewID(rawValue: candidate.interviewID))
            let events = try await harness.store.events(interview: id, tenant: .local, kind: .clientReport)
            #expect(events.count == 1)
            #expect(events.first?.body.contains("client_reported") == true)
            #expect(try await harness.send("POST", location + "/end", token: candidate.token).status == 200)
        }
    }

    @Test("a record that is full of reports is told from a store that has no room now: waiting would not help")
    func fullRecord() async throws {
        try await GatewayHarness.run { (harness) async throws in
            let candidate = try await harness.join()
            let location = try await harness.startCall(candidate)
            let id = try #require(InterviewID(rawValue: candidate.interviewID))
            let event = InterviewEvent(kind: .notice, at: harness.time.now, body: "{}")
            let events = Array(repeating: InterviewWrite.event(event), count: InterviewStoreLimits.events)
            try await harness.store.record(events, interview: id, tenant: .local)
            let path = location + "/report"
            let answer = try await harness.send(
                "POST",
                path,
                token: candidate.token,
                type: "application/json",
                body: #"{"steps":[]}"#
            )
            #expect(answer.status == 409)
            #expect(answer.code == "record_full")
            #expect(answer.headers["retry-after"] == nil)
            #expect(try await harness.send("POST", location + "/end", token: candidate.token).status == 200)
        }
    }

    @Test("the transcript comes in four forms, and an unknown form is refused")
    func formats() async throws {
        try await GatewayHarness.run { (harness) async throws in
            let candidate = try await harness.join()
            let path = "/v1/interviews/\(candidate.interviewID)/transcript?format="
            for (format, type) in [
                ("json", "application/json"), ("txt", "text/plain"), ("vtt", "text/vtt"), ("srt", "application/x-subrip"),
            ] {
                let answer = try await harness.send("GET", path + format, token: candidate.token)
                #expect(answer.status == 200)
                #expect(answer.headers["content-type"]?.hasPrefix(type) == true)
            }
            #expect(try await harness.send("GET", path + "pdf", token: candidate.token).status == 400)
        }
    }
}
