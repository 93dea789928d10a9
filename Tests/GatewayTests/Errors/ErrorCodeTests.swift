import Foundation
import HTTPTypes
import ServerEdge
import Testing

@testable import Gateway

@Suite("error codes")
struct ErrorCodeTests {
    @Test("docs/error-codes.md has exactly one row for each code, with its status")
    func documented() throws {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../../../docs/error-codes.md")
        let text = try String(contentsOf: file, encoding: .utf8)
        var rows: [String: Int] = [:]
        for line in text.split(separator: "\n") where line.hasPrefix("| `") {
            let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            try #require(cells.count == 4, "\(line)")
            let code = cells[0].trimmingCharacters(in: ["`"])
            #expect(rows[code] == nil, "\(code) has two rows")
            rows[code] = Int(cells[1])
        }
        var codes: [String: Int] = [:]
        for code in CommonErrorCode.allCases { codes[code.rawValue] = code.status.code }
        for code in GatewayErrorCode.allCases { codes[code.rawValue] = code.status.code }
        #expect(rows == codes)
    }

    @Test("a code that heals by waiting says how long", arguments: GatewayErrorCode.allCases)
    func retryAfter(_ code: GatewayErrorCode) {
        let heals = [.tooManyRequests, .serviceUnavailable, .gatewayTimeout].contains(code.status)
        #expect((code.retryAfter != nil) == heals)
    }
}
