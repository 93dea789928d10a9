import ServerEdge
import Testing
import VivaTestKit

/// The Autobahn case list against a real server of ours, over a real socket.
@Suite(.timeLimit(.minutes(4))) struct AutobahnTests {
    private static var limits: WebSocketLimits {
        var limits = WebSocketLimits()
        // Case 7.1.6 sends 256 KiB in one frame. Everything else is as in our servers.
        limits.maximumFrameBytes = 256 * 1024
        return limits
    }

    @Test("a case of the list ends as it should", arguments: AutobahnCase.all)
    func cases(_ item: AutobahnCase) async throws {
        try await TestServer.run(webSockets: [.echo(Self.limits)]) { server in
            let probe = try await TCPProbe.upgraded(port: server.port)
            var answers = Answers(probe)
            for step in item.steps {
                switch step {
                case .send(let bytes):
                    try? await probe.send(bytes)  // it may have been closed already
                case .chopped(let bytes, let size):
                    for start in stride(from: 0, to: bytes.count, by: size) {
                        try? await probe.send(Array(bytes[start..<min(start + size, bytes.count)]))
                    }
                case .await(let texts, let pongs):
                    try await answers.read { $0.texts.count >= texts && $0.pongs.count >= pongs }
                }
            }
            switch item.end {
            case .open:
                try await answers.read { $0.texts.count >= item.texts.count && $0.pongs.count >= item.pongs.count }
                // Whatever else it had to say would come before these.
                try await probe.send(WebSocketFrames.frame(opcode: 9, payload: [0x65, 0x6E, 0x64]))
                try await answers.read { $0.pongs.count > item.pongs.count }
                try await probe.send(WebSocketFrames.close(1000))
                try await answers.read { _ in false }
                #expect(answers.texts == item.texts)
                #expect(answers.pongs == item.pongs + [[0x65, 0x6E, 0x64]])
                #expect(answers.close == [0x03, 0xE8])
            case .closed(let code):
                try await answers.read { _ in false }
                #expect(item.texts.starts(with: answers.texts))
                #expect(answers.pongs == item.pongs)
                #expect(answers.close == code.map { [UInt8($0 >> 8), UInt8($0 & 0xFF)] } ?? [])
            case .failed(let code):
                try await answers.read { _ in false }
                #expect(item.texts.starts(with: answers.texts))
                #expect(answers.pongs == item.pongs)
                #expect(answers.close == [UInt8(code >> 8), UInt8(code & 0xFF)])
            }
            #expect(answers.others == 0)
            #expect(try await probe.receiveToEnd().isEmpty)
            await probe.close()
        }
    }

    @Test("the list is whole and names no case twice")
    func list() {
        let ids = AutobahnCase.all.map(\.id)
        #expect(Set(ids).count == ids.count)
        let groups = Dictionary(grouping: ids) { $0.split(separator: ".")[0] }.mapValues(\.count)
        #expect(groups == ["1": 16, "2": 11, "3": 7, "4": 10, "5": 20, "6": 145, "7": 37, "10": 1])
    }
}

/// What a server said on one socket.
private struct Answers {
    private let probe: TCPProbe
    private(set) var texts: [[UInt8]] = []
    private(set) var pongs: [[UInt8]] = []
    /// The payload of its close frame; nothing is read behind it.
    private(set) var close: [UInt8]?
    /// Frames that no case expects.
    private(set) var others = 0

    init(_ probe: TCPProbe) {
        self.probe = probe
    }

    /// Until the condition holds or the server closes.
    mutating func read(until isEnough: (Answers) -> Bool) async throws {
        while close == nil, !isEnough(self) {
            let frame = try await WebSocketFrames.receive(probe)
            switch frame.opcode {
            case 1: texts.append(frame.payload)
            case 8: close = frame.payload
            case 10: pongs.append(frame.payload)
            default: others += 1
            }
        }
    }
}
