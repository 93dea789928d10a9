import Foundation
import InterviewStore
import ServerEdge
import Testing

@testable import Gateway

@Suite("texts that must be read in one way only")
struct StrictJSONTests {
    private func read(_ text: String) -> StrictJSON? { StrictJSON.read(Array(text.utf8)) }

    @Test("JSON is read as it is meant")
    func values() {
        let text = #" {"a":[1,-2,0,true,false,null,"x\"\\\/\b\f\n\r\tä\u00e4\ud83d\ude00"],"b":{"":{}},"c":[],"d":1.5,"e":-0e+1} "#
        #expect(
            self.read(text)
                == .object([
                    "a": .array([
                        .integer(1), .integer(-2), .integer(0), .boolean(true), .boolean(false), .null,
                        .string("x\"\\/\u{8}\u{C}\n\r\tää😀"),
                    ]),
                    "b": .object(["": .object([:])]), "c": .array([]), "d": .otherNumber, "e": .otherNumber,
                ])
        )
        #expect(self.read("9223372036854775807") == .integer(.max))
        #expect(self.read("9223372036854775808") == .otherNumber)
        #expect(self.read(String(repeating: "[", count: 16) + String(repeating: "]", count: 16)) != nil)
    }

    @Test(
        "what is not JSON, or could be read in two ways, is refused",
        arguments: [
            "", " ", "{", "}", "[1,]", "[,]", "[1 2]", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{a:1}", "{'a':1}", "01", "-", "+1", "1.", ".5",
            "1e", "1e+",
            "0x1", "NaN", "tru", "truex", "nul", "\"", "\"\\\"", "\"\\x\"", "\"\\u12\"", "\"\\u12g4\"", "\"\\ud800\"", "\"\\ud800\\u0041\"",
            "\"\\udc00\"", "\"a\nb\"", "\"\u{0}\"", "1 2", "{} {}", "{\"a\":1,\"a\":1}", "{\"a\":1,\"\\u0061\":1}",
            "{\"\u{E9}\":1,\"e\u{301}\":1}",
            "\u{FEFF}1", "[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]", "// 1", "1//",
        ]
    )
    func refused(_ text: String) { #expect(self.read(text) == nil) }

    @Test("random bytes never trap, and what is read in full is read by Foundation too")
    func random() {
        var generator = SystemRandomNumberGenerator()
        let alphabet = Array(#"{}[]",:\u0d8e1-.+ tfn"#.utf8) + [0xC3, 0xA4, 0xFF]
        for _ in 0..<20_000 {
            let bytes = (0..<Int.random(in: 0...12, using: &generator)).map { _ in
                alphabet[Int.random(in: alphabet.indices, using: &generator)]
            }
            guard StrictJSON.read(bytes) != nil else { continue }
            #expect((try? JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)) != nil, "\(bytes)")
        }
    }

    @Test("base64url is read back, in its one form only")
    func base64() {
        var generator = SystemRandomNumberGenerator()
        for count in 0..<70 {
            let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
            #expect(Base64URL.decode(Array(TokenForge.encode(bytes).utf8)) == bytes)
        }
        for text in ["A", "AB", "AAB", "AA=", "AA==", "A A", "A+", "A/", "AAAAA", "ä", "AB\n"] {
            #expect(Base64URL.decode(Array(text.utf8)) == nil, "\(text)")
        }
        #expect(Base64URL.decode(Array("AA".utf8)) == [0])
    }

    @Test("a claim is named by its path, and an address is one name")
    func paths() {
        let claims = self.read(#"{"a":{"b":{"c":"deep"}},"a.b":"flat","https://viva.example/role":"admin"}"#)?.members ?? [:]
        #expect(ClaimPath("a.b.c")?.value(in: claims) == .string("deep"))
        #expect(ClaimPath("a.b")?.value(in: claims) == .object(["c": .string("deep")]))
        #expect(ClaimPath("a.x.c")?.value(in: claims) == nil)
        #expect(ClaimPath("https://viva.example/role")?.value(in: claims) == .string("admin"))
        for text in ["", ".", "a.", ".a", "a..b", "a.b.c.d.e.f.g.h.i"] { #expect(ClaimPath(text) == nil, "\(text)") }
    }

    @Test("a secret that is too short is no key, and a small RSA key neither")
    func weakKeys() throws {
        #expect(JSONWebTokenKey(secret: Secret(String(repeating: "s", count: 31))) == nil)
        #expect(JSONWebTokenKey(secret: Secret(String(repeating: "s", count: 32))) != nil)
        #expect(JSONWebTokenKey(publicKeyPEM: "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----") == nil)
        #expect(JSONWebTokenKey(modulus: Array(repeating: 0xC5, count: 128), exponent: [1, 0, 1], id: nil) == nil)
        #expect(JSONWebTokenKey(modulus: Array(repeating: 0xC5, count: 1025), exponent: [1, 0, 1], id: nil) == nil)
    }
}
