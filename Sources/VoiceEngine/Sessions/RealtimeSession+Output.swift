import Logging
import RealtimeProtocol
import ServerEdge

/// Audio out: what playback has reached in a call, and what is sent to a socket.
extension RealtimeSession {
    func handlePlayback(_ events: [PlaybackQueue.Event]) {
        for event in events {
            switch event {
            case .reached(let response, let cue):
                if let reply = replies[response] { speak(cue, of: reply) }
            case .finished(let response):
                if let reply = replies[response] { complete(reply) }
            }
        }
    }

    /// Sends what there is to a socket, as far as the lead allows, and comes back for the rest.
    func pumpOutput() {
        guard socket != nil, ending == nil else { return }
        while pacing.allows(at: services.now()) {
            let (samples, events) = media.takeOutput(upTo: OutputPacing.chunkSamples)
            guard !samples.isEmpty || !events.isEmpty else { return }
            // First, for the last of it may end a response: by then it is known how long that will be heard.
            pacing.sent(samples.count, at: services.now())
            send(samples, events)
        }
        waitForLead()
    }

    /// Samples of input during which what was sent ahead is still being heard. In a call nothing is sent ahead.
    var unheardSamples: Int {
        Int(pacing.unheard(at: services.now()) / 1_000_000) * SpeechWindow.sampleRate / 1_000
    }

    /// The audio of one response: the words it reaches, the sound, and its end.
    private func send(_ samples: [Int16], _ events: [PlaybackQueue.Event]) {
        var owner: Reply?
        for event in events {
            guard case .reached(let response, let cue) = event, let reply = replies[response] else { continue }
            owner = reply
            speak(cue, of: reply)
        }
        if !samples.isEmpty {
            if let reply = owner ?? soundingReply {
                soundingReply = reply
                if let format = WireFormat(reply.plan.format), format != wireWriter.format { wireWriter = WireAudioWriter(format) }
                emit(reply.machine.sound(wireWriter.write(samples)))
            }
        }
        for case .finished(let response) in events {
            if let reply = replies[response] { complete(reply) }
            if soundingReply?.id == response { soundingReply = nil }
        }
    }

    private func waitForLead() {
        outputTimer?.cancel()
        let wait = pacing.wait(at: services.now())
        let (sleep, inbox) = (services.sleep, inbox)
        outputTimer = Task {
            guard (try? await sleep(.nanoseconds(max(wait, 1_000_000)))) != nil else { return }
            inbox.offer(.outputDue)
        }
    }

    private func speak(_ cue: PlaybackQueue.Cue, of reply: Reply) {
        guard reply.sentences.indices.contains(cue.sentence), reply.sentences[cue.sentence].deltas.indices.contains(cue.number) else {
            return
        }
        if cue.sentence == 0, cue.number == 0 {
            noteFirstAudio(reply)
            // What a socket's client plays is its own affair: speech stops the reply at once there, as the API does.
            if socket == nil, reply.id == activeID { perform(turns.responseBecame(.audible)) }
        }
        guard replies[reply.id] != nil else { return }
        audioWasSent = true
        let words = reply.sentences[cue.sentence].deltas[cue.number]
        emit(reply.machine.speak(cue.sentence > 0 && cue.number == 0 ? " " + words : words))
    }

    private func noteFirstAudio(_ reply: Reply) {
        let now = services.now()
        services.metrics.firstAudio.observe(Double(now - reply.askedAt) / 1e9)
        var metadata = ["after_request_ms": "\((now - reply.askedAt) / 1_000_000)"]
        if let ended = lastTurnEndedAt { metadata["after_turn_ms"] = "\((now - ended) / 1_000_000)" }
        lastTurnEndedAt = nil
        logger.debug("reply audible", metadata: metadata.mapValues { "\($0)" })
    }
}
