import Configuration
import Foundation
import ServerEdge

/// Where settings come from: the environment (`VIVA_…`), then `viva.yaml` in the working directory or the file that `VIVA_CONFIG` names.
/// Flags of a command stand above both and are applied by the command.
///
/// This is the only place that reads the environment.
struct Settings: Sendable {
    private let reader: ConfigReader
    let environment: [String: String]

    init(environment: [String: String] = ProcessInfo.processInfo.environment) async throws {
        self.environment = environment
        let file = environment["VIVA_CONFIG"] ?? "viva.yaml"
        let yaml: FileProvider<YAMLSnapshot>
        do {
            let place = InMemoryProvider(values: [
                "filePath": .init(.string(file), isSecret: false),
                "allowMissing": .init(.bool(environment["VIVA_CONFIG"] == nil), isSecret: false),
            ])
            yaml = try await FileProvider<YAMLSnapshot>(config: ConfigReader(provider: place))
        } catch {
            throw CommandFailure("cannot read the settings file \(file): \(error)")
        }
        reader = ConfigReader(providers: [EnvironmentVariablesProvider(environmentVariables: environment), yaml])
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

    /// A secret, given directly or as a file that `…_FILE` names. The file must not be readable by others.
    func secret(_ key: String) throws -> Secret<String>? {
        if let path = text(key + ".file") {
            // A link says nothing about who may read what it leads to.
            let place = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
            let attributes = try? FileManager.default.attributesOfItem(atPath: place)
            guard let mode = (attributes?[.posixPermissions] as? NSNumber)?.intValue,
                let content = try? String(contentsOfFile: path, encoding: .utf8)
            else { throw CommandFailure("cannot read \(path), which \(Self.variable(key))_FILE names") }
            guard mode & 0o077 == 0 else {
                throw CommandFailure("\(path) holds a secret and is readable by others; run `chmod 600 \(path)`")
            }
            let secret = content.trimmingCharacters(in: .whitespacesAndNewlines)
            guard !secret.isEmpty else { throw CommandFailure("\(path), which \(Self.variable(key))_FILE names, is empty") }
            return Secret(secret)
        }
        guard let value = reader.string(forKey: ConfigKey(key), isSecret: true), !value.isEmpty else { return nil }
        return Secret(value)
    }

    private static func variable(_ key: String) -> String {
        key.replacingOccurrences(of: ".", with: "_").uppercased()
    }
}
