import Hummingbird
import NIOCore
import RealtimeProtocol
import ServerEdge

/// What `POST /v1/realtime/calls` asks for: an offer, and perhaps a session.
struct CallRequest {
    /// Bytes of the whole body: an offer, a session with instructions, and the form around them.
    static let maximumBodyBytes = 128 * 1_024

    var offer: String
    /// nil: the client sent none.
    var session: SessionUpdate?
    /// What the peer behind the offer may do; nil: what any client may.
    var client: CallClient?

    /// Reads `application/sdp`, or `multipart/form-data` with the parts `sdp` and, optionally, `session` and `client`.
    init(_ request: Request) async throws {
        let contentType = request.headers[.contentType] ?? ""
        if contentType.lowercased().hasPrefix("multipart/form-data") {
            let body = try await request.collectBytes(upTo: Self.maximumBodyBytes)
            try self.init(contentType: contentType, form: Array(body.readableBytesView))
        } else {
            try request.requireContentType("application/sdp")
            self.init(offer: try await request.collectText(upTo: OfferCheck.maximumBytes))
        }
        do {
            try OfferCheck.check(offer)
        } catch {
            switch error {
            case .tooLarge: throw EdgeError(CommonErrorCode.payloadTooLarge, parameter: "sdp")
            case .notSDP: throw EdgeError(EngineErrorCode.invalidSDP, parameter: "sdp")
            case .noOpus: throw EdgeError(EngineErrorCode.noOpus, parameter: "sdp")
            }
        }
    }

    init(offer: String, session: SessionUpdate? = nil) {
        self.offer = offer
        self.session = session
    }

    init(contentType: String, form body: [UInt8]) throws {
        let form: MultipartForm
        do {
            form = try MultipartForm(contentType: contentType, body: body)
        } catch {
            throw EdgeError(EngineErrorCode.invalidForm, cause: error)
        }
        guard let sdp = form.part("sdp") else { throw EdgeError(EngineErrorCode.missingParameter, parameter: "sdp") }
        guard let offer = String(validating: sdp.body, as: UTF8.self) else {
            throw EdgeError(EngineErrorCode.invalidSDP, parameter: "sdp")
        }
        self.offer = offer
        session = try Self.part("session", of: form)
        client = try Self.part("client", of: form)
    }

    private static func part<Value: Decodable>(_ name: String, of form: MultipartForm) throws -> Value? {
        guard form.count(of: name) > 0 else { return nil }
        guard let part = form.part(name), let text = String(validating: part.body, as: UTF8.self) else {
            throw EdgeError(EngineErrorCode.invalidForm, parameter: name)
        }
        do {
            return try RealtimeCoding.decode(Value.self, from: text)
        } catch {
            var parameter = name
            if case .invalidField(_, let path?, _) = error { parameter += ".\(path.prefix(64))" }
            throw EdgeError(
                EngineErrorCode.invalidValue,
                message: "The part '\(name)' is not valid JSON of the expected form.",
                parameter: parameter,
                cause: error
            )
        }
    }
}

/// The part `client` of a call: what a server lets the peer of its offer do. An extension of ours, in the shape in which the API's
/// successor has it: `{"data_channel": {"allowed_client_events": ["input_audio_buffer.commit"]}}`.
struct CallClient: Decodable, Equatable {
    struct DataChannel: Decodable, Equatable {
        /// Event types that the data channel may send; absent: all.
        var allowedClientEvents: [String]?

        private enum CodingKeys: String, CodingKey {
            case allowedClientEvents = "allowed_client_events"
        }
    }

    var dataChannel: DataChannel?

    private enum CodingKeys: String, CodingKey {
        case dataChannel = "data_channel"
    }

    var policy: DataChannelPolicy {
        dataChannel?.allowedClientEvents.map { DataChannelPolicy(allowing: $0) } ?? .owner
    }
}
