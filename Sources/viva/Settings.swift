import Configuration
import Foundation
import ServerEdge

/// Where settings come from: the environment (`VIVA_…`), then `viva.yaml` in the working directory or the file that `VIVA_CONFIG` names.
/// Flags of a command stand above both and are applied by the command.
///
/// This is the only place that reads the environment.
struct Settings: Sendable {
    /// As `VIVA_CONFIG`: no settings file is read, not even `viva.yaml`.
    static let noFile = "/dev/null"
    /// Each setting that is a secret, whichever command reads it.
    private static let secrets =
        ["openai.api.key", "viva.engine.api.key", "viva.jwt.secret", "viva.llm.api.key", "viva.turn.secret", "viva.upstream.api.key"]
        + (2...UpstreamSettings.most).map { "viva.upstream.\($0).api.key" }

    private let reader: ConfigReader
    /// The settings file alone; nil when none is read.
    private let file: (path: String, reader: ConfigReader)?
    let environment: [String: String]

    init(environment: [String: String] = ProcessInfo.processInfo.environment) async throws {
        self.environment = environment
        let variables = EnvironmentVariablesProvider(environmentVariables: environment)
        let path = environment["VIVA_CONFIG"] ?? "viva.yaml"
        guard path != Self.noFile else {
            reader = ConfigReader(provider: variables)
            file = nil
            return
        }
        let yaml: FileProvider<YAMLSnapshot>
        do {
            let place = InMemoryProvider(values: [
                "filePath": .init(.string(path), isSecret: false),
                "allowMissing": .init(.bool(environment["VIVA_CONFIG"] == nil), isSecret: false),
            ])
            yaml = try await FileProvider<YAMLSnapshot>(config: ConfigReader(provider: place))
        } catch {
            // Behind its first line an error of the parser shows the text, where a secret may stand.
            let problem = String(describing: error).prefix { !$0.isNewline }
            throw CommandFailure("cannot read the settings file \(path): \(problem)")
        }
        reader = ConfigReader(providers: [variables, yaml])
        file = (path, ConfigReader(provider: yaml))
        // Also for what this command does not read: a secret that lies open is one for all of them.
        for key in Self.secrets { try checkFile(naming: key) }
    }

    /// A text; empty counts as absent, so that `VIVA_X= viva …` unsets.
    func text(_ key: String) -> String? {
        guard let value = reader.string(forKey: ConfigKey(key)), !value.isEmpty else { return nil }
        return value
    }

    /// A whole number within a range; anything else is an error that names the setting.
    func number(_ key: String, in range: ClosedRange<Int>) throws -> Int? {
        guard let value = text(key) ?? reader.int(forKey: ConfigKey(key)).map(String.init) else { return nil }
        guard let number = Int(value), range.contains(number) else {
            throw CommandFailure(
                "\(Self.variable(key)) must be a whole number from \(range.lowerBound) to \(range.upperBound), not \"\(value)\""
            )
        }
        return number
    }

    /// Yes or no; anything else is an error that names the setting.
    func flag(_ key: String) throws -> Bool? {
        guard let value = text(key) ?? reader.bool(forKey: ConfigKey(key)).map({ $0 ? "true" : "false" }) else { return nil }
        switch value.lowercased() {
        case "1", "true", "yes", "on": return true
        case "0", "false", "no", "off": return false
        default: throw CommandFailure("\(Self.variable(key)) must be true or false, not \"\(value)\"")
        }
    }

    /// A secret, given directly or as a file that `…_FILE` names. A file that holds it must not be readable by others.
    func secret(_ key: String) throws -> Secret<String>? {
        if let path = text(key + ".file") {
            guard let isOpen = Self.isOpen(path), let content = try? String(contentsOfFile: path, encoding: .utf8) else {
                throw CommandFailure("cannot read \(path), which \(Self.variable(key))_FILE names")
            }
            guard !isOpen else { throw CommandFailure("\(path) holds a secret and is readable by others; run `chmod 600 \(path)`") }
            let secret = content.trimmingCharacters(in: .whitespacesAndNewlines)
            guard !secret.isEmpty else { throw CommandFailure("\(path), which \(Self.variable(key))_FILE names, is empty") }
            return Secret(secret)
        }
        try checkFile(naming: key)
        guard let value = reader.string(forKey: ConfigKey(key), isSecret: true), !value.isEmpty else { return nil }
        return Secret(value)
    }

    /// Refuses a settings file that holds this secret and is not its owner's alone, even where the environment says another one.
    private func checkFile(naming key: String) throws {
        guard let file, let value = file.reader.string(forKey: ConfigKey(key), isSecret: true), !value.isEmpty else { return }
        guard Self.isOpen(file.path) == false else {
            throw CommandFailure(
                "\(file.path) holds a secret, \(Self.variable(key)), and is readable by others; run `chmod 600 \(file.path)`"
            )
        }
    }

    /// Whether its group or others may do anything with the file; nil when that cannot be found out.
    private static func isOpen(_ path: String) -> Bool? {
        // A link says nothing about who may read what it leads to.
        let place = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
        let attributes = try? FileManager.default.attributesOfItem(atPath: place)
        guard let mode = (attributes?[.posixPermissions] as? NSNumber)?.intValue else { return nil }
        return mode & 0o077 != 0
    }

    /// The name of a setting in the environment.
    static func variable(_ key: String) -> String {
        key.replacingOccurrences(of: ".", with: "_").uppercased()
    }
}
