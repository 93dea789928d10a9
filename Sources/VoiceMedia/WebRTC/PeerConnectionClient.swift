public import VoiceEngine

/// The other end of a call, for `viva simulate` and the tests: offers audio in both directions and a data channel,
/// as a candidate's browser does.
///
/// Call `offer`, hand it to the server, then `accept(answer:)`. Frames, events and limits are those of `PeerConnection`.
public final class PeerConnectionClient: Sendable {
    /// The label that the Realtime API expects.
    public static let channelLabel = "oai-events"

    private let session: PeerSession

    init(configuration: PeerConnectionConfiguration, handlers: AudioTransportHandlers, environment: PeerEnvironment) {
        session = PeerSession(configuration: configuration, handlers: handlers, environment: environment, isOfferer: true)
    }

    deinit {
        session.beginClose(.hungUp)
    }

    /// The complete offer, every candidate included. Called once.
    public func offer() async throws(AudioTransportError) -> String {
        try await session.negotiate(peerSendsAudio: true) { $0.makeOffer(channelLabel: Self.channelLabel) }.get()
    }

    /// Takes the answer in; media follows with the event `connected`, or `closed(.connectTimeout)`.
    public func accept(answer: String) async throws(AudioTransportError) {
        guard let description = SessionDescription(answer) else { throw refuse(.notSDP) }
        guard let audio = description.audio else { throw refuse(.noOpus) }
        _ = try await session.takeAnswer(description.text, peerSendsAudio: audio.direction.sends).get()
    }

    private func refuse(_ error: AudioTransportError) -> AudioTransportError {
        session.beginClose(.failed)
        return error
    }

    /// Sends one text message on the data channel. False when it is not open or too much waits.
    public func send(_ text: String) -> Bool { session.send(text) }

    /// Idempotent; returns when nothing of the call is left.
    public func close(_ reason: AudioTransportCloseReason = .hungUp) async { await session.close(reason) }

    /// Nil before the offer and after the close.
    public var statistics: PeerConnectionStatistics? { session.statistics.map(PeerConnectionStatistics.init) }
}
