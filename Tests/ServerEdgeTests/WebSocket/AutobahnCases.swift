import Testing
import VivaTestKit

/// One case of the list of the Autobahn test suite's fuzzing client (groups 1 to 7 and 10; 9 measures, 12 and 13 need
/// compression, which we decline). The bytes are written from the list's descriptions.
struct AutobahnCase: Sendable, CustomTestStringConvertible {
    enum Step: Sendable {
        case send([UInt8])
        /// In writes of this many bytes.
        case chopped([UInt8], Int)
        /// Waits for everything that `texts` and `pongs` expect so far.
        case await(texts: Int, pongs: Int)
    }

    enum End: Sendable {
        /// Still open: answers a ping, then our close frame.
        case open
        /// Echoes our close frame.
        case closed(UInt16?)
        /// Fails the connection with this code.
        case failed(UInt16)
    }

    let id: String
    let steps: [Step]
    /// Messages that come back. When the connection fails or closes, those at the end may be missing: the echo is another task's.
    var texts: [[UInt8]] = []
    var pongs: [[UInt8]] = []
    let end: End

    var testDescription: String { id }

    init(_ id: String, _ bytes: [UInt8]..., texts: [[UInt8]] = [], pongs: [[UInt8]] = [], ends end: End) {
        self.init(id, steps: [.send(bytes.flatMap { $0 })], texts: texts, pongs: pongs, ends: end)
    }

    init(_ id: String, steps: [Step], texts: [[UInt8]] = [], pongs: [[UInt8]] = [], ends end: End) {
        self.id = id
        self.steps = steps
        self.texts = texts
        self.pongs = pongs
        self.end = end
    }
}

extension AutobahnCase {
    static let all: [AutobahnCase] = messages + pings + reservedBits + opcodes + fragments + unicode + unicodeSequences + closing

    private static func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

    private static func text(_ payload: [UInt8], final: Bool = true, reserved: UInt8 = 0) -> [UInt8] {
        WebSocketFrames.frame(opcode: 1, payload: payload, final: final, reserved: reserved)
    }

    private static func text(_ payload: String, final: Bool = true, reserved: UInt8 = 0) -> [UInt8] {
        text(bytes(payload), final: final, reserved: reserved)
    }

    private static func more(_ payload: [UInt8], final: Bool) -> [UInt8] {
        WebSocketFrames.frame(opcode: 0, payload: payload, final: final)
    }

    private static func more(_ payload: String, final: Bool) -> [UInt8] { more(bytes(payload), final: final) }

    private static func ping(_ payload: [UInt8] = []) -> [UInt8] { WebSocketFrames.frame(opcode: 9, payload: payload) }

    private static func pong(_ payload: [UInt8] = []) -> [UInt8] { WebSocketFrames.frame(opcode: 10, payload: payload) }

    private static func other(_ opcode: UInt8, _ payload: String = "") -> [UInt8] {
        WebSocketFrames.frame(opcode: opcode, payload: bytes(payload))
    }

    private static func close(_ payload: [UInt8]) -> [UInt8] { WebSocketFrames.frame(opcode: 8, payload: payload) }

    /// The word of Kuhn's list, 11 bytes; its second letter is U+1F79.
    private static let kosme: [UInt8] = [0xCE, 0xBA, 0xE1, 0xBD, 0xB9, 0xCF, 0x83, 0xCE, 0xBC, 0xCE, 0xB5]

    private static let normalClose = WebSocketFrames.close(1000)

    // MARK: 1, 10: messages and their lengths

    private static let messages: [AutobahnCase] = {
        var cases: [AutobahnCase] = []
        for (index, count) in [0, 125, 126, 127, 128, 65_535, 65_536].enumerated() {
            let payload = [UInt8](repeating: 0x2A, count: count)
            cases.append(AutobahnCase("1.1.\(index + 1)", text(payload), texts: [payload], ends: .open))
            // Only text is spoken here (1003).
            cases.append(AutobahnCase("1.2.\(index + 1)", WebSocketFrames.frame(opcode: 2, payload: payload), ends: .failed(1003)))
        }
        let payload = [UInt8](repeating: 0x2A, count: 65_536)
        let binary = WebSocketFrames.frame(opcode: 2, payload: payload)
        let fragments = stride(from: 0, to: payload.count, by: 1_300).flatMap { start in
            let end = min(start + 1_300, payload.count)
            return WebSocketFrames.frame(opcode: start == 0 ? 1 : 0, payload: Array(payload[start..<end]), final: end == payload.count)
        }
        return cases + [
            AutobahnCase("1.1.8", steps: [.chopped(text(payload), 997)], texts: [payload], ends: .open),
            AutobahnCase("1.2.8", steps: [.chopped(binary, 997)], ends: .failed(1003)),
            AutobahnCase("10.1.1", fragments, texts: [payload], ends: .open),
        ]
    }()

    // MARK: 2: pings and pongs

    private static let pings: [AutobahnCase] = {
        let full = [UInt8](repeating: 0xFE, count: 125)
        let ten = (0..<10).map { bytes("payload-\($0)") }
        return [
            AutobahnCase("2.1", ping(), pongs: [[]], ends: .open),
            AutobahnCase("2.2", ping(bytes("Hello, world!")), pongs: [bytes("Hello, world!")], ends: .open),
            AutobahnCase(
                "2.3",
                ping([0, 0xFF, 0xFE, 0xFD, 0xFC, 0xFB, 0, 0xFF]),
                pongs: [[0, 0xFF, 0xFE, 0xFD, 0xFC, 0xFB, 0, 0xFF]],
                ends: .open
            ),
            AutobahnCase("2.4", ping(full), pongs: [full], ends: .open),
            AutobahnCase("2.5", ping(full + [0xFE]), ends: .failed(1002)),
            AutobahnCase("2.6", steps: [.chopped(ping(full), 1)], pongs: [full], ends: .open),
            AutobahnCase("2.7", pong(), ends: .open),
            AutobahnCase("2.8", pong(bytes("unsolicited pong payload")), ends: .open),
            AutobahnCase("2.9", pong(bytes("unsolicited")), ping(bytes("ping")), pongs: [bytes("ping")], ends: .open),
            AutobahnCase("2.10", ten.flatMap { ping($0) }, pongs: ten, ends: .open),
            AutobahnCase("2.11", steps: [.chopped(ten.flatMap { ping($0) }, 1)], pongs: ten, ends: .open),
        ]
    }()

    // MARK: 3: reserved bits

    private static let reservedBits: [AutobahnCase] = {
        let hello = text("Hello, world!")
        let before = [bytes("Hello, world!")]
        return [
            AutobahnCase("3.1", text("Hello, world!", reserved: 1), ends: .failed(1002)),
            AutobahnCase("3.2", hello, text("Hello, world!", reserved: 2), ping(), texts: before, ends: .failed(1002)),
            AutobahnCase(
                "3.3",
                steps: [.send(hello), .send(text("Hello, world!", reserved: 3)), .send(ping())],
                texts: before,
                ends: .failed(1002)
            ),
            AutobahnCase(
                "3.4",
                steps: [.chopped(hello + text("Hello, world!", reserved: 4) + ping(), 1)],
                texts: before,
                ends: .failed(1002)
            ),
            AutobahnCase("3.5", WebSocketFrames.frame(opcode: 2, payload: [0, 0xFF, 0xFE], reserved: 5), ends: .failed(1002)),
            AutobahnCase("3.6", WebSocketFrames.frame(opcode: 9, payload: bytes("Hello"), reserved: 6), ends: .failed(1002)),
            AutobahnCase("3.7", WebSocketFrames.frame(opcode: 8, payload: [0x03, 0xE8], reserved: 7), ends: .failed(1002)),
        ]
    }()

    // MARK: 4: reserved opcodes

    private static let opcodes: [AutobahnCase] = [(1, UInt8(3)), (2, 11)].flatMap { group, first in
        let before = text("Hello, world!")
        let expected = [bytes("Hello, world!")]
        return [
            AutobahnCase("4.\(group).1", other(first), ends: .failed(1002)),
            AutobahnCase("4.\(group).2", other(first + 1, "reserved opcode payload"), ends: .failed(1002)),
            AutobahnCase("4.\(group).3", before, other(first + 2), ping(), texts: expected, ends: .failed(1002)),
            AutobahnCase("4.\(group).4", before, other(first + 3, "reserved"), ping(), texts: expected, ends: .failed(1002)),
            AutobahnCase(
                "4.\(group).5",
                steps: [.chopped(before + other(first + 4, "reserved") + ping(), 1)],
                texts: expected,
                ends: .failed(1002)
            ),
        ]
    }

    // MARK: 5: fragments

    private static let fragments: [AutobahnCase] = {
        let first = text("fragment1", final: false)
        let second = more("fragment2", final: true)
        let whole = [bytes("fragment1fragment2")]
        let lone = more("non-continuation payload", final: true)
        let loneOpen = more("non-continuation payload", final: false)
        let hello = text("Hello, world!")
        let wrong = loneOpen + text("fragment2", final: false) + more("fragment3", final: true)
        let wrongFinal = more("fragment1", final: true) + text("fragment2", final: false) + more("fragment3", final: true)
        let five = (1...5).map { bytes("fragment\($0)") }
        let firstTwo = text(five[0], final: false) + more(five[1], final: false)
        let lastThree = more(five[2], final: false) + more(five[3], final: false) + ping(bytes("second")) + more(five[4], final: true)
        let allFive = [five.flatMap { $0 }]
        return [
            AutobahnCase(
                "5.1",
                WebSocketFrames.frame(opcode: 9, payload: bytes("fragment1"), final: false),
                more("fragment2", final: true),
                ends: .failed(1002)
            ),
            AutobahnCase(
                "5.2",
                WebSocketFrames.frame(opcode: 10, payload: bytes("fragment1"), final: false),
                more("fragment2", final: true),
                ends: .failed(1002)
            ),
            AutobahnCase("5.3", first, second, texts: whole, ends: .open),
            AutobahnCase("5.4", steps: [.send(first), .send(second)], texts: whole, ends: .open),
            AutobahnCase("5.5", steps: [.chopped(first + second, 1)], texts: whole, ends: .open),
            AutobahnCase("5.6", first, ping(bytes("ping")), second, texts: whole, pongs: [bytes("ping")], ends: .open),
            AutobahnCase(
                "5.7",
                steps: [.send(first), .send(ping(bytes("ping"))), .send(second)],
                texts: whole,
                pongs: [bytes("ping")],
                ends: .open
            ),
            AutobahnCase(
                "5.8",
                steps: [.chopped(first + ping(bytes("ping")) + second, 1)],
                texts: whole,
                pongs: [bytes("ping")],
                ends: .open
            ),
            AutobahnCase("5.9", lone, hello, ends: .failed(1002)),
            AutobahnCase("5.10", steps: [.send(lone), .send(hello)], ends: .failed(1002)),
            AutobahnCase("5.11", steps: [.chopped(lone + hello, 1)], ends: .failed(1002)),
            AutobahnCase("5.12", loneOpen, hello, ends: .failed(1002)),
            AutobahnCase("5.13", steps: [.send(loneOpen), .send(hello)], ends: .failed(1002)),
            AutobahnCase("5.14", steps: [.chopped(loneOpen + hello, 1)], ends: .failed(1002)),
            AutobahnCase("5.15", first, second, loneOpen, hello, texts: whole, ends: .failed(1002)),
            AutobahnCase("5.16", wrong, wrong, ends: .failed(1002)),
            AutobahnCase("5.17", wrongFinal, wrongFinal, ends: .failed(1002)),
            AutobahnCase("5.18", first, text("fragment2"), ends: .failed(1002)),
            AutobahnCase(
                "5.19",
                steps: [.send(firstTwo + ping(bytes("first"))), .await(texts: 0, pongs: 1), .send(lastThree)],
                texts: allFive,
                pongs: [bytes("first"), bytes("second")],
                ends: .open
            ),
            AutobahnCase(
                "5.20",
                steps: [.chopped(firstTwo + ping(bytes("first")) + lastThree, 1)],
                texts: allFive,
                pongs: [bytes("first"), bytes("second")],
                ends: .open
            ),
        ]
    }()

    // MARK: 6.1 to 6.4: text and fragments

    private static let unicode: [AutobahnCase] = {
        let mixed = bytes("Hello-µ@ßöäüàá-UTF-8!!")
        let greek = kosme
        let tooHigh: [UInt8] = [0xF4, 0x90, 0x80, 0x80]
        let broken = greek + [0xED, 0xA0, 0x80] + bytes("edited")
        let late = greek + tooHigh + bytes("edited")
        func single(_ payload: [UInt8]) -> [UInt8] {
            payload.enumerated().flatMap { index, byte in
                WebSocketFrames.frame(opcode: index == 0 ? 1 : 0, payload: [byte], final: index == payload.count - 1)
            }
        }
        /// Invalid text in three parts. The ping shows that the connection lives after the second: we do not fail fast but check
        /// whole messages, which the suite counts as "non-strict". RFC 6455 section 8.1 asks for failing, not for when.
        func slow(_ id: String, _ parts: [[UInt8]], pongs: [[UInt8]]) -> AutobahnCase {
            AutobahnCase(
                id,
                steps: [.send(parts[0]), .send(parts[1]), .await(texts: 0, pongs: pongs.count), .send(parts[2])],
                pongs: pongs,
                ends: .failed(1007)
            )
        }
        func inFragments(_ first: Int, _ second: Int) -> [[UInt8]] {
            [
                text(Array(late[..<first]), final: false),
                more(Array(late[first..<second]), final: false) + ping(bytes("alive")),
                more(Array(late[second...]), final: true),
            ]
        }
        func inOneFrame(_ first: Int, _ second: Int) -> [[UInt8]] {
            let frame = text(late)
            return [Array(frame[..<(6 + first)]), Array(frame[(6 + first)..<(6 + second)]), Array(frame[(6 + second)...])]
        }
        return [
            AutobahnCase("6.1.1", text(""), texts: [[]], ends: .open),
            AutobahnCase("6.1.2", text("", final: false), more("", final: false), more("", final: true), texts: [[]], ends: .open),
            AutobahnCase(
                "6.1.3",
                text("", final: false),
                more("middle frame payload", final: false),
                more("", final: true),
                texts: [bytes("middle frame payload")],
                ends: .open
            ),
            AutobahnCase("6.2.1", text(mixed), texts: [mixed], ends: .open),
            AutobahnCase(
                "6.2.2",
                text(Array(mixed[..<12]), final: false),
                more(Array(mixed[12...]), final: true),
                texts: [mixed],
                ends: .open
            ),
            AutobahnCase("6.2.3", single(mixed), texts: [mixed], ends: .open),
            AutobahnCase("6.2.4", single(greek), texts: [greek], ends: .open),
            AutobahnCase("6.3.1", text(broken), ends: .failed(1007)),
            AutobahnCase("6.3.2", single(broken), ends: .failed(1007)),
            slow("6.4.1", inFragments(greek.count, greek.count + 4), pongs: [bytes("alive")]),
            slow("6.4.2", inFragments(greek.count + 1, greek.count + 2), pongs: [bytes("alive")]),
            slow("6.4.3", inOneFrame(greek.count, greek.count + 4), pongs: []),
            slow("6.4.4", inOneFrame(greek.count + 1, greek.count + 2), pongs: []),
        ]
    }()

    // MARK: 6.5 to 6.23: single sequences (after Markus Kuhn's list)

    private static let unicodeSequences: [AutobahnCase] = {
        func range(_ bytes: ClosedRange<UInt8>, spaced: Bool = false) -> [UInt8] { bytes.flatMap { spaced ? [$0, 0x20] : [$0] } }
        let greek = kosme
        let endings = [2, 5, 7, 9, 11]
        let incomplete: [[UInt8]] = [
            [0xC0], [0xE0, 0x80], [0xF0, 0x80, 0x80], [0xF8, 0x80, 0x80, 0x80], [0xFC, 0x80, 0x80, 0x80, 0x80],
            [0xDF], [0xEF, 0xBF], [0xF7, 0xBF, 0xBF], [0xFB, 0xBF, 0xBF, 0xBF], [0xFD, 0xBF, 0xBF, 0xBF, 0xBF],
        ]
        /// Beginnings of characters of two to six bytes that should have been shorter.
        let overlong: [[UInt8]] = [[0xC0], [0xE0, 0x80], [0xF0, 0x80, 0x80], [0xF8, 0x80, 0x80, 0x80], [0xFC, 0x80, 0x80, 0x80, 0x80]]
        let high: [[UInt8]] = [[0xED, 0xA0, 0x80], [0xED, 0xAD, 0xBF], [0xED, 0xAE, 0x80], [0xED, 0xAF, 0xBF]]
        let low: [[UInt8]] = [[0xED, 0xB0, 0x80], [0xED, 0xBF, 0xBF]]
        var noncharacters: [[UInt8]] = [[0xEF, 0xBF, 0xBE], [0xEF, 0xBF, 0xBF]]
        for plane in UInt32(1)...16 {
            for low in [UInt32(0xFFFE), 0xFFFF] { noncharacters.append(UnicodeScalar(plane << 16 | low).map { bytes(String($0)) } ?? []) }
        }
        let unexpected: [[UInt8]] = (1...6).map { count in (0..<count).map { $0 % 2 == 0 ? 0x80 : 0xBF } }
        let lonely: [ClosedRange<UInt8>] = [0xC0...0xDE, 0xE0...0xEE, 0xF0...0xF6, 0xF8...0xFA, 0xFC...0xFC]
        let valid: [(Int, [[UInt8]])] = [
            (5, ["hello$world", "hello¢world", "hello€world", "hello𤭢world", "κ\u{1F79}σμε"].map(bytes)),
            (7, [[0], [0xC2, 0x80], [0xE0, 0xA0, 0x80], [0xF0, 0x90, 0x80, 0x80]]),
            (9, [[0x7F], [0xDF, 0xBF], [0xEF, 0xBF, 0xBF], [0xF4, 0x8F, 0xBF, 0xBF]]),
            (11, [[0xED, 0x9F, 0xBF], [0xEE, 0x80, 0x80], [0xEF, 0xBF, 0xBD], [0xF4, 0x8F, 0xBF, 0xBF]]),
            (22, noncharacters),
            (23, (UInt8(0xB9)...0xBF).map { [0xEF, 0xBF, $0] }),
        ]
        let invalid: [(Int, [[UInt8]])] = [
            (8, [[0xF8, 0x88, 0x80, 0x80, 0x80], [0xFC, 0x84, 0x80, 0x80, 0x80, 0x80]]),
            (10, [[0xF7, 0xBF, 0xBF, 0xBF], [0xFB, 0xBF, 0xBF, 0xBF, 0xBF], [0xFD, 0xBF, 0xBF, 0xBF, 0xBF, 0xBF]]),
            (12, [[0x80], [0xBF]] + unexpected.dropFirst() + [range(0x80...0xBE)]),
            (13, lonely.map { range($0, spaced: true) }),
            (14, incomplete),
            (15, [incomplete.flatMap { $0 }]),
            (16, [[0xFE], [0xFF], [0xFE, 0xFE, 0xFF, 0xFF]]),
            (17, overlong.map { $0 + [0xAF] }),
            (
                18,
                [
                    [0xC1, 0xBF], [0xE0, 0x9F, 0xBF], [0xF0, 0x8F, 0xBF, 0xBF], [0xF8, 0x87, 0xBF, 0xBF, 0xBF],
                    [0xFC, 0x83, 0xBF, 0xBF, 0xBF, 0xBF],
                ]
            ),
            (19, overlong.map { $0 + [0x80] }),
            (20, high + [[0xED, 0xB0, 0x80], [0xED, 0xBE, 0x80], [0xED, 0xBF, 0xBF]]),
            (21, high.flatMap { first in low.map { first + $0 } }),
        ]
        var cases: [AutobahnCase] = []
        for (group, sequences) in valid {
            for (index, sequence) in sequences.enumerated() {
                cases.append(AutobahnCase("6.\(group).\(index + 1)", text(sequence), texts: [sequence], ends: .open))
            }
        }
        for (group, sequences) in invalid {
            for (index, sequence) in sequences.enumerated() {
                cases.append(AutobahnCase("6.\(group).\(index + 1)", text(sequence), ends: .failed(1007)))
            }
        }
        cases.append(AutobahnCase("6.11.5", text([0xF4, 0x90, 0x80, 0x80]), ends: .failed(1007)))
        // Every beginning of a text: valid where a character ends.
        for count in 1...greek.count {
            let part = Array(greek[..<count])
            cases.append(
                endings.contains(count)
                    ? AutobahnCase("6.6.\(count)", text(part), texts: [part], ends: .open)
                    : AutobahnCase("6.6.\(count)", text(part), ends: .failed(1007))
            )
        }
        return cases
    }()

    // MARK: 7: closing

    private static let closing: [AutobahnCase] = {
        let hello = bytes("Hello World!")
        let large = [UInt8](repeating: 0x42, count: 256 * 1024)
        let code: [UInt8] = [0x03, 0xE8]
        let longest = [UInt8](repeating: 0x2A, count: 123)
        var cases = [
            AutobahnCase(
                "7.1.1",
                steps: [.send(text(hello)), .await(texts: 1, pongs: 0), .send(normalClose)],
                texts: [hello],
                ends: .closed(1000)
            ),
            AutobahnCase("7.1.2", normalClose, normalClose, ends: .closed(1000)),
            AutobahnCase("7.1.3", normalClose, ping(bytes("late")), ends: .closed(1000)),
            AutobahnCase("7.1.4", normalClose, text(hello), ends: .closed(1000)),
            AutobahnCase("7.1.5", text("fragment1", final: false), normalClose, more("fragment2", final: true), ends: .closed(1000)),
            AutobahnCase("7.1.6", text(large), text(hello), normalClose, ping(), texts: [large, hello], ends: .closed(1000)),
            AutobahnCase("7.3.1", close([]), ends: .closed(nil)),
            AutobahnCase("7.3.2", close([0x61]), ends: .failed(1002)),
            AutobahnCase("7.3.3", close(code), ends: .closed(1000)),
            AutobahnCase("7.3.4", close(code + hello), ends: .closed(1000)),
            AutobahnCase("7.3.5", close(code + longest), ends: .closed(1000)),
            AutobahnCase("7.3.6", close(code + longest + [0x2A]), ends: .failed(1002)),
            AutobahnCase("7.5.1", close(code + kosme + [0xED, 0xA0, 0x80] + bytes("edited")), ends: .failed(1007)),
        ]
        for (index, code) in [UInt16(1000), 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999].enumerated() {
            cases.append(AutobahnCase("7.7.\(index + 1)", WebSocketFrames.close(code), ends: .closed(code)))
        }
        for (index, code) in [UInt16(0), 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999].enumerated() {
            cases.append(AutobahnCase("7.9.\(index + 1)", WebSocketFrames.close(code), ends: .failed(1002)))
        }
        for (index, code) in [UInt16(5000), 65_535].enumerated() {
            cases.append(AutobahnCase("7.13.\(index + 1)", WebSocketFrames.close(code), ends: .failed(1002)))
        }
        return cases
    }()
}
