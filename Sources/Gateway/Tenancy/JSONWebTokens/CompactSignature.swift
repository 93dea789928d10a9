/// A token in the compact form of a signed text (RFC 7515, section 7.1), taken apart and not yet believed.
///
/// Whatever in the header could choose another key or another way of checking makes it unreadable: keys and where to find
/// them (`jku`, `jwk`, `x5u`, `x5c`), extensions that must be understood (`crit`, `b64`), and encryption.
struct CompactSignature: Sendable {
    /// Longest `kid` that is looked at; those of providers are thumbprints or UUIDs.
    static let longestKeyID = 256
    private static let refusedMembers = ["crit", "b64", "jku", "jwk", "x5u", "x5c", "zip", "enc", "cty"]

    let algorithm: String
    let keyID: String?
    /// What the signature is over: header and claims as they were sent.
    let signed: [UInt8]
    /// The claims, which nobody should read before the signature was found right.
    let payload: [UInt8]
    let signature: [UInt8]

    init?(_ token: String) {
        let parts = token.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 3, parts.allSatisfy({ !$0.isEmpty }),
            let header = Base64URL.decode(parts[0]).flatMap({ StrictJSON.read($0)?.members }),
            let payload = Base64URL.decode(parts[1]),
            let signature = Base64URL.decode(parts[2]),
            let algorithm = header["alg"]?.text,
            Self.refusedMembers.allSatisfy({ header[$0] == nil })
        else { return nil }
        if let type = header["typ"] {
            // RFC 7519, section 5.1, and RFC 9068: a text for anything else is not a token for us.
            guard let name = type.text?.lowercased(), name == "jwt" || name == "at+jwt" else { return nil }
        }
        switch header["kid"] {
        case nil: self.keyID = nil
        case .string(let id) where !id.isEmpty && id.utf8.count <= Self.longestKeyID: self.keyID = id
        default: return nil
        }
        self.algorithm = algorithm
        self.signed = Array(parts[0]) + [UInt8(ascii: ".")] + Array(parts[1])
        self.payload = payload
        self.signature = signature
    }
}
