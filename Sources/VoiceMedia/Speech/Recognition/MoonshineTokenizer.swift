import Foundation

/// The vocabulary of Moonshine: from token numbers back to text.
///
/// `tokenizer.bin` holds, token after token, a length and the bytes. A length byte below 128 is the length (0: the token is
/// empty); from 128 on the length is `next byte × 128 + byte − 128`.
struct MoonshineTokenizer: Sendable {
    /// Tokens the decoder knows; the size of its last layer.
    static let size = 32_768

    private let tokens: [ArraySlice<UInt8>]

    /// - Returns: nil when the content is cut or has another number of tokens.
    init?(_ content: Data) {
        let bytes = [UInt8](content)
        var tokens: [ArraySlice<UInt8>] = []
        tokens.reserveCapacity(Self.size)
        var position = 0
        while position < bytes.count {
            var length = Int(bytes[position])
            position += 1
            if length >= 128 {
                guard position < bytes.count else { return nil }
                length = Int(bytes[position]) * 128 + length - 128
                position += 1
            }
            guard position + length <= bytes.count else { return nil }
            tokens.append(bytes[position..<position + length])
            position += length
        }
        guard tokens.count == Self.size else { return nil }
        self.tokens = tokens
    }

    /// The text of a sequence. Control tokens, which are written `<…>`, are left out.
    ///
    /// A character may be spread over several tokens, so the bytes are joined first and decoded afterwards.
    func text(of sequence: some Sequence<Int>) -> String {
        var bytes: [UInt8] = []
        for token in sequence {
            guard tokens.indices.contains(token) else { continue }
            let piece = tokens[token]
            if piece.count > 2, piece.first == UInt8(ascii: "<"), piece.last == UInt8(ascii: ">") { continue }
            bytes.append(contentsOf: piece)
        }
        // U+2581, the mark of SentencePiece for the beginning of a word.
        let text = String(decoding: bytes, as: UTF8.self).replacing("\u{2581}", with: " ")
        return text.trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
