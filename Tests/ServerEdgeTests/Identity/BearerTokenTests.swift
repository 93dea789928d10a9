import HTTPTypes
import ServerEdge
import Testing

@Suite struct BearerTokenTests {
    @Test("a proper header gives the token, whatever the case of the scheme", arguments: ["Bearer", "bearer", "BEARER"])
    func accepted(_ scheme: String) {
        #expect(BearerToken.parse("\(scheme) abc-._~+/09==")?.expose() == "abc-._~+/09==")
    }

    @Test(
        "anything else gives nothing",
        arguments: [
            "", "Bearer", "Bearer ", "Bearer  abc", " Bearer abc", "Bearer abc ", "Basic abc", "Bearer a b", "Bearer ===", "Bearer a=b",
            "Bearer ab\u{e9}", "Bearer abc,def", "Bearer\tabc", "Bearerabc", "Béarer a",
        ]
    )
    func refused(_ value: String) {
        #expect(BearerToken.parse(value) == nil)
    }

    @Test("a token beyond the limit is refused")
    func tooLong() {
        #expect(BearerToken.parse("Bearer " + String(repeating: "a", count: BearerToken.maximumLength)) != nil)
        #expect(BearerToken.parse("Bearer " + String(repeating: "a", count: BearerToken.maximumLength + 1)) == nil)
    }

    @Test("two Authorization headers give nothing")
    func twoHeaders() {
        var headers = HTTPFields()
        headers.append(HTTPField(name: .authorization, value: "Bearer one"))
        #expect(BearerToken.parse(headers)?.expose() == "one")
        headers.append(HTTPField(name: .authorization, value: "Bearer two"))
        #expect(BearerToken.parse(headers) == nil)
    }
}

private struct CountingGenerator: RandomNumberGenerator {
    var value: UInt64 = 0
    mutating func next() -> UInt64 {
        defer { value += 1 }
        return value
    }
}

@Suite struct TokenTests {
    @Test("random tokens have the asked length in base64url and differ")
    func random() {
        let tokens = (0..<100).map { _ in RandomToken.make(prefix: "t_", byteCount: 32) }
        #expect(Set(tokens).count == 100)
        for token in tokens {
            #expect(token.hasPrefix("t_") && token.utf8.count == 2 + 43)
            #expect(token.dropFirst(2).allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") })
        }
    }

    @Test("the generator's bytes are encoded as base64url")
    func encoding() {
        var generator = CountingGenerator(value: 0x0807_0605_0403_02FB)
        // Bytes FB 02 03 04 05 06 07 08, least significant first.
        #expect(RandomToken.make(byteCount: 8, using: &generator) == "-wIDBAUGBwg")
    }

    @Test("a digest is SHA-256 and survives its hexadecimal form")
    func digest() {
        let digest = TokenDigest(of: "abc")
        #expect(digest.hex == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(TokenDigest(hex: digest.hex) == digest)
        #expect(TokenDigest(hex: digest.hex.uppercased()) == digest)
        #expect(TokenDigest(of: Secret("abd")) != digest)
    }

    @Test(
        "malformed hexadecimal gives no digest",
        arguments: ["", "ba", String(repeating: "g", count: 64), String(repeating: "a", count: 65)]
    )
    func malformed(_ text: String) {
        #expect(TokenDigest(hex: text) == nil)
    }

    @Test("the constant-time comparison finds a difference at any place")
    func comparison() {
        let bytes = Array("0123456789".utf8)
        #expect(constantTimeEquals(bytes, bytes))
        #expect(!constantTimeEquals(bytes, bytes.dropLast()))
        for index in bytes.indices {
            var other = bytes
            other[index] ^= 0x80
            #expect(!constantTimeEquals(bytes, other))
        }
    }
}

@Suite struct OriginPolicyTests {
    private func headers(_ origins: String...) -> HTTPFields {
        var fields = HTTPFields()
        for origin in origins { fields.append(HTTPField(name: .origin, value: origin)) }
        return fields
    }

    @Test(
        "look-alikes of a listed origin are refused",
        arguments: [
            "null", "http://viva.example", "https://viva.example:444", "https://viva.example.evil.test", "https://evil-viva.example",
            "https://viva.example/", "HTTPS://viva.example", "https://viva.example@evil.test", "",
        ]
    )
    func lookAlikes(_ origin: String) {
        #expect(!OriginPolicy.listed(["https://viva.example"]).allows(headers(origin)))
        #expect(!OriginPolicy.absentOrListed(["https://viva.example"]).allows(headers(origin)))
    }

    @Test("a listed origin passes, two of them don't, and only absentOrListed takes none")
    func listed() {
        let policy = OriginPolicy.listed(["https://viva.example"])
        #expect(policy.allows(headers("https://viva.example")))
        #expect(!policy.allows(headers("https://viva.example", "https://viva.example")))
        #expect(!policy.allows(headers()))
        #expect(OriginPolicy.absentOrListed([]).allows(headers()))
        #expect(OriginPolicy.any.allows(headers("null")))
    }
}
