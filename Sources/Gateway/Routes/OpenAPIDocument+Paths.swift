extension OpenAPIDocument {
    /// What any request may be answered with before or behind its route: malformed (400), too slow (408), too large (413, 414, 431), a
    /// fault of ours (500), a store or a server that is not ready (503).
    private static let anyRequest =
        [400, 408, 413, 414, 500, 503]
        .map { ##""\##($0)": {"$ref": "#/components/responses/Error"}"## }.joined(separator: ", ")
        + ##", "431": {"description": "The head is too large. Said before it is read, so without a body."}"##

    static let paths = """
            "/": {"get": {"summary": "Landing page", "responses": {"200": {"$ref": "#/components/responses/Page"}}}},
            "/app": {"get": {
              "summary": "Workspace page; its token stays in the fragment of the address",
              "responses": {"200": {"$ref": "#/components/responses/Page"}}
            }},
            "/i/{ticket}": {"get": {
              "summary": "The candidate's room. Opening it does not use the ticket",
              "parameters": [{"name": "ticket", "in": "path", "required": true, "schema": {"type": "string"}}],
              "responses": {
                "200": {"$ref": "#/components/responses/Page"},
                "404": {"$ref": "#/components/responses/Page"},
                "410": {"$ref": "#/components/responses/Page"},
                "429": {"$ref": "#/components/responses/Refusal"},
                "503": {"$ref": "#/components/responses/Page"}
              }
            }},
            "/assets/{name}": {"get": {
              "summary": "A file of the pages",
              "parameters": [{"name": "name", "in": "path", "required": true, "schema": {"type": "string"}}],
              "responses": {
                "200": {"description": "The file, with an ETag.", "content": {
                  "text/css": {"schema": {"type": "string"}}, "text/javascript": {"schema": {"type": "string"}},
                  "image/svg+xml": {"schema": {"type": "string"}}
                }}, "304": {"description": "Unchanged."},
                "404": {"$ref": "#/components/responses/Error"}
              }
            }},
            "/health": {"get": {
              "summary": "The process is alive",
              "responses": {"200": {"description": "Alive.", "content": {"application/json": {"schema": {
                "type": "object", "required": ["status"], "properties": {"status": {"const": "ok"}}
              }}}}}
            }},
            "/healthz": {"get": {
              "summary": "The process is alive: for how long, with how many signalling sessions",
              "responses": {"200": {"description": "Alive.", "content": {"application/json": {"schema": {
                "type": "object", "required": ["status", "uptime", "sessions"],
                "properties": {"status": {"const": "ok"}, "uptime": {"type": "number"}, "sessions": {"type": "integer"}}
              }}}}, "429": {"$ref": "#/components/responses/Refusal"}}
            }},
            "/ready": {"get": {
              "summary": "Calls can be made",
              "responses": {
                "200": {
                  "description": "Ready.", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Readiness"}}}
                },
                "429": {"$ref": "#/components/responses/Refusal"},
                "503": {
                  "description": "Not ready, with the reasons.",
                  "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Readiness"}}}
                }
              }
            }},
            "/metrics": {"get": {
              "summary": "Figures for Prometheus",
              "responses": {
                "200": {"description": "Text format 0.0.4.", "content": {"text/plain": {"schema": {"type": "string"}}}},
                "429": {"$ref": "#/components/responses/Refusal"}
              }
            }},
            "/openapi.json": {"get": {
              "summary": "This document",
              "responses": {"200": {"description": "OpenAPI 3.1.", "content": {"application/json": {"schema": {"type": "object"}}}}}
            }},
            "/v1/join": {"post": {
              "summary": "Exchange a ticket for a candidate token",
              "description": "A real ticket works once. A practice ticket makes a fresh interview each time. A ticket of an interview that \
        is bound to an origin opens from a page of that origin only (403 origin_not_allowed).",
              "requestBody": {"required": true, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Join"}}}},
              "responses": {
                "200": {
                  "description": "The candidate may start.",
                  "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Admission"}}}
                },
                "403": {"$ref": "#/components/responses/Error"},
                "404": {"$ref": "#/components/responses/Error"},
                "410": {"$ref": "#/components/responses/Error"},
                "429": {"$ref": "#/components/responses/Refusal"},
                "415": {"$ref": "#/components/responses/Error"},
                \(Self.anyRequest)
              }
            }},
            "/v1/ice-servers": {"get": {
              "summary": "STUN and TURN servers for the candidate's RTCPeerConnection; an empty list if there are none",
              "description": "The answer is an RTCConfiguration. Credentials of TURN servers end by themselves at expires_at.",
              "security": [{"candidate": []}],
              "responses": {
                "200": {
                  "description": "The servers.",
                  "content": {"application/json": {"schema": {"$ref": "#/components/schemas/ICEServers"}}}
                },
                "401": {"$ref": "#/components/responses/Error"},
                "429": {"$ref": "#/components/responses/Refusal"},
                \(Self.anyRequest)
              }
            }},
            "/v1/calls": {"post": {
              "summary": "Start the interview, or resume it while it is suspended",
              "description": "A candidate who comes back before the old call is known to be lost names it in Viva-Replaces; it is then \
        suspended and hung up. Without its id the answer is 409 call_in_progress.",
              "security": [{"candidate": []}],
              "parameters": [{
                "name": "Viva-Replaces", "in": "header", "description": "The id of the candidate's last call.",
                "schema": {"type": "string", "pattern": "^call_[0-9a-f]{32}$"}
              }],
              "requestBody": {"required": true, "content": {"application/sdp": {"schema": {"type": "string", "maxLength": 32768}}}},
              "responses": {
                "201": {
                  "description": "The SDP answer.",
                  "headers": {"Location": {"schema": {"type": "string"}, "description": "/v1/calls/{call_id}"}},
                  "content": {"application/sdp": {"schema": {"type": "string"}}}
                },
                "401": {"$ref": "#/components/responses/Error"},
                "403": {"$ref": "#/components/responses/Error"},
                "409": {"$ref": "#/components/responses/Error"},
                "415": {"$ref": "#/components/responses/Error"},
                "502": {"$ref": "#/components/responses/Error"},
                "504": {"$ref": "#/components/responses/Error"},
                "429": {"$ref": "#/components/responses/Refusal"},
                \(Self.anyRequest)
              }
            }},
            "/v1/calls/{call_id}/events": {"get": {
              "summary": "Server-sent events of the interview: state, segment, progress, notice, end",
              "description": "A segment is sent after it is stored durably. Last-Event-ID replays what was missed. The stream is closed \
        when the token that opened it has expired or was revoked.",
              "security": [{"candidate": []}],
              "parameters": [
                {"$ref": "#/components/parameters/CallID"},
                {"name": "Last-Event-ID", "in": "header", "schema": {"type": "string"}}
              ],
              "responses": {
                "200": {"description": "The stream.", "content": {"text/event-stream": {"schema": {"type": "string"}}}},
                "401": {"$ref": "#/components/responses/Error"},
                "404": {"$ref": "#/components/responses/Error"},
                "429": {"$ref": "#/components/responses/Refusal"},
                \(Self.anyRequest)
              }
            }},
            "/v1/calls/{call_id}/end": {"post": {
              "summary": "End the interview",
              "security": [{"candidate": []}],
              "parameters": [{"$ref": "#/components/parameters/CallID"}],
              "responses": {
                "200": {
                  "description": "It has ended.",
                  "content": {"application/json": {"schema": {"$ref": "#/components/schemas/CallEnd"}}}
                },
                "401": {"$ref": "#/components/responses/Error"},
                "403": {"$ref": "#/components/responses/Error"},
                "404": {"$ref": "#/components/responses/Error"},
                "429": {"$ref": "#/components/responses/Refusal"},
                \(Self.anyRequest)
              }
            }},
            "/v1/calls/{call_id}/report": {"post": {
              "summary": "What the browser says about its connection; never evidence",
              "security": [{"candidate": []}],
              "parameters": [{"$ref": "#/components/parameters/CallID"}],
              "requestBody": {"required": true, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Report"}}}},
              "responses": {
                "202": {"description": "Kept."},
                "401": {"$ref": "#/components/responses/Error"},
                "403": {"$ref": "#/components/responses/Error"},
                "404": {"$ref": "#/components/responses/Error"},
                "409": {"$ref": "#/components/responses/Error"},
                "429": {"$ref": "#/components/responses/Refusal"},
                "415": {"$ref": "#/components/responses/Error"},
                \(Self.anyRequest)
              }
            }},
            "/v1/plans": {"get": {
              "summary": "The newest version of each plan",
              "security": [{"workspace": []}],
              "responses": {
                "200": {"description": "The plans.", "content": {"application/json": {"schema": {
                  "type": "object", "required": ["plans"],
                  "properties": {"plans": {"type": "array", "items": {"$ref": "#/components/schemas/Plan"}}}
                }}}},
                "401": {"$ref": "#/components/responses/Error"},
                "429": {"$ref": "#/components/responses/Refusal"},
                \(Self.anyRequest)
              }
            }},
            "/v1/interviews": {
              "get": {
                "summary": "Interviews, newest first",
                "security": [{"workspace": []}],
                "parameters": [
                  {"name": "cursor", "in": "query", "schema": {"type": "string"}},
                  {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 200}}
                ],
                "responses": {
                  "200": {"description": "A page.", "content": {"application/json": {"schema": {
                    "type": "object", "required": ["interviews"],
                    "properties": {
                      "interviews": {"type": "array", "items": {"$ref": "#/components/schemas/Interview"}},
                      "next_cursor": {"type": "string"}
                    }
                  }}}},
                  "401": {"$ref": "#/components/responses/Error"},
                  "429": {"$ref": "#/components/responses/Refusal"},
                  \(Self.anyRequest)
                }
              },
              "post": {
                "summary": "Make an interview and its join link",
                "security": [{"workspace": []}],
                "requestBody": {
                  "required": true, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/NewInterview"}}}
                },
                "responses": {
                  "201": {
                    "description": "Made.", "headers": {"Location": {"schema": {"type": "string"}}},
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/CreatedInterview"}}}
                  },
                  "401": {"$ref": "#/components/responses/Error"},
                  "403": {"$ref": "#/components/responses/Error"},
                  "404": {"$ref": "#/components/responses/Error"},
                  "429": {"$ref": "#/components/responses/Refusal"},
                  "415": {"$ref": "#/components/responses/Error"},
                  \(Self.anyRequest)
                }
              }
            },
            "/v1/interviews/{id}": {"get": {
              "summary": "One interview",
              "security": [{"workspace": []}],
              "parameters": [{"$ref": "#/components/parameters/InterviewID"}],
              "responses": {
                "200": {
                  "description": "The interview.", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Interview"}}}
                },
                "401": {"$ref": "#/components/responses/Error"},
                "404": {"$ref": "#/components/responses/Error"},
                "429": {"$ref": "#/components/responses/Refusal"},
                \(Self.anyRequest)
              }
            }},
            "/v1/interviews/{id}/link": {"post": {
              "summary": "Make a new join link for an interview that is not over",
              "description": "Links of the interview that were not used yet expire at once. A used link stays used; the candidate token \
        that it gave ends, and streams it has opened are closed.",
              "security": [{"workspace": []}],
              "parameters": [{"$ref": "#/components/parameters/InterviewID"}],
              "responses": {
                "201": {"description": "Made.", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/JoinLink"}}}},
                "401": {"$ref": "#/components/responses/Error"},
                "403": {"$ref": "#/components/responses/Error"},
                "404": {"$ref": "#/components/responses/Error"},
                "409": {"$ref": "#/components/responses/Error"},
                "429": {"$ref": "#/components/responses/Refusal"},
                \(Self.anyRequest)
              }
            }},
            "/v1/interviews/{id}/transcript": {"get": {
              "summary": "The transcript, for the workspace or the candidate of the interview",
              "security": [{"workspace": []}, {"candidate": []}],
              "parameters": [
                {"$ref": "#/components/parameters/InterviewID"},
                {"name": "format", "in": "query", "schema": {"enum": ["json", "txt", "vtt", "srt"], "default": "json"}}
              ],
              "responses": {
                "200": {"description": "The transcript.", "content": {
                  "application/json": {"schema": {"$ref": "#/components/schemas/Transcript"}},
                  "text/plain": {"schema": {"type": "string"}},
                  "text/vtt": {"schema": {"type": "string"}},
                  "application/x-subrip": {"schema": {"type": "string"}}
                }},
                "401": {"$ref": "#/components/responses/Error"},
                "404": {"$ref": "#/components/responses/Error"},
                "429": {"$ref": "#/components/responses/Refusal"},
                \(Self.anyRequest)
              }
            }}
        """
}
