/// What one WebSocket connection may cost. Every field has a default with a reason.
public struct WebSocketLimits: Sendable, Equatable {
    public struct MessageRate: Sendable, Equatable {
        public var perSecond: Double
        public var burst: Double

        public init(perSecond: Double, burst: Double) {
            self.perSecond = perSecond
            self.burst = burst
        }
    }

    /// Which messages may be large where ``WebSocketLimits/maximumMessageBytes`` is. Decided by their first
    /// bytes, before the rest is collected, so that rubbish of a peer costs no more than the threshold.
    ///
    /// It is no authorisation: a peer that knows the markers can write them before its rubbish.
    public struct LargeMessages: Sendable, Equatable {
        /// Bytes that every message may have, all fragments together.
        public var threshold = 1024 * 1024
        /// How many bytes from a larger message's beginning are looked at.
        public var inspectedBytes = 512
        /// A larger message has one of these among them, as bytes of UTF-8; else 1009. Without any, none may be larger.
        public var markers: [String]

        public init(markers: [String]) {
            self.markers = markers
        }
    }

    /// Bytes of one inbound frame; beyond it 1009. 64 KiB is above any signalling message of ours.
    public var maximumFrameBytes = 64 * 1024
    /// Bytes of one inbound message after reassembly; beyond it 1009. An endpoint that takes audio in JSON raises it.
    public var maximumMessageBytes = 256 * 1024
    /// Which messages may be that large; nil: all.
    public var largeMessages: LargeMessages?
    /// Fragments of one message; beyond it 1008. Peers of ours send one to three.
    public var maximumFragments = 64
    /// Messages that wait for the consumer. Beyond it the socket is no longer read, so the peer's kernel waits, not our memory.
    public var maximumInboundMessages = 64
    /// Bytes that wait for the consumer, with the same effect.
    public var maximumInboundBytes = 1024 * 1024
    /// Bytes that wait to be written. Beyond it the peer is too slow and is closed with 1013.
    public var maximumOutboundBytes = 1024 * 1024
    /// Pings of the peer; beyond it 1008. Each one costs us an answer.
    public var pingRate = MessageRate(perSecond: 10, burst: 20)
    /// Text messages of the peer; nil: no limit beyond backpressure. Beyond it 1008.
    public var messageRate: MessageRate?
    /// How long nothing may arrive before we ping; nil: for ever. 15 s keeps usual proxies (60 s) from closing, and with the time
    /// for the pong a dead peer is noticed in 25 s (promise R4: 30 s).
    public var pingInterval: Duration? = .seconds(15)
    /// How long after a ping nothing at all may arrive, not even a byte of a message; then the peer counts as gone (1011 and closed).
    public var pongTimeout: Duration = .seconds(10)
    /// From the first byte of a message to its last, however it is cut up; then 1008. The bytes of a message that is still arriving
    /// are signs of life, so something must end one that drips. 15 MiB come within it at 2.1 Mbit/s.
    public var messageTimeout: Duration = .seconds(60)
    /// How long no message may arrive, pings and pongs not counted; then 1001. Nil: as long as it lives.
    public var idleTimeout: Duration?
    /// How long after our close frame we wait for the peer's, before the socket is closed.
    public var closeTimeout: Duration = .seconds(5)

    public init() {}
}
