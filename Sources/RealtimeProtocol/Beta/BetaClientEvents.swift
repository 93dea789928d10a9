extension BetaDialect {
    /// What a beta client sent, as an event of the present API.
    ///
    /// - `session.update` and `transcription_session.update` get a type and the nested shape.
    /// - `response.create` and `conversation.item.create` get the present names.
    /// - Everything else is the same in both, also what neither knows (`input_audio_buffer.finalize`): it arrives as `.unknown`.
    ///
    /// - Throws: as `ClientMessage(text:)`; parameters are paths of the beta.
    public func clientMessage(text: String) throws(EventDecodingError) -> (message: ClientMessage, notices: [Notice]) {
        let type = try EventHeader.read(text).type
        guard ["session.update", "transcription_session.update", "response.create", "conversation.item.create"].contains(type),
            case .object(var members) = try RealtimeCoding.decode(JSONValue.self, from: text)
        else { return (try ClientMessage(text: text), []) }
        var notices: [Notice] = []
        switch type {
        case "session.update", "transcription_session.update":
            let isTranscription = type == "transcription_session.update"
            members["type"] = "session.update"
            if case .object(let session) = members["session"] {
                let sessionType = isTranscription ? SessionConfiguration.transcriptionType : SessionConfiguration.realtimeType
                members["session"] = .object(presentSettings(session, type: sessionType, notices: &notices))
            }
        case "response.create":
            if case .object(let response) = members["response"] {
                members["response"] = .object(presentSettings(response, type: nil, notices: &notices))
            }
        default:
            members["item"] = members["item"].map(BetaItem.present)
        }
        do {
            return (try ClientMessage(text: RealtimeCoding.encode(JSONValue.object(members))), notices)
        } catch .invalidField(_, let parameter, let eventID) {
            throw .invalidField(type: type, parameter: parameter.map(Self.betaParameter), eventID: eventID)
        }
    }
}
