import AsyncHTTPClient
import Crypto
import Foundation
import HTTPTypes
import InterviewCore
import ServerEdge
import Testing
import VivaTestKit

@testable import Gateway

@Suite("keys that an identity provider publishes", .timeLimit(.minutes(1)))
struct KeySetTests {
    /// A verifier that knows the address only, on time that the test moves.
    struct Bench: Sendable {
        let provider: FakeIdentityProvider
        let verifier: JSONWebTokenVerifier
        let clock: ManualClock
        let forge: TokenForge

        func accepts(_ token: String) async throws -> Bool { try await self.verifier.claims(of: Secret(token)) != nil }
        func acceptsCurve(kid: String? = "curve") async throws -> Bool {
            try await self.accepts(try self.forge.sign(TokenForge.header("ES256", kid: kid), TokenForge.claims(), .curve))
        }
        func publish(_ body: String) { self.provider.with { $0.body = body } }
    }

    private func run(_ body: @escaping @Sendable (Bench) async throws -> Void) async throws {
        let forge = try TokenForge.shared.get()
        try await FakeIdentityProvider.run { provider, url in
            let clock = ManualClock()
            let httpClient = UpstreamClient.makeHTTPClient(eventLoopGroup: HTTPClient.defaultEventLoopGroup)
            let cache = JSONWebKeySetCache(
                address: try #require(JSONWebKeySetAddress(url)),
                httpClient: httpClient,
                clock: MonotonicClock(clock),
                logger: LogCapture().logger("keys")
            )
            let verifier = JSONWebTokenVerifier(
                configuration: JSONWebTokenConfiguration(issuer: TokenForge.issuer, audience: TokenForge.audience),
                published: cache,
                wallClock: WallClock { Timestamp(millisecondsSince1970: 1_800_000_000_000) }
            )
            let bench = Bench(provider: provider, verifier: verifier, clock: clock, forge: forge)
            do {
                bench.publish(try forge.keySet())
                try await body(bench)
            } catch {
                try await httpClient.shutdown()
                throw error
            }
            try await httpClient.shutdown()
        }
    }

    @Test("are fetched once for many tokens, of both kinds of key")
    func fetchedOnce() async throws {
        try await self.run { (bench) async throws in
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<20 { group.addTask { try await bench.acceptsCurve() } }
                for try await accepted in group { #expect(accepted) }
            }
            let token = try bench.forge.sign(TokenForge.header("RS256", kid: "modulus"), TokenForge.claims(), .modulus)
            #expect(try await bench.accepts(token))
            #expect(bench.provider.requests == 1)
        }
    }

    @Test("are asked for again at most once in 30 s when tokens name keys that are not there")
    func unknownKey() async throws {
        try await self.run { (bench) async throws in
            #expect(try await bench.acceptsCurve())
            for _ in 0..<20 { #expect(try await !bench.acceptsCurve(kid: "new")) }
            #expect(bench.provider.requests == 1)
            bench.publish(try bench.forge.keySet(curve: "new"))
            bench.clock.advance(by: .seconds(30))
            #expect(try await bench.acceptsCurve(kid: "new"))
            #expect(bench.provider.requests == 2)
            // The key that was replaced went with the set it stood in.
            #expect(try await !bench.acceptsCurve(kid: "curve"))
        }
    }

    @Test("are believed ten minutes; a withdrawn one is then refused")
    func rotation() async throws {
        try await self.run { (bench) async throws in
            #expect(try await bench.acceptsCurve())
            bench.publish(try bench.forge.keySet(curve: nil))
            bench.clock.advance(by: .seconds(599))
            #expect(try await bench.acceptsCurve())
            #expect(bench.provider.requests == 1)
            bench.clock.advance(by: .seconds(1))
            #expect(try await !bench.acceptsCurve())
            #expect(bench.provider.requests == 2)
        }
    }

    @Test("go on for an hour while the provider is away, and then nobody can be told apart")
    func outage() async throws {
        try await self.run { (bench) async throws in
            #expect(try await bench.acceptsCurve())
            bench.provider.with { $0.status = .internalServerError }
            bench.clock.advance(by: .seconds(600 + 3599))
            #expect(try await bench.acceptsCurve())
            bench.clock.advance(by: .seconds(1))
            let error = await #expect(throws: EdgeError.self) { try await bench.acceptsCurve() }
            #expect(error?.status == .serviceUnavailable)
            #expect(error?.retryAfter == .seconds(30))
            bench.provider.with { $0.status = .ok }
            bench.clock.advance(by: .seconds(30))
            #expect(try await bench.acceptsCurve())
        }
    }

    @Test(
        "are not taken from an answer that is not one",
        arguments: [
            "", "[]", #"{"keys":{}}"#, #"{"keys":[],"keys":[]}"#, "<html>", String(repeating: " ", count: 70_000) + #"{"keys":[]}"#,
        ]
    )
    func malformed(_ body: String) async throws {
        try await self.run { (bench) async throws in
            bench.publish(body)
            let error = await #expect(throws: EdgeError.self) { try await bench.acceptsCurve() }
            #expect(error?.status == .serviceUnavailable)
        }
    }

    @Test("are not fetched from where a redirect leads, and not waited for longer than five seconds")
    func redirectAndDelay() async throws {
        try await self.run { (bench) async throws in
            bench.provider.with {
                $0.status = .found
                $0.headers[.location] = "/keys"
            }
            await #expect(throws: EdgeError.self) { try await bench.acceptsCurve() }
            #expect(bench.provider.requests == 1)
            let gate = Gate()
            bench.provider.with {
                $0.status = .ok
                $0.wait = { await gate.pass() }
            }
            bench.clock.advance(by: .seconds(30))
            let accepting = Task { try await bench.acceptsCurve() }
            await bench.clock.waitForSleepers()
            bench.clock.advance(by: .seconds(5))
            await #expect(throws: EdgeError.self) { try await accepting.value }
            gate.open()
        }
    }

    @Test("that could not be ours are passed over")
    func strangers() throws {
        let forge = try TokenForge.shared.get()
        let point = forge.curve.publicKey.rawRepresentation
        let (x, y) = (TokenForge.encode(point.prefix(32)), TokenForge.encode(point.suffix(32)))
        let curve = #""kty":"EC","crv":"P-256","x":"\#(x)","y":"\#(y)""#
        #expect(try #require(JSONWebKeySet.read(Array(#"{"keys":[{\#(curve)}]}"#.utf8))).count == 1)
        for key in [
            #"{\#(curve),"d":"AAAA"}"#, #"{\#(curve),"use":"enc"}"#, #"{\#(curve),"key_ops":["sign"]}"#, #"{\#(curve),"alg":"HS256"}"#,
            #"{\#(curve),"alg":"ES384"}"#, #"{\#(curve),"kid":1}"#, #"{\#(curve),"kid":""}"#,
            #"{"kty":"EC","crv":"P-384","x":"\#(x)","y":"\#(y)"}"#, #"{"kty":"EC","crv":"P-256","x":"\#(y)","y":"\#(x)"}"#,
            #"{"kty":"EC","crv":"P-256","x":"\#(x)=","y":"\#(y)"}"#, #"{"kty":"oct","k":"AAAA","alg":"HS256"}"#,
            #"{"kty":"RSA","n":"AQAB","e":"AQAB"}"#, #"{"kty":"OKP","crv":"Ed25519","x":"\#(x)"}"#, "1",
        ] {
            #expect(JSONWebKeySet.read(Array(#"{"keys":[\#(key)]}"#.utf8))?.count == 0, "\(key)")
        }
    }

    @Test("of one name cannot be told apart, so neither counts, in whatever order they stand")
    func sameName() async throws {
        try await self.run { (bench) async throws in
            let point = P256.Signing.PrivateKey().publicKey.rawRepresentation
            let (x, y) = (TokenForge.encode(point.prefix(32)), TokenForge.encode(point.suffix(32)))
            func other(_ name: String) -> String { #"{"kty":"EC","crv":"P-256","kid":"\#(name)","x":"\#(x)","y":"\#(y)"}"# }
            let own = try bench.forge.keySet(modulus: nil).dropFirst(#"{"keys":["#.count).dropLast(2)
            for keys in ["\(own),\(other("curve"))", "\(other("curve")),\(own)", "\(own),\(own)"] {
                bench.publish(#"{"keys":[\#(keys)]}"#)
                bench.clock.advance(by: .seconds(600))
                #expect(try await !bench.acceptsCurve(), "\(keys)")
            }
            // It was for the name alone that it was refused.
            bench.publish(#"{"keys":[\#(own),\#(other("other"))]}"#)
            bench.clock.advance(by: .seconds(600))
            #expect(try await bench.acceptsCurve())
        }
    }

    @Test("are fetched over TLS, or from this machine")
    func addresses() {
        for url in ["https://issuer.example/keys", "http://127.0.0.1:8080/keys", "http://localhost/keys", "http://[::1]:1/keys"] {
            #expect(JSONWebKeySetAddress(url) != nil, "\(url)")
        }
        for url in [
            "http://issuer.example/keys", "http://127.0.0.1.evil.example/", "file:///etc/passwd", "https://", "https:///keys", "keys", "",
            "https://user:secret@issuer.example/keys", "https://issuer.example/keys#a", "ftp://issuer.example/",
        ] {
            #expect(JSONWebKeySetAddress(url) == nil, "\(url)")
        }
    }
}
