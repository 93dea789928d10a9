"""Runs `viva engine` alone, with a scripted chat completions endpoint behind it."""

import contextlib
import http.server
import json
import os
import pathlib
import queue
import re
import subprocess
import threading
import time
import wave

from server import VIVA, models_dir, speak

KEY = "sk-engine-test-key"


class ChatEndpoint:
    """Streams chat completions as a language model would; the test says which. Remembers what it was asked."""

    def __init__(self):
        self.requests: list[dict] = []
        self.replies: list[list[dict]] = []
        # Answers a request for which no reply is waiting: a reply that is prepared and thrown away then costs nothing.
        self.decide = lambda request: [{"content": "I see. "}, {"content": "Please go on."}]
        endpoint = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                request = json.loads(body)
                endpoint.requests.append(request)
                deltas = endpoint.replies.pop(0) if endpoint.replies else endpoint.decide(request)
                self.send_response(200)
                self.send_header("Content-Type", "text/event-stream")
                self.send_header("Connection", "close")
                self.end_headers()
                finish = "tool_calls" if any("tool_calls" in delta for delta in deltas) else "stop"
                with contextlib.suppress(OSError):
                    for delta in deltas:
                        self.event({"choices": [{"index": 0, "delta": delta, "finish_reason": None}]})
                    self.event({"choices": [{"index": 0, "delta": {}, "finish_reason": finish}]})
                    self.event({"choices": [], "usage": {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}})
                    self.wfile.write(b"data: [DONE]\n\n")
                self.close_connection = True

            def event(self, body):
                self.wfile.write(b"data: " + json.dumps(body).encode() + b"\n\n")
                self.wfile.flush()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/v1"

    def will_say(self, *pieces: str):
        self.replies.append([{"content": piece} for piece in pieces])

    def will_call(self, name: str, arguments: str):
        half = len(arguments) // 2
        self.replies.append([
            {"tool_calls": [{"index": 0, "id": "call_test", "type": "function", "function": {"name": name, "arguments": ""}}]},
            {"tool_calls": [{"index": 0, "function": {"arguments": arguments[:half]}}]},
            {"tool_calls": [{"index": 0, "function": {"arguments": arguments[half:]}}]},
        ])

    def close(self):
        self.server.shutdown()


class Engine:
    """`viva engine` on a free port with an API key, its replies written by a ChatEndpoint."""

    def __init__(self, **environment: str):
        self.chat = ChatEndpoint()
        kept = {key: value for key, value in os.environ.items() if not key.startswith("VIVA_")}
        settings = {"VIVA_ENGINE_API_KEY": KEY, "VIVA_LLM_URL": self.chat.url, "VIVA_LLM_MODEL": "scripted"}
        self.process = subprocess.Popen(
            [str(VIVA), "engine", "--port", "0", "--models-dir", models_dir(), "--end-with-standard-input"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=kept | settings | environment,
        )
        self.log: list[str] = []
        lines: queue.Queue = queue.Queue()
        threading.Thread(target=lambda: [lines.put(line) for line in self.process.stdout], daemon=True).start()
        threading.Thread(target=lambda: [self.log.append(line) for line in self.process.stderr], daemon=True).start()
        deadline = time.monotonic() + 60
        self.base = ""
        while not self.base:
            try:
                match = re.match(r"ready (http://\S+)", lines.get(timeout=max(0.01, deadline - time.monotonic())))
            except queue.Empty:
                raise AssertionError("the engine did not get ready:\n" + "".join(self.log[-20:])) from None
            self.base = match.group(1) if match else ""

    def stop(self):
        self.process.terminate()
        self.process.wait(45)
        self.chat.close()
        assert self.process.returncode == 0, "".join(self.log[-20:])


def pcm(text: str, folder: pathlib.Path) -> bytes:
    """The text, spoken by the local voice: 24 kHz mono signed 16 bit."""
    path = folder / "spoken.wav"
    speak(text, path)
    with wave.open(str(path)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (24_000, 1, 2)
        return file.readframes(file.getnframes())


SILENCE = bytes(2 * 24_000 * 2)  # two seconds
