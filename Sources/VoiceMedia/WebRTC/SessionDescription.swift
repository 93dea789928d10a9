/// What has to be known of an SDP before GStreamer sees it, and what is changed in one by text.
///
/// GStreamer's own parser takes any text ("hello" parses) and webrtcbin serves whatever it is offered, so a peer's
/// offer is judged and cut down here. Grammar: RFC 8866; roles of the attributes: RFC 8829.
struct SessionDescription: Sendable {
    /// Longest description that is read. Browsers' offers with one audio section have 2–4 KB.
    static let maximumBytes = 64 * 1024

    /// Most media sections: audio, data, and a few that a browser may offer besides. Each costs a transceiver.
    static let maximumSections = 8

    /// Most candidates that are kept of a peer. Each is checked against each of ours: a list without end would
    /// make this machine send packets to addresses of the peer's choice.
    static let maximumCandidates = 32

    /// Whether audio comes from, or goes to, the peer that wrote the description (RFC 8866, section 6.7).
    enum Direction: String, Sendable {
        case sendrecv, sendonly, recvonly, inactive

        var sends: Bool { self == .sendrecv || self == .sendonly }
    }

    /// The first audio section with Opus.
    struct Audio: Sendable, Equatable {
        /// Number of the media section, from 0.
        var section: Int
        var payloadType: Int
        var direction: Direction
    }

    private(set) var lines: [Substring]
    let audio: Audio?

    /// - Returns: Nil when the text is no session description.
    init?(_ text: String) {
        guard text.utf8.count <= Self.maximumBytes, !text.utf8.contains(0) else { return nil }
        let lines = text.split(omittingEmptySubsequences: true) { $0 == "\n" || $0 == "\r\n" || $0 == "\r" }
        guard lines.first == "v=0", lines.contains(where: { $0.hasPrefix("o=") }),
            lines.allSatisfy({ $0.utf8.dropFirst().first == UInt8(ascii: "=") })
        else { return nil }
        let sections = lines.indices.filter { lines[$0].hasPrefix("m=") }
        guard sections.count <= Self.maximumSections else { return nil }
        self.lines = lines
        audio = Self.findAudio(lines, sections)
    }

    private static func findAudio(_ lines: [Substring], _ sections: [Int]) -> Audio? {
        var sessionDirection = Direction.sendrecv
        for line in lines[..<(sections.first ?? lines.count)] {
            if let direction = Self.direction(line) { sessionDirection = direction }
        }
        for (number, start) in sections.enumerated() {
            let fields = lines[start].dropFirst(2).split(separator: " ")
            guard fields.count >= 4, fields[0] == "audio", fields[1] != "0" else { continue }
            let offered = fields[3...].compactMap { Int($0) }
            let end = number + 1 < sections.count ? sections[number + 1] : lines.count
            var payloadType: Int?
            var direction = sessionDirection
            for line in lines[(start + 1)..<end] {
                if let type = opusPayloadType(line), payloadType == nil, offered.contains(type) { payloadType = type }
                if let stated = Self.direction(line) { direction = stated }
            }
            if let payloadType { return Audio(section: number, payloadType: payloadType, direction: direction) }
        }
        return nil
    }

    private static func direction(_ line: Substring) -> Direction? {
        line.hasPrefix("a=") ? Direction(rawValue: String(line.dropFirst(2))) : nil
    }

    /// `a=rtpmap:111 opus/48000/2` (RFC 7587, section 7).
    private static func opusPayloadType(_ line: Substring) -> Int? {
        let prefix = "a=rtpmap:"
        guard line.hasPrefix(prefix) else { return nil }
        let fields = line.dropFirst(prefix.count).split(separator: " ")
        guard fields.count == 2, let type = Int(fields[0]), (0...127).contains(type) else { return nil }
        let encoding = fields[1].lowercased()
        return encoding == "opus/48000/2" || encoding == "opus/48000" ? type : nil
    }

    var text: String { lines.joined(separator: "\r\n") + "\r\n" }

    /// The offer as webrtcbin gets it: no more candidates than the limit, and only those with an address. A name
    /// (`….local`, made by browsers to hide an address) would be asked for on the local network; it is not needed,
    /// since the peer's own checks reveal the address to us.
    func withUsableCandidates() -> SessionDescription {
        var copy = self
        var kept = 0
        copy.lines.removeAll { line in
            guard line.hasPrefix("a=candidate:") else { return false }
            let fields = line.split(separator: " ")
            guard fields.count >= 8, fields[2].lowercased() == "udp", Self.isNumericAddress(fields[4]), kept < Self.maximumCandidates
            else { return true }
            kept += 1
            return false
        }
        return copy
    }

    /// Names the stream of the audio section (RFC 8830). Without it a browser's `track` event has no stream, and
    /// a page that plays `event.streams[0]` stays silent.
    func withStream(named stream: String, track: String) -> SessionDescription {
        guard let audio, let end = endOfSection(audio.section) else { return self }
        var copy = self
        copy.lines.insert("a=msid:\(stream) \(track)"[...], at: end)
        return copy
    }

    /// Puts the address that a router maps to this machine into every IPv4 candidate.
    func announcing(_ address: String) -> SessionDescription {
        var copy = self
        copy.lines = lines.map { line in
            guard line.hasPrefix("a=candidate:") else { return line }
            var fields = line.split(separator: " ")
            guard fields.count >= 8, !fields[4].contains(":"), fields[4] != LocalAddresses.loopback else { return line }
            fields[4] = address[...]
            return fields.joined(separator: " ")[...]
        }
        return copy
    }

    private func endOfSection(_ number: Int) -> Int? {
        let sections = lines.indices.filter { lines[$0].hasPrefix("m=") }
        guard sections.indices.contains(number) else { return nil }
        return number + 1 < sections.count ? sections[number + 1] : lines.count
    }

    private static func isNumericAddress(_ field: Substring) -> Bool {
        field.contains(":") || (field.split(separator: ".").count == 4 && field.allSatisfy { $0.isNumber || $0 == "." })
    }
}
