import Foundation

/// What a person at the terminal sees: results on stdout, the rest on stderr, colour only where it is wanted.
enum Terminal {
    static let errorIsTerminal = isatty(STDERR_FILENO) == 1

    /// https://no-color.org: any non-empty value switches colour off.
    static func colour(environment: [String: String]) -> Bool {
        isatty(STDOUT_FILENO) == 1 && (environment["NO_COLOR"] ?? "").isEmpty && environment["TERM"] != "dumb"
    }

    static func result(_ line: String) {
        FileHandle.standardOutput.write(Data((line + "\n").utf8))
    }

    static func note(_ line: String) {
        FileHandle.standardError.write(Data((line + "\n").utf8))
    }

    /// Rewrites one line on a terminal. Elsewhere nothing: a log wants no progress bar.
    static func progress(_ line: String, done: Bool = false) {
        guard errorIsTerminal else { return }
        FileHandle.standardError.write(Data(("\r\u{1B}[2K" + line + (done ? "\n" : "")).utf8))
    }

    static func megabytes(_ bytes: Int) -> String {
        String(format: "%.1f MB", Double(bytes) / 1_000_000)
    }
}
