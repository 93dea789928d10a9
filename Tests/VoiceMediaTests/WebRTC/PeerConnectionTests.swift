import Foundation
import Testing
import VoiceEngine

@testable import VoiceMedia

/// Real connections over the loopback. One after another: they count the process's threads and sockets.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct PeerConnectionTests {
    static let loopback = PeerConnectionConfiguration(bindAddresses: ["127.0.0.1"])
    let factory: PeerConnectionFactory

    init() throws {
        factory = try PeerConnectionFactory(configuration: Self.loopback)
    }

    @Test("twenty calls in a row carry each side's tone to the other, in frames of 480 samples")
    func audioBothWays() async throws {
        for _ in 0..<20 {
            let call = try await Call.connected(by: factory)
            let enough = 24_000
            await call.atCandidate.reaches { $0.samples.count >= enough }
            await call.atEngine.reaches { $0.samples.count >= enough }
            let (candidate, engine) = (call.atCandidate.heard, call.atEngine.heard)
            // The first 200 ms are left out: the codec and the jitter buffer settle.
            #expect(share(of: Call.engineTone, in: candidate.samples[4_800..<enough]) > 0.8)
            #expect(share(of: Call.candidateTone, in: engine.samples[4_800..<enough]) > 0.8)
            #expect(candidate.frameLengths == [480] && engine.frameLengths == [480])
            await call.close()
        }
    }

    @Test(
        "silence is not encoded unless that is asked for, is heard as silence in every frame, and what follows it is heard",
        arguments: [false, true]
    )
    func silence(isEncoded: Bool) async throws {
        var configuration = Self.loopback
        configuration.encodesSilence = isEncoded
        let call = try await Call.connected(by: PeerConnectionFactory(configuration: configuration))
        await call.atCandidate.reaches { $0.samples.count >= 12_000 }
        call.atEngine.isSilent = true
        let before = call.atCandidate.heard.samples.count
        let (sentBefore, receivedBefore) = try (
            #require(call.engine.statistics).framesSent, #require(call.candidate.statistics).framesReceived
        )
        // 2 s, in which the encoder would be asked a hundred times.
        await call.atCandidate.reaches { $0.samples.count >= before + 48_000 }
        let engine = try #require(call.engine.statistics)
        #expect(isEncoded ? engine.framesSpared == 0 : engine.framesSpared >= 60)
        // Each frame arrives, encoded or not, but for those that are on their way.
        let received = try #require(call.candidate.statistics).framesReceived - receivedBefore
        #expect(abs(Int(engine.framesSent - sentBefore) - Int(received)) <= 10)
        let silence = call.atCandidate.heard.samples[(before + 24_000)..<(before + 48_000)]
        #expect(silence.allSatisfy { abs(Int($0)) <= 2 })
        call.atEngine.isSilent = false
        let after = call.atCandidate.heard.samples.count
        await call.atCandidate.reaches { $0.samples.count >= after + 24_000 }
        #expect(share(of: Call.engineTone, in: call.atCandidate.heard.samples[(after + 9_600)..<(after + 24_000)]) > 0.8)
        #expect(try #require(call.candidate.statistics).packetsLost == 0)
        await call.close()
    }

    @Test(
        "what is lost on the way is concealed, so that the time of what is heard stays that of what was said",
        arguments: [(count: 1, interval: 10), (count: 4, interval: 40)]
    )
    func loss(count: Int, interval: Int) async throws {
        let (atCandidate, atEngine) = (Recorder(tone: Call.candidateTone), Recorder(tone: Call.engineTone))
        let candidate = factory.makeClient(handlers: atCandidate.handlers)
        let engine = factory.makeConnection(handlers: atEngine.handlers)
        // The engine does not know where the candidate is, and the candidate is told the relay's port.
        let offer = try await candidate.offer().split(separator: "\r\n").filter { !$0.hasPrefix("a=candidate") }
        let answer = try await engine.answer(offer: offer.joined(separator: "\r\n") + "\r\n")
        let line = try #require(answer.split(separator: "\r\n").first { $0.hasPrefix("a=candidate") })
        let port = try #require(UInt16(line.split(separator: " ")[5]))
        let relay = LossyRelay(losing: count, of: interval)
        defer { relay.close() }
        Thread.detachNewThread { relay.run(to: port) }
        try await candidate.accept(answer: answer.replacing(" \(port) typ", with: " \(relay.port) typ"))
        await atEngine.reaches { $0.samples.count >= 120_000 }
        let sent = try #require(candidate.statistics).framesSent
        let received = try #require(engine.statistics).framesReceived
        // Five seconds: 250 frames, 25 of them lost. Without concealment as many would be missing.
        #expect(relay.lost >= 20)
        #expect(abs(Int(sent) - Int(received)) <= 10)
        #expect(share(of: Call.candidateTone, in: atEngine.heard.samples[24_000..<120_000]) > 0.7)
        await candidate.close()
        await engine.close(.hungUp)
    }

    @Test("a peer that says its own stream is stereo is spoken to all the same")
    func stereoOffer() async throws {
        let (atCandidate, atEngine) = (Recorder(tone: Call.candidateTone), Recorder(tone: Call.engineTone))
        let candidate = factory.makeClient(handlers: atCandidate.handlers)
        let engine = factory.makeConnection(handlers: atEngine.handlers)
        let plain = try await candidate.offer()
        let payload = try #require(plain.firstMatch(of: /a=rtpmap:(\d+) OPUS/.ignoresCase())).1
        let format = "a=fmtp:\(payload) "
        let stereo =
            plain.contains(format)
            ? plain.replacing(format, with: format + "sprop-stereo=1;sprop-maxcapturerate=48000;")
            : plain.replacing("a=rtpmap:\(payload)", with: format + "sprop-stereo=1;sprop-maxcapturerate=48000\r\na=rtpmap:\(payload)")
        let answer = try await engine.answer(offer: stereo)
        #expect(answer.contains("a=sendrecv"))
        try await candidate.accept(answer: answer)
        await atCandidate.reaches { $0.samples.count >= 12_000 }
        await candidate.close()
        await engine.close(.hungUp)
    }

    @Test("text arrives unharmed in both directions")
    func text() async throws {
        let call = try await Call.connected(by: factory)
        let long = String(repeating: "ü", count: 30_000)
        let sent = [#"{"type":"hello","text":"grüße ✓ 👋"}"#, long, "{}"]
        for text in sent {
            #expect(call.candidate.send(text))
            #expect(call.engine.send(text))
        }
        await call.atEngine.reaches { $0.texts.count == 3 }
        await call.atCandidate.reaches { $0.texts.count == 3 }
        #expect(call.atEngine.heard.texts == sent && call.atCandidate.heard.texts == sent)
        #expect(call.atEngine.heard.labels == ["oai-events"])
        #expect(!call.engine.send("") && !call.engine.send("a\u{0}b"))
        await call.close()
    }

    @Test("each side hears at once that the other hung up, and events come in order")
    func hangUp() async throws {
        let first = try await Call.connected(by: factory)
        await first.candidate.close()
        await first.atEngine.reaches { !$0.closed.isEmpty }
        #expect(first.atEngine.heard.closed == [.peerClosed])
        #expect(first.atEngine.heard.order == ["connected", "channel", "closed"])
        #expect(first.atCandidate.heard.closed == [.hungUp])

        let second = try await Call.connected(by: factory)
        await second.engine.close(.hungUp)
        await second.atCandidate.reaches { !$0.closed.isEmpty }
        #expect(second.atCandidate.heard.closed == [.peerClosed])
        await first.close()
        await second.close()
    }

    @Test("after a close nothing is called any more, and closing again does nothing")
    func nothingAfterClose() async throws {
        let call = try await Call.connected(by: factory)
        await call.atEngine.reaches { $0.samples.count > 4_800 }
        async let one: Void = call.engine.close(.hungUp)
        async let other: Void = call.engine.close(.failed)
        _ = await (one, other)
        let before = call.atEngine.heard
        await call.atCandidate.reaches { !$0.closed.isEmpty }
        await call.engine.close(.failed)
        let after = call.atEngine.heard
        #expect(after.closed == before.closed && after.closed.count == 1)
        #expect(after.samples.count == before.samples.count && after.framesDue == before.framesDue)
        #expect(!call.engine.send("late"))
        #expect(call.engine.statistics == nil)
        await call.close()
    }

    @Test("an offer that is no SDP is refused, and so is one without Opus")
    func refusals() async throws {
        for text in ["", "hello", "{\"sdp\":1}", "v=0"] {
            await #expect(throws: AudioTransportError.notSDP) {
                try await factory.makeConnection(handlers: Recorder(tone: 440).handlers).answer(offer: text)
            }
        }
        let candidate = factory.makeClient(handlers: Recorder(tone: 440).handlers)
        let withoutOpus = try await candidate.offer().replacing("OPUS", with: "PCMX")
        await #expect(throws: AudioTransportError.noOpus) {
            try await factory.makeConnection(handlers: Recorder(tone: 440).handlers).answer(offer: withoutOpus)
        }
        await candidate.close()
    }

    @Test("a peer whose certificate is not the one in its description is cut off before it is heard", arguments: [true, false])
    func impostor(atEngine: Bool) async throws {
        let (candidateSide, engineSide) = (Recorder(tone: 660), Recorder(tone: 440))
        let candidate = factory.makeClient(handlers: candidateSide.handlers)
        let engine = factory.makeConnection(handlers: engineSide.handlers)
        func forged(_ sdp: String) -> String {
            sdp.replacing(/fingerprint:sha-256 (..)/) { "fingerprint:sha-256 " + ($0.output.1 == "00" ? "FF" : "00") }
        }
        let offer = try await candidate.offer()
        let answer = try await engine.answer(offer: atEngine ? forged(offer) : offer)
        try await candidate.accept(answer: atEngine ? answer : forged(answer))
        let deceived = atEngine ? engineSide : candidateSide
        await deceived.reaches { !$0.closed.isEmpty }
        #expect(deceived.heard.closed == [.failed] && deceived.heard.connected == 0)
        #expect(deceived.heard.samples.isEmpty && deceived.heard.texts.isEmpty)
        await candidate.close()
        await engine.close(.hungUp)
    }

    @Test("a connection answers one offer only")
    func oneOffer() async throws {
        let call = try await Call.connected(by: factory)
        let another = factory.makeClient(handlers: Recorder(tone: 440).handlers)
        let offer = try await another.offer()
        await #expect(throws: AudioTransportError.negotiationFailed) { try await call.engine.answer(offer: offer) }
        #expect(call.engine.send("still there"))
        await another.close()
        await call.close()
    }

    @Test("a peer that never comes is given up after the limit")
    func connectTimeout() async throws {
        var configuration = Self.loopback
        configuration.connectTimeout = .milliseconds(200)
        let impatient = try PeerConnectionFactory(configuration: configuration)
        let candidate = factory.makeClient(handlers: Recorder(tone: 440).handlers)
        let offer = try await candidate.offer()
        await candidate.close()
        let atEngine = Recorder(tone: 440)
        let engine = impatient.makeConnection(handlers: atEngine.handlers)
        _ = try await engine.answer(offer: offer)
        await atEngine.reaches { !$0.closed.isEmpty }
        #expect(atEngine.heard.closed == [.connectTimeout])
        #expect(atEngine.heard.framesDue == 0)
    }

    @Test("a call beyond the port range is refused at once, and a port given back serves the next")
    func portRange() async throws {
        var configuration = Self.loopback
        configuration.portRange = 47_123...47_123
        let narrow = try PeerConnectionFactory(configuration: configuration)
        let candidate = factory.makeClient(handlers: Recorder(tone: 440).handlers)
        let offer = try await candidate.offer()
        let first = narrow.makeConnection(handlers: Recorder(tone: 440).handlers)
        #expect(try await first.answer(offer: offer).contains(" 47123 typ host"))
        await #expect(throws: AudioTransportError.noPorts) {
            try await narrow.makeConnection(handlers: Recorder(tone: 440).handlers).answer(offer: offer)
        }
        await first.close(.hungUp)
        let second = narrow.makeConnection(handlers: Recorder(tone: 440).handlers)
        _ = try await second.answer(offer: offer)
        await second.close(.hungUp)
        await candidate.close()
    }

    @Test("when another program holds the port, the offer is refused for that reason")
    func portTaken() async throws {
        var configuration = Self.loopback
        configuration.portRange = 47_124...47_124
        configuration.answerTimeout = .milliseconds(300)
        let (one, other) = (
            try PeerConnectionFactory(configuration: configuration), try PeerConnectionFactory(configuration: configuration)
        )
        let candidate = factory.makeClient(handlers: Recorder(tone: 440).handlers)
        let offer = try await candidate.offer()
        let holder = one.makeConnection(handlers: Recorder(tone: 440).handlers)
        _ = try await holder.answer(offer: offer)
        await #expect(throws: AudioTransportError.noPorts) {
            try await other.makeConnection(handlers: Recorder(tone: 440).handlers).answer(offer: offer)
        }
        await holder.close(.hungUp)
        await candidate.close()
    }

    @Test("text beyond the queue's limit is refused whole")
    func textQueueLimit() async throws {
        var configuration = Self.loopback
        configuration.maximumQueuedTextBytes = 10_000
        let call = try await Call.connected(by: PeerConnectionFactory(configuration: configuration))
        #expect(!call.engine.send(String(repeating: "x", count: 10_001)))
        #expect(call.engine.send("fits"))
        await call.atCandidate.reaches { $0.texts == ["fits"] }
        await call.close()
    }

    @Test("fifty calls closed while they are being made leave no socket and no thread")
    func earlyCloses() async throws {
        // One call before, so that what the process keeps for good is there.
        try await Call.connected(by: factory).close()
        let (sockets, threads) = (Held.sockets(), Held.threads())
        for number in 0..<50 {
            let candidate = factory.makeClient(handlers: Recorder(tone: 440).handlers)
            let engine = factory.makeConnection(handlers: Recorder(tone: 440).handlers)
            let offer = try await candidate.offer()
            switch number % 3 {
            case 0:
                let answering = Task { try await engine.answer(offer: offer) }
                answering.cancel()
                _ = await answering.result
            case 1:
                let answering = Task { try await engine.answer(offer: offer) }
                await engine.close(.hungUp)
                _ = await answering.result
            default:
                try await candidate.accept(answer: engine.answer(offer: offer))
            }
            await engine.close(.hungUp)
            await candidate.close()
        }
        #expect(Held.sockets() <= sockets)
        // GLib keeps up to 8 idle threads for a while.
        #expect(Held.threads() <= threads + 8)
    }

    @Test("a connection that is let go closes itself")
    func letGo() async throws {
        let atCandidate = Recorder(tone: 440)
        let atEngine = Recorder(tone: 440)
        do {
            let candidate = factory.makeClient(handlers: atCandidate.handlers)
            let engine = factory.makeConnection(handlers: atEngine.handlers)
            try await candidate.accept(answer: engine.answer(offer: candidate.offer()))
        }
        await atEngine.reaches { !$0.closed.isEmpty }
        await atCandidate.reaches { !$0.closed.isEmpty }
    }

    @Test("the counters tell what was sent and heard")
    func statistics() async throws {
        let call = try await Call.connected(by: factory)
        await call.atEngine.reaches { $0.samples.count >= 9_600 }
        #expect(call.candidate.send("one"))
        await call.atEngine.reaches { $0.texts.count == 1 }
        let statistics = try #require(call.engine.statistics)
        #expect(statistics.framesReceived >= 20 && statistics.framesSent > 0)
        #expect(statistics.textsReceived == 1 && statistics.textsDropped == 0 && statistics.queuedTextBytes == 0)
        await call.close()
    }

    @Test("the rehearsal connects and leaves nothing behind")
    func warmUp() async throws {
        try await Call.connected(by: factory).close()
        let sockets = Held.sockets()
        #expect(await factory.warmUp())
        #expect(Held.sockets() <= sockets)
    }
}
