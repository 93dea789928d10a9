import COnnxRuntime
import Synchronization

/// ONNX Runtime, loaded by path.
///
/// A library is opened once per path and stays open: it must not be unloaded while any of its threads or values lives.
final class OnnxRuntime: Sendable {
    /// The C side's handle. It is written once before anybody sees it, and the library's interface may be called from any
    /// thread ("thread safe" by its own documentation), so sharing the pointer is safe.
    nonisolated(unsafe) let handle: OpaquePointer
    /// Such as `1.31.1`.
    let version: String

    private static let loaded = Mutex<[String: OnnxRuntime]>([:])

    /// Loads the library, or returns the one that was loaded from this path before.
    static func load(_ file: ModelFile) throws(SpeechModelError) -> OnnxRuntime {
        try file.requirePresence()
        return try loaded.withLock { (table) throws(SpeechModelError) -> OnnxRuntime in
            if let runtime = table[file.path] { return runtime }
            let runtime = try OnnxRuntime(file)
            table[file.path] = runtime
            return runtime
        }
    }

    private init(_ file: ModelFile) throws(SpeechModelError) {
        var handle: OpaquePointer?
        let message = OnnxMessage()
        let result = viva_ort_load(file.path, &handle, message.buffer)
        guard result == 0, let handle else {
            throw SpeechModelError(
                .libraryUnusable,
                "The library \(file.name) is not a usable ONNX Runtime (1.23 or later): run viva models fetch.",
                file: file.name,
                cause: message.text
            )
        }
        self.handle = handle
        version = String(cString: viva_ort_version(handle))
    }
}

/// Room for the library's message about a failed call.
struct OnnxMessage: ~Copyable {
    let buffer: UnsafeMutablePointer<CChar>

    init() {
        buffer = .allocate(capacity: Int(VIVA_ORT_MESSAGE_CAPACITY))
        buffer.initialize(repeating: 0, count: Int(VIVA_ORT_MESSAGE_CAPACITY))
    }

    deinit { buffer.deallocate() }

    var text: String { String(cString: buffer) }
}
