import InterviewCore
import InterviewStore
import Logging

/// What a live call needs of the world; made once by the gateway.
struct CallEnvironment: Sendable {
    let store: any InterviewStore
    let ladder: UpstreamLadder
    let policy: ConductorPolicy
    let clock: MonotonicClock
    let wallClock: WallClock
    let budget: JournalBudget
    let places: CallPlaces
    let minutes: MinuteLimits
    let sessionTexts = InterviewSessionTexts()
    let metrics: GatewayMetrics
    let logger: Logger
}

/// The limits of a live call, each with its reason.
enum CallLimits {
    /// The browser must be heard or hear something by then, or the set-up has failed. The engine gives up on a peer that
    /// does not connect after 30 s and then closes the sideband; this is for an upstream that never says so.
    static let mediaDeadline: Duration = .seconds(45)
    /// After the end, words of the last turn may still come for this long.
    static let lastWords: Duration = .seconds(3)
    /// The end is announced when everything is stored, or after this: a store that is down must not keep the candidate
    /// waiting in front of a finished interview.
    static let endDeadline: Duration = .seconds(5)
    /// Jobs of one call that may wait to be started. They start at once; this only bounds a fault of ours.
    static let jobs = 256
    /// How often overdue words are looked for while some are due.
    static let overdueCheck: Duration = .seconds(5)
    /// A call that never connected stays this long, so that the next attempt meets the same event stream.
    static let idle: Duration = .seconds(300)
}

/// Why a connection ended, as stored with the call and told to the room.
enum LossReason: String, Sendable {
    /// The browser is gone: it closed, or the network between it and the engine broke.
    case callLost = "call_lost"
    /// The engine or the way to it is gone.
    case engineLost = "engine_lost"
    /// This server is being restarted.
    case draining
    /// The browser and the engine found no way to each other.
    case setUpFailed = "setup_failed"
    /// The candidate has opened a new call in its place.
    case replaced

    /// What the room is told.
    var notice: CallNotice {
        switch self {
        case .callLost: .callLost
        case .engineLost: .engineLost
        case .draining: .draining
        case .setUpFailed: .setUpFailed
        case .replaced: .replaced
        }
    }
}
