import Hummingbird
import NIOCore
import RealtimeProtocol
import ServerEdge

/// What `POST /v1/realtime/calls` asks for: an offer, and perhaps a session.
struct CallRequest {
    /// Bytes of the whole body: an offer, a session with instructions, and the form around them.
    static let maximumBodyBytes = 128 * 1_024

    var offer: String
    /// nil: the client sent none and may set up the session over its data channel.
    var session: SessionUpdate?

    /// Reads `application/sdp`, or `multipart/form-data` with the parts `sdp` and optionally `session`.
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
        guard form.count(of: "session") > 0 else { return }
        guard let part = form.part("session"), let text = String(validating: part.body, as: UTF8.self) else {
            throw EdgeError(EngineErrorCode.invalidForm, parameter: "session")
        }
        do {
            session = try RealtimeCoding.decode(SessionUpdate.self, from: text)
        } catch {
            var parameter = "session"
            if case .invalidField(_, let path?, _) = error { parameter += ".\(path.prefix(64))" }
            throw EdgeError(
                EngineErrorCode.invalidValue,
                message: "The session is not valid JSON of the expected form.",
                parameter: parameter,
                cause: error
            )
        }
    }
}
