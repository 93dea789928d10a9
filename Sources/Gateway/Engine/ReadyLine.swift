/// The one line by which an engine tells its supervisor where it listens: `ready http://127.0.0.1:PORT`.
enum ReadyLine {
    /// The base address of a ready line, or nil when the line is something else.
    ///
    /// Only loopback addresses over plain HTTP are taken: the child is ours and local, and a line that names another
    /// host must not redirect candidates' calls there.
    static func baseAddress(in line: some StringProtocol) -> String? {
        let prefix = "ready http://"
        guard line.hasPrefix(prefix) else { return nil }
        let authority = line.dropFirst(prefix.count).prefix { $0 != " " && $0 != "\r" && $0 != "/" }
        guard let colon = authority.lastIndex(of: ":"),
            let port = UInt16(authority[authority.index(after: colon)...]), port > 0
        else { return nil }
        let host = authority[..<colon]
        guard host == "127.0.0.1" || host == "localhost" || host == "[::1]" else { return nil }
        return "http://\(host):\(port)"
    }
}
