import Foundation
import RealtimeProtocol
import Testing

@testable import Gateway

/// Compares answers of the gateway with what `/openapi.json` says of them. Every answer that a test gets through the harness goes
/// through here, so whatever any test makes the gateway say is described: its status, its media type, and every member of its body.
enum DescribedAnswer {
    private static let document = Result { try RealtimeCoding.decode(JSONValue.self, from: OpenAPIDocument.text) }

    /// What is wrong with the answer by the description; empty when nothing is.
    static func faults(method: String, path: String, status: Int, mediaType: String, text: String) throws -> [String] {
        // What a browser asks before a request of another origin is no operation.
        if method == "OPTIONS" { return [] }
        let document = try Self.document.get()
        let place = "\(method) \(path.prefix { $0 != "?" }) \(status)"
        let isHead = method == "HEAD"
        guard let operation = self.operation(isHead ? "GET" : method, path, document) else {
            if status == 405, let response = document["components"]?["responses"]?["MethodNotAllowed"], !isHead {
                return self.faults(of: response, mediaType: mediaType, text: text, at: place, document)
            }
            return [404, 405].contains(status) ? [] : ["\(place): there is no such operation"]
        }
        guard let response = operation["responses"]?["\(status)"].map({ self.resolved($0, document) }) else {
            return ["\(place): the status is not described"]
        }
        if isHead { return text.isEmpty ? [] : ["\(place): a body after HEAD"] }
        return self.faults(of: response, mediaType: mediaType, text: text, at: place, document)
    }

    private static func faults(
        of response: JSONValue,
        mediaType: String,
        text: String,
        at place: String,
        _ document: JSONValue
    ) -> [String] {
        guard let contents = response["content"]?.objectValue else {
            return text.isEmpty ? [] : ["\(place): no content is described"]
        }
        guard let content = contents[mediaType] else { return ["\(place): the media type \(mediaType) is not described"] }
        guard mediaType == "application/json", let schema = content["schema"] else { return [] }
        guard let value = try? RealtimeCoding.decode(JSONValue.self, from: text) else { return ["\(place): this is no JSON"] }
        return self.faults(of: value, schema, at: place, document)
    }

    /// Whether the description has this status of the operation.
    static func describes(_ method: String, _ path: String, _ status: Int) throws -> Bool {
        try self.operation(method, path, self.document.get())?["responses"]?["\(status)"] != nil
    }

    private static func operation(_ method: String, _ path: String, _ document: JSONValue) -> JSONValue? {
        // The router does not look at a slash at the end.
        let segments = path.prefix { $0 != "?" && $0 != "#" }.split(separator: "/")
        let paths = document["paths"]?.objectValue ?? [:]
        let item = paths.first { template, _ in
            let parts = template.split(separator: "/")
            return parts.count == segments.count && zip(parts, segments).allSatisfy { $0 == $1 || $0.hasPrefix("{") }
        }
        return item?.value[method.lowercased()]
    }

    private static func resolved(_ value: JSONValue, _ document: JSONValue) -> JSONValue {
        guard let reference = value["$ref"]?.stringValue else { return value }
        return reference.split(separator: "/").dropFirst().reduce(document) { $0[String($1)] ?? .null }
    }

    /// The part of JSON Schema that the description uses. Members that are not described are faults too.
    private static func faults(of value: JSONValue, _ schema: JSONValue, at place: String, _ document: JSONValue) -> [String] {
        let schema = self.resolved(schema, document)
        if let choices = schema["anyOf"]?.arrayValue {
            let faults = choices.map { self.faults(of: value, $0, at: place, document) }
            return faults.contains(where: \.isEmpty) ? [] : faults.first ?? []
        }
        let types = schema["type"]?.stringValue.map { [$0] } ?? schema["type"]?.arrayValue?.compactMap(\.stringValue) ?? []
        if !types.isEmpty, !types.contains(where: { self.is(value, $0) }) { return ["\(place): it is not \(types)"] }
        if let choices = schema["enum"]?.arrayValue, !choices.contains(value) { return ["\(place): it is none of the values"] }
        if let constant = schema["const"], constant != value { return ["\(place): it is not the value"] }
        if let pattern = schema["pattern"]?.stringValue, let text = value.stringValue {
            if text.range(of: pattern, options: .regularExpression) == nil { return ["\(place): it does not fit \(pattern)"] }
        }
        var faults: [String] = []
        if let members = value.objectValue, let described = schema["properties"]?.objectValue {
            for name in schema["required"]?.arrayValue?.compactMap(\.stringValue) ?? [] where members[name] == nil {
                faults.append("\(place): \(name) is missing")
            }
            for (name, member) in members {
                guard let schema = described[name] else {
                    faults.append("\(place): \(name) is not described")
                    continue
                }
                faults += self.faults(of: member, schema, at: "\(place).\(name)", document)
            }
        }
        if let items = schema["items"] {
            for item in value.arrayValue ?? [] { faults += self.faults(of: item, items, at: place + "[]", document) }
        }
        return faults
    }

    private static func `is`(_ value: JSONValue, _ type: String) -> Bool {
        switch type {
        case "object": value.objectValue != nil
        case "array": value.arrayValue != nil
        case "string": value.stringValue != nil
        case "boolean": value.boolValue != nil
        case "integer": value.integerValue != nil
        case "null": value == .null
        default: true
        }
    }
}
