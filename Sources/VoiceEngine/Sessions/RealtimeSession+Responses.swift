import Logging
import RealtimeProtocol
import ServerEdge

/// Responses: at most one writes to the conversation, a few more may run beside it.
extension RealtimeSession {
    /// Answers `response.create`, or the end of a turn (then nobody hears about a refusal).
    func respond(to create: ResponseCreate?, eventID: String?, origin: MessageOrigin?) {
        do {
            try begin(create ?? ResponseCreate())
        } catch {
            guard let origin else { return }
            var error = error
            error.eventID = eventID
            answer(.error(ErrorEvent(error: error)), to: origin)
        }
    }

    private func begin(_ create: ResponseCreate) throws(RealtimeError) {
        guard ending == nil else { return }
        guard !isTranscription else {
            throw RealtimeError(code: "invalid_event", message: "A transcription session does not make responses.", parameter: "type")
        }
        var checked = create
        // The words to be spoken are ours and longer than what the API allows for metadata; they are cut by the model that speaks them.
        checked.metadata?[VerbatimReplyModel.metadataKey] = nil
        try checked.validate()
        let plan = try plan(create)
        if plan.isOutOfBand {
            guard replies.count(where: { $0.value.isOutOfBand }) < limits.outOfBandResponses else {
                throw RealtimeError(
                    code: "too_many_responses",
                    message:
                        "At most \(limits.outOfBandResponses) responses may run outside of the conversation. Wait until one is finished."
                )
            }
        } else if let activeID {
            if let active = replies[activeID], active.end != nil, !active.calls.isEmpty, waitingCreate == nil {
                // Its tools were called and it is only heard to its end: the client has the results and asks for what comes next.
                waitingCreate = create
                return
            }
            throw RealtimeError(
                code: "conversation_already_has_active_response",
                message: "Conversation already has an active response in progress: \(activeID). Wait until it is finished."
            )
        }
        let reply = make(plan, metadata: create.metadata)
        // A model must know what was said; given words need not wait for it.
        reply.waitsForText = !plan.isVerbatim && plan.input == nil && awaitsText
        start(reply)
        if !reply.waitsForText { produce(reply, items: conversation.items) }
    }

    private func plan(_ create: ResponseCreate) throws(RealtimeError) -> ResponsePlan {
        try ResponsePlan(
            create,
            session: configuration,
            conversation: conversation,
            voices: services.textToSpeech.voices,
            spokenMedium: socket == nil ? .call : .socket
        )
    }

    private func make(_ plan: ResponsePlan, metadata: [String: String]?) -> Reply {
        let machine = ResponseStateMachine(
            ResponseStateMachine.Header(
                id: identifier(.response),
                conversationID: plan.isOutOfBand ? nil : conversation.id,
                metadata: metadata,
                medium: plan.medium
            )
        )
        return Reply(machine: machine, plan: plan, askedAt: services.now())
    }

    /// The response exists from now on.
    private func start(_ reply: Reply) {
        replies[reply.id] = reply
        if !reply.isOutOfBand {
            activeID = reply.id
            // Whatever was said before is in front of it, but for one that does not look there.
            if !reply.plan.isVerbatim, reply.plan.input == nil { owesAnswer = false }
        }
        emit(reply.machine.created())
        if reply.isSpoken { media.begin(response: reply.id) }
        if !reply.isOutOfBand { perform(turns.responseBecame(.silent, canWait: reply.isSpoken && socket == nil)) }
    }

    /// A response that was asked for, and that what stops another one stops before it began.
    private func tellCancelled(_ create: ResponseCreate, _ reason: ResponseStateMachine.CancelReason) {
        guard let plan = try? plan(create) else { return }
        let reply = make(plan, metadata: create.metadata)
        replies[reply.id] = reply
        emit(reply.machine.created())
        cancel(reply, reason)
    }

    // MARK: A reply before its time

    /// Begins the reply to a turn that is probably over. What it says is held back.
    func prepareResponse(_ turn: TurnStateMachine.TurnNumber, _ pieces: [TurnStateMachine.RecognitionNumber]) {
        discardPrepared()
        guard activeID == nil, openTurns.count == 1, transcriptions.isEmpty, let open = openTurns[turn],
            let text = open.assembly.text(of: pieces), let plan = try? plan(ResponseCreate()),
            ContextWindow.items(conversation.items, truncation: configuration.truncation) != nil
        else { return }
        let reply = make(plan, metadata: nil)
        let said = RealtimeItem.message(
            id: open.itemID,
            role: .user,
            status: .completed,
            content: [.inputAudio(transcript: text)]
        )
        reply.held = []
        prepared = (turn, reply)
        produce(reply, items: conversation.items + [said])
    }

    func discardPrepared() {
        prepared?.reply.task?.cancel()
        prepared = nil
    }

    /// Answers the turn that was committed last, with the prepared reply if there is one.
    func answerTurn() {
        guard !isTranscription, ending == nil else { return }
        // One that the client has asked for already is an answer to this turn, too.
        guard activeID == nil, waitingCreate == nil else {
            discardPrepared()
            owesAnswer = true
            return
        }
        guard let reply = prepared?.reply else {
            respond(to: nil, eventID: nil, origin: nil)
            return
        }
        prepared = nil
        start(reply)
        let held = reply.held ?? []
        reply.held = nil
        for progress in held { handleReply(reply.id, progress) }
    }

    /// Answers what was said while another response was active, once that is over and nobody speaks.
    func giveOwedAnswer() {
        guard owesAnswer, activeID == nil, waitingCreate == nil, ending == nil, !turns.isSpeaking else { return }
        owesAnswer = false
        respond(to: nil, eventID: nil, origin: nil)
    }

    /// Whether words are missing of what was said. A turn that goes on is not waited for: nobody knows for how long.
    private var awaitsText: Bool {
        !transcriptions.isEmpty || openTurns.values.contains { $0.assembly.isCommitted }
    }

    /// Starts the replies that waited for the text of a turn, once all texts are known.
    func startWaitingReplies() {
        guard !awaitsText else { return }
        for reply in replies.values where reply.waitsForText {
            reply.waitsForText = false
            // It sees the turns that ended while it waited.
            if !reply.isOutOfBand { owesAnswer = false }
            produce(reply, items: conversation.items)
        }
    }

    /// Makes the words and the sound of a response; each sentence is handed over as soon as it is ready.
    private func produce(_ reply: Reply, items: [RealtimeItem]) {
        let (services, inbox, logger) = (services, inbox, logger)
        let (plan, response) = (reply.plan, reply.id)
        // Given words need no conversation.
        let input = plan.isVerbatim ? [] : plan.input ?? items
        guard let items = ContextWindow.items(input, truncation: configuration.truncation) else {
            fail(reply, code: "context_length_exceeded", "The conversation is too long for the model, and its truncation is disabled.")
            return
        }
        let request = plan.request(items: items, sessionID: sessionID)
        reply.task = Task {
            @Sendable func speak(_ text: String) async throws {
                for sentence in services.textToSpeech.sentences(of: text) {
                    try Task.checkCancellation()
                    let start = services.now()
                    let samples = try await services.textToSpeech.synthesize(sentence, voice: plan.voice, speed: plan.speed)
                    services.metrics.synthesis.observe(Double(services.now() - start) / 1e9)
                    inbox.offer(.reply(response: response, .sentence(sentence, samples: samples)))
                }
            }
            do {
                var sentences = SentenceStream()
                var end = ReplyEnd.completed
                for try await part in services.replies.reply(to: request) {
                    switch part {
                    case .text(let text) where plan.medium == .text:
                        inbox.offer(.reply(response: response, .text(text)))
                    case .text(let text):
                        for sentence in sentences.add(text) { try await speak(sentence) }
                    case .functionCall(let index, let callID, let name):
                        // What was said before the call belongs before it.
                        if let rest = sentences.finish() { try await speak(rest) }
                        inbox.offer(.reply(response: response, .functionCall(index: index, callID: callID, name: name)))
                    case .functionArguments(let index, let delta):
                        inbox.offer(.reply(response: response, .functionArguments(index: index, delta: delta)))
                    case .usage(let usage):
                        inbox.offer(.reply(response: response, .usage(usage)))
                    case .finished(let how):
                        end = how
                    }
                }
                if plan.medium.isSpoken, let rest = sentences.finish() { try await speak(rest) }
                inbox.offer(.reply(response: response, .ended(end)))
            } catch {
                if !Task.isCancelled {
                    logger.error("reply could not be made", metadata: ["error_type": "\(type(of: error))"])
                }
                inbox.offer(.reply(response: response, .failed))
            }
        }
    }

    func handleReply(_ response: String, _ progress: ReplyProgress) {
        if let reply = prepared?.reply, reply.id == response {
            reply.held?.append(progress)
            return
        }
        guard let reply = replies[response] else { return }
        switch progress {
        case .text(let text):
            beginMessage(reply)
            emit(reply.machine.write(text))
        case .sentence(let sentence, let samples):
            beginMessage(reply)
            let spoken = SpokenSentence(text: sentence, samples: samples.count)
            guard media.append(samples, cues: spoken.cues, to: response) else {
                fail(reply, "The reply is longer than what can be played.")
                return
            }
            reply.sentences.append(spoken)
            reply.samples += samples.count
            pumpOutput()
        case .functionCall(let index, let callID, let name):
            beginCall(reply, index, callID: callID, name: name)
        case .functionArguments(let index, let delta):
            if let output = reply.calls[index] { emit(reply.machine.addArguments(delta, at: output)) }
        case .usage(let usage):
            reply.usage = usage
        case .ended(let end):
            reply.end = end
            // A call that was cut off by a limit is never told as complete: clients would run it.
            if end == .completed { for output in reply.calls.values.sorted() { tell(reply, reply.machine.endCall(at: output)) } }
            if reply.isSpoken, !reply.sentences.isEmpty {
                media.complete(response: response)
                pumpOutput()
            } else {
                if reply.isSpoken { _ = media.remove(response: response) }
                complete(reply)
            }
        case .failed:
            fail(reply, "The reply could not be made.")
        }
    }

    /// Announces the message with the first sign of the reply.
    private func beginMessage(_ reply: Reply) {
        guard reply.machine.messageItemID == nil else { return }
        let itemID = identifier(.item)
        let events = reply.machine.beginMessage(itemID: itemID, previousItemID: conversation.lastItemID)
        if !reply.isOutOfBand {
            let content: [RealtimeContent] = reply.isSpoken ? [.outputAudio(transcript: "")] : [.outputText("")]
            conversation.append(.message(id: itemID, role: .assistant, status: .inProgress, content: content))
        }
        emit(events)
    }

    private func beginCall(_ reply: Reply, _ index: Int, callID: String, name: String) {
        guard reply.calls[index] == nil, reply.calls.count < limits.functionCalls else { return }
        tell(reply, reply.machine.endMessage())
        let itemID = identifier(.item)
        guard
            let call = reply.machine.beginCall(
                itemID: itemID,
                callID: callID,
                name: name,
                previousItemID: conversation.lastItemID
            )
        else { return }
        reply.calls[index] = call.index
        if !reply.isOutOfBand {
            conversation.append(
                RealtimeItem(id: itemID, type: .functionCall, status: .inProgress, callID: callID, name: name, arguments: "")
            )
        }
        emit(call.events)
    }

    // MARK: The end of a response

    /// Everything was written, or heard.
    ///
    /// - Parameter stopped: somebody has just stopped it all the same, too late.
    func complete(_ reply: Reply, stopped: ResponseStateMachine.CancelReason? = nil) {
        let (text, usage) = (reply.text, UsageCount.usage(of: reply, items: conversation.items))
        let result =
            switch reply.end {
            case .maximumOutputTokens: reply.machine.cutShort(.maximumOutputTokens, text: text, usage: usage)
            case .contentFilter: reply.machine.cutShort(.contentFilter, text: text, usage: usage)
            case .completed, nil: reply.machine.complete(text: text, usage: usage)
            }
        end(reply, result, milliseconds: reply.milliseconds, status: "completed", stopped: stopped)
    }

    /// Stops the spoken responses at what was heard, and the active one: somebody speaks.
    func interrupt(_ reason: ResponseStateMachine.CancelReason) {
        for reply in replies.values where reply.isSpoken || reply.id == activeID { cancel(reply, reason) }
    }

    /// Stops the spoken responses at what was heard; the client wants it quiet.
    func silence() {
        for reply in replies.values where reply.isSpoken { cancel(reply, .clientCancelled) }
    }

    /// Stops one response. One that was played to its end completes.
    func cancel(_ reply: Reply, _ reason: ResponseStateMachine.CancelReason) {
        guard replies[reply.id] != nil else { return }
        let played = reply.isSpoken ? media.remove(response: reply.id) : nil
        // Playback has finished and its note waits in the inbox: nothing was cut off.
        if reply.isSpoken, played == nil, reply.end != nil {
            complete(reply, stopped: reason)
            return
        }
        reply.task?.cancel()
        if socket != nil { pacing.reset() }
        let milliseconds = played?.milliseconds ?? 0
        let heard = heardText(reply, played)
        let usage = UsageCount.usage(of: reply, items: conversation.items)
        let result = reply.machine.cancel(reason, heard: heard, heardMilliseconds: milliseconds, usage: usage)
        end(reply, result, milliseconds: milliseconds, status: "cancelled", stopped: reason)
    }

    private func fail(_ reply: Reply, code: String = "reply_failed", _ message: String) {
        reply.task?.cancel()
        let played = reply.isSpoken ? media.remove(response: reply.id) : nil
        let failure = RealtimeResponse.StatusDetails.Failure(type: "server_error", code: code, message: message)
        let heard = heardText(reply, played)
        let result = reply.machine.fail(failure, heard: heard)
        end(reply, result, milliseconds: played?.milliseconds ?? 0, status: "failed")
    }

    private func heardText(_ reply: Reply, _ played: PlaybackQueue.Heard?) -> String {
        guard let played else { return "" }
        return HeardText.cut(zip(reply.sentences, played.sentences).map { ($0.text, $1.played, $1.total) })
    }

    private func end(
        _ reply: Reply,
        _ result: ResponseStateMachine.Result,
        milliseconds: Int,
        status: String,
        stopped: ResponseStateMachine.CancelReason? = nil
    ) {
        store(reply, result.items, milliseconds: milliseconds)
        services.metrics.responses.increment([status])
        replies[reply.id] = nil
        if activeID == reply.id {
            activeID = nil
            emit(result.events)
            // What was to follow is not begun behind a stop: it would be heard over whoever speaks, or by a client that wants it quiet.
            if let stopped, let next = waitingCreate {
                waitingCreate = nil
                tellCancelled(next, stopped)
            }
            if stopped == .clientCancelled { owesAnswer = false }
            media.set(.full)
            perform(turns.responseBecame(.none, heardIn: unheardSamples))
            if let create = waitingCreate {
                waitingCreate = nil
                respond(to: create, eventID: nil, origin: nil)
            }
        } else {
            emit(result.events)
        }
    }

    private func tell(_ reply: Reply, _ result: ResponseStateMachine.Result) {
        store(reply, result.items, milliseconds: 0)
        emit(result.events)
    }

    private func store(_ reply: Reply, _ items: [RealtimeItem], milliseconds: Int) {
        guard !reply.isOutOfBand else { return }
        for item in items {
            guard let id = item.id else { continue }
            conversation.update(id) { $0 = item }
            guard item.content?.first?.type == .outputAudio else { continue }
            conversation.setAudio(milliseconds: milliseconds, of: id)
            // The client has said how much of it was heard.
            if let cut = reply.truncatedAt, cut < milliseconds {
                try? conversation.truncate(id, contentIndex: 0, audioEndMilliseconds: cut)
            }
        }
    }
}
