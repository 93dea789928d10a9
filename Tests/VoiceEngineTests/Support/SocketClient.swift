import Logging
import RealtimeProtocol
import Synchronization

@testable import VoiceEngine

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A session on a socket with everything around it in memory; the test is the client.
final class SocketClient: Sendable {
    let session: RealtimeSession
    let speechToText: ScriptedSpeechToText
    let time = TestTime()
    private let running: Task<Void, Never>
    private let told = Told()

    final class Told: Sendable {
        let messages = Mutex<[ServerMessage]>([])
        /// The same as they were sent.
        let texts = Mutex<[String]>([])
        let closed = Mutex<SessionEnd?>(nil)
        let news: AsyncStream<Void>
        let source: AsyncStream<Void>.Continuation

        init() {
            (news, source) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        }

        var listener: SessionListener {
            SessionListener(
                send: { text in
                    guard let message = try? ServerMessage(text: text) else { return false }
                    self.texts.withLock { $0.append(text) }
                    self.messages.withLock { $0.append(message) }
                    self.source.yield()
                    return true
                },
                close: { reason in
                    self.closed.withLock { $0 = reason }
                    self.source.yield()
                }
            )
        }
    }

    init(
        texts: [String] = [],
        configuration: SessionConfiguration? = nil,
        dialect: BetaDialect? = nil,
        replies: ReplySource = ReplySource(),
        limits: SessionLimits = Call.limits
    ) throws {
        speechToText = ScriptedSpeechToText(texts)
        let time = time
        session = try RealtimeSession(
            suffix: "socket",
            client: .socket(told.listener),
            dialect: dialect,
            configuration: configuration ?? Call.configuration,
            policy: .owner,
            limits: limits,
            services: SessionServices(
                speechToText: speechToText,
                textToSpeech: ScriptedTextToSpeech(),
                voiceActivity: LoudnessVoiceActivity(),
                turnCompletion: nil,
                replies: replies,
                metrics: EngineMetrics(),
                lag: SpeechLagMeter(now: { 0 }),
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
                now: { time.now },
                secondsSince1970: { 1_000 },
                sleep: { try await time.sleep($0) }
            )
        )
        let session = session
        running = Task { await session.run() }
    }

    var events: [ServerEvent] { told.messages.withLock { $0.map(\.event) } }
    var texts: [String] { told.texts.withLock { $0 } }
    var types: [String] { events.map(\.type) }
    var closedWith: SessionEnd? { told.closed.withLock { $0 } }
    var errors: [RealtimeError] {
        events.compactMap { if case .error(let error) = $0 { error.error } else { nil } }
    }
    var responses: [RealtimeResponse] {
        events.compactMap { if case .responseDone(let done) = $0 { done.response } else { nil } }
    }

    func send(_ event: ClientEvent, eventID: String? = nil) async {
        await send(ClientMessage(event, eventID: eventID).text)
    }

    func send(_ text: String) async {
        await session.inbox.room(for: .client)
        _ = session.inbox.offerMessage(text, from: .client)
    }

    /// Appends audio of 24 kHz PCM: so many windows of 32 ms.
    func speak(_ windows: Int, loud: Bool) async {
        let samples = [Int16](repeating: loud ? 12_000 : 0, count: 768 * windows)
        let bytes = samples.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] }
        await send(.inputAudioBufferAppend(InputAudioBufferAppendEvent(audio: Data(bytes).base64EncodedString())))
    }

    func respond(_ create: ResponseCreate = ResponseCreate(), eventID: String? = nil) async {
        await send(.responseCreate(ResponseCreateEvent(response: create)), eventID: eventID)
    }

    func wait(for type: String, count: Int = 1) async {
        await wait { client in client.types.count { $0 == type } >= count }
    }

    func wait(until condition: (SocketClient) -> Bool) async {
        if condition(self) { return }
        for await _ in told.news where condition(self) { return }
    }

    /// Leaves, and waits until the session is over.
    func leave() async {
        session.end(.peerGone)
        time.finish()
        await running.value
    }
}
