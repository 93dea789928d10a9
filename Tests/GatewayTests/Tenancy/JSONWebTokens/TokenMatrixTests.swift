import Crypto
import CryptoExtras
import Foundation
import InterviewCore
import InterviewStore
import RealtimeProtocol
import ServerEdge
import Testing
import VivaTestKit

@testable import Gateway

/// The token matrix: everything that may be wrong about a token gives 401, and always the same 401.
@Suite("tokens of an identity provider", .timeLimit(.minutes(2)))
struct TokenMatrixTests {
    typealias Case = (name: String, token: String)
    private static let now: Int64 = 1_800_000_000

    private static func header(_ algorithm: String = "ES256", kid: String? = "curve", more: String = "") -> String {
        TokenForge.header(algorithm, kid: kid, more: more)
    }

    // MARK: The cases

    private static func algorithms(_ forge: TokenForge) throws -> [Case] {
        let claims = TokenForge.claims()
        var cases: [Case] = []
        for (name, kid) in [("none", "curve"), ("None", "curve"), ("nOnE", "secret"), ("", "curve")] {
            let unsigned = try forge.sign(self.header(name, kid: kid), claims, .bytes([1]))
            cases.append(("alg \(name) with a signature", unsigned))
            cases.append(
                ("alg \(name) without one", String(unsigned.prefix { $0 != "." }) + "." + TokenForge.encode(Data(claims.utf8)) + ".")
            )
        }
        // The public key is known to everybody; it must not become a secret.
        for (kid, pem) in [
            ("curve", forge.curve.publicKey.pemRepresentation), ("modulus", forge.modulus.publicKey.pemRepresentation),
            ("secret", forge.curve.publicKey.pemRepresentation),
        ] {
            cases.append(("HS256 with a public key, kid \(kid)", try forge.sign(self.header("HS256", kid: kid), claims, .secret(pem))))
            let line = pem + "\n"
            cases.append(("HS256 with its file, kid \(kid)", try forge.sign(self.header("HS256", kid: kid), claims, .secret(line))))
        }
        let order = try #require(Data(hexadecimal: "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551"))
        for (name, signature) in [
            ("r = s = 0", Data(count: 64)), ("r = s = n", order + order), ("r = 0, s = 1", Data(count: 63) + [1]),
            ("short", Data(count: 63)), ("long", Data(count: 65)),
        ] {
            cases.append(("ES256 \(name)", try forge.sign(self.header(), claims, .bytes(Array(signature)))))
        }
        // DER is another form of a right signature; the one form of a token is r and s.
        let signed = Data((TokenForge.encode(Data(self.header().utf8)) + "." + TokenForge.encode(Data(claims.utf8))).utf8)
        let der = try forge.curve.signature(for: signed).derRepresentation
        cases.append(("ES256 in DER", try forge.sign(self.header(), claims, .bytes(Array(der)))))
        for name in ["HS384", "HS512", "RS384", "RS512", "PS256", "ES384", "EdDSA", "es256", "ES256 "] {
            cases.append(("alg \(name)", try forge.sign(self.header(name, kid: "curve"), claims, .curve)))
            cases.append(("alg \(name), RSA", try forge.sign(self.header(name, kid: "modulus"), claims, .modulus)))
        }
        // A right algorithm, with the key of another one.
        cases.append(("RS256 with the curve's kid", try forge.sign(self.header("RS256", kid: "curve"), claims, .modulus)))
        cases.append(("ES256 with the modulus' kid", try forge.sign(self.header("ES256", kid: "modulus"), claims, .curve)))
        cases.append(("HS256 with the curve's kid", try forge.sign(self.header("HS256", kid: "curve"), claims, .secret(forge.secret))))
        cases.append(("another's secret", try forge.sign(self.header("HS256", kid: "secret"), claims, .secret("x" + forge.secret))))
        let other = try TokenForge()
        cases.append(("another's curve", try other.sign(self.header(), claims, .curve)))
        cases.append(("another's modulus", try other.sign(self.header("RS256", kid: "modulus"), claims, .modulus)))
        return cases
    }

    private static func headers(_ forge: TokenForge) throws -> [Case] {
        let claims = TokenForge.claims()
        var cases: [Case] = [
            ("no kid", try forge.sign(self.header(kid: nil), claims, .curve)),
            ("kid too long", try forge.sign(self.header(kid: String(repeating: "k", count: 1500)), claims, .curve)),
        ]
        for kid in ["unknown", "", "Curve", "curve ", "../../dev/null", "' OR 1=1 --", "curve\\u0000", "https://evil.example/key"] {
            cases.append(("kid \(kid)", try forge.sign(self.header(kid: kid), claims, .curve)))
        }
        for value in ["1", "null", "true", #"["curve"]"#, #"{"curve":1}"#] {
            cases.append(("kid is \(value)", try forge.sign(#"{"alg":"ES256","kid":\#(value)}"#, claims, .curve)))
        }
        let point = forge.curve.publicKey.rawRepresentation
        let jwk = #"{"kty":"EC","crv":"P-256","x":"\#(TokenForge.encode(point.prefix(32)))","y":"\#(TokenForge.encode(point.suffix(32)))"}"#
        for member in [
            #""jku":"https://evil.example/keys""#, #""x5u":"https://evil.example/chain""#, #""jwk":\#(jwk)"#, #""x5c":["MIIB"]"#,
            #""crit":["exp"],"exp":1"#, #""crit":[]"#, #""b64":false"#, #""zip":"DEF""#, #""enc":"A128GCM""#, #""cty":"JWT""#,
            #""alg":"ES256""#, #""kid":"curve""#,
        ] {
            cases.append(("header with \(member.prefix(12))", try forge.sign(self.header(more: "," + member), claims, .curve)))
        }
        for header in [
            #"{"typ":"JWT","kid":"curve"}"#, #"{"alg":256,"kid":"curve"}"#, #"{"alg":["ES256"],"kid":"curve"}"#,
            #"{"alg":"ES256","typ":"JWE","kid":"curve"}"#, #"{"alg":"ES256","typ":1,"kid":"curve"}"#, #"["ES256"]"#, "null", "ES256",
            #"{"alg":"ES256","kid":"curve"} "# + "x", "",
        ] {
            cases.append(("header \(header)", try forge.sign(header, claims, .curve)))
        }
        return cases
    }

    private static func times(_ forge: TokenForge) throws -> [Case] {
        let changes: [(String, [String: String?])] = [
            ("expired by 31 s", ["exp": "\(self.now - 31)"]), ("expired by 30 s", ["exp": "\(self.now - 30)"]),
            ("expired long ago", ["exp": "0"]), ("nbf in the future", ["nbf": "\(self.now + 31)"]),
            ("iat in the future", ["iat": "\(self.now + 31)"]), ("no exp", ["exp": nil]), ("exp 1e20", ["exp": "1e20"]),
            ("exp beyond 64 bits", ["exp": "100000000000000000000"]), ("exp in the year 10000", ["exp": "253402300800"]),
            ("exp -1", ["exp": "-1"]), ("exp as a string", ["exp": #""\#(self.now + 60)""#]),
            ("exp as a fraction", ["exp": "\(self.now + 60).5"]),
            ("exp with an exponent", ["exp": "19e8"]), ("exp null", ["exp": "null"]), ("exp in an array", ["exp": "[\(self.now + 60)]"]),
            ("exp true", ["exp": "true"]), ("nbf as a string", ["nbf": #""0""#]), ("iat as a fraction", ["iat": "1.5"]),
            ("exp with a leading zero", ["exp": "0\(self.now + 60)"]),
        ]
        return try changes.map { ($0.0, try forge.token($0.1)) }
    }

    private static func claims(_ forge: TokenForge) throws -> [Case] {
        let changes: [(String, [String: String?])] = [
            ("wrong aud", ["aud": #""others""#]), ("no aud", ["aud": nil]), ("aud in an array", ["aud": #"["authenticated"]"#]),
            ("aud among others", ["aud": #"["authenticated","others"]"#]), ("aud empty", ["aud": #""""#]),
            ("aud in other case", ["aud": #""Authenticated""#]), ("aud that begins right", ["aud": #""authenticated.evil""#]),
            ("wrong iss", ["iss": #""https://issuer.example/auth/v2""#]), ("no iss", ["iss": nil]),
            ("iss with a slash more", ["iss": #""\#(TokenForge.issuer)/""#]), ("iss in an array", ["iss": #"["\#(TokenForge.issuer)"]"#]),
            ("no sub", ["sub": nil]), ("sub empty", ["sub": #""""#]), ("sub a number", ["sub": "7"]),
            ("sub too long", ["sub": #""\#(String(repeating: "s", count: 257))""#]),
            ("no tenant", ["app_metadata": "{}"]), ("no app_metadata", ["app_metadata": nil]),
            ("tenant a number", ["app_metadata": #"{"tenant_id":1}"#]),
            ("tenant that is no name", ["app_metadata": #"{"tenant_id":"a/../b"}"#]),
            ("tenant in the top level", ["app_metadata": "{}", "tenant_id": #""acme""#]),
            ("tenant as a path", ["app_metadata": "{}", "app_metadata.tenant_id": #""acme""#]),
            ("tenant that the user chose", ["app_metadata": "{}", "user_metadata": #"{"tenant_id":"acme"}"#]),
            ("no role", ["role": nil]), ("role of nobody signed in", ["role": #""anon""#]),
            ("role of the provider's service", ["role": #""service_role""#]), ("role in an array", ["role": #"["admin"]"#]),
            ("role in other case", ["role": #""Admin""#]),
        ]
        var cases: [Case] = try changes.map { ($0.0, try forge.token($0.1)) }
        let good = TokenForge.claims()
        for (name, member) in [
            ("aud twice", #""aud":"authenticated""#), ("exp twice", #""exp":9999999999"#), ("role twice", #""role":"admin""#),
            ("exp twice, once escaped", #""\u0065xp":9999999999"#),
        ] {
            cases.append((name, try forge.sign(self.header(), good.dropLast() + "," + member + "}", .curve)))
            cases.append((name + ", first", try forge.sign(self.header(), "{" + member + "," + good.dropFirst(), .curve)))
        }
        cases.append(("tenant twice", try forge.token(["app_metadata": #"{"tenant_id":"other","tenant_id":"acme"}"#])))
        /// The claims with a member more, whose text is `value`.
        func with(_ value: [UInt8]) -> Data { Data(good.dropLast().utf8) + Data(#","x":"#.utf8) + Data(value) + Data("}".utf8) }
        let deep = String(repeating: "[", count: 40) + String(repeating: "]", count: 40)
        let wide = Data(good.utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] })
        let payloads: [(String, Data)] = [
            ("claims not UTF-8", with([0x22, 0xFF, 0x22])), ("claims in UTF-16", wide),
            ("claims behind a byte order mark", Data([0xEF, 0xBB, 0xBF]) + Data(good.utf8)),
            ("claims cut off", Data(good.dropLast().utf8)), ("claims in an array", Data("[\(good)]".utf8)),
            ("claims a string", Data(#""admin""#.utf8)), ("claims with something behind", Data((good + "{}").utf8)),
            ("claims with a comma too many", Data((good.dropLast() + ",}").utf8)), ("claims too deep", with(Array(deep.utf8))),
            ("a lone surrogate", with(Array(#""\ud800""#.utf8))), ("a control character", with([0x22, 7, 0x22])),
        ]
        for (name, payload) in payloads {
            cases.append((name, try forge.sign(header: Data(self.header().utf8), payload: payload, .curve)))
        }
        return cases
    }

    private static func forms(_ forge: TokenForge) throws -> [Case] {
        let good = try forge.token()
        let parts = good.split(separator: ".").map(String.init)
        // The last character of the signature carries two bits that count for nothing.
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        let lastCharacter = try #require(good.last)
        let last = try #require(alphabet.firstIndex(of: lastCharacter))
        return [
            ("three dots", good + "."), ("a part more", good + "." + parts[2]), ("one dot", parts[0] + "." + parts[1]),
            ("no dot", parts[0]),
            ("dots only", ".."), ("no header", "." + parts[1] + "." + parts[2]), ("no claims", parts[0] + ".." + parts[2]),
            ("no signature", parts[0] + "." + parts[1] + "."), ("padding", good + "=="),
            ("padding inside", parts[0] + "=." + parts[1] + "." + parts[2]),
            ("other bits left over", String(good.dropLast()) + String(alphabet[last ^ 1])),
            ("the alphabet of plain base64", good.replacing("-", with: "+").replacing("_", with: "/") + "/"),
            ("a character too many", good + "A"), ("parts exchanged", parts[1] + "." + parts[0] + "." + parts[2]),
            (
                "claims of another token",
                parts[0] + "." + TokenForge.encode(Data(TokenForge.claims(["role": #""admin""#]).utf8)) + "." + parts[2]
            ),
            ("a long token", good + String(repeating: "A", count: 4096)), ("with a prefix of ours", "viva_sk_" + good),
        ]
    }

    // MARK: The tests

    private func run(_ body: @escaping @Sendable (GatewayHarness, TokenForge) async throws -> Void) async throws {
        let forge = try TokenForge.shared.get()
        let configuration = try forge.configuration()
        try #require(configuration.keys.count == 3)
        var options = GatewayHarness.Options()
        options.configure = { $0.jsonWebTokens = configuration }
        try await GatewayHarness.run(options) { harness in try await body(harness, forge) }
    }

    @Test("whatever is wrong about a token, the answer is the same 401")
    func refused() async throws {
        try await self.run { harness, forge in
            let reference = try await harness.send("GET", "/v1/plans", token: "nonsense").withoutRequestID
            var count = 0
            for group in [Self.algorithms, Self.headers, Self.times, Self.claims, Self.forms] {
                for (name, token) in try group(forge) {
                    let answer = try await harness.send("GET", "/v1/plans", token: token)
                    #expect(answer.status == 401, "\(name)")
                    #expect(answer.withoutRequestID == reference, "\(name)")
                    count += 1
                }
            }
            #expect(count > 150)
            // Nothing that was refused has left a trace.
            #expect(try await harness.store.tenants() == [.local])
            #expect(!harness.logs.contains("acme"))
        }
    }

    @Test("a right token passes, with every algorithm, and at the edges of its time")
    func accepted() async throws {
        try await self.run { harness, forge in
            let claims = TokenForge.claims()
            var tokens: [Case] = [
                ("HS256", try forge.sign(Self.header("HS256", kid: "secret"), claims, .secret(forge.secret))),
                ("ES256", try forge.sign(Self.header("ES256", kid: "curve"), claims, .curve)),
                ("RS256", try forge.sign(Self.header("RS256", kid: "modulus"), claims, .modulus)),
                ("without typ", try forge.sign(#"{"alg":"ES256","kid":"curve"}"#, claims, .curve)),
                ("typ at+jwt", try forge.sign(#"{"alg":"ES256","typ":"at+jwt","kid":"curve"}"#, claims, .curve)),
                ("a thumbprint beside", try forge.sign(Self.header(more: #","x5t":"abc""#), claims, .curve)),
            ]
            for changes: [String: String?] in [
                ["exp": "\(Self.now - 29)"], ["nbf": "\(Self.now + 30)"], ["iat": "\(Self.now + 30)"], ["iat": nil],
                ["role": #""reviewer""#],
            ] {
                tokens.append(("\(changes)", try forge.token(changes)))
            }
            for (name, token) in tokens {
                let answer = try await harness.send("GET", "/v1/plans", token: token)
                #expect(answer.status == 200, "\(name)")
            }
            #expect(try await harness.store.tenants() == [TenantID(wellFormed: "acme"), .local])
        }
    }

    @Test("the claims say which tenant and which role: the provider's signed-in users are interviewers, our own names count too")
    func identity() async throws {
        try await self.run { harness, forge in
            func create(_ changes: [String: String?]) async throws -> Int {
                let token = try forge.token(changes)
                let body = #"{"plan_id":"practice"}"#
                return try await harness.send("POST", "/v1/interviews", token: token, type: "application/json", body: body).status
            }
            #expect(try await create([:]) == 201)
            #expect(try await create(["role": #""admin""#]) == 201)
            #expect(try await create(["role": #""reviewer""#]) == 403)
            let list = try await harness.send("GET", "/v1/interviews", token: try forge.token())
            #expect(list.json["interviews"]?.arrayValue?.count == 2)
            let other = try await harness.send("GET", "/v1/interviews", token: try forge.token(["app_metadata": #"{"tenant_id":"other"}"#]))
            #expect(other.json["interviews"]?.arrayValue?.count == 0)
            #expect(
                try await harness.send("GET", "/v1/interviews", token: harness.workspaceToken).json["interviews"]?.arrayValue?.count == 0
            )
        }
    }

    @Test("a provider names no tenant of ours: the built-in one is not for its people")
    func builtInTenant() async throws {
        try await self.run { harness, forge in
            let token = try forge.token(["app_metadata": #"{"tenant_id":"local"}"#, "role": #""admin""#])
            #expect(try await harness.send("GET", "/v1/interviews", token: token).status == 401)
            let near = try forge.token(["app_metadata": #"{"tenant_id":"local-2"}"#])
            #expect(try await harness.send("GET", "/v1/interviews", token: near).status == 200)
        }
    }

    @Test("an own name of a role can be given another one, and a value that is not named stands for nobody")
    func roleNames() throws {
        var configuration = try TokenForge.shared.get().configuration()
        configuration.roles = ["admin": .reviewer, "owner": .admin]
        configuration.roleClaim = ClaimPath(names: ["app_metadata", "viva_role"])
        func role(_ name: String) -> WorkspaceRole? {
            let claims = TokenForge.claims(["app_metadata": #"{"tenant_id":"acme","viva_role":"\#(name)"}"#])
            let now = Timestamp(millisecondsSince1970: Self.now * 1000)
            return TokenClaims(payload: Array(claims.utf8), configuration: configuration, now: now)?.identity.role
        }
        #expect(role("admin") == .reviewer)
        #expect(role("owner") == .admin)
        #expect(role("interviewer") == .interviewer)
        #expect(role("authenticated") == nil)
    }

    @Test("a token of the workspace opens no call, and a gateway without a provider takes none")
    func kinds() async throws {
        try await self.run { harness, forge in
            let token = try forge.token()
            let call = try await harness.send("POST", "/v1/calls", token: token, type: "application/sdp", body: GatewayHarness.offer)
            #expect(call.status == 401)
        }
        let token = try TokenForge.shared.get().token()
        try await GatewayHarness.run { (harness) async throws in
            #expect(try await harness.send("GET", "/v1/plans", token: token).status == 401)
        }
    }

    @Test("a token of a mebibyte is refused before anybody reads it")
    func huge() async throws {
        try await self.run { harness, forge in
            let token = try forge.token() + String(repeating: "A", count: 1 << 20)
            // The edge gives up on the header, with an answer or without one.
            let answer = try? await harness.send("GET", "/v1/plans", token: token)
            #expect(answer == nil || answer?.status == 431 || answer?.status == 400)
            #expect(try await harness.send("GET", "/health").status == 200)
        }
        let forge = try TokenForge.shared.get()
        let verifier = JSONWebTokenVerifier(configuration: try forge.configuration(), published: nil, wallClock: WallClock())
        let kid = try forge.sign(Self.header(kid: String(repeating: "k", count: 65_536)), TokenForge.claims(), .curve)
        #expect(try await verifier.claims(of: Secret(kid)) == nil)
    }

    @Test("no token in which a single character was changed is accepted", arguments: ["HS256", "ES256", "RS256"])
    func mutations(_ algorithm: String) async throws {
        let forge = try TokenForge.shared.get()
        let signers: [String: (String, TokenForge.Signer)] = [
            "HS256": ("secret", .secret(forge.secret)), "ES256": ("curve", .curve), "RS256": ("modulus", .modulus),
        ]
        let (kid, signer) = try #require(signers[algorithm])
        let token = try forge.sign(Self.header(algorithm, kid: kid), TokenForge.claims(), signer)
        let verifier = JSONWebTokenVerifier(
            configuration: try forge.configuration(),
            published: nil,
            wallClock: WallClock { Timestamp(millisecondsSince1970: Self.now * 1000) }
        )
        #expect(try await verifier.claims(of: Secret(token)) != nil)
        var generator = SystemRandomNumberGenerator()
        let bytes = Array(token.utf8)
        for index in bytes.indices {
            var changed = bytes
            repeat {
                changed[index] = UInt8.random(in: 0x20...0x7E, using: &generator)
            } while changed[index] == bytes[index]
            let text = String(decoding: changed, as: UTF8.self)
            #expect(try await verifier.claims(of: Secret(text)) == nil, "\(text)")
            #expect(try await verifier.claims(of: Secret(String(decoding: bytes.prefix(index), as: UTF8.self))) == nil)
        }
    }
}

extension Data {
    fileprivate init?(hexadecimal: String) {
        var bytes: [UInt8] = []
        var rest = Substring(hexadecimal)
        while !rest.isEmpty {
            guard let byte = UInt8(rest.prefix(2), radix: 16) else { return nil }
            bytes.append(byte)
            rest = rest.dropFirst(2)
        }
        self.init(bytes)
    }
}
