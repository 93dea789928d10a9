import Gateway
import Logging
import ServerEdge

/// The servers that calls go to: `VIVA_UPSTREAM_…` says the first, `VIVA_UPSTREAM_2_…` to `VIVA_UPSTREAM_9_…` those that are asked after
/// it. The address `local` is the engine that `viva serve` starts itself, and so is an absent first address.
enum UpstreamSettings {
    /// Servers in a row; every one of them costs a candidate time when it fails.
    static let most = 9
    static let local = "local"

    struct Choices {
        var upstreams: [UpstreamChoice]
        /// The engine to be started, if it is one of them.
        var engine: EngineSupervisor?
    }

    static func choices(
        _ settings: Settings,
        logger: Logger,
        startEngine: () throws -> EngineSupervisor
    ) throws -> Choices {
        var choices = Choices(upstreams: [], engine: nil)
        for number in 1...most {
            let key = number == 1 ? "viva.upstream" : "viva.upstream.\(number)"
            let name = number == 1 ? "VIVA_UPSTREAM" : "VIVA_UPSTREAM_\(number)"
            guard let address = settings.text(key + ".url") ?? (number == 1 ? local : nil) else { continue }
            guard choices.upstreams.count == number - 1 else {
                throw CommandFailure(
                    "\(name)_URL is set, but VIVA_UPSTREAM_\(number - 1)_URL is not: the servers are numbered without gaps"
                )
            }
            let upstream: Upstream
            if address == local {
                guard choices.engine == nil else { throw CommandFailure("\(name)_URL names the local engine a second time") }
                let engine = try startEngine()
                choices.engine = engine
                upstream = .supervised(engine)
            } else {
                upstream = .fixed(try endpoint(address, key, name, settings, logger: logger))
            }
            choices.upstreams.append(
                UpstreamChoice(
                    upstream,
                    model: settings.text(key + ".model"),
                    voice: settings.text(number == 1 ? "viva.voice" : key + ".voice")
                )
            )
        }
        return choices
    }

    private static func endpoint(
        _ address: String,
        _ key: String,
        _ name: String,
        _ settings: Settings,
        logger: Logger
    ) throws -> UpstreamEndpoint {
        let verbatim = try settings.flag(key + ".verbatim") ?? false
        guard var endpoint = UpstreamEndpoint(baseURL: address, speaksVerbatim: verbatim) else {
            throw CommandFailure("\(name)_URL must be a web address such as https://api.openai.com/v1, or \(local), not \"\(address)\"")
        }
        endpoint.apiKey =
            try settings.secret(key + ".api.key") ?? (endpoint.takesOpenAIKey ? settings.secret("openai.api.key") : nil)
        if let allowed = try settings.flag(key + ".private.media") { endpoint.allowsPrivateMedia = allowed }
        if endpoint.sendsKeyInTheClear {
            logger.warning("an upstream's key goes over the network unencrypted; use https", metadata: ["viva.setting": "\(name)_URL"])
        }
        return endpoint
    }
}
