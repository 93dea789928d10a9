import Foundation
import Testing

/// The events of a session as a file that people can read and review: one event a line, members in alphabetical order.
///
/// What differs from run to run is named by its place (`item_1` is the first item), sound is told by its length, and neighbouring pieces
/// of sound are one. To record the files anew, set `VIVA_RECORD_GOLDEN` to a folder, look at the difference, and copy them to `Golden`.
struct GoldenSequence {
    private var names: [String: String] = [:]
    private var counts: [String: Int] = [:]
    private(set) var lines: [String] = []

    /// Members that hold names of the session's own making.
    private static let members: Set = ["id", "item_id", "previous_item_id", "response_id", "conversation_id", "call_id"]
    private static let prefixes = ["item_", "resp_", "sess_", "rtc_", "conv_", "call_"]

    /// - Parameter texts: events as they were sent.
    init(_ texts: [String]) throws {
        var sound: (event: [String: Any], bytes: Int)?
        for text in texts {
            var event = try #require(JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
            event["event_id"] = nil
            if event["type"] as? String == "response.output_audio.delta", let delta = event["delta"] as? String {
                let bytes = try #require(Data(base64Encoded: delta)).count
                event["delta"] = nil
                sound = (sound?.event ?? event, (sound?.bytes ?? 0) + bytes)
                continue
            }
            try append(&sound)
            try append(event)
        }
        try append(&sound)
    }

    private mutating func append(_ sound: inout (event: [String: Any], bytes: Int)?) throws {
        guard var (event, bytes) = sound else { return }
        sound = nil
        event["delta"] = "(\(bytes) bytes)"
        bytes = 0
        try append(event)
    }

    private mutating func append(_ event: [String: Any]) throws {
        let data = try JSONSerialization.data(withJSONObject: renamed(event), options: [.sortedKeys, .withoutEscapingSlashes])
        lines.append(String(decoding: data, as: UTF8.self))
    }

    private mutating func renamed(_ value: Any) -> Any {
        switch value {
        case let list as [Any]: return list.map { renamed($0) }
        case let members as [String: Any]:
            var result: [String: Any] = [:]
            for key in members.keys.sorted() {
                if Self.members.contains(key), let text = members[key] as? String {
                    result[key] = name(of: text)
                } else {
                    result[key] = members[key].map { renamed($0) }
                }
            }
            return result
        default: return value
        }
    }

    private mutating func name(of text: String) -> String {
        guard let prefix = Self.prefixes.first(where: { text.hasPrefix($0) }) else { return text }
        if let name = names[text] { return name }
        counts[prefix, default: 0] += 1
        let name = prefix + String(counts[prefix, default: 0])
        names[text] = name
        return name
    }

    /// Compares with the file of this name in `Golden`.
    func expect(_ name: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let text = lines.joined(separator: "\n") + "\n"
        if let folder = ProcessInfo.processInfo.environment["VIVA_RECORD_GOLDEN"] {
            try text.write(toFile: "\(folder)/\(name).jsonl", atomically: true, encoding: .utf8)
        }
        let url = try #require(
            Bundle.module.url(forResource: name, withExtension: "jsonl", subdirectory: "Golden"),
            "no golden file \(name)",
            sourceLocation: sourceLocation
        )
        let golden = try String(contentsOf: url, encoding: .utf8).split(separator: "\n").map(String.init)
        for (index, line) in lines.enumerated() where index < golden.count {
            #expect(line == golden[index], "\(name), line \(index + 1)", sourceLocation: sourceLocation)
        }
        #expect(lines.count == golden.count, "\(name): number of events", sourceLocation: sourceLocation)
    }
}
