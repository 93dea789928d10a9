import Logging
import RealtimeProtocol
import ServerEdge

/// Speech out: one response at a time, sentence by sentence.
extension RealtimeSession {
    /// Identifier and kind of the response that writes to the conversation.
    var activeResponse: (id: String, isSpoken: Bool)? {
        guard let id = reply?.machine.id, let isSpoken = reply?.machine.isSpoken else { return nil }
        return (id, isSpoken)
    }

    /// Answers `response.create`, or the end of a turn (then nobody hears about a refusal).
    func respond(to create: ResponseCreate?, eventID: String?, origin: MessageOrigin?) {
        func refuse(_ error: RealtimeError) {
            guard let origin else { return }
            var error = error
            error.eventID = eventID
            answer(.error(ErrorEvent(error: error)), to: origin)
        }
        if let active = activeResponse {
            refuse(
                RealtimeError(
                    code: "conversation_already_has_active_response",
                    message: "Conversation already has an active response in progress: \(active.id). Wait until it is finished."
                )
            )
            return
        }
        let plan: ResponsePlan
        do {
            plan = try ResponsePlan(
                create ?? ResponseCreate(),
                session: configuration,
                items: conversation.items,
                voices: services.textToSpeech.voices
            )
        } catch {
            refuse(error)
            return
        }
        let machine = ResponseStateMachine(
            id: identifier(.response),
            itemID: identifier(.item),
            conversationID: conversation.id,
            metadata: create?.metadata,
            isSpoken: plan.isSpoken
        )
        let id = machine.id
        emit(machine.created())
        if plan.isSpoken { media.begin(response: id) }
        reply = Reply(machine: machine, askedAt: services.now(), task: produce(plan, response: id))
        turns.responseBecame(active: true)
    }

    /// Makes the words and the sound of a response; each sentence is handed over as soon as it is ready.
    private func produce(_ plan: ResponsePlan, response: String) -> Task<Void, Never> {
        let (services, inbox, logger) = (services, inbox, logger)
        return Task {
            do {
                for try await text in services.replies.reply(to: plan.request) {
                    guard plan.isSpoken else {
                        inbox.offer(.written(response: response, text: text))
                        continue
                    }
                    for sentence in services.textToSpeech.sentences(of: text) {
                        try Task.checkCancellation()
                        let start = services.now()
                        let samples = try await services.textToSpeech.synthesize(sentence, voice: plan.voice, speed: plan.speed)
                        services.metrics.synthesis.observe(Double(services.now() - start) / 1e9)
                        inbox.offer(.synthesised(response: response, sentence: sentence, samples: samples))
                    }
                }
                inbox.offer(.replyEnded(response: response, failed: false))
            } catch {
                if !Task.isCancelled {
                    logger.error("reply could not be made", metadata: ["error_type": "\(type(of: error))"])
                }
                inbox.offer(.replyEnded(response: response, failed: true))
            }
        }
    }

    func handleSynthesised(_ response: String, _ sentence: String, _ samples: [Int16]) {
        guard reply?.machine.id == response else { return }
        beginItem()
        let spoken = SpokenSentence(text: sentence, samples: samples.count)
        guard media.append(samples, cues: spoken.cues, to: response) else {
            fail("The reply is longer than what can be played.")
            return
        }
        reply?.sentences.append(spoken)
        reply?.samples += samples.count
    }

    func handleWritten(_ response: String, _ text: String) {
        guard reply?.machine.id == response else { return }
        beginItem()
        if let events = reply?.machine.write(text) { emit(events) }
    }

    func handleReplyEnded(_ response: String, failed: Bool) {
        guard reply?.machine.id == response else { return }
        if failed {
            fail("The reply could not be made.")
        } else if reply?.machine.isSpoken == true {
            media.complete(response: response)
        } else {
            complete()
        }
    }

    func handlePlayback(_ events: [PlaybackQueue.Event]) {
        for event in events {
            switch event {
            case .reached(let response, let cue):
                guard reply?.machine.id == response else { continue }
                speak(cue)
            case .finished(let response):
                guard reply?.machine.id == response else { continue }
                complete()
            }
        }
    }

    /// Stops the active response at what was heard. One that was played to its end completes.
    func interrupt(_ reason: ResponseStateMachine.CancelReason) {
        guard let (response, isSpoken) = activeResponse else { return }
        let played = isSpoken ? media.clearPlayback().first { $0.response == response } : nil
        // Playback has finished and its note waits in the inbox: nothing was cut off.
        if isSpoken, played == nil {
            complete()
            return
        }
        reply?.task?.cancel()
        let heard = heardText(played)
        let milliseconds = played?.milliseconds ?? 0
        guard let result = reply?.machine.cancel(reason, heard: heard, heardMilliseconds: milliseconds) else { return }
        store(result.item, milliseconds: milliseconds)
        emit(result.events)
        endReply("cancelled")
    }

    private func speak(_ cue: PlaybackQueue.Cue) {
        guard let sentences = reply?.sentences, sentences.indices.contains(cue.sentence),
            sentences[cue.sentence].deltas.indices.contains(cue.number)
        else { return }
        if cue.sentence == 0, cue.number == 0 { noteFirstAudio() }
        audioWasSent = true
        let words = sentences[cue.sentence].deltas[cue.number]
        let delta = cue.sentence > 0 && cue.number == 0 ? " " + words : words
        if let events = reply?.machine.speak(delta) { emit(events) }
    }

    private func noteFirstAudio() {
        guard let askedAt = reply?.askedAt else { return }
        let now = services.now()
        services.metrics.firstAudio.observe(Double(now - askedAt) / 1e9)
        var metadata = ["after_request_ms": "\((now - askedAt) / 1_000_000)"]
        if let ended = lastTurnEndedAt { metadata["after_turn_ms"] = "\((now - ended) / 1_000_000)" }
        lastTurnEndedAt = nil
        logger.debug("reply audible", metadata: metadata.mapValues { "\($0)" })
    }

    /// Announces the item with the first sign of the reply.
    private func beginItem() {
        guard let (_, isSpoken) = activeResponse, reply?.machine.hasItem == false, let itemID = reply?.machine.itemID,
            let events = reply?.machine.begin(previousItemID: conversation.lastItemID)
        else { return }
        let content: [RealtimeContent] = isSpoken ? [.outputAudio(transcript: "")] : [.outputText("")]
        conversation.append(.message(id: itemID, role: .assistant, status: .inProgress, content: content))
        emit(events)
    }

    private func complete() {
        let text = (reply?.sentences ?? []).map(\.text).joined(separator: " ")
        let milliseconds = (reply?.samples ?? 0) / (PlaybackQueue.sampleRate / 1_000)
        let isSpoken = reply?.machine.isSpoken ?? false
        guard let result = reply?.machine.complete(text: isSpoken ? text : nil) else { return }
        store(result.item, milliseconds: milliseconds)
        emit(result.events)
        endReply("completed")
    }

    private func fail(_ message: String) {
        guard let (response, _) = activeResponse else { return }
        reply?.task?.cancel()
        let played = media.clearPlayback().first { $0.response == response }
        let failure = RealtimeResponse.StatusDetails.Failure(type: "server_error", code: "reply_failed", message: message)
        let heard = heardText(played)
        guard let result = reply?.machine.fail(failure, heard: heard) else { return }
        store(result.item, milliseconds: played?.milliseconds ?? 0)
        emit(result.events)
        endReply("failed")
    }

    private func heardText(_ played: PlaybackQueue.Heard?) -> String {
        guard let played, let sentences = reply?.sentences else { return "" }
        return HeardText.cut(zip(sentences, played.sentences).map { ($0.text, $1.played, $1.total) })
    }

    private func store(_ item: RealtimeItem?, milliseconds: Int) {
        guard let item, let id = item.id else { return }
        conversation.update(id) { $0 = item }
        if item.content?.first?.type == .outputAudio { conversation.setAudio(milliseconds: milliseconds, of: id) }
    }

    private func endReply(_ status: String) {
        services.metrics.responses.increment([status])
        reply = nil
        turns.responseBecame(active: false)
    }
}
