import Foundation
import Testing

@testable import VoiceMedia

@Suite("Moonshine tokenizer")
struct MoonshineTokenizerTests {
    /// A table that begins with these tokens; the others are empty.
    private static func table(_ tokens: [[UInt8]], total: Int = MoonshineTokenizer.size) -> Data {
        var bytes: [UInt8] = []
        for token in tokens {
            if token.count < 128 {
                bytes.append(UInt8(token.count))
            } else {
                bytes += [UInt8(token.count % 128 + 128), UInt8(token.count / 128)]
            }
            bytes += token
        }
        return Data(bytes + [UInt8](repeating: 0, count: total - tokens.count))
    }

    @Test("control tokens are left out, word marks become spaces, ends are trimmed")
    func text() throws {
        let tokens = ["<unk>", "<s>", "</s>", "\u{2581}Hello", "\u{2581}world", ".", "<"].map { Array($0.utf8) }
        let tokenizer = try #require(MoonshineTokenizer(Self.table(tokens)))
        #expect(tokenizer.text(of: [1, 3, 4, 5, 2]) == "Hello world.")
        #expect(tokenizer.text(of: [6, 3]) == "< Hello")
    }

    @Test("a character spread over two tokens is put together")
    func splitCharacter() throws {
        let tokenizer = try #require(MoonshineTokenizer(Self.table([[0x63, 0xC3], [0xA9]])))
        #expect(tokenizer.text(of: [0, 1]) == "cé")
    }

    @Test("long tokens have a length of two bytes")
    func longToken() throws {
        let long = [UInt8](repeating: UInt8(ascii: "a"), count: 300)
        let tokenizer = try #require(MoonshineTokenizer(Self.table([long, Array("b".utf8)])))
        #expect(tokenizer.text(of: [0, 1]) == String(repeating: "a", count: 300) + "b")
    }

    @Test("numbers outside the table are ignored")
    func unknownNumbers() throws {
        let tokenizer = try #require(MoonshineTokenizer(Self.table([Array("x".utf8)])))
        #expect(tokenizer.text(of: [0, -1, 99_999, 0]) == "xx")
    }

    @Test("a table that is cut or has another size is refused")
    func malformed() {
        #expect(MoonshineTokenizer(Data()) == nil)
        #expect(MoonshineTokenizer(Data([200])) == nil)
        #expect(MoonshineTokenizer(Self.table([[1]], total: 100)) == nil)
        #expect(MoonshineTokenizer(Self.table([]) + [5, 1]) == nil)
    }
}
