import ServerEdge

/// What the engine that `viva serve` starts is told of the settings: in its environment, and nothing else.
///
/// It does not read the settings file itself. That may hold secrets of the gateway, and the process that decodes what strangers send shall
/// not know them.
enum EngineSettings {
    private static let inherited: Set = ["PATH", "HOME", "LANG", "LD_LIBRARY_PATH"]
    private static let inheritedGroups = ["VIVA_MEDIA_", "VIVA_LLM_", "GST_"]
    /// Those that the settings file may say; a file's name is no secret.
    private static let keys = [
        "viva.log.level", "viva.engine.max.calls",
        "viva.media.port.first", "viva.media.port.last", "viva.media.announced.address",
        "viva.llm.url", "viva.llm.model", "viva.llm.timeout.ms", "viva.llm.first.token.ms", "viva.llm.extra", "viva.llm.api.key.file",
    ]
    /// The language model is asked by the engine, so its key is the engine's.
    private static let secret = "viva.llm.api.key"

    static func environment(_ settings: Settings) throws -> [String: String] {
        var environment = settings.environment.filter { variable in
            inherited.contains(variable.key) || inheritedGroups.contains(where: variable.key.hasPrefix)
        }
        for key in keys { environment[Settings.variable(key)] = settings.text(key) }
        if settings.text(secret + ".file") == nil, let key = try settings.secret(secret) {
            environment[Settings.variable(secret)] = key.expose()
        }
        environment["VIVA_CONFIG"] = Settings.noFile
        return environment
    }
}
