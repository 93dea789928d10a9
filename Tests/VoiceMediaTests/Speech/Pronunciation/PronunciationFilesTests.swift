import Foundation
import Testing

@testable import VoiceMedia

struct PronunciationFilesTests {
    /// gzip of the bytes `{"a":"b"}`
    private static let archive = "H4sIAAAAAAACA6tWSlSyUkpSqgUAnFz2awkAAAA="

    /// A folder with the given files, for one test.
    private func withDirectory(_ files: [String: Data], _ body: (URL) throws -> Void) throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("pronunciation-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        for (name, content) in files { try content.write(to: directory.appendingPathComponent(name)) }
        try body(directory)
    }

    private func failure(in directory: URL) -> PronunciationDataError? {
        do {
            _ = try Pronouncer(directory: directory) { _ in nil }
            return nil
        } catch {
            return error
        }
    }

    @Test("a missing file is named")
    func missing() throws {
        try withDirectory([:]) { directory in
            #expect(failure(in: directory) == PronunciationDataError(file: "normalize.json", reason: .unreadable))
        }
        try withDirectory(["normalize.json": Data(PronunciationTestData.normalizer.utf8)]) { directory in
            #expect(failure(in: directory) == PronunciationDataError(file: "tokenizer_exceptions.json", reason: .unreadable))
        }
    }

    @Test(
        "a file with other content is named",
        arguments: ["", "{", "[]", "{}", #"{"months":{"jan":"January"}}"#, #"{"months":1}"#, #"{"unheard":{}}"#, "{\"\u{0}", "\"\\u12"]
    )
    func unexpected(content: String) throws {
        try withDirectory(["normalize.json": Data(content.utf8)]) { directory in
            #expect(failure(in: directory) == PronunciationDataError(file: "normalize.json", reason: .unexpectedContent))
        }
    }

    @Test("a damaged archive is named")
    func damaged() throws {
        let good = ["normalize.json": Data(PronunciationTestData.normalizer.utf8), "tokenizer_exceptions.json": Data(#"{"a":["a"]}"#.utf8)]
        let archive = try #require(Data(base64Encoded: Self.archive))
        for damaged in [Data(), Data("no archive".utf8), archive.dropLast(9), archive.prefix(11)] {
            try withDirectory(good.merging(["tagger.json.gz": damaged]) { $1 }) { directory in
                #expect(failure(in: directory) == PronunciationDataError(file: "tagger.json.gz", reason: .damagedArchive))
            }
        }
        try withDirectory(good.merging(["tagger.json.gz": archive]) { $1 }) { directory in
            #expect(failure(in: directory) == PronunciationDataError(file: "tagger.json.gz", reason: .unexpectedContent))
        }
    }

    @Test("an archive is inflated up to the limit and not beyond")
    func inflate() throws {
        let archive = try #require(Data(base64Encoded: Self.archive))
        #expect(PronunciationFiles.inflate(Array(archive), limit: 9) == Array(#"{"a":"b"}"#.utf8))
        #expect(PronunciationFiles.inflate(Array(archive), limit: 8) == nil)
    }

    @Test("a dictionary keeps the last of equal keys, resolves escapes and marks what has to be spelt")
    func dictionary() throws {
        let json = #"{"a":"x","\u00e9\"\\":"\ud83d\ude42","a":"y", "b" : {"DEFAULT":"d","NOUN":null} }"#
        let dictionary = try LexiconDictionary(json: Array(json.utf8), file: "test")
        #expect(dictionary.entry("a") == .plain("y"))
        #expect(dictionary.entry("é\"\\") == .plain("🙂"))
        #expect(dictionary.entry("b")?.phonemes(for: "VERB") == "d")
        #expect(dictionary.entry("b")?.phonemes(for: "NOUN") == nil)
        #expect(dictionary.entry("c") == nil)
        #expect(!dictionary.contains(""))
    }

    @Test("every entry of a large table is found, and nothing else")
    func table() {
        var table = ByteKeyTable()
        for number in 0..<20_000 {
            table.appendKey { $0.append(contentsOf: "key\(number)".utf8) }
            table.commit(value: UInt32(number))
        }
        table.index()
        #expect((0..<20_000).allSatisfy { table.value(for: "key\($0)") == UInt32($0) })
        #expect((20_000..<40_000).allSatisfy { table.value(for: "key\($0)") == nil })
        #expect(ByteKeyTable().value(for: "key") == nil)
    }

    @Test("numbers of the weight table are exact tenths")
    func tenths() throws {
        func read(_ text: String) -> Int16? {
            var scanner = JSONByteScanner(Array(text.utf8))
            return try? scanner.tenths()
        }
        #expect(read("-2.3") == -23)
        #expect(read("11.8,") == 118)
        #expect(read("7") == 70)
        #expect(read("99999") == nil)
        #expect(read("-") == nil)
        #expect(read("1.") == nil)
    }
}
