import InterviewCore
import InterviewStore
import RealtimeProtocol
import ServerEdge
import Testing

@testable import Gateway

/// What somebody may send as JSON to make the gateway work, or to be read in two ways.
@Suite("JSON that peers send", .timeLimit(.minutes(2)))
struct JSONBodyTests {
    /// Members of an object in which `depth` levels nest, the object among them.
    private static func nested(_ depth: Int, around inside: String = "") -> String {
        #""x":"# + String(repeating: "[", count: depth - 1) + inside + String(repeating: "]", count: depth - 1)
    }

    /// As many bytes as the address takes: few levels too many, with as much at the bottom of them as there is room for.
    private static func bomb(_ bytes: Int) -> String {
        let depth = 500
        return Self.nested(depth, around: Array(repeating: "[]", count: (bytes - 2 * depth - 512) / 3).joined(separator: ","))
    }

    private struct Place: Sendable {
        let path: String
        let limit: Int
        let type = "application/json"
        var token: String?
        /// What it answers to `{"x": …}` when that is read.
        let otherwise: Int

        func post(_ harness: GatewayHarness, _ members: String) async throws -> GatewayHarness.Answer {
            try await harness.send("POST", self.path, token: self.token, type: self.type, body: "{\(members)}")
        }
    }

    private func places(_ harness: GatewayHarness) async throws -> [Place] {
        let candidate = try await harness.join().token
        let call = "/v1/calls/call_\(String(repeating: "0", count: 32))"
        return [
            Place(path: "/api/webrtc-exchange", limit: SignallingRoutes.exchangeBodyLimit, otherwise: 401),
            Place(path: "/api/webrtc-exchange", limit: SignallingRoutes.exchangeBodyLimit, token: candidate, otherwise: 400),
            Place(path: "/api/generate-ephemeral-key", limit: SignallingRoutes.keyBodyLimit, otherwise: 400),
            Place(path: "/v1/join", limit: JoinRoutes.bodyLimit, otherwise: 400),
            Place(path: call + "/report", limit: CallRoutes.reportLimit, token: candidate, otherwise: 400),
            Place(path: "/v1/interviews", limit: InterviewRoutes.bodyLimit, token: harness.workspaceToken, otherwise: 400),
            Place(path: "/functions/v1/interview-start", limit: InterviewRoutes.bodyLimit, token: harness.workspaceToken, otherwise: 400),
        ]
    }

    private static func code(_ answer: GatewayHarness.Answer) -> String? { answer.code ?? answer.json["code"]?.stringValue }

    private static let noJSON = "The body is not valid JSON."

    private static func message(_ answer: GatewayHarness.Answer) -> String? {
        (answer.json["error"]?["message"] ?? answer.json["message"])?.stringValue
    }

    @Test("nesting beyond the limit is refused before it is decoded, at every address that takes JSON, whoever asks")
    func nesting() async throws {
        #expect(JSONNesting.deepest == RealtimeCoding.maximumDepth)
        try await GatewayHarness.run { (harness) async throws in
            for place in try await self.places(harness) {
                for members in [Self.bomb(place.limit), Self.nested(JSONNesting.deepest + 1)] {
                    let answer = try await place.post(harness, members)
                    #expect(answer.status == 400, "\(place.path)")
                    #expect(Self.code(answer) == "invalid_request", "\(place.path)")
                    #expect(Self.message(answer) == Self.noJSON, "\(place.path)")
                }
                // Read, and refused for what is missing in it.
                for members in [Self.nested(JSONNesting.deepest), #""x":"\#(String(repeating: "[{", count: 200))""#] {
                    let answer = try await place.post(harness, members)
                    #expect(answer.status == place.otherwise, "\(place.path)")
                    #expect(Self.message(answer) != Self.noJSON, "\(place.path)")
                }
            }
        }
    }

    @Test("a message of the socket that nests too deeply is none")
    func socket() async throws {
        try await GatewayHarness.run { (harness) async throws in
            let peer = try await SignallingPage.start(harness).socket()
            for members in [Self.bomb(64 * 1024), Self.nested(RealtimeCoding.maximumDepth + 1)] {
                peer.send(#"{"type":"hello",\#(members)}"#)
                #expect(try await peer.nextType() == "error INVALID_MESSAGE invalid_request")
            }
            peer.send(#"{"type":"hello",\#(Self.nested(RealtimeCoding.maximumDepth))}"#)
            #expect(try await peer.nextType() == "error UNKNOWN_MESSAGE_TYPE invalid_request")
        }
    }

    @Test("at the exchange a key that is none is refused before anybody looks at the body")
    func exchangeKey() async throws {
        try await GatewayHarness.run { (harness) async throws in
            for type in ["application/json", "application/sdp", "text/plain"] {
                let path = "/api/webrtc-exchange"
                let answer = try await harness.send("POST", path, token: "ek_viva_nobody", type: type, body: "{")
                #expect(answer.status == 401, "\(type)")
            }
        }
    }

    @Test("ten thousand names in one object are an object, and too large where that is too large")
    func manyNames() async throws {
        let names = (0..<10_000).map { #""\#($0)":0"# }.joined(separator: ",")
        try await GatewayHarness.run { (harness) async throws in
            let candidate = try await harness.join()
            #expect(try await self.join(harness, names).code == "payload_too_large")
            // 64 KiB: no more fit into any body.
            let some = (0..<6_000).map { #""\#($0)":0"# }.joined(separator: ",")
            let made = try await harness.send("POST", "/api/realtime-session", token: candidate.token, type: "application/json", body: "{}")
            let key = try #require(made.json["client_secret"]?["value"]?.stringValue)
            let body = #"{"sdp":"x",\#(some)}"#
            let answer = try await harness.send("POST", "/api/webrtc-exchange", token: key, type: "application/json", body: body)
            #expect(answer.status == 400)
            #expect(answer.json["code"]?.stringValue == "invalid_sdp", "it was read: the offer is none")
        }
    }

    private func join(_ harness: GatewayHarness, _ members: String, before: String = "") async throws -> GatewayHarness.Answer {
        try await harness.send("POST", "/v1/join", type: "application/json", body: "\(before){\(members)}")
    }

    @Test("of names that occur twice the first one counts, also when it is written with escapes")
    func duplicates() async throws {
        try await GatewayHarness.run { (harness) async throws in
            let ticket = harness.practiceTicket
            #expect(try await self.join(harness, #""ticket":"\#(ticket)","ticket":"nobody's""#).status == 200)
            #expect(try await self.join(harness, #""ticket":"nobody's","ticket":"\#(ticket)""#).code == "ticket_unknown")
            #expect(try await self.join(harness, #""\u0074icket":"nobody's","ticket":"\#(ticket)""#).code == "ticket_unknown")
            #expect(try await self.join(harness, #""ticket":7,"ticket":"\#(ticket)""#).code == "invalid_request")
        }
    }

    @Test("a mark of the byte order before a body is passed over, and one inside of it is no JSON")
    func byteOrderMark() async throws {
        try await GatewayHarness.run { (harness) async throws in
            let member = #""ticket":"\#(harness.practiceTicket)""#
            #expect(try await self.join(harness, member, before: "\u{feff}").status == 200)
            #expect(try await self.join(harness, member, before: " \u{feff}").status == 400)
            #expect(try await self.join(harness, "\u{feff}" + member).status == 400)
            let text = "\u{feff}" + JSONText.encode(["sdp": "x"])
            let answer = try await harness.send("POST", "/api/webrtc-exchange", type: "application/json", body: text)
            #expect(answer.status == 401, "it was read: what is missing is a key")
        }
    }

    @Test("a body in UTF-16 is no JSON")
    func encodings() async throws {
        try await GatewayHarness.run { (harness) async throws in
            let text = #"{"ticket":"\#(harness.practiceTicket)"}"#
            let wide = String(decoding: text.utf8.flatMap { [$0, 0] }, as: UTF8.self)
            let answer = try await harness.send("POST", "/v1/join", type: "application/json", body: wide)
            #expect(answer.status == 400)
            #expect(answer.code == "invalid_request")
        }
    }
}
