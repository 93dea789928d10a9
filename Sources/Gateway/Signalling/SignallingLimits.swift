/// What a signalling session may cost, each with its reason. Those that operators may choose are settings.
public struct SignallingLimits: Sendable, Equatable {
    /// How long a session lives after its socket has closed. A reconnecting page takes seconds (`VIVA_SIGNALLING_RESUME_SECONDS`).
    public var resumeWindow: Duration = .seconds(60)
    /// How long a session without a socket lives after the last request for it (`VIVA_SIGNALLING_IDLE_SECONDS`). An open socket is no
    /// idle one: its peer answers pings.
    public var idleTimeout: Duration = .seconds(300)
    /// By then somebody must have shown whose session an open socket is. A page does so in the moment it has connected; the time is
    /// for the question whether it may use the microphone.
    var unboundLife: Duration = .seconds(30)
    /// How long an offer waits for the key that the page asks for at the same time.
    var keyWait: Duration = .seconds(5)
    /// How long an offer that failed is kept for the one more try with a new key.
    var retryWindow: Duration = .seconds(15)
    /// How long a key is good: what such pages count on, who renew it after 55 s.
    var keyLifetime: Duration = .seconds(60)
    /// Tries of one offer: the first, and one with a new key.
    var attempts = 2
    /// Keys of one session in a minute. A page needs one or two.
    var keysPerMinute = 12
    /// Exchanges of one session in a minute; each costs a call at the upstream.
    var exchangesPerMinute = 6
    /// Sessions of the process, those with open sockets among them; beyond it new ones are refused, and beyond half of it those of which
    /// nobody has shown whose they are (`VIVA_LIMIT_SESSIONS`). Four for each call there may be: a session outlives its call.
    public var sessions = 2000

    public init() {}
}

/// The limits in one place for all sessions: they are 112 bytes, and each session needs them.
final class SharedSignallingLimits: Sendable {
    let value: SignallingLimits

    init(_ value: SignallingLimits) { self.value = value }
}

/// So many things in any minute. Pure; the time is an argument.
struct MinuteQuota: Sendable {
    private let limit: Int
    private var times: [Duration] = []

    init(_ limit: Int) { self.limit = limit }

    /// Whether one more is allowed now; it is then counted.
    mutating func take(at now: Duration) -> Bool {
        self.times.removeAll { now - $0 >= .seconds(60) }
        guard self.times.count < self.limit else { return false }
        self.times.append(now)
        return true
    }
}
