import RealtimeProtocol

extension GatewayHarness.Answer {
    /// Everything a client sees, but for what differs from request to request.
    var withoutRequestID: [String] {
        let id = self.json["error"]?["request_id"]?.stringValue ?? self.json["request_id"]?.stringValue ?? "no request id"
        let fields = self.headers.filter { $0.key != "x-request-id" && $0.key != "date" }.sorted { $0.key < $1.key }
        return ["\(self.status)"] + fields.map { "\($0.key): \($0.value)" } + [self.text.replacing(id, with: "ID")]
    }
}
