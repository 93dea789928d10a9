public import VoiceEngine

/// The engine's end of a call: answers one offer, then carries Opus audio both ways and the data channel `oai-events`.
///
/// Non-trickle: the answer has every candidate. The connection must be closed; letting it go closes it, too.
public final class PeerConnection: AudioTransport {
    private let session: PeerSession
    private let announcedAddress: String?

    init(configuration: PeerConnectionConfiguration, handlers: AudioTransportHandlers, environment: PeerEnvironment) {
        session = PeerSession(configuration: configuration, handlers: handlers, environment: environment, isOfferer: false)
        announcedAddress = configuration.announcedAddress
    }

    deinit {
        session.beginClose(.hungUp)
    }

    public func answer(offer: String) async throws(AudioTransportError) -> String {
        guard let offered = SessionDescription(offer) else { throw refuse(.notSDP) }
        guard let audio = offered.audio else { throw refuse(.noOpus) }
        let sdp = offered.withUsableCandidates().text
        let answer = try await session.negotiate(peerSendsAudio: audio.direction.sends) { $0.acceptOffer(sdp, audio: audio) }.get()
        guard var description = SessionDescription(answer) else { throw refuse(.negotiationFailed) }
        description = description.withStream(named: "realtime", track: "audio0")
        if let announcedAddress { description = description.announcing(announcedAddress) }
        return description.text
    }

    /// A refused offer ends the connection: nothing was started that would have to be stopped.
    private func refuse(_ error: AudioTransportError) -> AudioTransportError {
        session.beginClose(.failed)
        return error
    }

    public func send(_ text: String) -> Bool { session.send(text) }

    public func close(_ reason: AudioTransportCloseReason) async { await session.close(reason) }

    /// Nil before the offer and after the close.
    public var statistics: PeerConnectionStatistics? { session.statistics.map(PeerConnectionStatistics.init) }
}
