"""What the tests of all frameworks share: an engine whose replies follow rules, and speech at the pace of a microphone."""

import asyncio
import contextlib
import json
import logging
import pathlib
import re
import sys
import tempfile
import time
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from engine import KEY, Engine, pcm  # noqa: E402

RATE = 24_000
INSTALL = "is not installed; install with scripts/bootstrap --frameworks"
LONG = " ".join(f"This is sentence number {number} of a very long reply." for number in range(1, 30))

_spoken: dict[str, bytes] = {}


def spoken(text: str) -> bytes:
    """The text as 24 kHz PCM, spoken once by the local voice."""
    if text not in _spoken:
        with tempfile.TemporaryDirectory() as folder:
            _spoken[text] = pcm(text, pathlib.Path(folder))
    return _spoken[text]


async def until(condition, what: str, timeout: float = 30):
    """Waits until the condition holds; returns what it returned."""
    deadline = time.monotonic() + timeout
    while not (result := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"did not happen within {timeout:.0f} s: {what}")
        await asyncio.sleep(0.02)
    return result


def says(text: str) -> list[dict]:
    return [{"content": piece} for piece in re.findall(r"\S+\s*", text)]


def calls(identifier: str, name: str, arguments: dict, words: str = "") -> list[dict]:
    text = json.dumps(arguments)
    return says(words) + [
        {"tool_calls": [{"index": 0, "id": identifier, "type": "function", "function": {"name": name, "arguments": ""}}]},
        {"tool_calls": [{"index": 0, "function": {"arguments": text[:5]}}]},
        {"tool_calls": [{"index": 0, "function": {"arguments": text[5:]}}]},
    ]


def said(message: dict) -> str:
    content = message.get("content") or ""
    return content if isinstance(content, str) else " ".join(part.get("text", "") for part in content)


def answer(request: dict) -> list[dict]:
    """What a helpful model might say. It depends on the request alone, so that a reply thrown away changes nothing."""
    messages = request["messages"]
    late = re.search(r"now answered: \"?(.*?)\"?\)$", said(messages[-1]))
    if messages[-1]["role"] == "tool" or late:
        forecast = late.group(1) if late else said(messages[-1]).strip('"')
        return says(f"The forecast is {forecast}.")
    asked = next((said(message) for message in reversed(messages) if message["role"] == "user"), "").lower()
    # Turns that nothing was heard between come as one message: its last words count.
    subject = max((asked.rfind(word), word) for word in ("guardrail", "look", "weather", "bridges", "story", "ada", "running"))
    if subject[1] == "weather" and "oslo" in asked:
        both = calls(f"call_{len(messages)}", "weather", {"city": "Rome"}) + calls(f"call_{len(messages)}b", "weather", {"city": "Oslo"})
        for delta in both[3:]:
            delta["tool_calls"][0]["index"] = 1
        return both
    match subject:
        case (-1, _):
            return says("That sounds like solid work.")
        case (_, "guardrail"):
            return says("Let us talk about something else.")
        case (_, "weather"):
            return calls(f"call_{len(messages)}", "weather", {"city": "Rome"})
        case (_, "look"):
            return calls(f"call_{len(messages)}", "weather", {"city": "Rome"}, "Let me look out of the window for you.")
        case (_, "bridges") if "tools" in request:
            return calls(f"call_{len(messages)}", "transfer_to_engineer", {})
        case (_, "running"):
            return says("One moment.")
        case (_, "story"):
            return says(LONG)
        case (_, "ada"):
            return says("Nice to meet you, Ada.")
    return says("That sounds like solid work.")


class RuleEngine(Engine):
    def __init__(self, **environment: str):
        super().__init__(**environment)
        self.chat.decide = answer

    @property
    def websocket(self) -> str:
        return self.base.replace("http", "ws", 1)

    def asked(self) -> list[tuple[str, str]]:
        """The conversation as the language model was told it last."""
        return [(message["role"], said(message)) for message in self.chat.requests[-1]["messages"]]


class Microphone:
    """Gives pieces of 20 ms in real time: what is to be said, else silence."""

    PIECE = RATE // 50 * 2

    def __init__(self):
        self.waiting = bytearray()
        self.due = 0.0

    def say(self, text: str):
        self.waiting += spoken(text)

    async def piece(self) -> bytes:
        self.due = max(self.due, time.monotonic() - 0.2) + 0.02
        await asyncio.sleep(max(0, self.due - time.monotonic()))
        piece = bytes(self.waiting[:self.PIECE])
        del self.waiting[:self.PIECE]
        return piece.ljust(self.PIECE, b"\0")


class Wire:
    """A line to the engine that can be cut."""

    def __init__(self, engine: RuleEngine):
        self.target = urllib.parse.urlsplit(engine.base)
        self.lines: list[asyncio.StreamWriter] = []
        self.tasks: set[asyncio.Task] = set()

    async def __aenter__(self) -> "Wire":
        self.server = await asyncio.start_server(self.connect, "127.0.0.1", 0)
        self.base = f"http://127.0.0.1:{self.server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *error):
        self.server.close()
        self.cut()
        await asyncio.gather(*self.tasks, return_exceptions=True)

    async def connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter):
        there, back = await asyncio.open_connection(self.target.hostname, self.target.port)
        self.lines += [writer, back]
        for source, sink in ((reader, back), (there, writer)):
            task = asyncio.create_task(self.forward(source, sink))
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)

    async def forward(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter):
        with contextlib.suppress(OSError):
            while piece := await source.read(65_536):
                sink.write(piece)
                await sink.drain()
            sink.close()

    def cut(self):
        for line in self.lines:
            line.transport.abort()
        self.lines = []


class Complaints(logging.Handler):
    """Collects what a framework logs from level warning on. What is `expected` it says of every server."""

    def __init__(self, *expected: str):
        super().__init__(logging.WARNING)
        self.expected = expected
        self.seen: list[str] = []

    def emit(self, record: logging.LogRecord):
        self.add(f"{record.name}: {record.getMessage()}" + (f" {record.exc_info[1]!r}" if record.exc_info else ""))

    def add(self, text: str):
        if not any(expected in text for expected in self.expected):
            self.seen.append(text)

    def __enter__(self) -> "Complaints":
        logging.getLogger().addHandler(self)
        return self

    def __exit__(self, *error):
        logging.getLogger().removeHandler(self)
