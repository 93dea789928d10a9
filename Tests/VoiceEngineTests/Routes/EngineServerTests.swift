import AsyncHTTPClient
import Logging
import NIOCore
import NIOHTTP1
import RealtimeProtocol
import ServerEdge
import Testing

@testable import VoiceEngine

/// The engine over real sockets, with media and speech in memory.
@Suite(.timeLimit(.minutes(1))) struct EngineServerTests {
    private static let offer = [
        "v=0", "o=- 1 2 IN IP4 127.0.0.1", "s=-", "t=0 0", "m=audio 9 UDP/TLS/RTP/SAVPF 111", "c=IN IP4 0.0.0.0",
        "a=rtpmap:111 opus/48000/2", "",
    ].joined(separator: "\r\n")

    /// A handler that keeps metadata: Hummingbird keeps the request id there.
    private static let logger: Logger = {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        return logger
    }()

    /// Runs an engine for the length of `body`.
    private func withEngine(
        _ configuration: VoiceEngineConfiguration = VoiceEngineConfiguration(port: 0),
        transport: MemoryTransport = MemoryTransport(),
        _ body: @Sendable (_ base: String, _ transport: MemoryTransport) async throws -> Void
    ) async throws {
        let (ports, port) = AsyncStream<Int>.makeStream()
        let engine = try VoiceEngine(
            configuration: configuration,
            speechToText: ScriptedSpeechToText(),
            textToSpeech: ScriptedTextToSpeech(),
            voiceActivity: LoudnessVoiceActivity(),
            transports: transport,
            logger: Self.logger,
            onServerRunning: { port.yield($0) }
        )
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try? await engine.run() }
            var bound: Int?
            for await port in ports {
                bound = port
                break
            }
            try await body("http://127.0.0.1:\(try #require(bound))", transport)
            group.cancelAll()
        }
    }

    private func post(_ url: String, type: String = "application/sdp", key: String? = nil, _ body: String) async throws -> (
        HTTPClientResponse, String
    ) {
        var request = HTTPClientRequest(url: url)
        request.method = .POST
        request.headers.add(name: "Content-Type", value: type)
        if let key { request.headers.add(name: "Authorization", value: "Bearer \(key)") }
        request.body = .bytes(ByteBuffer(string: body))
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(10))
        let text = try await response.body.collect(upTo: 1 << 20)
        return (response, String(buffer: text))
    }

    private func refusal(_ url: String, type: String = "application/sdp", _ body: String) async throws -> String? {
        try code(try await post(url, type: type, body).1)
    }

    private func code(_ body: String) throws -> String? {
        try RealtimeCoding.decode(RealtimeErrorBody.self, from: body).error.code
    }

    @Test("an offer is answered with 201 and a location, and the call can be hung up once")
    func call() async throws {
        try await withEngine { base, transport in
            let (response, answer) = try await post("\(base)/v1/realtime/calls", Self.offer)
            #expect(response.status == .created)
            #expect(answer == "v=0 answer")
            #expect(response.headers.first(name: "content-type") == "application/sdp")
            #expect(response.headers.first(name: "access-control-expose-headers") == "Location, Retry-After, X-Request-Id")
            let location = try #require(response.headers.first(name: "location"))
            #expect(location.hasPrefix("/v1/realtime/calls/rtc_"))
            #expect(try await post("\(base)\(location)/hangup", "").0.status == .ok)
            let (second, body) = try await post("\(base)\(location)/hangup", "")
            #expect(second.status == .notFound)
            #expect(try code(body) == "call_id_not_found")
        }
    }

    @Test("a sideband conducts a call that was made with a session, and is closed when the call is hung up")
    func sideband() async throws {
        try await withEngine { base, transport in
            let session = RealtimeCoding.encode(
                SessionUpdate(input: .init(turnDetection: .set(.serverVAD(.init(createResponse: false)))), output: .init(voice: "marin"))
            )
            let form =
                "--b\r\nContent-Disposition: form-data; name=\"sdp\"\r\n\r\n\(Self.offer)\r\n"
                + "--b\r\nContent-Disposition: form-data; name=\"session\"\r\nContent-Type: application/json\r\n\r\n\(session)\r\n--b--\r\n"
            let (response, _) = try await post("\(base)/v1/realtime/calls", type: "multipart/form-data; boundary=b", form)
            let location = try #require(response.headers.first(name: "location"))
            let id = try #require(location.split(separator: "/").last)
            let connection = try await WebSocketClient().connect(to: "\(base)/v1/realtime?call_id=\(id)")
            connection.send(
                ClientMessage(.responseCreate(ResponseCreateEvent(response: ResponseCreate(metadata: ["viva_say": "Hello."])))).text
            )
            var types: [String] = []
            for await text in connection.messages {
                types.append(try ServerMessage(text: text).event.type)
                if types.last == "response.content_part.added" { _ = transport.takeFrame() }
                if types.last == "output_audio_buffer.started" { break }
            }
            #expect(types.first == "response.created")
            _ = try await post("\(base)\(location)/hangup", "")
            #expect(await connection.closure().code == .normalClosure)
        }
    }

    @Test("a sideband that sends a long burst gets an answer to each event, and stays open")
    func burst() async throws {
        try await withEngine { base, _ in
            let (response, _) = try await post("\(base)/v1/realtime/calls", Self.offer)
            let id = try #require(response.headers.first(name: "location")?.split(separator: "/").last)
            let connection = try await WebSocketClient().connect(to: "\(base)/v1/realtime?call_id=\(id)")
            let count = 2_000
            for _ in 0..<count { connection.send(#"{"type":"conversation.item.retrieve","item_id":"x"}"#) }
            var answers = 0
            for await text in connection.messages {
                if try ServerMessage(text: text).event.type == "error" { answers += 1 }
                if answers == count { break }
            }
            #expect(answers == count)
            connection.close()
        }
    }

    @Test("a large message is taken when its beginning shows audio, and closed with 1009 when it does not")
    func largeMessages() async throws {
        try await withEngine { base, _ in
            var limits = WebSocketLimits()
            limits.maximumOutboundBytes = 4 << 20
            let audio = String(repeating: "A", count: 1_200_000)
            for append in [
                #"{"type":"input_audio_buffer.append","audio":"\#(audio)"}"#,
                #"{"audio": "\#(audio)", "type": "input_audio_buffer.append"}"#,
            ] {
                let connection = try await WebSocketClient().connect(to: "\(base)/v1/realtime", limits: limits)
                connection.send(append)
                connection.send(#"{"type":"input_audio_buffer.clear"}"#)
                var types: [String] = []
                for await text in connection.messages {
                    types.append(try ServerMessage(text: text).event.type)
                    if types.last == "input_audio_buffer.cleared" { break }
                }
                #expect(types.last == "input_audio_buffer.cleared")
                #expect(!types.contains("error"))
                connection.close()
            }
            let connection = try await WebSocketClient().connect(to: "\(base)/v1/realtime", limits: limits)
            connection.send(#"{"type":"session.update","session":{"instructions":"\#(audio)"}}"#)
            #expect(await connection.closure().code == .messageTooBig)
        }
    }

    @Test("an unknown call has no sideband")
    func unknownCall() async throws {
        try await withEngine { base, _ in
            await #expect(throws: WebSocketClientError.self) {
                _ = try await WebSocketClient().connect(to: "\(base)/v1/realtime?call_id=rtc_none")
            }
        }
    }

    @Test("a full engine answers 503 with a time to wait, and is free again after a hang-up")
    func full() async throws {
        var configuration = VoiceEngineConfiguration(port: 0)
        configuration.maximumCalls = 1
        try await withEngine(configuration) { base, _ in
            let (first, _) = try await post("\(base)/v1/realtime/calls", Self.offer)
            let location = try #require(first.headers.first(name: "location"))
            let (second, body) = try await post("\(base)/v1/realtime/calls", Self.offer)
            #expect(second.status == .serviceUnavailable)
            #expect(second.headers.first(name: "retry-after") == "2")
            #expect(try code(body) == "engine_full")
            // It is ready all the same: restarting it would help nobody.
            let ready = try await HTTPClient.shared.execute(HTTPClientRequest(url: "\(base)/ready"), timeout: .seconds(10))
            #expect(ready.status == .ok)
            let figures = try RealtimeCoding.decode(JSONValue.self, from: String(buffer: try await ready.body.collect(upTo: 4_096)))
            #expect(figures["refusal"] == "engine_full")
            _ = try await post("\(base)\(location)/hangup", "")
            var third = try await post("\(base)/v1/realtime/calls", Self.offer).0.status
            while third == .serviceUnavailable { third = try await post("\(base)/v1/realtime/calls", Self.offer).0.status }
            #expect(third == .created)
        }
    }

    @Test("what cannot be answered is refused with a code, and takes no place")
    func refused() async throws {
        var configuration = VoiceEngineConfiguration(port: 0)
        configuration.maximumCalls = 1
        try await withEngine(configuration, transport: MemoryTransport(failure: .noPorts)) { base, _ in
            let calls = "\(base)/v1/realtime/calls"
            let notSDP = try await refusal(calls, "hello")
            #expect(notSDP == "invalid_sdp")
            let noOpus = try await refusal(calls, Self.offer.replacing("opus", with: "pcmu"))
            #expect(noOpus == "no_opus")
            #expect(try await post(calls, type: "text/plain", Self.offer).0.status == .unsupportedMediaType)
            #expect(try await post(calls, String(repeating: "v=0\r\n", count: 10_000)).0.status == .payloadTooLarge)
            let noForm = try await refusal(calls, type: "multipart/form-data; boundary=b", "x")
            #expect(noForm == "invalid_form")
            let noOffer = try await refusal(calls, type: "multipart/form-data; boundary=b", "--b--")
            #expect(noOffer == "missing_required_parameter")
            let session =
                "--b\r\nContent-Disposition: form-data; name=\"sdp\"\r\n\r\n\(Self.offer)\r\n"
                + "--b\r\nContent-Disposition: form-data; name=\"session\"\r\n\r\n{\"temperature\":1}\r\n--b--"
            let unknown = try await refusal(calls, type: "multipart/form-data; boundary=b", session)
            #expect(unknown == "unknown_parameter")
            for _ in 0..<3 {
                let noPorts = try await refusal(calls, Self.offer)
                #expect(noPorts == "no_ports")
            }
        }
    }

    @Test("with a key nothing is done without it")
    func key() async throws {
        var configuration = VoiceEngineConfiguration(port: 0)
        configuration.apiKey = Secret("sk-local-test")
        try await withEngine(configuration) { base, _ in
            let (response, body) = try await post("\(base)/v1/realtime/calls", Self.offer)
            #expect(response.status == .unauthorized)
            #expect(try code(body) == "invalid_api_key")
            #expect(try await post("\(base)/v1/realtime/calls", key: "sk-other", Self.offer).0.status == .unauthorized)
            #expect(try await post("\(base)/v1/realtime/calls", key: "sk-local-test", Self.offer).0.status == .created)
        }
    }

    @Test("without a key an engine does not listen beyond loopback", arguments: ["0.0.0.0", "::", "192.0.2.1", "127.example.com"])
    func loopback(host: String) {
        #expect(throws: VoiceEngineError.self) {
            _ = try VoiceEngine(
                configuration: VoiceEngineConfiguration(host: host),
                speechToText: ScriptedSpeechToText(),
                textToSpeech: ScriptedTextToSpeech(),
                voiceActivity: LoudnessVoiceActivity(),
                transports: MemoryTransport(),
                logger: Self.logger
            )
        }
    }

    @Test("health, readiness and metrics are told to operators")
    func operators() async throws {
        try await withEngine { base, _ in
            _ = try await post("\(base)/v1/realtime/calls", Self.offer)
            for path in ["health", "ready"] {
                let response = try await HTTPClient.shared.execute(HTTPClientRequest(url: "\(base)/\(path)"), timeout: .seconds(10))
                #expect(response.status == .ok)
            }
            let response = try await HTTPClient.shared.execute(HTTPClientRequest(url: "\(base)/metrics"), timeout: .seconds(10))
            let text = String(buffer: try await response.body.collect(upTo: 1 << 20))
            #expect(text.contains("viva_engine_calls_active 1"))
            #expect(text.contains("viva_engine_calls_total 1"))
        }
    }

    @Test("a page of an origin that is not allowed is refused, also where it needs no leave to send a form")
    func foreignPage() async throws {
        try await withEngine { base, _ in
            var request = HTTPClientRequest(url: "\(base)/v1/realtime/calls")
            request.method = .POST
            request.headers.add(name: "Content-Type", value: "application/sdp")
            request.headers.add(name: "Origin", value: "https://elsewhere.example")
            request.body = .bytes(ByteBuffer(string: Self.offer))
            let response = try await HTTPClient.shared.execute(request, timeout: .seconds(10))
            #expect(response.status == .forbidden)
            #expect(try code(String(buffer: try await response.body.collect(upTo: 4_096))) == "origin_not_allowed")
        }
    }

    @Test("a page of an allowed origin may send the headers of its client, and reads errors too")
    func allowedPage() async throws {
        var configuration = VoiceEngineConfiguration(port: 0)
        configuration.allowedOrigins = ["https://app.example"]
        try await withEngine(configuration) { base, _ in
            var preflight = HTTPClientRequest(url: "\(base)/v1/realtime/calls")
            preflight.method = .OPTIONS
            preflight.headers.add(name: "Origin", value: "https://app.example")
            preflight.headers.add(name: "Access-Control-Request-Method", value: "POST")
            preflight.headers.add(name: "Access-Control-Request-Headers", value: "authorization, x-openai-agents-sdk, bad name")
            let answer = try await HTTPClient.shared.execute(preflight, timeout: .seconds(10))
            #expect(answer.status == .noContent)
            #expect(
                answer.headers.first(name: "access-control-allow-headers")
                    == "Authorization, Content-Type, authorization, x-openai-agents-sdk"
            )
            var request = HTTPClientRequest(url: "\(base)/v1/realtime/calls")
            request.method = .POST
            request.headers.add(name: "Content-Type", value: "application/sdp")
            request.headers.add(name: "Origin", value: "https://app.example")
            request.body = .bytes(ByteBuffer(string: "no sdp"))
            let refused = try await HTTPClient.shared.execute(request, timeout: .seconds(10))
            #expect(refused.status == .badRequest)
            #expect(refused.headers.first(name: "access-control-allow-origin") == "https://app.example")
        }
    }

    @Test("a socket beyond the limit is refused before it opens, and a place that was taken is given back when it closes")
    func socketAdmission() async throws {
        var configuration = VoiceEngineConfiguration(port: 0)
        configuration.maximumCalls = 1
        try await withEngine(configuration) { base, _ in
            let first = try await WebSocketClient().connect(to: "\(base)/v1/realtime?model=gpt-realtime")
            for await _ in first.messages { break }
            await #expect(throws: (any Error).self) { try await WebSocketClient().connect(to: "\(base)/v1/realtime?model=gpt-realtime") }
            first.close()
            _ = await first.closure()
            var second: WebSocketConnection?
            while second == nil { second = try? await WebSocketClient().connect(to: "\(base)/v1/realtime?model=gpt-realtime") }
            second?.close()
        }
    }
}
