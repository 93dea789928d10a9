/// `{type: "audio/pcm", rate: 24000}`, `{type: "audio/pcmu"}` or `{type: "audio/pcma"}`.
public struct AudioFormat: Sendable, Hashable, Codable {
    public var type: String
    /// Samples per second; only with `audio/pcm`, where the API knows 24000 alone.
    public var rate: Int?

    public init(type: String, rate: Int? = nil) {
        self.type = type
        self.rate = rate
    }

    public static let pcm = AudioFormat(type: "audio/pcm", rate: 24_000)
    /// G.711 µ-law at 8000 Hz.
    public static let pcmu = AudioFormat(type: "audio/pcmu")
    /// G.711 A-law at 8000 Hz.
    public static let pcma = AudioFormat(type: "audio/pcma")
}
