@testable import VoiceEngineCores

/// The first line is the content type, the rest the body.
func testForms(_ input: UnsafeBufferPointer<UInt8>) -> CInt {
    let bytes = Array(input)
    let end = bytes.firstIndex(of: UInt8(ascii: "\n")) ?? bytes.endIndex
    guard let contentType = String(validating: bytes[..<end], as: UTF8.self) else { return -1 }
    let body = Array(bytes[end...].dropFirst())
    guard let form = try? MultipartForm(contentType: contentType, body: body) else { return 0 }
    require(form.parts.count <= MultipartForm.maximumParts, "too many parts")
    var previous = 0
    for part in form.parts {
        require(part.body.startIndex >= previous, "parts overlap")
        require(part.body.endIndex <= body.count, "a part is longer than the body")
        previous = part.body.endIndex
        require(form.count(of: part.name) >= 1, "a part is not counted")
        require((form.part(part.name) == nil) == (form.count(of: part.name) > 1), "only a single part of a name is given")
    }
    return 0
}
