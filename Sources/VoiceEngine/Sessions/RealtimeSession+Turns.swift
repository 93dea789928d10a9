import Logging
import RealtimeProtocol
import ServerEdge

/// Speech in: the actions of the turn machine, and the texts that come back.
extension RealtimeSession {
    func perform(_ actions: [TurnStateMachine.Action]) {
        let isNested = isPerforming
        isPerforming = true
        for action in actions { perform(action) }
        isPerforming = isNested
        if !isNested { giveOwedAnswer() }
    }

    private func perform(_ action: TurnStateMachine.Action) {
        switch action {
        case .startSpeech(let turn, let startSample):
            let itemID = openTurn(turn)
            let start = SpeechWindow.milliseconds(atSample: startSample)
            emit([.speechStarted(SpeechStartedEvent(audioStartMilliseconds: start, itemID: itemID))])
        case .interruptResponse:
            services.metrics.interruptions.increment()
            interrupt(.turnDetected)
        case .duckOutput: media.set(.ducked)
        case .pauseOutput: media.set(.paused)
        case .resumeOutput: media.set(.full)
        case .judge(let judgement): judge(judgement)
        case .cancelJudgement(let number): judgements.removeValue(forKey: number)?.cancel()
        case .prepareResponse(let turn, let pieces): prepareResponse(turn, pieces)
        case .discardPreparedResponse: discardPrepared()
        case .idleTimeout(let turn, let samples):
            emit([
                .inputAudioBufferTimeoutTriggered(
                    InputAudioBufferTimeoutEvent(
                        audioStartMilliseconds: SpeechWindow.milliseconds(atSample: samples.lowerBound),
                        audioEndMilliseconds: SpeechWindow.milliseconds(atSample: samples.upperBound),
                        itemID: openTurn(turn)
                    )
                )
            ])
        case .recognise(let recognition):
            recognise(recognition)
        case .cancelRecognition(let number):
            recognitions.removeValue(forKey: number)?.cancel()
            for turn in openTurns.keys { openTurns[turn]?.assembly.cancelled(number) }
        case .stopSpeech(let turn, let endSample):
            let now = services.now()
            lastTurnEndedAt = now
            openTurns[turn]?.endedAt = now
            let end = SpeechWindow.milliseconds(atSample: endSample)
            emit([.speechStopped(SpeechStoppedEvent(audioEndMilliseconds: end, itemID: openTurn(turn)))])
        case .commit(let turn, let pieces):
            commit(turn, pieces)
        case .createResponse: answerTurn()
        }
    }

    /// The item of a turn, which has its identifier from the start of speech on.
    private func openTurn(_ number: TurnStateMachine.TurnNumber) -> String {
        if let turn = openTurns[number] { return turn.itemID }
        let itemID = identifier(.item)
        openTurns[number] = Turn(itemID: itemID)
        return itemID
    }

    private func commit(_ number: TurnStateMachine.TurnNumber, _ pieces: [TurnStateMachine.RecognitionNumber]) {
        let itemID = openTurn(number)
        services.metrics.turns.increment()
        let item = RealtimeItem.message(id: itemID, role: .user, status: .completed, content: [.inputAudio(transcript: nil)])
        let previous = conversation.append(item)
        emit([
            .inputAudioBufferCommitted(InputAudioBufferCommittedEvent(itemID: itemID, previousItemID: previous)),
            .conversationItemAdded(ConversationItemAddedEvent(item: item, previousItemID: previous)),
            .conversationItemDone(ConversationItemDoneEvent(item: item, previousItemID: previous)),
        ])
        if openTurns[number]?.endedAt == nil { openTurns[number]?.endedAt = services.now() }
        let lengths = openTurns[number]?.lengths ?? [:]
        openTurns[number]?.samples = pieces.reduce(0) { $0 + (lengths[$1] ?? 0) }
        if let outcome = openTurns[number]?.assembly.commit(pieces) { finish(number, outcome) }
    }

    private func recognise(_ recognition: TurnStateMachine.Recognition) {
        // A turn that the client ends by hand is opened by its first words.
        _ = openTurn(recognition.turn)
        let samples = speech[recognition.samples]
        openTurns[recognition.turn]?.lengths[recognition.number] = samples.count
        let (services, inbox, logger) = (services, inbox, logger)
        guard recognitions.count < limits.waitingRecognitions else {
            services.metrics.recognitionFailures.increment()
            recognitions[recognition.number] = Task { _ = inbox.offer(.recognised(recognition, nil)) }
            return
        }
        let draft = openTurns[recognition.turn]?.drafts.draft(for: recognition.samples) ?? []
        let lane = recognition.number % limits.recognitionsAtOnce
        let before = recognitionLanes[lane]
        let task = Task {
            await before?.value
            let start = services.now()
            do {
                try Task.checkCancellation()
                let transcription = try await services.speechToText.transcribe(
                    samples,
                    priority: recognition.purpose == .interim ? .interim : .final,
                    draft: draft
                )
                let duration = Double(services.now() - start) / 1e9
                services.metrics.recognition.observe(duration)
                if recognition.purpose == .text {
                    services.lag.observe(duration, audioSeconds: Double(samples.count) / Double(SpeechWindow.sampleRate))
                }
                logger.debug(
                    "speech recognised",
                    metadata: [
                        "audio_ms": "\(samples.count / 16)", "took_ms": "\(Int(duration * 1_000))",
                        "interim": "\(recognition.purpose == .interim)",
                    ]
                )
                inbox.offer(.recognised(recognition, transcription))
            } catch {
                if !Task.isCancelled, recognition.purpose == .text {
                    services.metrics.recognitionFailures.increment()
                    logger.warning("speech could not be recognised", metadata: ["error_type": "\(type(of: error))"])
                }
                inbox.offer(.recognised(recognition, nil))
            }
        }
        recognitionLanes[lane] = task
        recognitions[recognition.number] = task
    }

    func handleRecognised(_ recognition: TurnStateMachine.Recognition, _ transcription: Transcription?) {
        let text = transcription.map { InventedText.removed(from: $0.text, voicedWindows: recognition.voicedWindows) }
        defer { perform(turns.recognised(recognition.number, text: text)) }
        // A recognition that was taken back is in no list any more.
        guard recognitions.removeValue(forKey: recognition.number) != nil, var turn = openTurns[recognition.turn] else { return }
        if let transcription { turn.drafts.add(recognition.samples, tokens: transcription.tokens) }
        switch recognition.purpose {
        case .interim:
            guard let text else { return }
            var parts = [turn.assembly.textSoFar]
            if let known = recognition.continues {
                guard let last = turn.lastText, last.recognition == known else { return }
                parts.append(last.text)
            }
            showInterim((parts + [text]).filter { !$0.isEmpty }.joined(separator: " "), of: &turn)
            openTurns[recognition.turn] = turn
        case .text:
            let outcome = text.map { turn.assembly.recognised(recognition.number, $0) } ?? turn.assembly.failed(recognition.number)
            // What was recognised because it might be the end serves as a look at a turn that goes on.
            if let text {
                turn.lastText = (recognition.number, text)
                showInterim(turn.assembly.textSoFar, of: &turn)
            }
            openTurns[recognition.turn] = turn
            if let outcome { finish(recognition.turn, outcome) }
        }
    }

    private func showInterim(_ hypothesis: String, of turn: inout Turn) {
        guard !turn.assembly.isCommitted, configuration.transcription != nil, let delta = turn.interim.update(hypothesis) else { return }
        emit([.inputAudioTranscriptionDelta(InputAudioTranscriptionDeltaEvent(itemID: turn.itemID, delta: delta))])
    }

    /// Asks the turn model whether the speaker has finished.
    private func judge(_ judgement: TurnStateMachine.Judgement) {
        let samples = speech[judgement.samples]
        let (services, inbox, logger) = (services, inbox, logger)
        judgements[judgement.number] = Task {
            do {
                let probability = try await services.turnCompletion?.probability(thatTurnIsComplete: samples)
                inbox.offer(.judged(judgement.number, probability: probability))
            } catch {
                if !Task.isCancelled { logger.warning("a turn could not be judged", metadata: ["error_type": "\(type(of: error))"]) }
                inbox.offer(.judged(judgement.number, probability: nil))
            }
        }
    }

    /// The text of a turn is complete.
    private func finish(_ number: TurnStateMachine.TurnNumber, _ outcome: TranscriptAssembly.Outcome) {
        guard let turn = openTurns.removeValue(forKey: number) else { return }
        defer { startWaitingReplies() }
        if let ended = turn.endedAt {
            let wait = Double(services.now() - ended) / 1e9
            services.metrics.transcriptWait.observe(wait)
            logger.debug("turn transcribed", metadata: ["turn": "\(number)", "wait_ms": "\(Int(wait * 1_000))"])
        }
        switch outcome {
        case .completed(let text):
            conversation.update(turn.itemID) { $0.content = [.inputAudio(transcript: text)] }
            guard configuration.transcription != nil else { return }
            var events: [ServerEvent] = []
            var interim = turn.interim
            if let rest = interim.finish(text) {
                events.append(.inputAudioTranscriptionDelta(InputAudioTranscriptionDeltaEvent(itemID: turn.itemID, delta: rest)))
            }
            let usage = RealtimeUsage(type: "duration", seconds: Double(turn.samples) / Double(SpeechWindow.sampleRate))
            events.append(
                .inputAudioTranscriptionCompleted(
                    InputAudioTranscriptionCompletedEvent(itemID: turn.itemID, transcript: text, usage: usage)
                )
            )
            emit(events)
        case .failed:
            guard configuration.transcription != nil else { return }
            let error = RealtimeError(type: "server_error", code: "transcription_failed", message: "The speech could not be recognised.")
            emit([.inputAudioTranscriptionFailed(InputAudioTranscriptionFailedEvent(itemID: turn.itemID, error: error))])
        }
    }

    /// Forgets turns whose audio the client threw away.
    func dropUncommittedTurns() {
        openTurns = openTurns.filter { $0.value.assembly.isCommitted }
        startWaitingReplies()
    }
}
