public import ServerEdge

/// Where a Realtime server answers, and the key it wants. The same for OpenAI, our engine and a fake: the wire is the seam.
public struct UpstreamEndpoint: Sendable {
    /// The address up to and including `/v1`, without a trailing slash; `http` or `https`.
    public let baseURL: String
    /// The host of the address, without a port.
    let host: String
    /// The provider key; it goes into the `Authorization` header of upstream requests and nowhere else.
    public var apiKey: Secret<String>?
    /// The server speaks `metadata.viva_say` word for word, as our engine does. OpenAI does not know it and limits
    /// metadata values to 512 characters, so there, and behind any proxy that may lead there, the words travel in the
    /// instructions alone.
    public let speaksVerbatim: Bool
    /// The server may name addresses of private networks for its media: so by default only if it is itself addressed by
    /// one. See ``AnswerCandidates``.
    public var allowsPrivateMedia: Bool
    /// Voices stay on this machine.
    var isOnThisMachine: Bool
    /// Which life of the server it is, where that is known: what the process before it asked for and how it failed says nothing
    /// about a new one.
    var life = 0

    /// - Returns: nil when `baseURL` is not an http or https address with a host, has more than a path behind it, or names
    ///   an address at which no server can be, such as the metadata service of a cloud machine.
    public init?(baseURL: String, apiKey: Secret<String>? = nil, speaksVerbatim: Bool = false) {
        var text = Substring(baseURL)
        while text.hasSuffix("/") { text = text.dropLast() }
        let scheme = ["http://", "https://"].first { text.hasPrefix($0) }
        guard let scheme, text.count > scheme.count, !text.dropFirst(scheme.count).hasPrefix("/"), !text.contains(where: \.isWhitespace),
            // A name before the host, a query or a fragment would let the host look like another one.
            !text.contains(where: { "@?#\\".contains($0) })
        else { return nil }
        self.baseURL = String(text)
        self.apiKey = apiKey
        self.host = Self.host(of: text.dropFirst(scheme.count))
        self.speaksVerbatim = speaksVerbatim
        let scope = AddressScope(self.host)
        guard !self.host.isEmpty, scope != .linkLocal, scope != .special else { return nil }
        self.allowsPrivateMedia = scope == .privateNetwork
        self.isOnThisMachine = scope == .loopback || self.host == "localhost"
    }

    /// The host of an authority; an IPv6 address stands in brackets (RFC 3986, section 3.2.2).
    private static func host(of authority: Substring) -> String {
        if authority.hasPrefix("[") { return authority.dropFirst().prefix { $0 != "]" }.lowercased() }
        return authority.prefix { $0 != "/" && $0 != ":" }.lowercased()
    }

    /// The general OpenAI key of the machine may go there: to OpenAI itself, over TLS. Any other server gets only a key
    /// that was meant for it.
    public var takesOpenAIKey: Bool { self.baseURL.hasPrefix("https://") && self.host == "api.openai.com" }

    /// Whoever carries the packets could read the key.
    public var sendsKeyInTheClear: Bool { self.apiKey != nil && !self.isOnThisMachine && self.baseURL.hasPrefix("http://") }

    /// `POST` here mints a key.
    var clientSecretsURL: String { "\(self.baseURL)/realtime/client_secrets" }

    /// `GET` here tells whether there is such a model. The name is the operator's; what needs escaping in a path is.
    func modelURL(_ model: String) -> String {
        let name = model.utf8.map { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "~"):
                String(UnicodeScalar(byte))
            default: "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }
        return "\(self.baseURL)/models/\(name.joined())"
    }

    /// `POST` here starts a call.
    var callsURL: String { "\(self.baseURL)/realtime/calls" }

    /// `POST` here ends a call.
    func hangUpURL(_ call: UpstreamCallID) -> String { "\(self.baseURL)/realtime/calls/\(call.value)/hangup" }

    /// The sideband WebSocket of a call. The client takes http and https addresses and makes them ws and wss.
    func sidebandURL(_ call: UpstreamCallID) -> String { "\(self.baseURL)/realtime?call_id=\(call.value)" }
}

/// The id a Realtime server gave a call (`rtc_…`). Opaque, but only characters that need no escaping in a URL: it comes
/// from the peer and goes into our request lines.
struct UpstreamCallID: Hashable, Sendable {
    /// Longer ids are refused; the longest seen has 40 characters.
    static let longest = 256

    let value: String

    init?(_ value: some StringProtocol) {
        guard !value.isEmpty, value.utf8.count <= Self.longest,
            value.utf8.allSatisfy({ byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                    UInt8(ascii: "_"), UInt8(ascii: "-"):
                    true
                default: false
                }
            })
        else { return nil }
        self.value = String(value)
    }

    /// The id in a `Location` header: its last path segment (RFC 9110, section 10.2.2; the value may be relative).
    init?(location: String) {
        let path = location.prefix { $0 != "?" && $0 != "#" }
        guard let segment = path.split(separator: "/").last else { return nil }
        self.init(segment)
    }
}
