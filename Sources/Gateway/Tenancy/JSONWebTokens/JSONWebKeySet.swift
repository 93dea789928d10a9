/// The public keys of an identity provider (RFC 7517), as far as they are keys for us.
enum JSONWebKeySet {
    /// Keys of a set that are looked at. Providers publish two or three.
    static let mostKeys = 32

    /// A key that is private, secret, for another use, of another kind or malformed is passed over.
    ///
    /// - Returns: nil when it is no key set.
    static func read(_ bytes: [UInt8]) -> [JSONWebTokenKey]? {
        guard let keys = StrictJSON.read(bytes)?.members?["keys"]?.elements else { return nil }
        return keys.prefix(Self.mostKeys).compactMap { $0.members.flatMap(Self.key) }
    }

    private static func key(_ members: [String: StrictJSON]) -> JSONWebTokenKey? {
        // A published secret is no secret. `d` is the private part of both kinds.
        guard members["d"] == nil, members["k"] == nil else { return nil }
        if let use = members["use"] { guard use.text == "sig" else { return nil } }
        if let operations = members["key_ops"] { guard operations.elements?.contains(.string("verify")) == true else { return nil } }
        var id: String?
        if let given = members["kid"] {
            guard let text = given.text, !text.isEmpty, text.utf8.count <= CompactSignature.longestKeyID else { return nil }
            id = text
        }
        let key: JSONWebTokenKey?
        switch members["kty"]?.text {
        case "EC":
            guard members["crv"]?.text == "P-256", let x = Self.bytes(members["x"]), let y = Self.bytes(members["y"]) else { return nil }
            key = JSONWebTokenKey(x: x, y: y, id: id)
        case "RSA":
            guard let modulus = Self.bytes(members["n"]), let exponent = Self.bytes(members["e"]) else { return nil }
            key = JSONWebTokenKey(modulus: modulus, exponent: exponent, id: id)
        default:
            key = nil
        }
        // The algorithm is that of the kind of key, whether the set names it or not; a token's header has no say.
        if let named = members["alg"] { guard named.text == key?.algorithm.rawValue else { return nil } }
        return key
    }

    private static func bytes(_ value: StrictJSON?) -> [UInt8]? {
        value?.text.flatMap { Base64URL.decode(Array($0.utf8)) }
    }
}
