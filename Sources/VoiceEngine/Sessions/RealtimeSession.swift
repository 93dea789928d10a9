import Logging
import RealtimeProtocol
import ServerEdge

/// One call: owns the turn machine, the conversation and the active response, takes everything that happens from one inbox,
/// and tells what happened as server events.
///
/// Nothing in here waits: recognition and speech run in tasks that report to the inbox. An event therefore sees the state
/// that all earlier events left.
actor RealtimeSession {
    /// A turn of speech from its start until its text is known.
    struct Turn {
        var itemID: String
        var assembly = TranscriptAssembly()
        var interim = InterimTranscript()
        /// When the decision fell that the turn has ended.
        var endedAt: UInt64?
    }

    /// The active response and what is known about its audio.
    struct Reply: ~Copyable {
        var machine: ResponseStateMachine
        var sentences: [SpokenSentence] = []
        var samples = 0
        var askedAt: UInt64
        var task: Task<Void, Never>?
    }

    nonisolated let callID: String
    let sessionID: String
    let policy: DataChannelPolicy
    let limits: SessionLimits
    let services: SessionServices
    nonisolated let inbox: SessionInbox
    nonisolated let media: SessionMedia
    let logger: Logger

    var configuration: SessionConfiguration
    var conversation: Conversation
    var turns: TurnStateMachine
    var openTurns: [TurnStateMachine.TurnNumber: Turn] = [:]
    var recognitions: [TurnStateMachine.RecognitionNumber: Task<Void, Never>] = [:]
    var reply: Reply?
    /// Whether the assistant has been heard: locks the voice.
    var audioWasSent = false
    var lastTurnEndedAt: UInt64?

    private var transport: (any AudioTransport)?
    private var voiceActivity: any VoiceActivityStream
    private var resampler = StreamingResampler()
    var speech = SpeechBuffer()
    /// 16 kHz samples that do not fill a window yet.
    private var partialWindow: [Float] = []

    private var sidebands: [Int: Sideband] = [:]
    private var channelIsOpen = false
    private var backlog: [String] = []
    /// Set once: why the session ends. The loop goes on only for the last words.
    private(set) var ending: SessionEnd?
    private var finishTimer: Task<Void, Never>?

    /// - Parameter suffix: the random part of the call's identifier, which its session shares.
    init(
        suffix: String,
        configuration: SessionConfiguration,
        policy: DataChannelPolicy,
        limits: SessionLimits,
        services: SessionServices
    ) throws {
        callID = RealtimeIdentifier.call.rawValue + suffix
        sessionID = RealtimeIdentifier.session.rawValue + suffix
        self.policy = policy
        self.limits = limits
        self.services = services
        var logger = services.logger
        logger[metadataKey: "call_id"] = "\(callID)"
        self.logger = logger
        inbox = SessionInbox(messageLimit: limits.waitingMessages)
        media = SessionMedia(inbox: inbox, now: services.now)
        var configuration = configuration
        configuration.id = sessionID
        configuration.expiresAt = services.secondsSince1970() + Int(limits.sessionDuration.components.seconds)
        self.configuration = configuration
        var generator = SystemRandomNumberGenerator()
        conversation = Conversation(id: RealtimeIdentifier.conversation.make(using: &generator))
        turns = TurnStateMachine(settings: Self.turnSettings(configuration, limits))
        voiceActivity = try services.voiceActivity.makeStream()
    }

    static func turnSettings(_ configuration: SessionConfiguration, _ limits: SessionLimits) -> TurnSettings {
        let interim = configuration.transcription == nil ? nil : limits.interimWindows
        if case .serverVAD(let vad) = configuration.turnDetection { return TurnSettings(vad, interimWindows: interim) }
        return TurnSettings(nil, interimWindows: interim)
    }

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
                    if !inbox.offerMessage(text, from: .dataChannel) { dropped.increment() }
                } else {
                    inbox.offer(.transport(event))
                }
            }
        )
    }

    /// Makes the media connection's answer. Call once, before `run`.
    func answer(_ offer: String, transports: any AudioTransportMaking) async throws -> String {
        let transport = try transports.makeTransport(handlers: transportHandlers)
        self.transport = transport
        return try await transport.answer(offer: offer)
    }

    nonisolated func end(_ reason: SessionEnd) {
        inbox.offer(.end(reason))
    }

    // MARK: The loop

    /// Lives as long as the call. Returns when everything of it is released.
    func run() async {
        let limit = limits.sessionDuration
        let sleep = services.sleep
        let inbox = inbox
        let timer = Task {
            guard (try? await sleep(limit)) != nil else { return }
            inbox.offer(.end(.expired))
        }
        await withTaskCancellationHandler {
            for await input in inbox.inputs {
                handle(input)
                if ending != nil, isSettled { break }
            }
        } onCancel: {
            inbox.offer(.end(.draining))
        }
        timer.cancel()
        await release()
    }

    private func handle(_ input: SessionInput) {
        switch input {
        case .audio: readAudio()
        case .playback(let events): handlePlayback(events)
        case .transport(let event): handle(event)
        case .message(let text, let origin):
            inbox.messageWasRead()
            if ending == nil { handleMessage(text, from: origin) }
        case .attached(let number, let sideband): attach(number, sideband)
        case .detached(let number): sidebands[number] = nil
        case .recognised(let recognition, let text): handleRecognised(recognition, text: text)
        case .synthesised(let response, let sentence, let samples): handleSynthesised(response, sentence, samples)
        case .written(let response, let text): handleWritten(response, text)
        case .replyEnded(let response, let failed): handleReplyEnded(response, failed: failed)
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
            let created = ServerEvent.sessionCreated(SessionCreatedEvent(session: configuration))
            sendToChannel(ServerMessage(created, eventID: identifier(.event)).text)
            for text in backlog { sendToChannel(text) }
            backlog = []
        case .text:
            break  // arrives as a message
        case .closed(let reason):
            logger.debug("media closed", metadata: ["reason": "\(reason.rawValue)"])
            beginEnding(reason == .hungUp ? .hungUp : reason == .failed ? .failed : .peerGone)
        }
    }

    private func attach(_ number: Int, _ sideband: Sideband) {
        guard ending == nil, sidebands.count < limits.sidebands else {
            sideband.close(ending ?? .failed)
            return
        }
        sidebands[number] = sideband
    }

    // MARK: Audio in

    private func readAudio() {
        var samples: [Int16] = []
        let (dropped, filled) = media.readInput(into: &samples)
        if filled > 0 { services.metrics.inputFilled.increment(by: Double(filled)) }
        if dropped > 0 {
            services.metrics.inputDropped.increment(by: Double(dropped))
            // Silence in its place keeps the session's times true.
            partialWindow.append(contentsOf: repeatElement(0, count: dropped * 2 / 3))
        }
        samples.withUnsafeBufferPointer { resampler.process($0, into: &partialWindow) }
        var start = 0
        while partialWindow.count - start >= SpeechWindow.samples, ending == nil {
            let window = Array(partialWindow[start..<(start + SpeechWindow.samples)])
            start += SpeechWindow.samples
            do {
                let probability = try voiceActivity.probability(ofSpeechIn: window)
                speech.append(window)
                perform(turns.window(probability: probability))
            } catch {
                logger.error("voice activity detection failed", metadata: ["error_type": "\(type(of: error))"])
                beginEnding(.failed)
            }
        }
        partialWindow.removeFirst(start)
        speech.release(before: turns.firstNeededSample)
    }

    // MARK: Events out

    func identifier(_ kind: RealtimeIdentifier) -> String {
        var generator = SystemRandomNumberGenerator()
        return kind.make(using: &generator)
    }

    /// Tells everybody.
    func emit(_ events: [ServerEvent]) {
        for event in events {
            let text = ServerMessage(event, eventID: identifier(.event)).text
            sendToChannel(text)
            for (number, sideband) in sidebands {
                let isThere = sideband.send(text)
                if !isThere { sidebands[number] = nil }
            }
        }
    }

    /// Tells the one who asked.
    func answer(_ event: ServerEvent, to origin: MessageOrigin) {
        let text = ServerMessage(event, eventID: identifier(.event)).text
        switch origin {
        case .dataChannel: sendToChannel(text)
        case .sideband(let number):
            if let sideband = sidebands[number], !sideband.send(text) { sidebands[number] = nil }
        }
    }

    private func sendToChannel(_ text: String) {
        guard channelIsOpen else {
            if backlog.count < limits.backlogEvents { backlog.append(text) }
            return
        }
        if let transport, !transport.send(text) { services.metrics.messagesDropped.increment() }
    }

    // MARK: The end

    /// Stops everything but the recognition of the last words.
    private func beginEnding(_ reason: SessionEnd) {
        guard ending == nil else { return }
        ending = reason
        logger.debug("call ends", metadata: ["reason": "\(reason.rawValue)"])
        if turns.isSpeaking { perform(turns.commit()) }
        interrupt(.clientCancelled)
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
        reply?.task?.cancel()
        for task in recognitions.values { task.cancel() }
        for sideband in sidebands.values { sideband.close(reason) }
        sidebands = [:]
        // Whoever attached meanwhile must not wait for a call that is over.
        for await case .attached(_, let sideband) in inbox.inputs { sideband.close(reason) }
        await transport?.close(reason == .failed ? .failed : .hungUp)
        transport = nil
        for task in recognitions.values { await task.value }
        recognitions = [:]
        services.metrics.callsEnded.increment([reason.rawValue])
    }

    /// Releases a session that never ran, because its offer was not answered.
    func abandon() async {
        inbox.close()
        await transport?.close(.failed)
        transport = nil
    }
}
