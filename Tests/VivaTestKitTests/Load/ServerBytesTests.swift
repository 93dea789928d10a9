import NIOCore
import Testing

@testable import VivaTestKit

@Suite("bytes of a server under load")
struct ServerBytesTests {
    private func append(_ text: String, to bytes: inout ServerBytes) {
        var buffer = ByteBuffer(string: text)
        bytes.append(&buffer)
    }

    @Test("an answer is whole when its last byte is there, wherever it was cut", arguments: 1...40)
    func pieces(size: Int) throws {
        let text = "HTTP/1.1 200 OK\r\nX-Length: 9\r\ncontent-LENGTH: 12\r\n\r\n{\"a\":\"\r\n\r\n\"}"
        var bytes = ServerBytes()
        var rest = Array(text.utf8)[...]
        while rest.count > size {
            var piece = ByteBuffer(bytes: rest.prefix(size))
            bytes.append(&piece)
            #expect(try bytes.answer() == nil)
            rest = rest.dropFirst(size)
        }
        var last = ByteBuffer(bytes: rest)
        bytes.append(&last)
        let answer = try #require(try bytes.answer())
        #expect(answer.status == 200)
        #expect(String(buffer: answer.body) == "{\"a\":\"\r\n\r\n\"}")
        #expect(try bytes.answer() == nil)
    }

    @Test("answers that come together are taken one after another, and frames after an upgrade")
    func together() throws {
        var bytes = ServerBytes()
        self.append(
            "HTTP/1.1 404 No\r\nContent-Length: 2\r\n\r\nnoHTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n",
            to: &bytes
        )
        let long = String(repeating: "x", count: 300)
        for text in ["hello", long] {
            var frame = ByteBuffer(bytes: WebSocketFrames.frame(opcode: 1, payload: Array(text.utf8), masked: false))
            bytes.append(&frame)
        }
        #expect(try bytes.answer()?.status == 404)
        #expect(try bytes.answer()?.status == 101)
        #expect(try bytes.frame().map { String(buffer: $0.payload) } == "hello")
        #expect(try bytes.frame().map { String(buffer: $0.payload) } == long)
        #expect(try bytes.frame() == nil)
    }

    @Test("lengths beyond any answer are refused")
    func tooLong() {
        var bytes = ServerBytes()
        self.append("HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n", to: &bytes)
        #expect(throws: ServerBytes.Failure.unexpected) { try bytes.answer() }
        var frames = ServerBytes()
        var head = ByteBuffer(bytes: [0x81, 127, 0xFF, 0, 0, 0, 0, 0, 0, 0])
        frames.append(&head)
        #expect(throws: ServerBytes.Failure.unexpected) { try frames.frame() }
    }

    @Test("a name is found between its quotation marks")
    func quoted() {
        var buffer = ByteBuffer(string: #"..{"type":"session","sessionId":"abc-1","x":1}"#)
        buffer.moveReaderIndex(forwardBy: 2)
        #expect(buffer.quoted(after: #""sessionId":""#) == "abc-1")
        #expect(buffer.quoted(after: #""other":""#) == nil)
        #expect(ByteBuffer(string: #""sessionId":"abc"#).quoted(after: #""sessionId":""#) == nil)
    }

    @Test("load goes to host and port")
    func address() {
        #expect(ServerAddress("http://127.0.0.1:8080").map { [$0.host, "\($0.port)"] } == ["127.0.0.1", "8080"])
        #expect(ServerAddress("http://example.org/")?.port == 80)
        for url in ["https://127.0.0.1:8080", "127.0.0.1:8080", "http://127.0.0.1:8080/ws", "http://", ""] {
            #expect(ServerAddress(url) == nil)
        }
    }
}
