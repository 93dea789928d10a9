/// Which Realtime server the gateway uses: a given one, or the engine it supervises itself.
public enum Upstream: Sendable {
    /// A server at a fixed address, for example OpenAI or a load balancer in front of engines.
    case fixed(UpstreamEndpoint)
    /// The child process of this supervisor; its address changes with each start.
    case supervised(EngineSupervisor)

    /// Where calls go now; nil while the engine is not ready.
    var endpoint: UpstreamEndpoint? {
        switch self {
        case .fixed(let endpoint): endpoint
        case .supervised(let supervisor):
            supervisor.running.flatMap { engine in
                var endpoint = UpstreamEndpoint(baseURL: "\(engine.baseAddress)/v1", apiKey: supervisor.apiKey, speaksVerbatim: true)
                endpoint?.life = engine.life
                return endpoint
            }
        }
    }

    /// Why no call can be made now, for `/ready`; nil when one can. A fixed server is taken as ready: it has a readiness of
    /// its own, and a failure shows in the error of the call.
    var notReadyReason: String? {
        switch self {
        case .fixed: nil
        case .supervised(let supervisor):
            switch supervisor.status {
            case .ready: nil
            case .starting: "the voice engine is starting"
            case .down(let failures): "the voice engine ended \(failures) times in a row and is being restarted"
            case .stopped: "the voice engine is stopped"
            }
        }
    }

    /// Voices leave this machine: the candidate has to be told so.
    var isRemote: Bool {
        switch self {
        case .fixed(let endpoint): !endpoint.isOnThisMachine
        case .supervised: false
        }
    }
}

/// One of the servers that calls may go to, and what its sessions ask for: names of models and voices differ between
/// servers.
public struct UpstreamChoice: Sendable {
    public let upstream: Upstream
    /// Asked for in each session; nil leaves the choice to the server. OpenAI wants one.
    public var model: String?
    /// Asked for in each session; nil leaves the choice to the server.
    public var voice: String?
    /// Turns the candidate's speech into the text of the record; nil: `gpt-4o-mini-transcribe`, which our engine maps to
    /// its own.
    public var transcriptionModel: String?

    public init(_ upstream: Upstream, model: String? = nil, voice: String? = nil, transcriptionModel: String? = nil) {
        self.upstream = upstream
        self.model = model
        self.voice = voice
        self.transcriptionModel = transcriptionModel
    }

    var session: InterviewSession.Options {
        var options = InterviewSession.Options(model: self.model, voice: self.voice)
        if let model = self.transcriptionModel { options.transcriptionModel = model }
        return options
    }
}
