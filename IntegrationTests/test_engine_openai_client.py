"""OpenAI's own Python client, unmodified, against the engine over WebSocket."""

import base64
import json
import re
import urllib.error
import urllib.request
import uuid

import pytest

from engine import KEY, SILENCE, Engine, pcm

openai = pytest.importorskip("openai")

TEXT = {"type": "realtime", "output_modalities": ["text"]}
WEATHER = {
    "type": "function",
    "name": "weather",
    "description": "The weather of a city.",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
}


@pytest.fixture(scope="module")
def engine():
    engine = Engine()
    yield engine
    engine.stop()


@pytest.fixture(scope="module")
def spoken(tmp_path_factory):
    """Texts as 24 kHz PCM, each spoken once."""
    known = {}

    def get(text: str) -> bytes:
        if text not in known:
            known[text] = pcm(text, tmp_path_factory.mktemp("speech"))
        return known[text]

    return get


def client(engine: Engine, key: str = KEY):
    return openai.OpenAI(api_key=key, base_url=engine.base + "/v1", websocket_base_url=engine.base.replace("http", "ws", 1) + "/v1")


def append(connection, audio: bytes):
    """As a microphone would, but faster: in pieces of 100 ms."""
    for start in range(0, len(audio), 4_800):
        connection.input_audio_buffer.append(audio=base64.b64encode(audio[start:start + 4_800]).decode())


def until(connection, kind: str, allow_errors: bool = False) -> list:
    """The events up to the first of a kind. A client that meets an error would stop."""
    events = []
    for event in connection:
        events.append(event)
        assert allow_errors or event.type != "error", event
        if event.type == kind:
            return events
    raise AssertionError(f"the connection ended before {kind}: {[event.type for event in events]}")


def words(text: str) -> list[str]:
    return re.findall(r"[a-z']+", text.lower())


def test_a_text_turn(engine):
    engine.chat.will_say("Nice to meet ", "you, Ada.")
    with client(engine).realtime.connect(model="gpt-realtime") as connection:
        created = next(iter(connection))
        assert created.type == "session.created"
        assert created.session.model == "gpt-realtime"
        connection.session.update(session=TEXT)
        connection.conversation.item.create(
            item={"type": "message", "role": "user", "content": [{"type": "input_text", "text": "I am Ada."}]}
        )
        connection.response.create()
        events = until(connection, "response.done")
    kinds = [event.type for event in events if event.type != "response.output_text.delta"]
    assert kinds == [
        "session.updated", "conversation.item.added", "conversation.item.done", "response.created", "response.output_item.added",
        "conversation.item.added", "response.content_part.added", "response.output_text.done", "response.content_part.done",
        "conversation.item.done", "response.output_item.done", "response.done",
    ]
    response = events[-1].response
    assert response.output[0].content[0].text == "Nice to meet you, Ada."
    assert response.usage.input_tokens == 11
    assert engine.chat.requests[-1]["messages"][-1] == {"role": "user", "content": "I am Ada."}


@pytest.mark.parametrize("detection", [{"type": "server_vad"}, {"type": "semantic_vad", "eagerness": "auto"}])
def test_an_audio_turn_is_recognised_and_answered_aloud(engine, spoken, detection):
    engine.chat.will_say("That sounds like solid work.")
    question = "I wrote the payment service of a small bank."
    with client(engine).realtime.connect(model="gpt-realtime") as connection:
        connection.session.update(
            session={
                "type": "realtime",
                "audio": {"input": {"turn_detection": detection, "transcription": {"model": "gpt-4o-mini-transcribe"}}},
            }
        )
        append(connection, spoken(question) + SILENCE)
        events = until(connection, "response.done")
    kinds = [event.type for event in events]
    order = [
        "input_audio_buffer.speech_started", "input_audio_buffer.speech_stopped", "input_audio_buffer.committed",
        "conversation.item.added", "conversation.item.done", "response.created",
    ]
    assert [kind for kind in kinds if kind in order][:len(order)] == order
    started = next(event for event in events if event.type == "input_audio_buffer.speech_started")
    assert (started.audio_start_ms + 300) % 32 == 0 or started.audio_start_ms == 0
    heard = next(event for event in events if event.type == "conversation.item.input_audio_transcription.completed")
    assert heard.item_id == started.item_id
    assert len(set(words(heard.transcript)) & set(words(question))) >= 7
    audio = b"".join(base64.b64decode(event.delta) for event in events if event.type == "response.output_audio.delta")
    assert len(audio) > 24_000
    assert max(abs(int.from_bytes(audio[at:at + 2], "little", signed=True)) for at in range(0, len(audio) - 1, 2)) > 3_000
    assert events[-1].response.output[0].content[0].transcript == "That sounds like solid work."


def test_a_forced_function_call_and_its_result(engine):
    engine.chat.will_call("weather", '{"city": "Rome"}')
    engine.chat.will_say("It is sunny in Rome.")
    with client(engine).realtime.connect(model="gpt-realtime") as connection:
        connection.session.update(session=TEXT | {"tools": [WEATHER], "tool_choice": "auto"})
        connection.conversation.item.create(
            item={"type": "message", "role": "user", "content": [{"type": "input_text", "text": "What is the weather in Rome?"}]}
        )
        connection.response.create(response={"tool_choice": {"type": "function", "name": "weather"}})
        events = until(connection, "response.done")
        done = next(event for event in events if event.type == "response.function_call_arguments.done")
        assert (done.name, json.loads(done.arguments)) == ("weather", {"city": "Rome"})
        assert not any(event.type.startswith("response.content_part") for event in events)
        assert engine.chat.requests[-1]["tool_choice"] == {"type": "function", "function": {"name": "weather"}}
        connection.conversation.item.create(item={"type": "function_call_output", "call_id": done.call_id, "output": "sunny, 24 C"})
        connection.response.create()
        events = until(connection, "response.done")
    assert events[-1].response.output[0].content[0].text == "It is sunny in Rome."
    roles = [message["role"] for message in engine.chat.requests[-1]["messages"]]
    assert roles[-2:] == ["assistant", "tool"] or "tool" in roles


def test_speech_over_a_reply_cancels_it_and_truncation_is_taken_meanwhile(engine, spoken):
    engine.chat.will_say(" ".join(f"This is sentence number {number} of a very long reply." for number in range(1, 30)))
    with client(engine).realtime.connect(model="gpt-realtime") as connection:
        connection.session.update(
            session={"type": "realtime", "audio": {"input": {"turn_detection": {"type": "server_vad", "create_response": False}}}}
        )
        connection.response.create()
        events = until(connection, "response.output_audio.delta")
        item = next(event for event in events if event.type == "response.output_item.added").item
        append(connection, spoken("Wait, please let me say something about this."))
        until(connection, "input_audio_buffer.speech_started")
        connection.conversation.item.truncate(item_id=item.id, content_index=0, audio_end_ms=80)
        append(connection, SILENCE)
        events = until(connection, "conversation.item.truncated")
        if not any(event.type == "response.done" for event in events):
            events += until(connection, "response.done")
    response = next(event for event in events if event.type == "response.done").response
    assert (response.status, response.status_details.reason) == ("cancelled", "turn_detected")


def test_manual_turns(engine, spoken):
    with client(engine).realtime.connect(model="gpt-realtime") as connection:
        connection.session.update(
            session=TEXT | {"audio": {"input": {"turn_detection": None, "transcription": {"model": "whisper-1", "language": "en"}}}}
        )
        append(connection, spoken("By hand and not by voice."))
        connection.input_audio_buffer.commit()
        events = until(connection, "conversation.item.input_audio_transcription.completed")
        assert "response.created" not in [event.type for event in events]
        assert len(set(words(events[-1].transcript)) & {"by", "hand", "not", "voice"}) >= 3
        connection.response.create()
        until(connection, "response.done")
        connection.input_audio_buffer.clear()
        until(connection, "input_audio_buffer.cleared")


@pytest.mark.parametrize(
    ("message", "code", "parameter"),
    [
        ({"type": "input_audio_buffer.commit"}, "input_audio_buffer_commit_empty", None),
        ({"type": "response.cancel"}, "response_cancel_not_active", None),
        ({"type": "conversation.item.retrieve", "item_id": "none"}, "item_retrieve_invalid_item_id", "item_id"),
        ({"type": "conversation.item.delete", "item_id": "none"}, "item_delete_invalid_item_id", "item_id"),
        ({"type": "conversation.item.truncate", "item_id": "none", "content_index": 0, "audio_end_ms": 1}, "item_truncate_invalid_item_id",
         "item_id"),
        ({"type": "session.update", "session": {"type": "realtime", "temperature": 0.8}}, "unknown_parameter", "session.temperature"),
        ({"type": "session.update", "session": {"instructions": "x"}}, "missing_required_parameter", "session.type"),
        ({"type": "session.update", "session": {"type": "realtime", "audio": {"input": {"turn_detection": {"type": "none"}}}}},
         "invalid_value", "session.audio.input.turn_detection.type"),
        ({"type": "session.update", "session": {"type": "realtime", "audio": {"output": {"voice": "onyx"}}}}, "invalid_value",
         "session.audio.output.voice"),
        ({"type": "input_audio_buffer.append", "audio": "?"}, "invalid_value", "audio"),
        ({"type": "input_audio_buffer.finalize"}, "invalid_value", "type"),
        ({"event_id": "mine"}, "invalid_event", "type"),
    ],
)
def test_every_documented_error_names_its_cause_and_leaves_the_session_open(engine, message, code, parameter):
    with client(engine).realtime.connect(model="gpt-realtime") as connection:
        connection.send({"event_id": "mine"} | message)
        error = until(connection, "error", allow_errors=True)[-1].error
        assert (error.type, error.code, error.param, error.event_id) == ("invalid_request_error", code, parameter, "mine")
        connection.session.update(session=TEXT)
        until(connection, "session.updated")


def test_errors_of_items_and_responses(engine):
    def message(identifier):
        return {"id": identifier, "type": "message", "role": "user", "content": [{"type": "input_text", "text": "x"}]}

    engine.chat.will_say(" ".join(["A reply that is long enough to be still spoken."] * 20))
    with client(engine).realtime.connect(model="gpt-realtime") as connection:
        connection.conversation.item.create(item=message("one"))
        connection.conversation.item.create(item=message("one"), event_id="twice")
        error = until(connection, "error", allow_errors=True)[-1].error
        assert (error.code, error.event_id) == ("item_create_duplicate_item_id", "twice")
        connection.conversation.item.truncate(item_id="one", content_index=0, audio_end_ms=0)
        assert until(connection, "error", allow_errors=True)[-1].error.code == "unsupported_content_type"
        connection.response.create()
        until(connection, "response.output_audio.delta")
        connection.response.create(event_id="second")
        error = until(connection, "error", allow_errors=True)[-1].error
        assert (error.code, error.event_id) == ("conversation_already_has_active_response", "second")
        connection.session.update(session={"type": "realtime", "audio": {"output": {"voice": "ash"}}})
        assert until(connection, "error", allow_errors=True)[-1].error.code == "cannot_update_voice"
        connection.response.cancel()
        events = until(connection, "response.done")
        item = events[-1].response.output[0]
        connection.conversation.item.truncate(item_id=item.id, content_index=0, audio_end_ms=10_000_000)
        error = until(connection, "error", allow_errors=True)[-1].error
        assert error.code is None and re.fullmatch(r"Audio content of \d+ms is already shorter than 10000000ms", error.message)


def test_what_frameworks_send_meets_no_error(engine, spoken):
    """Item ids of their own, `root`, metadata by which they find their reply, the model once more, two session updates."""
    engine.chat.will_say("Found.")
    mine, front = uuid.uuid4().hex, uuid.uuid4().hex
    with client(engine).realtime.connect(model="gpt-realtime") as connection:
        session = {
            # A framework's default, which is not what the address asked for.
            "type": "realtime", "model": "gpt-realtime-2.1", "output_modalities": ["text"],
            "audio": {
                "input": {
                    "turn_detection": {"type": "semantic_vad", "eagerness": "medium", "create_response": True, "interrupt_response": True},
                    "transcription": {"model": "gpt-4o-mini-transcribe"}, "noise_reduction": {"type": "near_field"},
                },
                "output": {"voice": "ash", "speed": 1.0},
            },
            "tools": [], "tool_choice": "auto", "max_output_tokens": "inf", "tracing": None, "truncation": "auto",
        }
        connection.session.update(session=session)
        connection.session.update(session=session)
        connection.conversation.item.create(
            item={"id": mine, "type": "message", "role": "user", "content": [{"type": "input_text", "text": "second"}]}
        )
        connection.conversation.item.create(
            previous_item_id="root",
            item={"id": front, "type": "message", "role": "system", "content": [{"type": "input_text", "text": "first"}]},
        )
        connection.response.create(response={"metadata": {"client_event_id": "response_create_1"}})
        events = until(connection, "response.done")
        created = next(event for event in events if event.type == "response.created")
        assert created.response.metadata == {"client_event_id": "response_create_1"}
        assert events[-1].response.metadata == {"client_event_id": "response_create_1"}
        assert [event.item.id for event in events if event.type == "conversation.item.added"][:2] == [mine, front]
        assert [message["content"] for message in engine.chat.requests[-1]["messages"]][-2:] == ["first", "second"]
        connection.conversation.item.delete(item_id=front)
        until(connection, "conversation.item.deleted")
        connection.conversation.item.retrieve(item_id=mine)
        assert until(connection, "conversation.item.retrieved")[-1].item.content[0].text == "second"


def test_responses_outside_of_the_conversation(engine):
    engine.chat.will_say("positive")
    with client(engine).realtime.connect(model="gpt-realtime") as connection:
        connection.response.create(
            response={
                "conversation": "none", "output_modalities": ["text"], "metadata": {"topic": "mood"},
                "input": [{"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Classify: great!"}]}],
            }
        )
        events = until(connection, "response.done")
    assert not any(event.type.startswith("conversation.") for event in events)
    assert events[-1].response.conversation_id is None
    assert events[-1].response.metadata == {"topic": "mood"}


def test_an_ephemeral_key_opens_sessions_with_what_is_bound_to_it_and_nothing_else(engine):
    secret = client(engine).realtime.client_secrets.create(
        expires_after={"anchor": "created_at", "seconds": 60},
        session={"type": "realtime", "model": "gpt-realtime", "instructions": "Be kind.", "output_modalities": ["text"]},
    )
    assert re.fullmatch(r"ek_[0-9a-f]{32}", secret.value)
    assert secret.session.instructions == "Be kind."
    for _ in range(2):
        with client(engine, secret.value).realtime.connect(model="gpt-realtime") as connection:
            session = next(iter(connection)).session
            assert (session.instructions, session.output_modalities) == ("Be kind.", ["text"])
    with pytest.raises(openai.AuthenticationError):
        client(engine, secret.value).realtime.client_secrets.create()
    with pytest.raises(openai.BadRequestError) as refused:
        client(engine).realtime.client_secrets.create(expires_after={"anchor": "created_at", "seconds": 5})
    assert refused.value.param == "expires_after.seconds"


@pytest.mark.parametrize("key", ["sk-wrong", "ek_00000000000000000000000000000000"])
def test_a_wrong_key_is_refused_before_the_socket_opens(engine, key):
    from websockets.exceptions import InvalidStatus

    with pytest.raises(InvalidStatus) as refused:
        with client(engine, key).realtime.connect(model="gpt-realtime"):
            pass
    assert refused.value.response.status_code == 401


def test_the_beta_is_refused_as_the_api_does(engine):
    from websockets.sync.client import connect

    url = engine.base.replace("http", "ws", 1) + "/v1/realtime?model=gpt-4o-realtime-preview"
    with connect(url, additional_headers={"Authorization": f"Bearer {KEY}", "OpenAI-Beta": "realtime=v1"}) as socket:
        assert json.loads(socket.recv())["error"]["code"] == "beta_api_shape_disabled"
        with pytest.raises(Exception) as closed:
            socket.recv()
        assert closed.value.rcvd.code == 4000


def test_a_browser_authenticates_by_subprotocol(engine):
    from websockets.sync.client import connect

    url = engine.base.replace("http", "ws", 1) + "/v1/realtime?model=gpt-realtime"
    with connect(url, subprotocols=["realtime", f"openai-insecure-api-key.{KEY}", "openai-agents-sdk.0.2"]) as socket:
        assert socket.subprotocol == "realtime"
        assert json.loads(socket.recv())["type"] == "session.created"


def test_a_transcription_session(engine, spoken):
    from websockets.sync.client import connect

    url = engine.base.replace("http", "ws", 1) + "/v1/realtime?intent=transcription"
    with connect(url, additional_headers={"Authorization": f"Bearer {KEY}"}) as socket:
        assert json.loads(socket.recv())["session"]["type"] == "transcription"
        audio = spoken("Only the words are wanted.") + SILENCE
        for start in range(0, len(audio), 9_600):
            piece = base64.b64encode(audio[start:start + 9_600]).decode()
            socket.send(json.dumps({"type": "input_audio_buffer.append", "audio": piece}))
        while True:
            event = json.loads(socket.recv(timeout=30))
            assert not event["type"].startswith("response.")
            if event["type"] == "conversation.item.input_audio_transcription.completed":
                assert event["usage"]["type"] == "duration"
                assert len(set(words(event["transcript"])) & {"only", "the", "words", "are", "wanted"}) >= 4
                break


def test_the_engine_is_healthy_after_all_that(engine):
    assert json.load(urllib.request.urlopen(engine.base + "/ready"))["calls_active"] <= 1
    with pytest.raises(urllib.error.HTTPError) as missing:
        urllib.request.urlopen(urllib.request.Request(engine.base + "/v1/realtime/calls/rtc_none/hangup", method="POST",
                                                      headers={"Authorization": f"Bearer {KEY}"}))
    assert missing.value.code == 404
    assert json.load(missing.value)["error"]["code"] == "call_id_not_found"
