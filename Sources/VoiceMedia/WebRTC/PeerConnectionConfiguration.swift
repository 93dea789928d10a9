/// How calls are carried. One value for the process; every limit has its reason beside it.
public struct PeerConnectionConfiguration: Sendable {
    /// UDP ports for media. One port for each call (and each bound address), so the range bounds the number
    /// of calls. Nil: any port the system gives.
    public var portRange: ClosedRange<UInt16>?

    /// Local addresses to bind. Nil: all of this machine that are not link-local, and 127.0.0.1, because the
    /// candidate's browser and the engine are often on one machine and ICE leaves the loopback out by itself.
    public var bindAddresses: [String]?

    /// The address peers are told, where a router maps it one to one to this machine. Replaces the address of
    /// every IPv4 candidate of the answer.
    public var announcedAddress: String?

    /// Longest wait for a missing packet, milliseconds. Packets that come in order are not delayed by it.
    public var latencyMilliseconds: UInt32

    /// Bits per second of the voice that is sent. Opus is transparent for speech from about 24 kbit/s.
    public var bitrate: UInt32

    /// Effort of the Opus encoder, 0…10. Speech in a call takes about 0.4 % of a core with 0 and 1.5 % with 5 (on a shared virtual machine).
    public var complexity: UInt32

    /// Packet loss, percent, that in-band error correction of the sent voice provides for; 0 turns it off.
    public var expectedLossPercent: UInt32

    /// Whether digital silence is encoded. It costs as much as speech, so after 200 ms of it packets without content are sent instead, which
    /// decoders fill with silence (RFC 7587, section 3.1.3); one comes every 20 ms all the same. Browsers encode silence unless they are told
    /// not to, so what stands for one does.
    public var encodesSilence: Bool

    /// From the offer to the complete answer. Warm it takes about 10 ms, cold half a second; with no port left
    /// it never ends.
    public var answerTimeout: Duration

    /// From the answer to media. Covers a slow client and its ICE checks; browsers themselves give up after 15 s.
    public var connectTimeout: Duration

    /// Longest time without audio from a peer that said it would send. Browsers send packets even when muted, so
    /// silence on the wire means that the peer is gone. ICE alone notices after about 50 s.
    public var peerSilenceTimeout: Duration

    /// Bytes of text that may wait for the network in each call: some minutes of captions.
    public var maximumQueuedTextBytes: Int

    public init(
        portRange: ClosedRange<UInt16>? = nil,
        bindAddresses: [String]? = nil,
        announcedAddress: String? = nil,
        latencyMilliseconds: UInt32 = 40,
        bitrate: UInt32 = 32_000,
        complexity: UInt32 = 5,
        expectedLossPercent: UInt32 = 10,
        encodesSilence: Bool = false,
        answerTimeout: Duration = .seconds(3),
        connectTimeout: Duration = .seconds(15),
        peerSilenceTimeout: Duration = .seconds(5),
        maximumQueuedTextBytes: Int = 1 << 20
    ) {
        self.portRange = portRange
        self.bindAddresses = bindAddresses
        self.announcedAddress = announcedAddress
        self.latencyMilliseconds = latencyMilliseconds
        self.bitrate = bitrate
        self.complexity = complexity
        self.expectedLossPercent = expectedLossPercent
        self.encodesSilence = encodesSilence
        self.answerTimeout = answerTimeout
        self.connectTimeout = connectTimeout
        self.peerSilenceTimeout = peerSilenceTimeout
        self.maximumQueuedTextBytes = maximumQueuedTextBytes
    }
}
