import HTTPTypes
import RealtimeProtocol
import ServerEdge

/// The engine's closed list of HTTP error codes. Where OpenAI has a code, it is that one.
enum EngineErrorCode: String, EdgeErrorCode {
    case invalidSDP = "invalid_sdp"
    case noOpus = "no_opus"
    case invalidForm = "invalid_form"
    case missingParameter = "missing_required_parameter"
    case unknownParameter = "unknown_parameter"
    case invalidValue = "invalid_value"
    case invalidAPIKey = "invalid_api_key"
    case originNotAllowed = "origin_not_allowed"
    case callNotFound = "call_id_not_found"
    case engineFull = "engine_full"
    case engineOverloaded = "engine_overloaded"
    case engineDraining = "engine_draining"
    case noPorts = "no_ports"
    case negotiationFailed = "negotiation_failed"
    case negotiationTimeout = "negotiation_timeout"

    var status: HTTPResponse.Status {
        switch self {
        case .invalidSDP, .noOpus, .invalidForm, .missingParameter, .unknownParameter, .invalidValue, .negotiationFailed: .badRequest
        case .invalidAPIKey: .unauthorized
        case .originNotAllowed: .forbidden
        case .callNotFound: .notFound
        case .engineFull, .engineOverloaded, .engineDraining, .noPorts: .serviceUnavailable
        case .negotiationTimeout: .gatewayTimeout
        }
    }

    var message: String {
        switch self {
        case .invalidSDP: "The offer is not a session description. Send the SDP of an RTCPeerConnection's offer."
        case .noOpus: "The offer has no audio section with Opus. Add an audio track or transceiver before creating the offer."
        case .invalidForm: "The multipart body could not be read. Send the parts 'sdp' and, optionally, 'session'."
        case .missingParameter: "A required parameter is missing."
        case .unknownParameter: "The session has a parameter that does not exist."
        case .invalidValue: "The session has a parameter with a value that is not supported."
        case .invalidAPIKey: "A valid API key is needed: Authorization: Bearer <key>."
        case .originNotAllowed: "Pages of this origin may not use the engine. Its operator can allow them with VIVA_ENGINE_ALLOWED_ORIGINS."
        case .callNotFound: "There is no call with this id, or it has ended."
        case .engineFull: "All places are taken. Try again shortly."
        case .engineOverloaded: "The calls that are going on need all of this machine. Try again shortly."
        case .engineDraining: "This engine is shutting down. Try another one, or again shortly."
        case .noPorts: "No network port is free for the media of this call. Try again shortly."
        case .negotiationFailed: "The offer could not be answered. Create a new offer and try again."
        case .negotiationTimeout: "The answer was not ready in time. Try again."
        }
    }
}

extension EngineErrorCode {
    /// The HTTP error for what is wrong with a session or a body: the API's code where it is one of ours, else `invalid_value`.
    static func describe(_ error: RealtimeError) -> EdgeError {
        let code = error.code.flatMap { EngineErrorCode(rawValue: $0) } ?? .invalidValue
        return EdgeError(code, message: error.message, parameter: error.parameter, cause: error)
    }
}
