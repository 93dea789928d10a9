import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import RealtimeProtocol
import ServerEdge
import ServiceLifecycle
import Synchronization
import VivaTestKit

/// A Realtime server that does what a test says: calls over HTTP, and the sideband over WebSocket.
///
/// It has no media. The test plays the engine and the candidate by sending server events.
final class FakeRealtimeServer: Service, Sendable {
    /// What `POST /v1/realtime/calls` does.
    enum CallBehaviour: Sendable {
        case answer
        /// Answers when this returns.
        case answerAfter(@Sendable () async -> Void)
        case respond(status: Int, headers: [String: String], body: String)
        case never
    }

    struct State {
        var behaviour = CallBehaviour.answer
        var refusesSideband = false
        /// `GET /health` answers only after this.
        var healthAnswer: @Sendable () async -> Void = {}
        var healthProbes = 0
        var created: [String] = []
        var hungUp: [String] = []
        /// How long a hang-up takes.
        var hangUpDelay: Duration = .zero
        var bodies: [String] = []
        var authorizations: [String] = []
        var reaction: @Sendable (FakeCall, FakeReply) -> Void = { call, reply in call.speak(reply) }
    }

    static let answer =
        "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=rtpmap:111 opus/48000/2\r\n"

    private let state = Mutex(State())
    private let calls: AsyncStream<FakeCall>
    private let newCall: AsyncStream<FakeCall>.Continuation
    private let ports: AsyncStream<Int>
    private let newPort: AsyncStream<Int>.Continuation

    init() {
        (self.calls, self.newCall) = AsyncStream.makeStream()
        (self.ports, self.newPort) = AsyncStream.makeStream()
    }

    /// Where it listens, once it does.
    func port() async throws -> Int {
        for await port in self.ports { return port }
        throw CancellationError()
    }

    /// The next call whose sideband is attached.
    func nextCall() async throws -> FakeCall {
        for await call in self.calls { return call }
        throw CancellationError()
    }

    func with<Result: Sendable>(_ body: @Sendable (inout State) -> Result) -> Result { self.state.withLock { body(&$0) } }

    func run() async throws {
        let router = Router(context: EdgeRequestContext.self)
        router.addEdgeMiddleware(envelope: .openAI)
        router.get("/health") { _, _ in
            let wait = self.state.withLock { state in
                state.healthProbes += 1
                return state.healthAnswer
            }
            await wait()
            return Response(status: .ok)
        }
        router.post("/v1/realtime/calls") { request, _ in try await self.create(request) }
        router.post("/v1/realtime/calls/{id}/hangup") { _, context in
            let id = try context.parameters.require("id")
            try await Task.sleep(for: self.state.withLock { $0.hangUpDelay })
            self.state.withLock { $0.hungUp.append(id) }
            return Response(status: .ok)
        }
        let sideband = WebSocketRoute("/v1/realtime") { request in
            let id = request.queryItem("call_id") ?? ""
            guard self.state.withLock({ $0.created.contains(id) && !$0.refusesSideband }) else { throw EdgeError(CommonErrorCode.notFound) }
            return WebSocketAcceptance { socket in
                let call = FakeCall(id: id, socket: socket)
                self.newCall.yield(call)
                for await text in socket.messages {
                    guard let message = try? ClientMessage(text: text) else { continue }
                    call.received(message)
                    if case .responseCreate(let event) = message.event {
                        let react = self.state.withLock { $0.reaction }
                        let reply = FakeReply(event: event, eventID: message.eventID)
                        react(call, reply)
                        // Told afterwards, so that what a test then says comes after what the fake said.
                        call.announce(reply)
                    }
                }
                call.closed()
            }
        }
        try await EdgeServer(
            router: router,
            webSockets: [sideband],
            configuration: EdgeServerConfiguration(host: "127.0.0.1", port: 0),
            logger: LogCapture().logger("fake"),
            onServerRunning: { port in
                self.newPort.yield(port)
                self.newPort.finish()
            }
        ).run()
    }

    private func create(_ request: Request) async throws -> Response {
        let body = try await request.collectText(upTo: 256 * 1024)
        let (behaviour, id) = self.state.withLock { state in
            state.bodies.append(body)
            state.authorizations.append(request.headers[.authorization] ?? "")
            let id = "rtc_\(state.created.count + 1)"
            switch state.behaviour {
            case .answer, .answerAfter: state.created.append(id)
            case .respond, .never: break
            }
            return (state.behaviour, id)
        }
        switch behaviour {
        case .answer, .answerAfter:
            if case .answerAfter(let wait) = behaviour { await wait() }
            return Response(
                status: .created,
                headers: [.contentType: "text/plain; charset=utf-8", .location: "/v1/realtime/calls/\(id)"],
                body: ResponseBody(byteBuffer: ByteBuffer(string: Self.answer))
            )
        case .respond(let status, let headers, let body):
            var fields = HTTPFields()
            for (name, value) in headers { if let name = HTTPField.Name(name) { fields[name] = value } }
            return Response(status: .init(code: status), headers: fields, body: ResponseBody(byteBuffer: ByteBuffer(string: body)))
        case .never:
            try await gracefulShutdown()
            return Response(status: .serviceUnavailable)
        }
    }
}

/// A `response.create` that the fake has received.
struct FakeReply: Sendable {
    let event: ResponseCreateEvent
    let eventID: String?

    var metadata: [String: String] { self.event.response?.metadata ?? [:] }
    /// The words to be spoken.
    var words: String { self.metadata["viva_say"] ?? "" }
    var number: String { self.metadata["viva_utterance"] ?? "0" }
}

/// One call of the fake, as the test plays it.
final class FakeCall: Sendable {
    let id: String
    private let socket: WebSocketConnection
    private let replies: AsyncStream<FakeReply>
    private let newReply: AsyncStream<FakeReply>.Continuation
    private let log = Mutex<[ClientMessage]>([])

    init(id: String, socket: WebSocketConnection) {
        self.id = id
        self.socket = socket
        (self.replies, self.newReply) = AsyncStream.makeStream()
    }

    func received(_ message: ClientMessage) {
        self.log.withLock { $0.append(message) }
    }

    func announce(_ reply: FakeReply) { self.newReply.yield(reply) }

    func closed() { self.newReply.finish() }

    /// The next `response.create`.
    func nextReply() async throws -> FakeReply {
        for await reply in self.replies { return reply }
        throw CancellationError()
    }

    /// The next `response.create` whose words contain `text`; earlier ones are passed over.
    func nextReply(containing text: String) async throws -> FakeReply {
        for await reply in self.replies where reply.words.contains(text) { return reply }
        throw CancellationError()
    }

    /// All messages so far.
    var messages: [ClientMessage] { self.log.withLock { $0 } }

    func send(_ event: ServerEvent) { self.socket.send(ServerMessage(event, eventID: "event_x").text) }
    func close(_ code: WebSocketCloseCode = .goingAway) { self.socket.close(code) }

    // MARK: The engine's voice, in the order of the local engine

    func beginSpeaking(_ reply: FakeReply) {
        let (response, item) = ("resp_\(reply.number)", "item_\(self.id)_\(reply.number)")
        self.send(
            .responseCreated(ResponseCreatedEvent(response: RealtimeResponse(id: response, status: .inProgress, metadata: reply.metadata)))
        )
        self.send(
            .responseOutputItemAdded(
                ResponseOutputItemAddedEvent(
                    responseID: response,
                    outputIndex: 0,
                    item: .message(id: item, role: .assistant, status: .inProgress, content: [])
                )
            )
        )
        self.send(.outputAudioBufferStarted(OutputAudioBufferStartedEvent(responseID: response)))
    }

    func finishSpeaking(_ reply: FakeReply) {
        self.send(.responseDone(ResponseDoneEvent(response: self.done(reply, .completed, heard: reply.words))))
        self.send(.outputAudioBufferStopped(OutputAudioBufferStoppedEvent(responseID: "resp_\(reply.number)")))
    }

    /// Barge-in: what was `heard` is what the transcript keeps.
    func interrupt(_ reply: FakeReply, heard: String) {
        self.send(.outputAudioBufferCleared(OutputAudioBufferClearedEvent(responseID: "resp_\(reply.number)")))
        self.send(
            .conversationItemTruncated(
                ConversationItemTruncatedEvent(itemID: "item_\(self.id)_\(reply.number)", contentIndex: 0, audioEndMilliseconds: 60_000)
            )
        )
        self.send(.responseDone(ResponseDoneEvent(response: self.done(reply, .cancelled, heard: heard))))
    }

    func speak(_ reply: FakeReply) {
        self.beginSpeaking(reply)
        self.finishSpeaking(reply)
    }

    private func done(_ reply: FakeReply, _ status: RealtimeResponse.Status, heard: String) -> RealtimeResponse {
        RealtimeResponse(
            id: "resp_\(reply.number)",
            status: status,
            output: [
                .message(
                    id: "item_\(self.id)_\(reply.number)",
                    role: .assistant,
                    status: status == .completed ? .completed : .incomplete,
                    content: [.outputAudio(transcript: heard)]
                )
            ],
            metadata: reply.metadata
        )
    }

    // MARK: The candidate's voice

    func candidateStarts(_ item: String, at milliseconds: Int = 0) {
        self.send(.speechStarted(SpeechStartedEvent(audioStartMilliseconds: milliseconds, itemID: item)))
    }

    func candidateStops(_ item: String, at milliseconds: Int = 500) {
        self.send(.speechStopped(SpeechStoppedEvent(audioEndMilliseconds: milliseconds, itemID: item)))
    }

    func transcribe(_ item: String, _ text: String) {
        self.send(
            .inputAudioTranscriptionCompleted(
                InputAudioTranscriptionCompletedEvent(itemID: item, contentIndex: 0, transcript: text, usage: nil)
            )
        )
    }

    func candidateSays(_ text: String, item: String) {
        self.candidateStarts(item)
        self.candidateStops(item)
        self.transcribe(item, text)
    }
}
