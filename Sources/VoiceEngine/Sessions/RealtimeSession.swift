import Logging
import RealtimeProtocol
import ServerEdge

/// One session: owns the turn machine, the conversation and the responses, takes everything that happens from one inbox, and tells
/// what happened as server events.
///
/// Its client is at the other end of a call (WebRTC: media track and data channel) or of a socket (audio inside the events).
/// Nothing in here waits: recognition and speech run in tasks that report to the inbox. An event therefore sees the state that all
/// earlier events left.
actor RealtimeSession {
    /// How the client is connected.
    enum Client: Sendable {
        /// The media connection is made by ``answer(_:transports:)``.
        case call
        case socket(SessionListener)
    }

    /// A turn of speech from its start until its text is known.
    struct Turn {
        var itemID: String
        var assembly = TranscriptAssembly()
        var interim = InterimTranscript()
        var drafts = RecognitionDrafts()
        /// The last text that may yet be all of the turn, and its recognition: what a look continues.
        var lastText: (recognition: TurnStateMachine.RecognitionNumber, text: String)?
        /// When the decision fell that the turn has ended.
        var endedAt: UInt64?
        /// Samples of each recognition.
        var lengths: [TurnStateMachine.RecognitionNumber: Int] = [:]
        /// Length of its audio, once it is committed.
        var samples = 0
    }

    /// `rtc_…`. A session on a socket has one too, which is never told.
    nonisolated let callID: String
    let sessionID: String
    let policy: DataChannelPolicy
    let limits: SessionLimits
    let services: SessionServices
    nonisolated let inbox: SessionInbox
    nonisolated let media: SessionMedia
    let logger: Logger
    /// nil: a call.
    let socket: SessionListener?
    /// The shape in which the client speaks; nil: the API's present one.
    let dialect: BetaDialect?

    var configuration: SessionConfiguration
    var conversation: Conversation
    var turns: TurnStateMachine
    var openTurns: [TurnStateMachine.TurnNumber: Turn] = [:]
    var recognitions: [TurnStateMachine.RecognitionNumber: Task<Void, Never>] = [:]
    /// The last recognition of each lane; the next of the lane waits for it.
    var recognitionLanes: [Int: Task<Void, Never>] = [:]
    var judgements: [TurnStateMachine.JudgementNumber: Task<Void, Never>] = [:]
    /// Recognition of audio in items, by item.
    var transcriptions: [String: Task<Void, Never>] = [:]
    var replies: [String: Reply] = [:]
    /// The one response that may write to the conversation.
    var activeID: String?
    /// What the client asked for while the active response was only heard to its end.
    var waitingCreate: ResponseCreate?
    /// Whether a turn that is to be answered ended while another response was active.
    var owesAnswer = false
    /// Whether actions of the turn machine are being performed; what they lead to may ask for more of them.
    var isPerforming = false
    /// A reply that is made while it is not certain that the turn is over. Nobody knows of it yet.
    var prepared: (turn: TurnStateMachine.TurnNumber, reply: Reply)?
    /// Whether the assistant has been heard: locks the voice.
    var audioWasSent = false
    var lastTurnEndedAt: UInt64?

    var transport: (any AudioTransport)?
    var voiceActivity: any VoiceActivityStream
    var resampler = StreamingResampler()
    var wireReader: WireAudioReader
    var wireWriter: WireAudioWriter
    var pacing = OutputPacing()
    var outputTimer: Task<Void, Never>?
    /// Whose audio goes to the socket at present.
    var soundingReply: Reply?
    var speech = SpeechBuffer()
    /// 16 kHz samples that do not fill a window yet.
    var partialWindow: [Float] = []

    private var sidebands: [Int: SessionListener] = [:]
    private var channelIsOpen = false
    private var backlog: [String] = []
    /// Set once: why the session ends. The loop goes on only for the last words.
    private(set) var ending: SessionEnd?
    private var finishTimer: Task<Void, Never>?

    /// - Parameter suffix: the random part of the call's identifier, which its session shares.
    init(
        suffix: String,
        client: Client = .call,
        dialect: BetaDialect? = nil,
        configuration: SessionConfiguration,
        policy: DataChannelPolicy,
        limits: SessionLimits,
        services: SessionServices
    ) throws {
        callID = RealtimeIdentifier.call.rawValue + suffix
        sessionID = RealtimeIdentifier.session.rawValue + suffix
        self.dialect = dialect
        self.policy = policy
        self.limits = limits
        self.services = services
        if case .socket(let listener) = client { socket = listener } else { socket = nil }
        var logger = services.logger
        logger[metadataKey: "session_id"] = "\(sessionID)"
        self.logger = logger
        inbox = SessionInbox(messageLimit: limits.waitingMessages, byteLimit: limits.waitingBytes)
        media = SessionMedia(inbox: inbox, now: services.now)
        var configuration = configuration
        configuration.id = sessionID
        configuration.expiresAt = services.secondsSince1970() + Int(limits.sessionDuration.components.seconds)
        self.configuration = configuration
        var generator = SystemRandomNumberGenerator()
        conversation = Conversation(id: RealtimeIdentifier.conversation.make(using: &generator))
        turns = TurnStateMachine(settings: Self.turnSettings(configuration, limits))
        voiceActivity = try services.voiceActivity.makeStream()
        wireReader = WireAudioReader(WireFormat(configuration.inputFormat) ?? .pcm)
        wireWriter = WireAudioWriter(WireFormat(configuration.outputFormat) ?? .pcm)
    }

    static func turnSettings(_ configuration: SessionConfiguration, _ limits: SessionLimits) -> TurnSettings {
        let interim = configuration.transcription == nil ? nil : limits.interimWindows
        var settings =
            switch configuration.turnDetection {
            case .serverVAD(let vad): TurnSettings(vad, interimWindows: interim)
            case .semanticVAD(let vad): TurnSettings(vad, interimWindows: interim)
            case nil, .unknown: TurnSettings(nil, interimWindows: interim)
            }
        if configuration.type == SessionConfiguration.transcriptionType {
            settings.createResponse = false
            settings.idleSamples = nil
        }
        return settings
    }

    /// Transcribes only: nothing is ever answered.
    var isTranscription: Bool { configuration.type == SessionConfiguration.transcriptionType }

    // MARK: From outside

    /// What the transport calls.
    nonisolated var transportHandlers: AudioTransportHandlers {
        let media = media
        let inbox = inbox
        let dropped = services.metrics.messagesDropped
        return AudioTransportHandlers(
            received: { media.received($0) },
            frameDue: { media.frameDue($0) },
            event: { event in
                if case .text(let text) = event {
                    if !inbox.offerMessage(text, from: .client) { dropped.increment() }
                } else {
                    inbox.offer(.transport(event))
                }
            }
        )
    }

    /// Makes the media connection's answer. Call once, before `run`, for a call.
    func answer(_ offer: String, transports: any AudioTransportMaking) async throws -> String {
        let transport = try transports.makeTransport(handlers: transportHandlers)
        self.transport = transport
        return try await transport.answer(offer: offer)
    }

    nonisolated func end(_ reason: SessionEnd) {
        inbox.offer(.end(reason))
    }

    // MARK: The loop

    /// Lives as long as the session. Returns when everything of it is released.
    func run() async {
        let limit = limits.sessionDuration
        let sleep = services.sleep
        let inbox = inbox
        let timer = Task {
            guard (try? await sleep(limit)) != nil else { return }
            inbox.offer(.end(.expired))
        }
        if socket != nil { tellClient(.sessionCreated(SessionCreatedEvent(session: configuration))) }
        await withTaskCancellationHandler {
            for await input in inbox.inputs {
                await handle(input)
                if ending != nil, isSettled { break }
            }
        } onCancel: {
            inbox.offer(.end(.draining))
        }
        timer.cancel()
        await release()
    }

    private func handle(_ input: SessionInput) async {
        switch input {
        case .audio: readAudio()
        case .playback(let events): handlePlayback(events)
        case .outputDue: pumpOutput()
        case .transport(let event): handle(event)
        case .message(let text, let origin):
            inbox.messageWasRead(bytes: text.utf8.count, from: origin)
            if ending == nil { await handleMessage(text, from: origin) }
        case .forgotten(let origin): tellForgotten(origin)
        case .attached(let number, let sideband): attach(number, sideband)
        case .detached(let number): sidebands[number] = nil
        case .recognised(let recognition, let transcription): handleRecognised(recognition, transcription)
        case .judged(let number, let probability):
            if judgements.removeValue(forKey: number) != nil { perform(turns.judged(number, probability: probability)) }
        case .transcribed(let itemID, let text): handleTranscribed(itemID, text: text)
        case .reply(let response, let progress): handleReply(response, progress)
        case .end(let reason): beginEnding(reason)
        case .finished: openTurns = [:]
        }
    }

    private func handle(_ event: AudioTransportEvent) {
        switch event {
        case .connected:
            logger.debug("media connected")
        case .channelOpen:
            guard !channelIsOpen else { return }
            channelIsOpen = true
            tellClient(.sessionCreated(SessionCreatedEvent(session: configuration)))
            for text in backlog { send(text) }
            backlog = []
        case .text:
            break  // arrives as a message
        case .closed(let reason):
            logger.debug("media closed", metadata: ["reason": "\(reason.rawValue)"])
            beginEnding(reason == .hungUp ? .hungUp : reason == .failed ? .failed : .peerGone)
        }
    }

    private func attach(_ number: Int, _ sideband: SessionListener) {
        guard ending == nil, sidebands.count < limits.sidebands else {
            sideband.close(ending ?? .failed)
            return
        }
        sidebands[number] = sideband
    }

    // MARK: Events out

    func identifier(_ kind: RealtimeIdentifier) -> String {
        var generator = SystemRandomNumberGenerator()
        return kind.make(using: &generator)
    }

    /// Tells everybody.
    func emit(_ events: [ServerEvent]) {
        for event in events {
            for (message, text) in bounded(event) {
                tellClient(message, text)
                for (number, sideband) in sidebands {
                    let isThere = sideband.send(text)
                    if !isThere { sidebands[number] = nil }
                }
            }
        }
    }

    /// The messages of an event: each small enough for every client. One that cannot be made so is not told.
    private func bounded(_ event: ServerEvent) -> [(message: ServerMessage, text: String)] {
        let message = ServerMessage(event, eventID: identifier(.event))
        let text = message.text
        guard text.utf8.count > ServerMessage.maximumBytes else { return [(message, text)] }
        do {
            return try message.bounded { self.identifier(.event) }.map { ($0, $0.text) }
        } catch {
            services.metrics.messagesDropped.increment()
            logger.error("an event was too large to be sent", metadata: ["type": "\(event.type)"])
            return []
        }
    }

    /// Tells the one who asked.
    func answer(_ event: ServerEvent, to origin: MessageOrigin) {
        switch origin {
        case .client: tellClient(event)
        case .sideband(let number):
            for (_, text) in bounded(event) {
                if let sideband = sidebands[number], !sideband.send(text) { sidebands[number] = nil }
            }
        }
    }

    private func tellClient(_ event: ServerEvent) {
        for (message, text) in bounded(event) { tellClient(message, text) }
    }

    /// - Parameter text: of the message, which is made once for all.
    private func tellClient(_ message: ServerMessage, _ text: String) {
        if let dialect {
            for translated in dialect.serverMessages(for: message) { send(translated.text) }
        } else {
            send(text)
        }
    }

    private func send(_ text: String) {
        if let socket {
            if !socket.send(text) { beginEnding(.peerGone) }
            return
        }
        guard channelIsOpen else {
            if backlog.count < limits.backlogEvents { backlog.append(text) }
            return
        }
        if let transport, !transport.send(text) { services.metrics.messagesDropped.increment() }
    }

    // MARK: The end

    /// Stops everything but the recognition of the last words.
    func beginEnding(_ reason: SessionEnd) {
        guard ending == nil else { return }
        ending = reason
        logger.debug("session ends", metadata: ["reason": "\(reason.rawValue)"])
        if turns.isSpeaking { perform(turns.commit()) }
        discardPrepared()
        for reply in replies.values { cancel(reply, .clientCancelled) }
        if reason == .expired {
            emit([
                .error(
                    ErrorEvent(
                        error: RealtimeError(
                            code: "session_expired",
                            message: "Your session hit the maximum duration of 60 minutes."
                        )
                    )
                )
            ])
        }
        guard !isSettled else { return }
        let sleep = services.sleep
        let grace = limits.finishing
        let inbox = inbox
        finishTimer = Task {
            try? await sleep(grace)
            inbox.offer(.finished)
        }
    }

    /// Whether no text is awaited any more.
    private var isSettled: Bool { openTurns.isEmpty }

    private func release() async {
        // Without a reason the task was cancelled, or the inbox overflowed.
        let reason = ending ?? (Task.isCancelled ? .draining : .failed)
        ending = reason
        inbox.close()
        finishTimer?.cancel()
        outputTimer?.cancel()
        for reply in replies.values { reply.task?.cancel() }
        prepared?.reply.task?.cancel()
        for task in recognitions.values { task.cancel() }
        for task in judgements.values { task.cancel() }
        for task in transcriptions.values { task.cancel() }
        socket?.close(reason)
        for sideband in sidebands.values { sideband.close(reason) }
        sidebands = [:]
        // Whoever attached meanwhile must not wait for a call that is over.
        for await case .attached(_, let sideband) in inbox.inputs { sideband.close(reason) }
        await transport?.close(reason == .failed ? .failed : .hungUp)
        transport = nil
        for task in recognitions.values { await task.value }
        recognitions = [:]
        recognitionLanes = [:]
        services.metrics.callsEnded.increment([reason.rawValue])
    }

    /// Releases a session that never ran, because its offer was not answered.
    func abandon() async {
        inbox.close()
        await transport?.close(.failed)
        transport = nil
    }
}
