import Foundation
public import Logging
import Synchronization

/// Collects log lines, for tests that look for what must (or must never) be in them.
public final class LogCapture: Sendable {
    private let storage = Mutex<[String]>([])

    public init() {}

    /// A logger that writes into this capture, at every level unless told otherwise.
    public func logger(_ label: String = "test", level: Logger.Level = .trace) -> Logger {
        Logger(label: label) { _ in Handler(capture: self, logLevel: level) }
    }

    /// One string for each line: level, message and metadata.
    public var lines: [String] { storage.withLock { $0 } }

    /// Whether any line has the text in it.
    public func contains(_ text: String) -> Bool {
        lines.contains { $0.contains(text) }
    }

    private func append(_ line: String) {
        storage.withLock { $0.append(line) }
        TestLogFile.shared?.write(line)
    }

    private struct Handler: LogHandler {
        let capture: LogCapture
        var logLevel: Logger.Level
        var metadata: Logger.Metadata = [:]

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            var all = metadata
            for (key, value) in event.metadata ?? [:] { all[key] = value }
            let pairs = all.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
            capture.append("\(event.level) \(event.message) \(pairs.joined(separator: " "))")
        }
    }
}

/// Where all captures of a test run write too, when `VIVA_TEST_LOG` names a file: `scripts/scan-canaries` searches it.
private final class TestLogFile: Sendable {
    static let shared = ProcessInfo.processInfo.environment["VIVA_TEST_LOG"].flatMap { TestLogFile(path: $0) }

    private let handle: Mutex<FileHandle>

    private init?(path: String) {
        if !FileManager.default.fileExists(atPath: path) { _ = FileManager.default.createFile(atPath: path, contents: nil) }
        guard let handle = FileHandle(forWritingAtPath: path) else { return nil }
        handle.seekToEndOfFile()
        self.handle = Mutex(handle)
    }

    func write(_ line: String) {
        handle.withLock { $0.write(Data((line + "\n").utf8)) }
    }
}
