import AsyncHTTPClient
import CZlib
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import NIOHTTP1
import NIOPosix
import Testing
import VivaTestKit

@testable import Gateway

@Suite("compressed assets", .timeLimit(.minutes(1)))
struct CompressionTests {
    /// With a client that asks for nothing by itself and leaves bodies as they come.
    private func fetch(_ harness: GatewayHarness, _ headers: [String: String]) async throws -> (HTTPClientResponse, [UInt8]) {
        let client = HTTPClient(eventLoopGroup: MultiThreadedEventLoopGroup.singleton, configuration: HTTPClient.Configuration())
        do {
            let answer = try await self.fetch(harness, headers, client)
            try await client.shutdown()
            return answer
        } catch {
            try? await client.shutdown()
            throw error
        }
    }

    private func fetch(
        _ harness: GatewayHarness,
        _ headers: [String: String],
        _ client: HTTPClient
    ) async throws -> (HTTPClientResponse, [UInt8]) {
        var request = HTTPClientRequest(url: harness.ready.address + "/assets/style.css")
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        let response = try await client.execute(request, timeout: .seconds(30))
        return (response, Array(buffer: try await response.body.collect(upTo: 1 << 20)))
    }

    @Test("who takes gzip gets the same file in gzip form with a validator of its own; a cache can tell the two apart")
    func forms() async throws {
        try await GatewayHarness.run { (harness) async throws in
            let (plain, bytes) = try await self.fetch(harness, [:])
            let (packed, packedBytes) = try await self.fetch(harness, ["Accept-Encoding": "br, gzip;q=0.8"])
            #expect(plain.headers.first(name: "Content-Encoding") == nil)
            #expect(packed.headers.first(name: "Content-Encoding") == "gzip")
            #expect(packedBytes.count < bytes.count / 2)
            #expect(Self.expanded(packedBytes, atMost: bytes.count + 1) == bytes)
            for response in [plain, packed] { #expect(response.headers.first(name: "Vary") == "Accept-Encoding") }
            let (tag, packedTag) = (try #require(plain.headers.first(name: "ETag")), try #require(packed.headers.first(name: "ETag")))
            #expect(tag != packedTag)
            #expect(try await self.fetch(harness, ["Accept-Encoding": "gzip", "If-None-Match": packedTag]).0.status.code == 304)
            #expect(try await self.fetch(harness, ["Accept-Encoding": "gzip", "If-None-Match": tag]).0.status.code == 200)
            #expect(try await self.fetch(harness, ["If-None-Match": packedTag]).0.status.code == 200)
        }
    }

    @Test(
        "what a client takes is read from its header",
        arguments: [
            ("gzip", true), ("deflate, GZIP ;q=1", true), ("*", true), ("gzip; q=0.5", true), ("", false), ("identity", false),
            ("gzip;q=0", false), ("*, gzip;q=0.0", false), ("xgzip", false), ("gzip;q=nonsense", false),
        ]
    )
    func accepted(_ header: String, _ expected: Bool) {
        let head = HTTPRequest(method: .get, scheme: nil, authority: nil, path: "/", headerFields: [.acceptEncoding: header])
        #expect(EmbeddedAssets.takesGzip(Request(head: head, body: RequestBody(buffer: ByteBuffer()))) == expected)
    }

    @Test("what does not become smaller is left alone")
    func tiny() {
        #expect(Gzip.compress([]) == nil)
        #expect(Gzip.compress([1, 2, 3]) == nil)
    }

    /// The bytes of a gzip file.
    private static func expanded(_ bytes: [UInt8], atMost limit: Int) -> [UInt8]? {
        var stream = z_stream()
        guard inflateInit2_(&stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else { return nil }
        defer { inflateEnd(&stream) }
        var input = bytes
        var output = [UInt8](repeating: 0, count: limit)
        let status = input.withUnsafeMutableBufferPointer { source in
            output.withUnsafeMutableBufferPointer { target in
                stream.next_in = source.baseAddress
                stream.avail_in = UInt32(source.count)
                stream.next_out = target.baseAddress
                stream.avail_out = UInt32(target.count)
                return inflate(&stream, Z_FINISH)
            }
        }
        return status == Z_STREAM_END ? Array(output.prefix(limit - Int(stream.avail_out))) : nil
    }
}
