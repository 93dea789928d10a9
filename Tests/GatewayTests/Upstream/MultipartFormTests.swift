import Testing

@testable import Gateway

@Suite("multipart bodies and call ids")
struct MultipartFormTests {
    @Test("parts are separated by the boundary and keep their bytes")
    func encoding() {
        var form = MultipartForm(boundary: "B")
        form.add(name: "sdp", contentType: "application/sdp", body: "v=0\r\n".utf8)
        form.add(name: "session", contentType: "application/json", body: "{}".utf8)
        let expected =
            "--B\r\nContent-Disposition: form-data; name=\"sdp\"\r\nContent-Type: application/sdp\r\n\r\nv=0\r\n\r\n"
            + "--B\r\nContent-Disposition: form-data; name=\"session\"\r\nContent-Type: application/json\r\n\r\n{}\r\n--B--\r\n"
        #expect(String(decoding: form.encoded(), as: UTF8.self) == expected)
        #expect(form.contentType == "multipart/form-data; boundary=B")
    }

    @Test(
        "the id is the last segment of a Location, relative or absolute",
        arguments: ["/v1/realtime/calls/rtc_a", "https://x.example/calls/rtc_a?b=c"]
    )
    func location(_ text: String) { #expect(UpstreamCallID(location: text)?.value == "rtc_a") }

    @Test("an id that could change our request line is refused", arguments: ["", "/", "/calls/rtc a", "/calls/rtc%2e", "/calls/\r\nX: y"])
    func hostile(_ text: String) { #expect(UpstreamCallID(location: text) == nil) }
}
