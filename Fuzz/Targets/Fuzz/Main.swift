import CLibFuzzer
@testable import ProtocolProperties

/// `fuzz --target=NAME [libFuzzer's arguments]`. One program for all targets, because libFuzzer starts itself again when it
/// merges; it leaves arguments with two dashes alone.
@main enum Fuzz {
    static func main() {
        let prefix = "--target="
        let name = CommandLine.arguments.first { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) } ?? ""
        var count = CommandLine.argc
        var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
        let test: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
        switch name {
        case "client-events": test = { testText(.clientEvents, UnsafeBufferPointer(start: $0, count: $1)) }
        case "server-events": test = { testText(.serverEvents, UnsafeBufferPointer(start: $0, count: $1)) }
        case "offers": test = { testText(.offers, UnsafeBufferPointer(start: $0, count: $1)) }
        case "sessions": test = { testText(.sessions, UnsafeBufferPointer(start: $0, count: $1)) }
        case "beta": test = { testText(.beta, UnsafeBufferPointer(start: $0, count: $1)) }
        case "forms": test = { testForms(UnsafeBufferPointer(start: $0, count: $1)) }
        case "turns": test = { testTurns(UnsafeBufferPointer(start: $0, count: $1)) }
        default: fatalError("--target=client-events, server-events, offers, sessions, beta, forms or turns")
        }
        _ = LLVMFuzzerRunDriver(&count, &arguments, test)
    }
}

/// - Returns: -1 for bytes that no peer can send as text: they stay out of the corpus.
func testText(_ property: ProtocolProperty, _ input: UnsafeBufferPointer<UInt8>) -> CInt {
    guard let text = String(validating: input, as: UTF8.self) else { return -1 }
    do {
        try property.check(text)
        return 0
    } catch {
        fatalError("\(property.rawValue): \(error)")
    }
}
