public import RealtimeProtocol
public import ServerEdge
import Synchronization

/// A `response.create` that the fake has received.
public struct FakeReply: Sendable {
    public let event: ResponseCreateEvent
    public let eventID: String?

    public var metadata: [String: String] { event.response?.metadata ?? [:] }
    /// The words to be spoken.
    public var words: String { metadata["viva_say"] ?? "" }
    public var number: String { metadata["viva_utterance"] ?? "0" }
}

/// One call of the fake, as the test plays it.
public final class FakeCall: Sendable {
    private struct State {
        var messages: [ClientMessage] = []
        var nextEvent = 1
        var isMute = false
        var closeCode: UInt16?
    }

    public let id: String
    private let connection: FakeHTTPConnection
    private let replies: AsyncStream<FakeReply>
    private let newReply: AsyncStream<FakeReply>.Continuation
    private let ended: AsyncStream<Never>
    private let end: AsyncStream<Never>.Continuation
    private let state = Mutex(State())

    init(id: String, connection: FakeHTTPConnection) {
        self.id = id
        self.connection = connection
        (replies, newReply) = AsyncStream.makeStream()
        (ended, end) = AsyncStream.makeStream()
    }

    func received(_ message: ClientMessage) {
        state.withLock { $0.messages.append(message) }
    }

    func announce(_ reply: FakeReply) { newReply.yield(reply) }

    func pinged(_ payload: [UInt8]) {
        guard !state.withLock({ $0.isMute }) else { return }
        connection.queue(WebSocketFrames.frame(opcode: 10, payload: payload, masked: false))
    }

    func closeArrived(_ payload: [UInt8]) {
        state.withLock { $0.closeCode = payload.count >= 2 ? UInt16(payload[0]) << 8 | UInt16(payload[1]) : nil }
        connection.queue(WebSocketFrames.frame(opcode: 8, payload: payload, masked: false))
    }

    func closed() {
        newReply.finish()
        end.finish()
    }

    /// The next `response.create`.
    public func nextReply() async throws -> FakeReply {
        for await reply in replies { return reply }
        throw CancellationError()
    }

    /// The next `response.create` whose words contain `text`; earlier ones are passed over.
    public func nextReply(containing text: String) async throws -> FakeReply {
        for await reply in replies where reply.words.contains(text) { return reply }
        throw CancellationError()
    }

    /// All messages so far.
    public var messages: [ClientMessage] { state.withLock { $0.messages } }

    /// Waits until the gateway has let go of the sideband; the code of its close frame, if it sent one.
    public func closeCode() async -> UInt16? {
        for await _ in ended {}
        return state.withLock { $0.closeCode }
    }

    /// Sends an event under a new event id.
    public func send(_ event: ServerEvent) {
        let number = state.withLock { state in
            defer { state.nextEvent += 1 }
            return state.nextEvent
        }
        send(event, id: "event_\(id)_\(number)")
    }

    /// Sends an event under this event id.
    public func send(_ event: ServerEvent, id: String) { send(text: ServerMessage(event, eventID: id).text) }

    /// Sends a text that may be no event at all.
    public func send(text: String) { sendFrame(opcode: 1, Array(text.utf8)) }

    /// Sends a frame of any kind: 1 text, 2 binary, 8 close, 9 ping.
    public func sendFrame(opcode: UInt8, _ payload: [UInt8]) {
        connection.queue(WebSocketFrames.frame(opcode: opcode, payload: payload, masked: false))
    }

    /// Sends bytes that may be no frame at all.
    public func send(bytes: [UInt8]) { connection.queue(bytes) }

    public func close(_ code: WebSocketCloseCode = .goingAway, reason: String = "") {
        sendFrame(opcode: 8, [UInt8(code.rawValue >> 8), UInt8(code.rawValue & 0xFF)] + Array(reason.utf8))
    }

    /// Stays connected, but says nothing more, not even to a ping.
    public func fallSilent() { state.withLock { $0.isMute = true } }

    /// Ends the connection without a close frame.
    public func reset() async { await connection.reset() }

    // MARK: The engine's voice, in the order of the local engine

    public func beginSpeaking(_ reply: FakeReply) {
        let (response, item) = ("resp_\(reply.number)", "item_\(id)_\(reply.number)")
        send(
            .responseCreated(ResponseCreatedEvent(response: RealtimeResponse(id: response, status: .inProgress, metadata: reply.metadata)))
        )
        send(
            .responseOutputItemAdded(
                ResponseOutputItemAddedEvent(
                    responseID: response,
                    outputIndex: 0,
                    item: .message(id: item, role: .assistant, status: .inProgress, content: [])
                )
            )
        )
        send(.outputAudioBufferStarted(OutputAudioBufferStartedEvent(responseID: response)))
    }

    public func finishSpeaking(_ reply: FakeReply) {
        send(.responseDone(ResponseDoneEvent(response: done(reply, .completed, heard: reply.words))))
        send(.outputAudioBufferStopped(OutputAudioBufferStoppedEvent(responseID: "resp_\(reply.number)")))
    }

    /// Barge-in: what was `heard` is what the transcript keeps.
    public func interrupt(_ reply: FakeReply, heard: String) {
        send(.outputAudioBufferCleared(OutputAudioBufferClearedEvent(responseID: "resp_\(reply.number)")))
        send(
            .conversationItemTruncated(
                ConversationItemTruncatedEvent(itemID: "item_\(id)_\(reply.number)", contentIndex: 0, audioEndMilliseconds: 60_000)
            )
        )
        send(.responseDone(ResponseDoneEvent(response: done(reply, .cancelled, heard: heard))))
    }

    public func speak(_ reply: FakeReply) {
        beginSpeaking(reply)
        finishSpeaking(reply)
    }

    /// The response as `response.done` has it.
    public func done(_ reply: FakeReply, _ status: RealtimeResponse.Status, heard: String) -> RealtimeResponse {
        RealtimeResponse(
            id: "resp_\(reply.number)",
            status: status,
            output: [
                .message(
                    id: "item_\(id)_\(reply.number)",
                    role: .assistant,
                    status: status == .completed ? .completed : .incomplete,
                    content: [.outputAudio(transcript: heard)]
                )
            ],
            metadata: reply.metadata
        )
    }

    // MARK: The candidate's voice

    public func candidateStarts(_ item: String, at milliseconds: Int = 0) {
        send(.speechStarted(SpeechStartedEvent(audioStartMilliseconds: milliseconds, itemID: item)))
    }

    public func candidateStops(_ item: String, at milliseconds: Int = 500) {
        send(.speechStopped(SpeechStoppedEvent(audioEndMilliseconds: milliseconds, itemID: item)))
    }

    public func transcribe(_ item: String, _ text: String) {
        send(
            .inputAudioTranscriptionCompleted(
                InputAudioTranscriptionCompletedEvent(itemID: item, contentIndex: 0, transcript: text, usage: nil)
            )
        )
    }

    public func candidateSays(_ text: String, item: String) {
        candidateStarts(item)
        candidateStops(item)
        transcribe(item, text)
    }
}
