import AsyncHTTPClient
import Foundation
import NIOCore
import NIOFoundationCompat
import NIOHTTP1

/// Downloads one file with HTTP ranges (RFC 9110, section 14) into a partial file that a later call continues.
struct ResumableDownload {
    /// Tries of one file before giving up; each continues where the last one broke off.
    static let tries = 4
    /// Pause before another try, doubled each time.
    static let firstPause = Duration.milliseconds(500)
    /// A whole file must arrive within this time per try.
    static let deadline = TimeAmount.minutes(30)

    let client: HTTPClient

    /// Brings `source` to `partial` until it has `bytes` bytes. Reports the bytes present after each piece.
    func fetch(_ source: URL, into partial: URL, bytes: Int, progress: (Int) -> Void) async throws {
        var pause = Self.firstPause
        for attempt in 1...Self.tries {
            do {
                try await once(source, into: partial, bytes: bytes, progress: progress)
                return
            } catch let error as ModelError where error.code != .downloadFailed {
                throw error
            } catch is CancellationError {
                throw CancellationError()
            } catch {
                if attempt == Self.tries {
                    throw ModelError(
                        .downloadFailed,
                        "the download of \(source.lastPathComponent) broke off; run `viva models fetch` again to continue it",
                        cause: error
                    )
                }
                try await Task.sleep(for: pause)
                pause *= 2
            }
        }
    }

    private func once(_ source: URL, into partial: URL, bytes: Int, progress: (Int) -> Void) async throws {
        var present = (try? FileManager.default.attributesOfItem(atPath: partial.path)[.size] as? NSNumber)?.intValue ?? 0
        if present > bytes {
            try FileManager.default.removeItem(at: partial)
            present = 0
        }
        progress(present)
        if present == bytes { return }

        var request = HTTPClientRequest(url: source.absoluteString)
        if present > 0 { request.headers.add(name: "Range", value: "bytes=\(present)-") }
        let response = try await client.execute(request, deadline: .now() + Self.deadline)
        switch response.status {
        case .partialContent: break
        case .ok: present = 0  // The server does not do ranges: begin anew.
        default:
            throw ModelError(.downloadFailed, "the package index answered \(response.status.code) for \(source.lastPathComponent)")
        }

        if present == 0, !FileManager.default.createFile(atPath: partial.path, contents: nil) {
            throw ModelError(.notWritable, "cannot write \(partial.path); check that the models directory is writable")
        }
        let output = try FileHandle(forWritingTo: partial)
        defer { try? output.close() }
        try output.seek(toOffset: UInt64(present))
        for try await chunk in response.body {
            present += chunk.readableBytes
            guard present <= bytes else {
                throw ModelError(.wrongContent, "\(source.lastPathComponent) is larger than pinned; nothing of it was kept")
            }
            try output.write(contentsOf: Data(buffer: chunk))
            progress(present)
        }
        guard present == bytes else {
            throw ModelError(.downloadFailed, "\(source.lastPathComponent) ended early")
        }
    }
}
