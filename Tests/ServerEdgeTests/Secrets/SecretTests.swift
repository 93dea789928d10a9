#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif
import ServerEdge
import Testing

private struct Settings: Codable {
    var name: String
    var key: Secret<String>
}

private struct Candidate {
    let id: Int
    let name: Personal<String>
}

/// Every usual way to turn a value into text.
private func renderings(_ value: some Any) -> [String] {
    var dumped = ""
    dump(value, to: &dumped)
    var printed = ""
    print(value, to: &printed)
    let mirrored = Mirror(reflecting: value).children.map { "\($0.label ?? ""): \($0.value)" }.joined(separator: ", ")
    return [
        dumped, printed, mirrored, "\(value)", String(describing: value), String(reflecting: value),
        "\([value])", "\(Optional(value) as Any)", String(reflecting: ["key": value]),
    ]
}

@Suite struct SecretTests {
    private static let canary = "sk-canary-0123456789abcdefghijklmnopqrstuvwxyz"

    @Test("a secret shows its value in no rendering")
    func secretNeverPrints() {
        for text in renderings(Secret(Self.canary)) { #expect(!text.contains("canary"), "leaked in: \(text)") }
    }

    @Test("a secret inside another value shows its value in no rendering")
    func nestedSecretNeverPrints() {
        for text in renderings(Settings(name: "upstream", key: Secret(Self.canary))) {
            #expect(!text.contains("canary"), "leaked in: \(text)")
        }
    }

    @Test("a secret says that it is redacted")
    func secretIsVisible() {
        #expect("\(Secret(Self.canary))" == "<redacted>")
        #expect(Secret(Self.canary).expose() == Self.canary)
    }

    @Test("encoding a structure with a secret inside throws, and the error does not quote it")
    func encodingThrows() {
        do {
            _ = try JSONEncoder().encode(Settings(name: "upstream", key: Secret(Self.canary)))
            Issue.record("a secret was encoded")
        } catch {
            #expect(!"\(error)".contains("canary"))
        }
    }

    @Test("a secret is decoded from its plain value")
    func decoding() throws {
        let settings = try JSONDecoder().decode(Settings.self, from: Data(#"{"name":"n","key":"k"}"#.utf8))
        #expect(settings.key.expose() == "k")
    }

    @Test("a personal value shows itself in no rendering")
    func personalNeverPrints() {
        for text in renderings(Candidate(id: 7, name: Personal("Canary Person"))) + renderings(Personal("Canary Person")) {
            #expect(!text.contains("Canary"), "leaked in: \(text)")
        }
        #expect("\(Personal("Canary Person"))" == "<personal>")
    }

    @Test("a mapped personal value stays hidden and can be revealed")
    func mappedPersonal() {
        let initial = Personal("Canary").map { $0.prefix(1) }
        #expect("\(initial)" == "<personal>")
        #expect(initial.reveal() == "C")
    }
}
