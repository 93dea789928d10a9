import Logging
import RealtimeProtocol
import Synchronization
import Testing

@testable import VoiceEngine

/// A session with everything around it in memory, and a sideband that remembers what it was told.
///
/// There is no clock: a test acts, and then waits until the session has told what the action must lead to. `settle` sends an
/// event whose answer marks that everything before it was handled.
final class Call: Sendable {
    let transport = MemoryTransport()
    let session: RealtimeSession
    let speechToText: ScriptedSpeechToText
    private let running: Task<Void, Never>
    private let told = Mutex<[ServerMessage]>([])
    private let closed = Mutex<SessionEnd?>(nil)
    private let time: TestTime
    private let news: AsyncStream<Void>
    private let newsSource: AsyncStream<Void>.Continuation

    init(
        texts: [String] = [],
        configuration: SessionConfiguration? = nil,
        policy: DataChannelPolicy = DataChannelPolicy(allowing: ["input_audio_buffer.commit"]),
        limits: SessionLimits = Call.limits
    ) async throws {
        speechToText = ScriptedSpeechToText(texts)
        time = TestTime()
        let time = time
        (news, newsSource) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        session = try RealtimeSession(
            suffix: "test",
            configuration: configuration ?? Self.configuration,
            policy: policy,
            limits: limits,
            services: SessionServices(
                speechToText: speechToText,
                textToSpeech: ScriptedTextToSpeech(),
                voiceActivity: LoudnessVoiceActivity(),
                turnCompletion: nil,
                replies: ReplySource(),
                metrics: EngineMetrics(),
                lag: SpeechLagMeter(now: { 0 }),
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
                now: { time.now },
                secondsSince1970: { 1_000 },
                sleep: { try await time.sleep($0) }
            )
        )
        _ = try await session.answer("offer", transports: transport)
        let session = session
        running = Task { await session.run() }
        attach()
    }

    static let limits: SessionLimits = {
        var limits = SessionLimits()
        limits.interimWindows = nil
        return limits
    }()

    static let configuration = SessionConfiguration(
        model: "viva-local",
        transcription: InputTranscription(model: "local"),
        turnDetection: .serverVAD(TurnDetection.ServerVAD(createResponse: false))
    )

    private func attach() {
        session.inbox.offer(
            .attached(
                1,
                SessionListener(
                    send: { [self] text in
                        guard let message = try? ServerMessage(text: text) else { return false }
                        told.withLock { $0.append(message) }
                        newsSource.yield()
                        return true
                    },
                    close: { [self] reason in
                        closed.withLock { $0 = reason }
                        newsSource.yield()
                    }
                )
            )
        )
    }

    // MARK: What was told

    var events: [ServerEvent] { told.withLock { $0.map(\.event) } }
    var types: [String] { events.map(\.type).filter { $0 != Self.marker } }
    var closedWith: SessionEnd? { closed.withLock { $0 } }

    /// The types told since a place in the list, for golden lists.
    func types(after count: Int) -> [String] { Array(types.dropFirst(count)) }

    /// Waits until an event of this type was told `count` times.
    func wait(for type: String, count: Int = 1) async {
        await wait { $0.types.count { $0 == type } >= count }
    }

    /// Waits until so many recognitions have been asked for and the session has taken the answers. Not every answer leads to an event,
    /// and a request is seen before its answer is there.
    func recognitions(_ count: Int) async {
        while speechToText.requests.count < count { await Task.yield() }
        while await !session.recognitions.isEmpty { await Task.yield() }
    }

    func wait(until condition: (Call) -> Bool) async {
        if condition(self) { return }
        for await _ in news where condition(self) { return }
    }

    private static let marker = "conversation.item.deleted"

    /// Returns when the session has handled everything that was offered before.
    func settle() async {
        let count = events.count { $0.type == Self.marker }
        command(
            .conversationItemCreate(
                ConversationItemCreateEvent(item: .message(id: "mark\(count)", role: .user, content: [.inputText("m")]))
            )
        )
        command(.conversationItemDelete(ConversationItemDeleteEvent(itemID: "mark\(count)")))
        await wait { call in call.events.count { $0.type == Self.marker } > count }
        told.withLock { told in
            told.removeAll { message in
                switch message.event {
                case .conversationItemAdded(let added): added.item.id?.hasPrefix("mark") == true
                case .conversationItemDone(let done): done.item.id?.hasPrefix("mark") == true
                default: false
                }
            }
        }
    }

    // MARK: What happens

    /// From the sideband.
    func command(_ event: ClientEvent, eventID: String? = nil) {
        _ = session.inbox.offerMessage(ClientMessage(event, eventID: eventID).text, from: .sideband(1))
    }

    func say(_ words: String, eventID: String? = nil) {
        command(.responseCreate(ResponseCreateEvent(response: ResponseCreate(metadata: ["viva_say": words]))), eventID: eventID)
    }

    /// From the browser's data channel.
    func browser(_ text: String) {
        transport.event(.text(text))
    }

    /// The peer makes a sound or is silent, in windows of 32 ms.
    func hear(_ windows: Int, loud: Bool) async {
        for _ in 0..<windows {
            transport.speak([Int16](repeating: loud ? 12_000 : 0, count: 768))
            await settle()
        }
    }

    /// Plays frames until the session has told of `type`, at most `limit`.
    func play(until type: String, limit: Int = 2_000) async {
        for _ in 0..<limit {
            if types.contains(type) { return }
            _ = transport.takeFrame()
            await settle()
        }
    }

    func play(frames: Int) async {
        for _ in 0..<frames { _ = transport.takeFrame() }
        await settle()
    }

    /// Moves time, once so many timers wait for it: one for the session's maximum, one more when it waits for last words.
    func advance(_ duration: Duration, timers: Int = 1) async {
        await time.waitForSleepers(timers)
        time.advance(duration)
    }

    /// Ends the call and waits until it is over.
    func end() async {
        session.end(.hungUp)
        time.finish()
        await running.value
    }

    /// Waits until the call is over by itself.
    func over() async {
        await running.value
    }
}

/// Time that stands still until the test moves it.
final class TestTime: Sendable {
    private struct State {
        var now: UInt64 = 1_000_000_000
        var sleepers: [(until: UInt64, number: Int, continuation: CheckedContinuation<Void, Never>)] = []
        var nextNumber = 0
        var isOver = false
    }

    private let state = Mutex(State())

    var now: UInt64 { state.withLock { $0.now } }

    func sleep(_ duration: Duration) async throws {
        let number = state.withLock { state in
            state.nextNumber += 1
            return state.nextNumber
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isDue = state.withLock { state in
                    guard !state.isOver, !Task.isCancelled else { return true }
                    let until =
                        state.now + UInt64(duration.components.seconds) * 1_000_000_000
                        + UInt64(duration.components.attoseconds / 1_000_000_000)
                    state.sleepers.append((until, number, continuation))
                    return false
                }
                if isDue { continuation.resume() }
            }
        } onCancel: {
            wake { $0.number == number }
        }
        try Task.checkCancellation()
    }

    func waitForSleepers(_ count: Int) async {
        while state.withLock({ $0.sleepers.count < count }) { await Task.yield() }
    }

    func advance(_ duration: Duration) {
        let now = state.withLock { state in
            state.now += UInt64(duration.components.seconds) * 1_000_000_000 + UInt64(duration.components.attoseconds / 1_000_000_000)
            return state.now
        }
        wake { $0.until <= now }
    }

    func finish() {
        state.withLock { $0.isOver = true }
        wake { _ in true }
    }

    private func wake(_ condition: ((until: UInt64, number: Int, continuation: CheckedContinuation<Void, Never>)) -> Bool) {
        let woken = state.withLock { state in
            let woken = state.sleepers.filter(condition)
            state.sleepers.removeAll(where: condition)
            return woken
        }
        for sleeper in woken { sleeper.continuation.resume() }
    }
}
