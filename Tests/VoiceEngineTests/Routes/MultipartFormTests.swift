import Testing

@testable import VoiceEngine

@Suite struct MultipartFormTests {
    private static let type = "multipart/form-data; boundary=xyz"

    private static func form(_ text: String, type: String = type) throws -> MultipartForm {
        try MultipartForm(contentType: type, body: Array(text.utf8))
    }

    private static func text(_ form: MultipartForm, _ name: String) -> String? {
        form.part(name).map { String(decoding: $0.body, as: UTF8.self) }
    }

    @Test("parts with content types, as openai-python sends them")
    func contentTypes() throws {
        let form = try Self.form(
            "--xyz\r\nContent-Disposition: form-data; name=\"sdp\"\r\nContent-Type: application/sdp\r\n\r\nv=0\r\no=-\r\n\r\n"
                + "--xyz\r\nContent-Disposition: form-data; name=\"session\"\r\nContent-Type: application/json\r\n\r\n{}\r\n--xyz--\r\n"
        )
        #expect(Self.text(form, "sdp") == "v=0\r\no=-\r\n")
        #expect(Self.text(form, "session") == "{}")
        #expect(form.part("sdp")?.contentType == "application/sdp")
    }

    @Test("parts with file names and without content types, as curl sends them")
    func fileNames() throws {
        let form = try Self.form(
            "--xyz\r\ncontent-disposition: form-data; filename=\"a;b\\\".sdp\"; name=sdp\r\n\r\nv=0\r\n--xyz--",
            type: "multipart/form-data; charset=utf-8; Boundary=\"xyz\""
        )
        #expect(Self.text(form, "sdp") == "v=0")
    }

    @Test("a preamble, padding after the boundary and an empty part do no harm")
    func tolerant() throws {
        let form = try Self.form(
            "ignore\r\n--xyz \t\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n\r\n--xyz\r\nContent-Disposition: form-data; name=\"b\"\r\n\r\n"
                + "--xyzz is content\r\n--xyz--"
        )
        #expect(Self.text(form, "a") == "")
        #expect(Self.text(form, "b") == "--xyzz is content")
    }

    @Test("a name that occurs twice is no part")
    func twice() throws {
        let part = "--xyz\r\nContent-Disposition: form-data; name=\"sdp\"\r\n\r\nx\r\n"
        let form = try Self.form(part + part + "--xyz--")
        #expect(form.part("sdp") == nil)
        #expect(form.count(of: "sdp") == 2)
    }

    @Test(
        "a body that does not keep to the form is refused",
        arguments: [
            "", "--xyz", "--xyz\r\n", "--xyz\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nno end",
            "--xyz\r\n\r\nno name\r\n--xyz--",
            "--xyz\r\nno colon\r\n\r\nx\r\n--xyz--", "--abc\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx\r\n--abc--",
            "--xyz\r\nContent-Disposition: form-data\r\n\r\nx\r\n--xyz--",
        ]
    )
    func malformed(text: String) {
        #expect(throws: MultipartForm.Failure.malformed) { _ = try Self.form(text) }
    }

    @Test(
        "a content type without a usable boundary is refused",
        arguments: [
            "multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=" + String(repeating: "a", count: 71),
        ]
    )
    func noBoundary(type: String) {
        #expect(throws: MultipartForm.Failure.noBoundary) { _ = try Self.form("--xyz--", type: type) }
    }

    @Test("too many parts and too long headers are refused")
    func limits() {
        let part = "--xyz\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx\r\n"
        #expect(throws: MultipartForm.Failure.tooManyParts) { _ = try Self.form(String(repeating: part, count: 9) + "--xyz--") }
        let long =
            "--xyz\r\nX: " + String(repeating: "y", count: 5_000) + "\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx\r\n--xyz--"
        #expect(throws: MultipartForm.Failure.malformed) { _ = try Self.form(long) }
    }

    @Test("random damage never traps", arguments: 0..<50)
    func random(seed: Int) {
        var generator = SeededGenerator(seed: UInt64(seed))
        let text = "--xyz\r\nContent-Disposition: form-data; name=\"sdp\"; filename=\"f\\\"\"\r\n\r\nv=0\r\n--xyz--\r\n"
        for _ in 0..<200 {
            var bytes = Array(text.utf8)
            for _ in 0..<Int.random(in: 1..<6, using: &generator) {
                let index = Int.random(in: 0..<bytes.count, using: &generator)
                if Bool.random(using: &generator), bytes.count > 1 {
                    bytes.remove(at: index)
                } else {
                    bytes[index] = UInt8.random(in: 0...255, using: &generator)
                }
            }
            _ = try? MultipartForm(contentType: Self.type, body: bytes)
        }
    }
}
