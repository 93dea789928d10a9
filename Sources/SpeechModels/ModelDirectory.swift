public import Foundation

/// The folder that holds the fetched models, and what is known of its files.
public struct ModelDirectory: Sendable {
    public enum FileState: String, Sendable {
        case present
        case missing
        /// The size or the hash differs from the catalogue's.
        case damaged
    }

    public let url: URL
    public let catalogue: ModelCatalogue

    public init(url: URL, catalogue: ModelCatalogue = .pinned) {
        self.url = url
        self.catalogue = catalogue
    }

    public func location(of file: ModelFile) -> URL {
        url.appendingPathComponent(file.path)
    }

    /// Size check only: fast enough for every start of a server.
    public func looksComplete() -> Bool {
        catalogue.files.allSatisfy { size(of: location(of: $0)) == $0.bytes }
    }

    /// Size and SHA-256 of one file against the catalogue.
    public func state(of file: ModelFile) -> FileState {
        let location = location(of: file)
        guard let size = size(of: location) else { return .missing }
        guard size == file.bytes, (try? FileDigest.sha256(of: location)) == file.sha256 else { return .damaged }
        return .present
    }

    /// Every file that is not as the catalogue says.
    public func faults() -> [(file: ModelFile, state: FileState)] {
        catalogue.files.compactMap { file in
            let state = state(of: file)
            return state == .present ? nil : (file, state)
        }
    }

    private func size(of file: URL) -> Int? {
        (try? FileManager.default.attributesOfItem(atPath: file.path)[.size] as? NSNumber)?.intValue
    }
}
