import Crypto
import HTTPTypes
import Hummingbird
import NIOCore
import ServerEdge

/// The files of the front end, compiled into the binary: one file to install, nothing to find at run time.
///
/// The table is written by hand because SwiftPM gives each embedded file a name and no list of them; a test compares it
/// with the folder.
struct EmbeddedAssets: Sendable {
    /// One file as it is served.
    struct Asset: Sendable {
        let body: ByteBuffer
        /// The same in gzip form; nil when that would not be smaller.
        let compressed: ByteBuffer?
        let contentType: String
        /// A strong validator (RFC 9110, section 8.8.3): the hash of the content. The compressed form has one of its own,
        /// because a strong validator stands for bytes.
        let entityTag: String
        let compressedEntityTag: String
    }

    /// Served at `/assets/NAME`.
    let byName: [String: Asset]

    init() {
        self.byName = Self.files.reduce(into: [:]) { assets, file in
            let digest = SHA256.hash(data: file.bytes).prefix(12).map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
            assets[file.name] = Asset(
                body: ByteBuffer(bytes: file.bytes),
                compressed: Gzip.compress(file.bytes).map { ByteBuffer(bytes: $0) },
                contentType: Self.contentType(of: file.name),
                entityTag: "\"\(digest)\"",
                compressedEntityTag: "\"\(digest)-gzip\""
            )
        }
    }

    /// The answer for a request of this asset. The name does not change with the content, so a browser asks each time and
    /// mostly hears that nothing has changed.
    func response(named name: String, to request: Request) throws -> Response {
        guard let asset = self.byName[name] else { throw EdgeError.notFound }
        let compressed = Self.takesGzip(request) ? asset.compressed : nil
        let entityTag = compressed == nil ? asset.entityTag : asset.compressedEntityTag
        var headers: HTTPFields = [.eTag: entityTag, .cacheControl: "no-cache", .vary: "Accept-Encoding"]
        let known = request.headers[values: .ifNoneMatch].joined(separator: ",")
        if known.split(separator: ",").contains(where: { $0.drop { $0 == " " || $0 == "W" || $0 == "/" }.hasPrefix(entityTag) }) {
            return Response(status: .notModified, headers: headers)
        }
        headers[.contentType] = asset.contentType
        if compressed != nil { headers[.contentEncoding] = "gzip" }
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: compressed ?? asset.body))
    }

    /// Whether the client takes gzip (RFC 9110, section 12.5.3): it names it, or everything, and not with weight zero.
    static func takesGzip(_ request: Request) -> Bool {
        var weights: [Substring: Bool] = [:]
        for coding in request.headers[values: .acceptEncoding].joined(separator: ",").lowercased().split(separator: ",") {
            let parts = coding.split(separator: ";").map { $0.drop { $0 == " " } }
            guard let name = parts.first?.prefix(while: { $0 != " " }), !name.isEmpty else { continue }
            let weight = parts.dropFirst().first { $0.hasPrefix("q=") }.map { Double($0.dropFirst(2).prefix { $0 != " " }) ?? 0 }
            weights[name] = (weight ?? 1) > 0
        }
        return weights["gzip"] ?? weights["*"] ?? false
    }

    private static func contentType(of name: String) -> String {
        switch name.split(separator: ".").last {
        case "js": "text/javascript; charset=utf-8"
        case "css": "text/css; charset=utf-8"
        case "svg": "image/svg+xml"
        case "png": "image/png"
        case "woff2": "font/woff2"
        case "wav": "audio/wav"
        case "json", "webmanifest": "application/json"
        default: "application/octet-stream"
        }
    }
}
