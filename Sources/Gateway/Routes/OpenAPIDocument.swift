/// The description of the HTTP interface at `/openapi.json` (OpenAPI 3.1). A test compares its paths and methods with the
/// router's own list.
enum OpenAPIDocument {
    static let text = """
        {
          "openapi": "3.1.0",
          "info": {
            "title": "Viva gateway",
            "version": "1",
            "description": "Spoken interviews: tickets, calls, transcripts. Errors have one envelope and a closed list of codes. HEAD is answered \
        wherever GET is, without a body. OPTIONS is answered with 204 and Allow; any other method that a path does not have with the response \
        MethodNotAllowed, whatever the path names and whoever asks."
          },
          "paths": {
        \(Self.paths),
        \(Self.signallingPaths)
          },
          "components": {
        \(Self.components)
          }
        }
        """

    static let components = """
            "securitySchemes": {
              "candidate": {"type": "http", "scheme": "bearer", "description": "The token of POST /v1/join; opens one interview."},
              "session": {"type": "http", "scheme": "bearer", "description": "The client_secret of a signalling session."},
              "workspace": {"type": "http", "scheme": "bearer", "description": "The token in the workspace link, an API key of `viva keys create`, or a JSON Web Token of the configured provider."}
            },
            "responses": {
              "Error": {
                "description": "What went wrong, with a code of the closed list.",
                "headers": {"X-Request-Id": {"schema": {"type": "string"}}},
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
              },
              "FlatError": {
                "description": "What went wrong, in the form that pages of older signalling servers read, with a code of the closed list. \
        What is refused before the route is known has the common form.",
                "headers": {"X-Request-Id": {"schema": {"type": "string"}}},
                "content": {"application/json": {"schema": {"anyOf": [
                  {"$ref": "#/components/schemas/FlatError"}, {"$ref": "#/components/schemas/Error"}
                ]}}}
              },
              "MethodNotAllowed": {
                "description": "405: the path does not have this method; Allow says which it has.",
                "headers": {"X-Request-Id": {"schema": {"type": "string"}}, "Allow": {"schema": {"type": "string"}}},
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
              },
              "Refusal": {
                "description": "A limit is reached; Retry-After says how many seconds to wait.",
                "headers": {"X-Request-Id": {"schema": {"type": "string"}}, "Retry-After": {"schema": {"type": "integer"}}},
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
              },
              "Page": {"description": "A page for people.", "content": {"text/html": {"schema": {"type": "string"}}}}
            },
            "parameters": {
              "InterviewID": {"name": "id", "in": "path", "required": true, "schema": {"type": "string", "pattern": "^int_[0-9a-f]{32}$"}},
              "CallID": {"name": "call_id", "in": "path", "required": true, "schema": {"type": "string", "pattern": "^call_[0-9a-f]{32}$"}}
            },
            "schemas": {
              "Error": {
                "type": "object", "required": ["error"],
                "properties": {"error": {
                  "type": "object", "required": ["code", "message", "request_id"],
                  "properties": {
                    "code": {"type": "string"}, "message": {"type": "string"}, "parameter": {"type": "string"},
                    "request_id": {"type": "string"}
                  }
                }}
              },
              "FlatError": {
                "type": "object", "required": ["success", "error", "message", "code", "request_id"],
                "properties": {
                  "success": {"const": false}, "error": {"type": "string", "description": "As message."}, "message": {"type": "string"},
                  "code": {"type": "string"}, "parameter": {"type": "string"}, "request_id": {"type": "string"}
                }
              },
              "EphemeralKey": {
                "type": "object", "required": ["value", "expires_at"],
                "properties": {"value": {"type": "string"}, "expires_at": {"type": "integer", "description": "Seconds since 1970."}}
              },
              "Readiness": {
                "type": "object", "required": ["ready", "reasons"],
                "properties": {"ready": {"type": "boolean"}, "reasons": {"type": "array", "items": {"type": "string"}}}
              },
              "Join": {"type": "object", "required": ["ticket"], "properties": {"ticket": {"type": "string", "maxLength": 128}}},
              "Admission": {
                "type": "object", "required": ["candidate_token", "expires_at", "interview", "notice"],
                "properties": {
                  "candidate_token": {"type": "string"},
                  "expires_at": {"type": "string", "format": "date-time"},
                  "interview": {
                    "type": "object",
                    "required": ["id", "title", "role", "question_count", "estimated_minutes", "language", "interviewer_name", "practice"],
                    "properties": {
                      "id": {"type": "string"}, "title": {"type": "string"}, "role": {"type": "string"},
                      "question_count": {"type": "integer"}, "estimated_minutes": {"type": "integer"},
                      "language": {"type": "string"}, "interviewer_name": {"type": "string"}, "practice": {"type": "boolean"}
                    }
                  },
                  "notice": {
                    "type": "object", "required": ["version", "items"],
                    "properties": {"version": {"type": "string"}, "items": {"type": "array", "items": {"type": "string"}}}
                  }
                }
              },
              "ICEServers": {
                "type": "object", "required": ["iceServers", "expires_at"],
                "properties": {
                  "iceServers": {"type": "array", "items": {
                    "type": "object", "required": ["urls"],
                    "properties": {
                      "urls": {"type": "array", "items": {"type": "string"}},
                      "username": {"type": "string"}, "credential": {"type": "string"}
                    }
                  }},
                  "expires_at": {"type": "string", "format": "date-time"}
                }
              },
              "CallEnd": {
                "type": "object", "required": ["status"],
                "properties": {"status": {"enum": ["connecting", "live", "suspended", "completed", "ended", "failed"]}}
              },
              "Report": {
                "type": "object", "required": ["steps"],
                "properties": {
                  "steps": {"type": "array", "items": {
                    "type": "object", "required": ["name", "ok", "ms"],
                    "properties": {"name": {"type": "string"}, "ok": {"type": "boolean"}, "ms": {"type": "number"}, "detail": {"type": "string"}}
                  }},
                  "audio": {"type": "object"}
                }
              },
              "Plan": {
                "type": "object", "required": ["id", "version", "title", "role", "question_count", "estimated_minutes"],
                "properties": {
                  "id": {"type": "string"}, "version": {"type": "integer"}, "title": {"type": "string"}, "role": {"type": "string"},
                  "language": {"type": "string"}, "interviewer_name": {"type": "string"}, "question_count": {"type": "integer"},
                  "estimated_minutes": {"type": "integer"}, "time_limit_seconds": {"type": "integer"},
                  "questions": {"type": "array", "items": {
                    "type": "object", "properties": {"id": {"type": "string"}, "text": {"type": "string"}}
                  }}
                }
              },
              "NewInterview": {
                "type": "object", "required": ["plan_id"],
                "properties": {
                  "plan_id": {"type": "string"}, "candidate_name": {"type": ["string", "null"], "maxLength": 200},
                  "origin": {
                    "type": ["string", "null"],
                    "description": "The interview can be joined from pages of this origin only; one of VIVA_ALLOWED_ORIGINS or that of VIVA_PUBLIC_URL."
                  }
                }
              },
              "CreatedInterview": {
                "type": "object", "required": ["id", "status", "plan_id", "join_url", "expires_at"],
                "properties": {
                  "id": {"type": "string"}, "status": {"type": "string"}, "plan_id": {"type": "string"},
                  "join_url": {"type": "string", "description": "Shown once; opens the interview once."},
                  "expires_at": {"type": "string", "format": "date-time"}
                }
              },
              "JoinLink": {
                "type": "object", "required": ["join_url", "expires_at"],
                "properties": {
                  "join_url": {"type": "string", "description": "Shown once; opens the interview once."},
                  "expires_at": {"type": "string", "format": "date-time"}
                }
              },
              "Interview": {
                "type": "object", "required": ["id", "plan_id", "plan_version", "status", "practice", "created_at"],
                "properties": {
                  "id": {"type": "string"}, "title": {"type": "string"}, "plan_id": {"type": "string"}, "plan_version": {"type": "integer"},
                  "status": {"enum": [
                    "created", "joined", "connecting", "live", "suspended", "completed", "ended", "abandoned", "failed"
                  ]},
                  "status_reason": {"type": "string"}, "candidate_name": {"type": "string"}, "practice": {"type": "boolean"},
                  "created_at": {"type": "string", "format": "date-time"}, "started_at": {"type": "string", "format": "date-time"},
                  "ended_at": {"type": "string", "format": "date-time"}
                }
              },
              "Segment": {
                "type": "object", "required": ["sequence", "speaker", "text", "start_ms", "end_ms", "item_id", "interrupted"],
                "properties": {
                  "sequence": {"type": "integer"}, "speaker": {"enum": ["interviewer", "candidate"]}, "text": {"type": "string"},
                  "start_ms": {"type": "integer", "description": "Since the interview first went live."}, "end_ms": {"type": "integer"},
                  "item_id": {"type": "string"}, "question_id": {"type": "string"},
                  "interrupted": {"type": "boolean", "description": "The speaker was cut off; the text is what was heard."}
                }
              },
              "Transcript": {
                "type": "object", "required": ["interview", "segments"],
                "properties": {
                  "interview": {"$ref": "#/components/schemas/Interview"},
                  "segments": {"type": "array", "items": {"$ref": "#/components/schemas/Segment"}}
                }
              }
            }
        """
}
