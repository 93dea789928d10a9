public import ServerEdge

/// How the supervised engine is started, and the limits of its supervision.
public struct EngineConfiguration: Sendable {
    /// Path of the executable; the composition root passes its own.
    public var executable: String
    /// Arguments after the program name, for example `engine --host 127.0.0.1 --port 0`.
    public var arguments: [String]
    /// The complete environment of the child; nothing is inherited, so no secret of the gateway reaches it by accident.
    public var environment: [String: String]
    /// The key that `environment` gives the engine for its clients, so that no other program of this machine takes its places.
    public private(set) var apiKey: Secret<String>?
    /// The engine must say that it is ready within this time. Loading the speech models takes seconds on a cold disk.
    public var readyTimeout: Duration = .seconds(60)
    /// After SIGTERM the child has this long to end its calls; then it is killed.
    public var terminationGrace: Duration = .seconds(5)
    /// Wait between two looks whether a ready engine still answers `GET /health`.
    public var probeInterval: Duration = .seconds(5)
    /// An answer must have come by then. An engine whose cores are all busy with speech answers within a second.
    public var probeDeadline: Duration = .seconds(5)
    /// Missing answers in a row after which a ready engine counts as hung and is killed. One could be a busy moment, and a
    /// restart ends every call; three are at most half a minute in which nobody hears anything.
    public var probeFailures = 3

    public init(executable: String, arguments: [String], environment: [String: String]) {
        self.executable = executable
        self.arguments = arguments
        self.environment = environment
    }

    /// Makes a random key for this run of the engine and tells the engine in the environment variable `variable`.
    public mutating func makeKey(for variable: String) {
        let key = RandomToken.make()
        self.environment[variable] = key
        self.apiKey = Secret(key)
    }
}
