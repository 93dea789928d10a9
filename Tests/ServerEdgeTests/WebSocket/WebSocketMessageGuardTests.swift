import NIOCore
import Testing
import VivaTestKit

@testable import ServerEdge

@Suite(.timeLimit(.minutes(2))) struct WebSocketMessageGuardTests {
    private static let marker = #"{"type":"input_audio_buffer.append","audio":""#

    private static var limits: WebSocketLimits {
        var limits = WebSocketLimits()
        limits.maximumFrameBytes = 4_000
        limits.maximumMessageBytes = 4_000
        var large = WebSocketLimits.LargeMessages(markers: [#""input_audio_buffer.append""#, #""audio":""#])
        large.threshold = 1_000
        large.inspectedBytes = 100
        limits.largeMessages = large
        return limits
    }

    private static func payload(_ beginning: String, _ count: Int) -> [UInt8] {
        Array(beginning.utf8) + [UInt8](repeating: 0x61, count: max(0, count - beginning.utf8.count))
    }

    /// The verdict on the last of some frames, and how many of its bytes it took to give it.
    private static func verdict(
        _ frames: [[UInt8]],
        step: Int = .max,
        limits: WebSocketLimits = Self.limits
    ) -> (WebSocketMessageGuard.Verdict, Int) {
        var gatekeeper = WebSocketMessageGuard(limits: limits)
        var last: (WebSocketMessageGuard.Verdict, Int) = (.needsMore, 0)
        for frame in frames {
            var count = 0
            repeat {
                count = min(frame.count, step == .max ? frame.count : count + step)
                last = (gatekeeper.look(at: ByteBuffer(bytes: frame[..<count])), count)
            } while last.0 == .needsMore && count < frame.count
            if last.0 == .refuse { break }
        }
        return last
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let frames: [[UInt8]]
        let expected: WebSocketMessageGuard.Verdict

        init(_ name: String, _ expected: WebSocketMessageGuard.Verdict, _ frames: [UInt8]...) {
            testDescription = name
            self.frames = frames
            self.expected = expected
        }

        private static func text(_ beginning: String, _ count: Int, opcode: UInt8 = 1, final: Bool = true, masked: Bool = true) -> [UInt8] {
            WebSocketFrames.frame(opcode: opcode, payload: payload(beginning, count), final: final, masked: masked)
        }

        static let all: [Case] = [
            Case("an empty message", .pass, text("", 0)),
            Case("a small message of anything", .pass, text("", 125)),
            Case("anything up to the threshold", .pass, text("", 1_000)),
            Case("a byte beyond the threshold", .refuse, text("", 1_001)),
            Case("a byte beyond it with a marker", .pass, text(marker, 1_001)),
            Case("an unmasked one with a marker, as a server sends it", .pass, text(marker, 2_000, masked: false)),
            Case("an unmasked one without", .refuse, text("", 2_000, masked: false)),
            Case("the second marker", .pass, text(#"{"audio":"AAAA"#, 2_000)),
            Case("a marker at the end of what is looked at", .pass, text(String(repeating: " ", count: 91) + #""audio":""#, 2_000)),
            Case("a marker just behind it", .refuse, text(String(repeating: " ", count: 92) + #""audio":""#, 2_000)),
            Case("a marker and more than any message may have", .refuse, text(marker, 4_001)),
            Case("fragments that pass the threshold together", .refuse, text("", 600, final: false), text("", 401, opcode: 0)),
            Case("fragments that reach it", .pass, text("", 600, final: false), text("", 400, opcode: 0)),
            Case("fragments whose first has a marker", .pass, text(marker, 600, final: false), text("", 3_000, opcode: 0)),
            Case(
                "a marker split over tiny fragments",
                .pass,
                text(#"{"type":"input_audio"#, 20, final: false),
                text("", 0, opcode: 0, final: false),
                text(#"_buffer.append","#, 16, opcode: 0, final: false),
                text("", 2_000, opcode: 0)
            ),
            Case(
                "fragments with a marker that pass the limit of messages",
                .refuse,
                text(marker, 2_500, final: false),
                text("", 1_501, opcode: 0)
            ),
            Case(
                "a marker in an earlier message doesn't count",
                .refuse,
                text(marker, 600, final: false),
                text("", 600, opcode: 0),
                text("", 600, final: false),
                text("", 600, opcode: 0)
            ),
            Case(
                "a ping between fragments changes nothing",
                .refuse,
                text("", 600, final: false),
                WebSocketFrames.frame(opcode: 9, payload: [UInt8](marker.utf8.prefix(100))),
                text("", 600, opcode: 0)
            ),
            Case("a length with the top bit", .refuse, WebSocketFrames.frame(opcode: 1, declaredLength: .max)),
            Case(
                "a length that overflows with the fragment before it",
                .refuse,
                text("", 10, final: false),
                WebSocketFrames.frame(opcode: 0, declaredLength: UInt64(Int64.max))
            ),
        ]
    }

    @Test("a message is judged by its size and its beginning, however it is cut", arguments: Case.all)
    func verdicts(_ item: Case) {
        for step in [1, 2, 3, 7, 50, .max] {
            let (verdict, _) = Self.verdict(item.frames, step: step)
            #expect(verdict == item.expected, "in steps of \(step)")
        }
    }

    @Test("a message without a marker is refused once its beginning is here")
    func refusedEarly() {
        let frame = WebSocketFrames.frame(opcode: 1, payload: Self.payload("", 3_000))
        let (verdict, bytes) = Self.verdict([frame], step: 1)
        #expect(verdict == .refuse)
        #expect(bytes == 2 + 2 + 4 + 100)
    }

    @Test("a message beyond the limit is refused by its header alone")
    func refusedByHeader() {
        let (verdict, bytes) = Self.verdict([WebSocketFrames.frame(opcode: 1, payload: Self.payload(Self.marker, 4_001))], step: 1)
        #expect(verdict == .refuse)
        #expect(bytes == 2 + 2)
    }

    @Test("without a rule every message may have the limit")
    func noRule() {
        var limits = Self.limits
        limits.largeMessages = nil
        #expect(Self.verdict([WebSocketFrames.frame(opcode: 1, payload: Self.payload("", 4_000))], limits: limits).0 == .pass)
        #expect(Self.verdict([WebSocketFrames.frame(opcode: 1, payload: Self.payload("", 4_001))], limits: limits).0 == .refuse)
    }

    @Test("on a socket, rubbish that declares 15 MiB is closed with 1009 after its first bytes")
    func onSocket() async throws {
        var limits = WebSocketLimits()
        limits.maximumFrameBytes = 15 * 1024 * 1024
        limits.maximumMessageBytes = 15 * 1024 * 1024
        limits.largeMessages = .init(markers: [#""input_audio_buffer.append""#])
        try await TestServer.run(webSockets: [.echo(limits)]) { server in
            let probe = try await TCPProbe.upgraded(port: server.port)
            // Nothing but the beginning is ever sent, so nothing but the beginning can be what decides.
            let declared = WebSocketFrames.frame(opcode: 1, payload: Self.payload("", 512), declaredLength: 15 * 1024 * 1024)
            try await probe.send(WebSocketFrames.text("before"))
            #expect(try await WebSocketFrames.receive(probe).text == "before")
            try await probe.send(declared)
            #expect(try await WebSocketFrames.receive(probe).closeCode == 1009)
            #expect(try await probe.receiveToEnd().isEmpty)
            await probe.close()
        }
    }

    @Test("on a socket, audio of 2 MiB arrives whole, in one frame and in fragments")
    func largeAudio() async throws {
        var limits = WebSocketLimits()
        limits.maximumFrameBytes = 15 * 1024 * 1024
        limits.maximumMessageBytes = 15 * 1024 * 1024
        limits.maximumOutboundBytes = 15 * 1024 * 1024
        limits.largeMessages = .init(markers: [#""input_audio_buffer.append""#])
        try await TestServer.run(webSockets: [.echo(limits)]) { server in
            let probe = try await TCPProbe.upgraded(port: server.port)
            let message = Self.payload(Self.marker, 2 * 1024 * 1024)
            try await probe.send(WebSocketFrames.frame(opcode: 1, payload: message))
            #expect(try await WebSocketFrames.receive(probe).payload == message)
            try await probe.send(
                WebSocketFrames.frame(opcode: 1, payload: Array(message[..<700_000]), final: false)
                    + WebSocketFrames.frame(opcode: 0, payload: Array(message[700_000...]))
            )
            #expect(try await WebSocketFrames.receive(probe).payload == message)
            await probe.close()
        }
    }
}
