import Foundation
import RealtimeProtocol
import Testing

@Suite struct JSONValueTests {
    private static let readable: [(String, JSONValue)] = [
        ("null", .null), (" true ", .bool(true)), ("false", .bool(false)), ("0", .integer(0)), ("-0", .integer(0)), ("1.0", .integer(1)),
        ("1e2", .integer(100)), ("0.1e1", .integer(1)), ("1.5", .number(1.5)), ("-2.5E-1", .number(-0.25)),
        ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)),
        ("9223372036854775808", .number(9_223_372_036_854_775_808.0)),
        ("123456789012345678901234567890", .number(123_456_789_012_345_678_901_234_567_890.0)), ("\u{feff}[]", .array([])),
        ("\"\"", .string("")), (#""a\"\\\/\b\f\n\r\tb""#, .string("a\"\\/\u{8}\u{c}\n\r\tb")),
        (#""\u00e9\u0000""#, .string("é\0")), (#""\ud83d\ude00 😀""#, .string("😀 😀")),
        ("[1,[],{}]", .array([.integer(1), .array([]), .object([:])])),
        ("{ \"a\" :\t[ ]\r\n, \"\" : null }", .object(["a": .array([]), "": .null])),
        (#"{"a":1,"a":2,"\u0061":3}"#, .object(["a": .integer(1)])),
    ]

    @Test("a text becomes the value that it says", arguments: JSONValueTests.readable)
    func values(text: String, value: JSONValue) throws {
        #expect(try RealtimeCoding.decode(JSONValue.self, from: text) == value)
    }

    @Test(
        "what is no JSON is none",
        arguments: [
            "", " ", "tru", "nulls", "[1,,]", "[,]", "[1 2]", "[", "]", #"{"a":1,,}"#, "{,}", #"{"a"}"#, "{a:1}", "{1:1}", "01", "-", "+1",
            "1.", ".5",
            "1e", "NaN", "Infinity", "0x1", "\"", "\"\u{1}\"", #""\x""#, #""\u12""#, #""\u12g4""#, "'a'", "1 2", "/**/1", "1\u{feff}",
        ]
    )
    func notJSON(text: String) {
        #expect(throws: EventDecodingError.notJSON) { try RealtimeCoding.decode(JSONValue.self, from: text) }
    }

    private static let unfitting: [(String, String?)] = [
        ("1e400", nil), ("[1,1e400]", "[1]"), (#"{"a":[{"b":"\ud800"}]}"#, "a[0].b"), (#"{"a":"\udc00\ud800"}"#, "a"),
        (#"{"a":"\ud800\u0041"}"#, "a"),
    ]

    @Test("what JSON allows and no value can hold is an error that names its place", arguments: JSONValueTests.unfitting)
    func unfit(text: String, path: String?) {
        #expect(throws: EventDecodingError.invalidField(type: "", parameter: path, eventID: nil)) {
            try RealtimeCoding.decode(JSONValue.self, from: text)
        }
    }

    private static let texts = [
        "0", "-0", "-0.0", "1.0", "1e2", "1.5e3", "0.1", "1e300", "9007199254740991", "9007199254740993", "9007199254740993.0", "1e18",
        "12345678901234567.5", "-12345678901234567.5", "9223372036854775807.0", "99999999999999999999", "-1e19", "1.0000000000000001",
        "[1,]", "[1 , ]", #"{"a":1,}"#, #"{"a":[1,],}"#, "true", "null", #""é e\u0301""#, #"{"é":1,"e\u0301":2}"#,
        #"{"b":[1,2.5,"x",{"c":null}],"5":{"5":[true]},"b":0}"#,
    ]

    @Test("read directly it is what a decoder makes of it", arguments: JSONValueTests.texts)
    func decoder(text: String) throws {
        let decoded = try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))
        #expect(try RealtimeCoding.decode(JSONValue.self, from: text) == decoded)
    }

    private struct Holder: Decodable, Equatable {
        struct Inner: Decodable, Equatable {
            let any: JSONValue
        }
        let list: [JSONValue]
        let named: [String: JSONValue]
        let inner: [Inner]
    }

    @Test("inside of a type it is the same value as alone", arguments: JSONValueTests.texts)
    func inside(text: String) throws {
        let whole = #"{"inner":[{"any":0},{"any":\#(text)}],"list":[[],\#(text)],"named":{"0":\#(text),"a.b":[\#(text)]},"list":7}"#
        let value = try RealtimeCoding.decode(JSONValue.self, from: text)
        let holder = try RealtimeCoding.decode(Holder.self, from: whole)
        let expected = Holder(
            list: [.array([]), value],
            named: ["0": value, "a.b": .array([value])],
            inner: [Holder.Inner(any: .integer(0)), Holder.Inner(any: value)]
        )
        #expect(holder == expected)
        #expect(try JSONDecoder().decode(Holder.self, from: Data(whole.utf8)) == holder)
    }

    @Test("many elements at the deepest place that is allowed are a value, one level deeper they are an error")
    func wide() throws {
        let elements = Array(repeating: "[]", count: 20_000).joined(separator: ",")
        func nested(_ depth: Int) -> String { String(repeating: "[", count: depth) + elements + String(repeating: "]", count: depth) }
        var value = try RealtimeCoding.decode(JSONValue.self, from: nested(RealtimeCoding.maximumDepth - 1))
        while let inside = value.arrayValue, inside.count == 1 { value = inside[0] }
        #expect(value.arrayValue?.count == 20_000)
        for depth in [RealtimeCoding.maximumDepth, 500] {
            #expect(throws: EventDecodingError.notJSON) { try RealtimeCoding.decode(JSONValue.self, from: nested(depth)) }
        }
    }

    @Test("a text whose bytes are those of UTF-16 is no JSON, so nothing nests unseen in it")
    func encodings() {
        let text = "[\"\u{2220}\"," + String(repeating: "[", count: 100) + String(repeating: "]", count: 100) + "]"
        let bytes = text.utf16.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] }
        let wide = String(decoding: bytes, as: UTF8.self)
        #expect(throws: EventDecodingError.notJSON) { try RealtimeCoding.decode(JSONValue.self, from: wide) }
        #expect(throws: EventDecodingError.notJSON) { try RealtimeCoding.decode([JSONValue].self, from: wide) }
    }
}
