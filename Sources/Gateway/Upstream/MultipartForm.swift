/// A `multipart/form-data` body (RFC 7578) of a few small named parts, as `POST /v1/realtime/calls` takes them.
struct MultipartForm {
    private struct Part {
        let name: String
        let contentType: String
        let body: [UInt8]
    }

    /// Separates the parts; random, so that no part can contain it by intent.
    let boundary: String
    private var parts: [Part] = []

    /// - Parameter boundary: 1 to 70 characters of RFC 2046 `bchars`; the caller makes it from random bytes.
    init(boundary: String) {
        self.boundary = boundary
    }

    /// The value of the `Content-Type` header.
    var contentType: String { "multipart/form-data; boundary=\(self.boundary)" }

    /// Adds a part. `name` is one of our own literals, so it needs no escaping.
    mutating func add(name: StaticString, contentType: StaticString, body: some Sequence<UInt8>) {
        self.parts.append(Part(name: "\(name)", contentType: "\(contentType)", body: Array(body)))
    }

    /// The whole body.
    func encoded() -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(self.parts.reduce(128) { $0 + $1.body.count + 256 })
        for part in self.parts {
            bytes.append(contentsOf: "--\(self.boundary)\r\n".utf8)
            bytes.append(contentsOf: "Content-Disposition: form-data; name=\"\(part.name)\"\r\n".utf8)
            bytes.append(contentsOf: "Content-Type: \(part.contentType)\r\n\r\n".utf8)
            bytes.append(contentsOf: part.body)
            bytes.append(contentsOf: "\r\n".utf8)
        }
        bytes.append(contentsOf: "--\(self.boundary)--\r\n".utf8)
        return bytes
    }
}
