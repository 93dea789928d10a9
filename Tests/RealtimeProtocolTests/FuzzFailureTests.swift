import Foundation
import RealtimeProtocol
import Testing

/// Inputs that fuzzing once found, kept for ever (`Fuzz/Failures`).
@Suite struct FuzzFailureTests {
    private static let root = URL(filePath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Fuzz", directoryHint: .isDirectory)

    private func inputs(_ folder: String, _ property: ProtocolProperty) -> [URL] {
        let folder = Self.root.appending(path: "\(folder)/\(property.rawValue)", directoryHint: .isDirectory)
        return (try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)) ?? []
    }

    @Test("what fuzzing found once holds now", arguments: ProtocolProperty.allCases)
    func replay(property: ProtocolProperty) throws {
        for url in inputs("Failures", property) + inputs("Corpus", property) {
            guard let text = String(validating: try Data(contentsOf: url), as: UTF8.self) else { continue }
            #expect(throws: Never.self, "\(url.lastPathComponent)") { try property.check(text) }
        }
    }

    @Test("the fixtures hold every property", arguments: ProtocolProperty.allCases)
    func fixtures(property: ProtocolProperty) throws {
        for line in try Fixture.allCases.flatMap({ try $0.lines() }) {
            #expect(throws: Never.self, "\(line)") { try property.check(line) }
        }
    }
}
