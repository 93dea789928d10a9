extension OpenAPIDocument {
    /// What any request to these routes may be answered with, beside the statuses of the route.
    private static func refusals(_ statuses: Int...) -> String {
        (statuses + [400, 408, 413, 414, 429, 500, 503]).sorted()
            .map { ##""\##($0)": {"$ref": "#/components/responses/FlatError"}"## }.joined(separator: ", ")
            + ##", "431": {"description": "The head is too large. Said before it is read, so without a body."}"##
    }

    /// The routes of older signalling servers. The messages of their socket, `/ws`, are described in `docs/interfaces.md`.
    static let signallingPaths = """
            "/ws": {"get": {
              "summary": "A socket on which a page has its offer answered",
              "description": "WebSocket, version 13. The server sends the session at once: {type: session, sessionId}. A page sends sdp_offer, \
        ice_candidate or end_session. Whose the session is, a token at the upgrade shows, in Authorization or as the subprotocol viva.token.TOKEN \
        beside viva, or a key that is asked for within 30 s. An address with a token in it is refused.",
              "security": [{}, {"candidate": []}],
              "parameters": [
                {
                  "name": "session", "in": "query", "description": "The public name of a session; without it the session is new, or the token's.",
                  "schema": {"type": "string", "pattern": "^sig_[0-9a-f]{32}$"}
                },
                {"name": "Sec-WebSocket-Protocol", "in": "header", "schema": {"type": "string"}}
              ],
              "responses": {
                "101": {"description": "The socket is open."},
                "400": {"$ref": "#/components/responses/Error"},
                "401": {"$ref": "#/components/responses/Error"},
                "403": {"$ref": "#/components/responses/Error"},
                "404": {"$ref": "#/components/responses/Error"},
                "409": {"$ref": "#/components/responses/Error"},
                "426": {"$ref": "#/components/responses/Error"},
                "429": {"$ref": "#/components/responses/Refusal"},
                "431": {"description": "The head is too large. Said before it is read, so without a body."},
                "500": {"$ref": "#/components/responses/Error"},
                "503": {"$ref": "#/components/responses/Refusal"}
              }
            }},
            "/functions/v1/interview-start": {"post": {
              "summary": "Make an interview, or take one up, and say where and how a page talks it",
              "description": "webrtc_session_id is a ticket: whoever holds it may talk the interview. webrtc_server_url holds no secret. The \
        page shows the notice before it begins.",
              "security": [{"workspace": []}],
              "requestBody": {"required": true, "content": {"application/json": {"schema": {
                "type": "object",
                "properties": {
                  "plan_id": {"type": "string"}, "candidate_name": {"type": "string", "maxLength": 200}, "origin": {"type": "string"},
                  "interview_id": {"type": "string", "description": "Of an interview that is not over, in place of the others."}
                }
              }}}},
              "responses": {
                "200": {"description": "The page may begin.", "content": {"application/json": {"schema": {
                  "type": "object",
                  "required": ["success", "webrtc_server_url", "webrtc_session_id", "architecture", "operation_id", "openai_api_config"],
                  "properties": {
                    "success": {"const": true}, "webrtc_server_url": {"type": "string"}, "webrtc_session_id": {"type": "string"},
                    "architecture": {"const": "hybrid"}, "operation_id": {"type": "string", "description": "The request id."},
                    "openai_api_config": {"type": "object", "properties": {"model": {"type": "string"}, "voice": {"type": "string"}}},
                    "interview_id": {"type": "string"}, "expires_at": {"type": "string", "format": "date-time"},
                    "notice": {"type": "object"}
                  }
                }}}},
                \(Self.refusals(401, 403, 404, 409, 415))
              }
            }},
            "/api/generate-ephemeral-key": {"post": {
              "summary": "A key for a signalling session, which lets its open socket have an offer answered",
              "description": "sessionId is webrtc_session_id, which is the right itself, or with a token of the candidate or the tenant the \
        name that the socket has told. Model and voice are the server's.",
              "security": [{}, {"candidate": []}, {"workspace": []}],
              "requestBody": {"required": true, "content": {"application/json": {"schema": {
                "type": "object", "required": ["sessionId"],
                "properties": {"sessionId": {"type": "string"}, "voice": {}, "model": {}}
              }}}},
              "responses": {
                "200": {"description": "The key.", "content": {"application/json": {"schema": {
                  "type": "object", "required": ["success", "client_secret", "expires_in"],
                  "properties": {
                    "success": {"const": true}, "client_secret": {"$ref": "#/components/schemas/EphemeralKey"},
                    "expires_in": {"type": "integer", "description": "Seconds."}
                  }
                }}}},
                \(Self.refusals(401, 403, 404, 409, 410, 415))
              }
            }},
            "/api/realtime-session": {"post": {
              "summary": "A signalling session without a socket, with its key",
              "security": [{"candidate": []}],
              "responses": {
                "200": {"description": "The session.", "content": {"application/json": {"schema": {
                  "type": "object", "required": ["success", "session_id", "client_secret", "expires_in"],
                  "properties": {
                    "success": {"const": true}, "session_id": {"type": "string"},
                    "client_secret": {"$ref": "#/components/schemas/EphemeralKey"}, "expires_in": {"type": "integer"}
                  }
                }}}},
                \(Self.refusals(401, 403, 404, 409))
              }
            }},
            "/api/realtime/sessions": {"post": {
              "summary": "The same in the form of the API's beta; with VIVA_DIRECT_KEYS a key of the upstream itself",
              "security": [{"candidate": []}],
              "responses": {
                "200": {"description": "The session.", "content": {"application/json": {"schema": {
                  "type": "object", "required": ["id", "object", "client_secret"],
                  "properties": {
                    "id": {"type": "string"}, "object": {"const": "realtime.session"}, "model": {"type": "string"},
                    "voice": {"type": "string"}, "client_secret": {"$ref": "#/components/schemas/EphemeralKey"},
                    "url": {"type": "string", "description": "Where a key of the upstream is good."}
                  }
                }}}},
                \(Self.refusals(401, 403, 404, 409, 502, 504))
              }
            }},
            "/api/webrtc-exchange": {"post": {
              "summary": "An SDP answer for an offer, as POST /v1/calls gives it",
              "description": "The bearer is the session's key or the candidate's token. The offer is text, or JSON with sdp or offer; then the \
        key may stand in client_secret.",
              "security": [{}, {"session": []}, {"candidate": []}],
              "requestBody": {"required": true, "content": {
                "application/sdp": {"schema": {"type": "string", "maxLength": 32768}},
                "application/json": {"schema": {
                  "type": "object",
                  "properties": {
                    "sdp": {"type": "string"},
                    "offer": {"oneOf": [{"type": "string"}, {"type": "object", "properties": {"sdp": {"type": "string"}}}]},
                    "client_secret": {"oneOf": [{"type": "string"}, {"$ref": "#/components/schemas/EphemeralKey"}]}
                  }
                }}
              }},
              "responses": {
                "200": {"description": "The answer to JSON.", "content": {"application/json": {"schema": {
                  "type": "object", "required": ["success", "session_id", "call_id", "answer", "sdp"],
                  "properties": {
                    "success": {"const": true}, "session_id": {"type": "string"}, "call_id": {"type": "string"},
                    "answer": {"type": "object", "properties": {"type": {"const": "answer"}, "sdp": {"type": "string"}}},
                    "sdp": {"type": "string"}
                  }
                }}}},
                "201": {"description": "The answer to text.", "content": {"application/sdp": {"schema": {"type": "string"}}}},
                \(Self.refusals(401, 403, 404, 409, 410, 415, 502, 504))
              }
            }},
            "/api/sessions/{session_id}": {"get": {
              "summary": "A signalling session, for its candidate and its tenant",
              "security": [{"candidate": []}, {"workspace": []}],
              "parameters": [{
                "name": "session_id", "in": "path", "required": true, "schema": {"type": "string", "pattern": "^sig_[0-9a-f]{32}$"}
              }],
              "responses": {
                "200": {"description": "The session.", "content": {"application/json": {"schema": {
                  "type": "object",
                  "properties": {
                    "sessionId": {"type": "string"}, "connected": {"type": "integer", "description": "Milliseconds since 1970."},
                    "lastActivity": {"type": "integer"}, "isConnected": {"type": "boolean"}, "hasEphemeralKey": {"type": "boolean"},
                    "keyValid": {"type": "boolean"}
                  }
                }}}},
                \(Self.refusals(401, 404))
              }
            }}
        """
}
