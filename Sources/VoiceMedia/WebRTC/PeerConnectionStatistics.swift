import CGStreamer

/// Counters of one connection since its start.
public struct PeerConnectionStatistics: Sendable {
    /// Frames of 20 ms that were decoded and handed over.
    public let framesReceived: UInt64
    /// Frames of 20 ms that were given to the connection to be sent.
    public let framesSent: UInt64
    /// Of those, silent ones that were not encoded.
    public let framesSpared: UInt64
    /// Text messages of the peer that were handed over.
    public let textsReceived: UInt64
    /// Text messages of the peer that were dropped because they were longer than 64 KiB.
    public let textsDropped: UInt64
    /// Audio packets that never came.
    public let packetsLost: UInt64
    /// Audio packets that came too late to be heard.
    public let packetsLate: UInt64
    /// Mean jitter of the audio packets (RFC 3550, section 6.4.1).
    public let jitter: Duration
    /// Bytes of text that wait for the network.
    public let queuedTextBytes: UInt64

    init(_ stats: viva_webrtc_stats) {
        framesReceived = stats.frames_received
        framesSent = stats.frames_pushed
        framesSpared = stats.frames_spared
        textsReceived = stats.texts_received
        textsDropped = stats.texts_dropped
        packetsLost = stats.packets_lost
        packetsLate = stats.packets_late
        jitter = .nanoseconds(Int64(clamping: stats.jitter_ns))
        queuedTextBytes = stats.queued_bytes
    }
}
