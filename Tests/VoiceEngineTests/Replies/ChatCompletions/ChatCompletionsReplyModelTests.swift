import RealtimeProtocol
import ServerEdge
import Testing
import VivaTestKit

@testable import VoiceEngine

/// A language model's endpoint over real sockets; time moves when the test says so.
@Suite(.timeLimit(.minutes(1))) struct ChatCompletionsReplyModelTests {
    typealias Endpoint = FakeChatEndpoint

    /// A model with everything around it that a test looks at.
    private struct Bench: Sendable {
        let model: ChatCompletionsReplyModel
        let clock = ManualClock()
        let logs = LogCapture()
        let metrics = MetricsRegistry()

        init(_ url: String, _ change: (inout ChatCompletionsConfiguration) -> Void = { _ in }) throws {
            var configuration = try #require(ChatCompletionsConfiguration(baseURL: url, model: "m", apiKey: Secret("sk-canary")))
            configuration.fallback = "One moment."
            change(&configuration)
            let clock = clock
            model = ChatCompletionsReplyModel(
                configuration: configuration,
                metrics: metrics,
                logger: logs.logger(),
                environment: ChatCompletionsEnvironment(
                    now: { clock.now.offset },
                    sleep: { try await clock.sleep(until: clock.now.advanced(by: $0)) },
                    random: { 0 },
                    identifierPrefix: { "call_made" }
                )
            )
        }

        func reply(isTalk: Bool = true) -> AsyncThrowingStream<ReplyPart, any Error> {
            model.reply(
                to: ReplyRequest(
                    instructions: "Be brief.",
                    items: [.message(role: .user, content: [.inputText("canary question")])],
                    sessionID: "sess_1",
                    isTalk: isTalk
                )
            )
        }

        func parts(isTalk: Bool = true) async throws -> [ReplyPart] {
            var parts: [ReplyPart] = []
            for try await part in reply(isTalk: isTalk) { parts.append(part) }
            return parts
        }

        func counts(_ line: String) -> Bool {
            metrics.render().split(separator: "\n").contains { $0 == "viva_engine_language_model_\(line)" }
        }
    }

    private static let fallback: [ReplyPart] = [.text("One moment."), .finished(.completed)]

    private func run(
        _ scripts: [[Endpoint.Step]],
        _ change: (inout ChatCompletionsConfiguration) -> Void = { _ in },
        _ body: (_ bench: Bench, _ endpoint: Endpoint) async throws -> Void
    ) async throws {
        try await Endpoint.run(scripts) { endpoint, url in
            let bench = try Bench(url, change)
            do {
                try await body(bench, endpoint)
                await bench.model.close()
            } catch {
                await bench.model.close()
                throw error
            }
            // Neither keys nor what was said, by whomever, are in the log.
            #expect(!bench.logs.contains("canary"))
        }
    }

    @Test("a reply is handed on while it is being written")
    func stream() async throws {
        try await run([[Endpoint.head(), Endpoint.word("Hello"), .hold, Endpoint.word(" there."), Endpoint.stop, Endpoint.done, .close]]) {
            (bench, endpoint) async throws in
            var parts = bench.reply().makeAsyncIterator()
            #expect(try await parts.next() == .text("Hello"))
            endpoint.proceed()
            #expect(try await parts.next() == .text(" there."))
            #expect(try await parts.next() == .finished(.completed))
            #expect(try await parts.next() == nil)
            let request = try #require(endpoint.requests.first)
            #expect(request.hasPrefix("POST /v1/chat/completions HTTP/1.1\r\n"))
            #expect(request.contains("Authorization: Bearer sk-canary\r\n"))
            #expect(
                request.hasSuffix(#""messages":[{"content":"Be brief.","role":"system"},{"content":"canary question","role":"user"}]}"#)
            )
            #expect(bench.logs.lines.isEmpty)
        }
    }

    @Test("the reader gets the end at once, even when the server keeps the stream open, and the next reply may use the connection")
    func openEnd() async throws {
        let chunked = ["Content-Type: text/event-stream", "Transfer-Encoding: chunked"]
        let answer = #"data: {"choices":[{"delta":{"content":"Hi"},"finish_reason":"stop"}]}"# + "\n\ndata: [DONE]\n\n"
        let script: [Endpoint.Step] = [
            Endpoint.head("200 OK", chunked), .send("\(String(answer.utf8.count, radix: 16))\r\n\(answer)\r\n"), .hold, .send("0\r\n\r\n"),
        ]
        try await run([script]) { (bench, endpoint) async throws in
            #expect(try await bench.parts() == [.text("Hi"), .finished(.completed)])
            endpoint.proceed()
            #expect(try await bench.parts() == [.text("Hi"), .finished(.completed)])
            #expect(bench.counts(#"replies_total{result="fallback"} 1"#) == false)
        }
    }

    @Test("letting go of a reply closes the connection, and nobody is told about a failure")
    func cancel() async throws {
        try await run([[Endpoint.head(), Endpoint.word("Hello"), .hold]]) { (bench, endpoint) async throws in
            let reading = Task { for try await _ in bench.reply() {} }
            await endpoint.waitForRequest()
            reading.cancel()
            await endpoint.waitForClose()
            _ = await reading.result
            #expect(bench.logs.lines.isEmpty)
        }
    }

    @Test("a model that has said no word in time is replaced by the fallback sentence, and its connection is closed")
    func slowFirstToken() async throws {
        let thinking = Endpoint.event(#"{"choices":[{"delta":{"role":"assistant","reasoning_content":"canary"}}]}"#)
        for script in [[Endpoint.Step.hold], [Endpoint.head(), thinking, .hold]] {
            try await run([script]) { (bench, endpoint) async throws in
                let reading = Task { try await bench.parts() }
                await endpoint.waitForRequest()
                await bench.clock.waitForSleepers()
                bench.clock.advance(by: .seconds(8))
                #expect(try await reading.value == Self.fallback)
                await endpoint.waitForClose()
                #expect(bench.logs.contains("code=timeout result=fallback session_id=sess_1"))
                #expect(bench.counts(#"failures_total{code="timeout"} 1"#))
                #expect(bench.counts(#"replies_total{result="fallback"} 1"#))
            }
        }
    }

    @Test("without a fallback sentence the reply fails")
    func noFallback() async throws {
        try await run([[.hold]], { $0.fallback = nil }) { (bench, endpoint) async throws in
            let reading = Task { try await bench.parts() }
            await endpoint.waitForRequest()
            await bench.clock.waitForSleepers()
            bench.clock.advance(by: .seconds(8))
            await #expect(throws: LanguageModelError(.timeout)) { try await reading.value }
        }
    }

    @Test("a reply that nobody listens to fails instead of saying the fallback sentence, which a program would take for the reply")
    func noTalk() async throws {
        try await run([Endpoint.refusal("500 Internal Server Error")]) { (bench, endpoint) async throws in
            await #expect(throws: LanguageModelError(.unreachable, status: 500)) { try await bench.parts(isTalk: false) }
            #expect(bench.logs.contains("code=unreachable result=failed session_id=sess_1"))
            #expect(bench.counts(#"replies_total{result="failed"} 1"#))
        }
    }

    @Test("a model that stops in the middle of its words fails the reply after the stall limit")
    func stall() async throws {
        try await run([[Endpoint.head(), Endpoint.word("Hello"), .hold]]) { (bench, endpoint) async throws in
            var parts = bench.reply().makeAsyncIterator()
            #expect(try await parts.next() == .text("Hello"))
            await bench.clock.waitForSleepers()
            bench.clock.advance(by: .seconds(5))
            await #expect(throws: LanguageModelError(.timeout)) { try await parts.next() }
            await endpoint.waitForClose()
            #expect(bench.counts(#"replies_total{result="failed"} 1"#))
        }
    }

    @Test("a model that stops after the end of its reply has given a whole one")
    func stallAfterEnd() async throws {
        let last = Endpoint.event(#"{"choices":[{"delta":{"content":"Hello"},"finish_reason":"stop"}]}"#)
        try await run([[Endpoint.head(), last, .hold]]) { (bench, endpoint) async throws in
            var parts = bench.reply().makeAsyncIterator()
            #expect(try await parts.next() == .text("Hello"))
            await bench.clock.waitForSleepers()
            bench.clock.advance(by: .seconds(5))
            #expect(try await parts.next() == .finished(.completed))
            #expect(try await parts.next() == nil)
            await endpoint.waitForClose()
            #expect(bench.logs.lines.isEmpty)
        }
    }

    @Test("a connection that breaks in the middle of the words fails the reply; before them the fallback is said")
    func cut() async throws {
        let chunked = Endpoint.head("200 OK", ["Content-Type: text/event-stream", "Transfer-Encoding: chunked"])
        let piece = #"data: {"choices":[{"delta":{"content":"Hello"}}]}"# + "\n\n"
        let chunk = Endpoint.Step.send("\(String(piece.utf8.count, radix: 16))\r\n\(piece)\r\n")
        for script in [[Endpoint.head(), Endpoint.word("Hello"), .hold, .close], [chunked, chunk, .hold, .close]] {
            try await run([script]) { (bench, endpoint) async throws in
                var parts = bench.reply().makeAsyncIterator()
                #expect(try await parts.next() == .text("Hello"))
                endpoint.proceed()
                await #expect(throws: LanguageModelError(.cut)) { try await parts.next() }
            }
        }
        try await run([[chunked, .close]]) { (bench, _) async throws in #expect(try await bench.parts() == Self.fallback) }
    }

    @Test(
        "an endpoint that will not answer is asked once, and the fallback is said",
        arguments: [
            ("401 Unauthorized", [], "refused"), ("404 Not Found", [], "refused"), ("500 Internal Server Error", [], "unreachable"),
            ("302 Found", ["Location: /v1/elsewhere"], "refused"), ("429 Too Many Requests", [], "rate_limited"),
            ("429 Too Many Requests", ["Retry-After: 60"], "rate_limited"),
            ("503 Service Unavailable", ["Retry-After: soon"], "unreachable"),
            ("429 Too Many Requests", ["Retry-After: 99999999999999999999"], "rate_limited"), ("204 No Content", [], "refused"),
        ]
    )
    func refusals(_ status: String, _ fields: [String], _ code: String) async throws {
        try await run([Endpoint.refusal(status, fields)]) { (bench, endpoint) async throws in
            #expect(try await bench.parts() == Self.fallback)
            #expect(endpoint.requests.count == 1)
            #expect(bench.logs.contains("code=\(code)"))
            #expect(bench.logs.contains("status=\(status.prefix(3))"))
        }
    }

    @Test("an endpoint that asks for a short wait is asked again after it, once")
    func retryAfter() async throws {
        let busy = Endpoint.refusal("429 Too Many Requests", ["Retry-After: 1"])
        try await run([busy, Endpoint.reply("Hi")]) { (bench, endpoint) async throws in
            let reading = Task { try await bench.parts() }
            await endpoint.waitForRequest()
            await bench.clock.waitForSleepers(2)
            bench.clock.advance(by: .seconds(1))
            #expect(try await reading.value == [.text("Hi"), .finished(.completed)])
            #expect(endpoint.requests.count == 2)
            #expect(bench.counts("retries_total 1"))
        }
        try await run([busy]) { (bench, endpoint) async throws in
            let reading = Task { try await bench.parts() }
            await endpoint.waitForRequest()
            await bench.clock.waitForSleepers(2)
            bench.clock.advance(by: .seconds(1))
            #expect(try await reading.value == Self.fallback)
            #expect(endpoint.requests.count == 2)
        }
    }

    @Test("no wait is begun that would miss the deadline of the first word")
    func lateRetry() async throws {
        try await run([Endpoint.refusal("503 Service Unavailable", ["Retry-After: 2"])], { $0.firstTokenDeadline = .seconds(2) }) {
            (bench, endpoint) async throws in
            #expect(try await bench.parts() == Self.fallback)
            #expect(endpoint.requests.count == 1)
        }
    }

    @Test("a connection that is closed before an answer is tried again, once")
    func connectionError() async throws {
        try await run([[.close], Endpoint.reply("Hi")]) { (bench, endpoint) async throws in
            #expect(try await bench.parts() == [.text("Hi"), .finished(.completed)])
            #expect(endpoint.requests.count == 2)
        }
        try await run([[.close]]) { (bench, endpoint) async throws in
            #expect(try await bench.parts() == Self.fallback)
            #expect(endpoint.requests.count == 2)
            #expect(bench.logs.contains("code=unreachable"))
        }
    }

    @Test("an endpoint that is gone is replaced by the fallback sentence")
    func gone() async throws {
        // The port is free again when the endpoint has ended.
        let url = try await Endpoint.run([[]]) { _, url in url }
        let bench = try Bench(url)
        #expect(try await bench.parts() == Self.fallback)
        #expect(bench.logs.contains("code=unreachable"))
        #expect(await bench.model.check() == LanguageModelError(.unreachable))
        await bench.model.close()
    }

    @Test("answers that are none, empty or too large are replaced by the fallback sentence")
    func garbage() async throws {
        let scripts: [[Endpoint.Step]] = [
            [Endpoint.head(), .send("<html>canary</html>"), .close],
            [Endpoint.head(), .send("data: canary\n\n"), .close],
            [Endpoint.head(), .send("data: " + String(repeating: "x", count: 2_000)), .hold],
            [Endpoint.head(), Endpoint.stop, Endpoint.done, .close],
            [Endpoint.head()] + Array(repeating: .send(": " + String(repeating: "x", count: 900) + "\n"), count: 8) + [.hold],
            [.send("canary\r\n\r\n"), .close],
        ]
        for script in scripts {
            try await run([script], { ($0.maximumEventBytes, $0.maximumResponseBytes) = (1_000, 4_000) }) { (bench, _) async throws in
                // The last script is no HTTP, which looks like a broken connection and is tried again.
                #expect(try await bench.parts() == Self.fallback)
                #expect(bench.logs.contains("code=malformed") || bench.logs.contains("code=unreachable"))
            }
        }
    }

    @Test("function calls in pieces come through, and a reply of calls alone is a reply")
    func calls() async throws {
        func call(_ members: String) -> Endpoint.Step {
            Endpoint.event(#"{"choices":[{"delta":{"tool_calls":[{"index":0,\#(members)}]}}]}"#)
        }
        let script = [
            Endpoint.head(), call(#""id":"c1","function":{"name":"note","arguments":""}"#), call(#""function":{"arguments":"{\"a\""}"#),
            call(#""function":{"arguments":":1}"}"#), Endpoint.stop,
            Endpoint.event(#"{"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":4}}"#), Endpoint.done, .close,
        ]
        try await run([script]) { (bench, _) async throws in
            #expect(
                try await bench.parts() == [
                    .functionCall(index: 0, callID: "c1", name: "note"), .functionArguments(index: 0, delta: #"{"a""#),
                    .functionArguments(index: 0, delta: ":1}"), .usage(ReplyUsage(inputTokens: 9, outputTokens: 4)), .finished(.completed),
                ]
            )
            #expect(bench.counts(#"tokens_total{kind="input"} 9"#))
            #expect(bench.counts(#"replies_total{result="completed"} 1"#))
        }
    }

    @Test("a check asks for the models with the key")
    func check() async throws {
        try await run([[Endpoint.head("200 OK", ["Content-Length: 2"]), .send("{}")]]) { (bench, endpoint) async throws in
            #expect(await bench.model.check() == nil)
            #expect(endpoint.requests.first?.hasPrefix("GET /v1/models HTTP/1.1\r\n") == true)
        }
        try await run([Endpoint.refusal("401 Unauthorized")]) { (bench, _) async throws in
            #expect(await bench.model.check() == LanguageModelError(.refused, status: 401))
        }
    }

    @Test("errors describe themselves without a word of the endpoint")
    func descriptions() {
        for code in LanguageModelError.Code.allCases {
            #expect(LanguageModelError(code, status: 418).description.hasSuffix("(HTTP 418)"))
        }
    }
}
