import RealtimeProtocol
import ServerEdge

/// What a browser says on `/ws`.
enum SignallingClientMessage: Equatable {
    /// The types of the messages; `docs/authz-matrix.csv` has a line for each, and a test sees to it.
    enum Kind: String, CaseIterable {
        case sdpOffer = "sdp_offer"
        case iceCandidate = "ice_candidate"
        case endSession = "end_session"
    }

    case sdpOffer(String)
    /// Its content is not looked at: all candidates of the server are in its answer, and the browser's are found by its checks.
    case iceCandidate
    case endSession

    enum Failure: Error, Equatable {
        /// Not JSON, no object, or no `type`.
        case notAMessage
        /// An offer without text.
        case noOffer
        /// The type, cut and cleaned for showing.
        case unknownType(String)
    }

    /// Bytes of an unknown type that are repeated to whoever sent it.
    static let longestNamedType = 40

    init(_ text: String) throws(Failure) {
        guard let value = try? RealtimeCoding.decode(JSONValue.self, from: text), let type = value["type"]?.stringValue else {
            throw .notAMessage
        }
        switch Kind(rawValue: type) {
        case .sdpOffer:
            // As `RTCSessionDescription` is written, or its text alone.
            guard let offer = value["offer"]?["sdp"]?.stringValue ?? value["offer"]?.stringValue, !offer.isEmpty else { throw .noOffer }
            self = .sdpOffer(offer)
        case .iceCandidate: self = .iceCandidate
        case .endSession: self = .endSession
        case nil:
            let shown = type.unicodeScalars.prefix(Self.longestNamedType).map { (0x21...0x7E).contains($0.value) ? Character($0) : "?" }
            throw .unknownType(String(shown))
        }
    }
}

/// What the server says on `/ws`.
enum SignallingServerMessage: Equatable {
    case session(SignallingSessionID)
    case sdpAnswer(String)
    case iceStatus
    case sessionEnded(SignallingSessionID)
    case error(SignallingErrorCode, SignallingFault)

    private struct Body: Encodable {
        struct Description: Encodable {
            let type: String
            let sdp: String
        }
        let type: String
        var sessionId: String?
        var message: String?
        var answer: Description?
        var code: String?
        var reason: String?
        var request_id: String?
    }

    /// - Parameter requestID: of the upgrade, so that an error can be found in the log.
    func text(requestID: String) -> String {
        let body =
            switch self {
            case .session(let id): Body(type: "session", sessionId: id.rawValue, message: "Connected")
            case .sdpAnswer(let sdp): Body(type: "sdp_answer", answer: .init(type: "answer", sdp: sdp))
            case .iceStatus: Body(type: "ice_status", message: "The answer holds all candidates; none need to be sent.")
            case .sessionEnded(let id): Body(type: "session_ended", sessionId: id.rawValue)
            case .error(let code, let fault):
                Body(type: "error", message: fault.message, code: code.rawValue, reason: fault.code, request_id: requestID)
            }
        return JSONText.encode(body)
    }
}
