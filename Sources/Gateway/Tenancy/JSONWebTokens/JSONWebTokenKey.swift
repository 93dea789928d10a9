import Crypto
import CryptoExtras
public import ServerEdge

/// A key that checks tokens, and the one algorithm it does so with. A token never chooses the algorithm.
public struct JSONWebTokenKey: Sendable {
    /// The algorithms that can be configured (RFC 7518, section 3.1). `none` is not one of them.
    enum Algorithm: String, Sendable {
        case hs256 = "HS256"
        case es256 = "ES256"
        case rs256 = "RS256"
    }

    private enum Material: Sendable {
        case secret(SymmetricKey)
        case curve(P256.Signing.PublicKey)
        case modulus(_RSA.Signing.PublicKey)
    }

    /// A secret for HS256 must have as many bytes as the hash (RFC 7518, section 3.2).
    public static let shortestSecret = 32
    /// Bytes of the largest RSA modulus; a larger one makes each check slow.
    static let longestModulus = 1024

    /// What the `kid` of a token must be; nil: the token must have none.
    let id: String?
    private let material: Material

    /// For HS256.
    ///
    /// - Returns: nil when the secret has fewer than ``shortestSecret`` bytes.
    public init?(secret: Secret<String>, id: String? = nil) {
        let bytes = Array(secret.expose().utf8)
        guard bytes.count >= Self.shortestSecret else { return nil }
        self.id = id
        self.material = .secret(SymmetricKey(data: bytes))
    }

    /// For ES256 or RS256, whichever the key is made for.
    ///
    /// - Parameter publicKeyPEM: `-----BEGIN PUBLIC KEY-----`, an elliptic curve key on P-256 or an RSA key of at least 2048 bits.
    /// - Returns: nil when it is neither.
    public init?(publicKeyPEM: String, id: String? = nil) {
        self.id = id
        if let key = try? P256.Signing.PublicKey(pemRepresentation: publicKeyPEM) {
            self.material = .curve(key)
        } else if let key = try? _RSA.Signing.PublicKey(pemRepresentation: publicKeyPEM) {
            self.material = .modulus(key)
        } else {
            return nil
        }
    }

    /// A point of P-256.
    init?(x: [UInt8], y: [UInt8], id: String?) {
        guard x.count == 32, y.count == 32, let key = try? P256.Signing.PublicKey(x963Representation: [4] + x + y) else { return nil }
        self.id = id
        self.material = .curve(key)
    }

    /// An RSA key of 2048 to 8192 bits.
    init?(modulus: [UInt8], exponent: [UInt8], id: String?) {
        guard modulus.count <= Self.longestModulus, (1...8).contains(exponent.count),
            let key = try? _RSA.Signing.PublicKey(n: modulus, e: exponent)
        else { return nil }
        self.id = id
        self.material = .modulus(key)
    }

    var algorithm: Algorithm {
        switch self.material {
        case .secret: .hs256
        case .curve: .es256
        case .modulus: .rs256
        }
    }

    /// Whether the token may be checked with this key at all: its `kid` and its `alg` are the key's own.
    func fits(_ token: CompactSignature) -> Bool {
        token.keyID.map { Array($0.utf8) } == self.id.map { Array($0.utf8) } && token.algorithm == self.algorithm.rawValue
    }

    /// Whether the signature of the token is one of this key.
    func hasSigned(_ token: CompactSignature) -> Bool {
        switch self.material {
        case .secret(let key):
            return HMAC<SHA256>.isValidAuthenticationCode(token.signature, authenticating: token.signed, using: key)
        case .curve(let key):
            guard let signature = try? P256.Signing.ECDSASignature(rawRepresentation: token.signature) else { return false }
            return key.isValidSignature(signature, for: SHA256.hash(data: token.signed))
        case .modulus(let key):
            return key.isValidSignature(
                _RSA.Signing.RSASignature(rawRepresentation: token.signature),
                for: SHA256.hash(data: token.signed),
                padding: .insecurePKCS1v1_5
            )
        }
    }
}
