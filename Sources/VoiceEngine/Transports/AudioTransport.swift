/// One call's media: audio both ways and a text channel, whatever carries them.
///
/// The engine owns the playback queue and the turn-taking; a transport owns neither. It hands over
/// what was heard and asks, every 20 ms, for the frame that is due. So an interruption is nothing
/// more than the engine clearing its own queue: at most one frame is on its way inside a transport.
///
/// Audio is 24 kHz mono signed 16 bit in both directions, in frames of 480 samples (20 ms).
public protocol AudioTransport: Sendable {
    /// Takes the peer's offer and returns the complete answer, candidates included (no trickle).
    ///
    /// Called once. A transport that throws is closing and needs no `close`, though one does no harm.
    func answer(offer: String) async throws(AudioTransportError) -> String

    /// Sends one text message on the data channel `oai-events`.
    ///
    /// - Parameter text: Not empty and without a zero character; both are refused.
    /// - Returns: False when the channel is not open, or the bytes that wait to be sent would pass the
    ///   transport's limit. The message is then dropped; nothing was sent in part.
    func send(_ text: String) -> Bool

    /// Ends the call and releases everything it held. Idempotent; returns when nothing of the call is left.
    ///
    /// The first reason wins and is reported by the one `closed` event. No handler is called once this
    /// has returned. Must not be awaited inside a handler: handlers never block.
    func close(_ reason: AudioTransportCloseReason) async
}

/// What happened to a transport.
///
/// `connected` comes at most once, `channelOpen` only after it. For a transport that gave an answer `closed`
/// comes exactly once and last; one whose `answer` threw sends no event at all.
public enum AudioTransportEvent: Sendable {
    /// Media flows: from now on a frame is asked for every 20 ms.
    case connected
    /// A data channel is open for `send`. The label is the peer's, `oai-events` by convention. Its first channel is
    /// the one that is served; others are closed.
    case channelOpen(label: String)
    /// The peer's text, at most 64 KiB of it. Peer input: nothing about its content was checked.
    case text(String)
    case closed(AudioTransportCloseReason)
}

/// Why a transport ended.
public enum AudioTransportCloseReason: String, Sendable {
    /// This side ended it.
    case hungUp
    /// The peer said that it left.
    case peerClosed
    /// The peer stopped sending without a word: closed laptop, lost network.
    case peerSilent
    /// An answer was given and no connection followed in time.
    case connectTimeout
    /// The transport itself failed.
    case failed
}

/// Why an offer was not answered.
public enum AudioTransportError: Error, Sendable {
    /// The offer is not a session description.
    case notSDP
    /// The offer has no audio section with Opus at 48 kHz.
    case noOpus
    /// No local address or port could be bound for the call: the port range is exhausted.
    case noPorts
    /// The answer was not complete in time.
    case negotiationTimeout
    /// The offer was refused, or the transport was closed meanwhile.
    case negotiationFailed
}

/// What a transport calls. Each closure may be called on any thread and must return at once:
/// copy, enqueue, signal; never wait for a lock that is held for long, never do I/O.
public struct AudioTransportHandlers: Sendable {
    /// Audio from the peer, 480 samples at a time, on the decoder's thread. The buffer is valid during the call only.
    public var received: @Sendable (UnsafeBufferPointer<Int16>) -> Void

    /// Fill all 480 samples of the frame that is due, with zeros when nothing is to be said. Called on one
    /// thread that serves every call of the process, every 20 ms from `connected` until `closed`.
    public var frameDue: @Sendable (UnsafeMutableBufferPointer<Int16>) -> Void

    /// What happened, in order.
    public var event: @Sendable (AudioTransportEvent) -> Void

    public init(
        received: @escaping @Sendable (UnsafeBufferPointer<Int16>) -> Void,
        frameDue: @escaping @Sendable (UnsafeMutableBufferPointer<Int16>) -> Void,
        event: @escaping @Sendable (AudioTransportEvent) -> Void
    ) {
        self.received = received
        self.frameDue = frameDue
        self.event = event
    }
}

/// Makes the transport of a new call.
public protocol AudioTransportMaking: Sendable {
    func makeTransport(handlers: AudioTransportHandlers) throws -> any AudioTransport
}
