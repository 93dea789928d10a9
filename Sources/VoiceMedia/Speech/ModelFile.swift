import Foundation

/// A file of the models directory: where it is, and its name for messages.
struct ModelFile: Sendable {
    /// Relative to the models directory, such as `silero/silero_vad.onnx`.
    let name: String
    let url: URL

    init(_ name: String, in directory: URL) {
        self.name = name
        self.url = directory.appending(path: name)
    }

    var path: String { url.path(percentEncoded: false) }

    /// Refuses early and by name. Whether the content is right shows when it is loaded.
    func requirePresence() throws(SpeechModelError) {
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory), !isDirectory.boolValue else {
            throw .missing(self)
        }
    }

    /// The content of a small file.
    func contents() throws(SpeechModelError) -> Data {
        try requirePresence()
        do {
            return try Data(contentsOf: url)
        } catch {
            throw .unusable(self, cause: "\(error)")
        }
    }
}
