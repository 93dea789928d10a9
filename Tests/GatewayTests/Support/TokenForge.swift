import Crypto
import CryptoExtras
import Foundation
import RealtimeProtocol
import ServerEdge

@testable import Gateway

/// An identity provider's signing keys, and every way of misusing them.
struct TokenForge: Sendable {
    static let issuer = "https://issuer.example/auth/v1"
    static let audience = "authenticated"
    /// Shared by the tests of a run: an RSA key takes a while to make.
    static let shared = Result { try TokenForge() }

    let secret = "a secret of the provider, with more than 32 bytes"
    let curve = P256.Signing.PrivateKey()
    let modulus: _RSA.Signing.PrivateKey

    init() throws { self.modulus = try _RSA.Signing.PrivateKey(keySize: .bits2048) }

    enum Signer: Sendable {
        case secret(String)
        case curve, modulus
        case bytes([UInt8])
    }

    /// `{"alg":…,"typ":"JWT","kid":…}`
    static func header(_ algorithm: String, kid: String?, more: String = "") -> String {
        let id = kid.map { #","kid":"\#($0)""# } ?? ""
        return #"{"alg":"\#(algorithm)","typ":"JWT"\#(id)\#(more)}"#
    }

    func sign(_ header: String, _ payload: String, _ signer: Signer) throws -> String {
        try self.sign(header: Data(header.utf8), payload: Data(payload.utf8), signer)
    }

    func sign(header: Data, payload: Data, _ signer: Signer) throws -> String {
        let signed = Self.encode(header) + "." + Self.encode(payload)
        let bytes = Data(signed.utf8)
        let signature: Data
        switch signer {
        case .secret(let secret):
            signature = Data(HMAC<SHA256>.authenticationCode(for: bytes, using: SymmetricKey(data: Data(secret.utf8))))
        case .curve: signature = try self.curve.signature(for: SHA256.hash(data: bytes)).rawRepresentation
        case .modulus:
            signature = try self.modulus.signature(for: SHA256.hash(data: bytes), padding: .insecurePKCS1v1_5).rawRepresentation
        case .bytes(let given): signature = Data(given)
        }
        return signed + "." + Self.encode(signature)
    }

    static func encode(_ data: some DataProtocol) -> String {
        Data(data).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    // MARK: Claims

    /// A token of Supabase as it comes, at the civil time of the harness; `changes` replace claims, nil takes one away.
    static func claims(_ changes: [String: String?] = [:], at now: Int64 = 1_800_000_000) -> String {
        var claims: [String: String] = [
            "iss": #""\#(Self.issuer)""#, "aud": #""\#(Self.audience)""#, "sub": #""9f1c1c1e-5b0e-4f0e-8f5a-2b1f2f3a4b5c""#,
            "role": #""authenticated""#, "app_metadata": #"{"provider":"email","tenant_id":"acme"}"#, "iat": "\(now - 10)",
            "exp": "\(now + 3600)", "is_anonymous": "false", "amr": #"[{"method":"password","timestamp":1}]"#,
        ]
        for (name, value) in changes { claims[name] = value }
        return "{" + claims.sorted { $0.key < $1.key }.map { #""\#($0.key)":\#($0.value)"# }.joined(separator: ",") + "}"
    }

    /// A right token.
    func token(_ changes: [String: String?] = [:]) throws -> String {
        try self.sign(Self.header("ES256", kid: "curve"), Self.claims(changes), .curve)
    }

    // MARK: What is configured

    func configuration() throws -> JSONWebTokenConfiguration {
        let keys = [
            JSONWebTokenKey(secret: Secret(self.secret), id: "secret"),
            JSONWebTokenKey(publicKeyPEM: self.curve.publicKey.pemRepresentation, id: "curve"),
            JSONWebTokenKey(publicKeyPEM: self.modulus.publicKey.pemRepresentation, id: "modulus"),
        ].compactMap { $0 }
        return JSONWebTokenConfiguration(issuer: Self.issuer, audience: Self.audience, keys: keys)
    }

    /// The public keys as a provider publishes them.
    func keySet(curve: String? = "curve", modulus: String? = "modulus", more: [String] = []) throws -> String {
        var keys = more
        if let curve {
            let point = self.curve.publicKey.rawRepresentation
            keys.append(
                #"{"kty":"EC","crv":"P-256","kid":"\#(curve)","alg":"ES256","use":"sig","key_ops":["verify"],"#
                    + #""x":"\#(Self.encode(point.prefix(32)))","y":"\#(Self.encode(point.suffix(32)))"}"#
            )
        }
        if let modulus {
            let numbers = try self.modulus.publicKey.getKeyPrimitives()
            keys.append(
                #"{"kty":"RSA","kid":"\#(modulus)","n":"\#(Self.encode(numbers.modulus))","e":"\#(Self.encode(numbers.publicExponent))"}"#
            )
        }
        return #"{"keys":[\#(keys.joined(separator: ","))]}"#
    }
}
