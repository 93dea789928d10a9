"""Secrets and personal data are looked for wherever they must not be: logs at trace level, answers, figures, the database, process lists.

The values are distinctive, a whole interview is held with them, errors included, and then everything that came out is searched.
"""

import http.server
import json
import pathlib
import re
import subprocess
import threading
import time

import pytest
import requests

from canaries import Canaries, Recorder
from server import PLANS, VIVA, simulate

ANSWERS = """\
My pelican lives in a yellow submarine. It eats marmalade with a wooden spoon every morning.

We painted the lighthouse purple. My grandmother carried the umbrella up the stairs.
"""
SPOKEN = {"pelican", "submarine", "marmalade", "lighthouse", "grandmother", "umbrella"}
OFFER = (
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4 0.0.0.0\r\na=rtpmap:111 opus/48000/2\r\n"
)
NAME, MAIL = "Zqfirst Zqlastname", "zqmail.person@canary.example"


def secrets() -> Canaries:
    """Of the operator, before the server starts. None of them may ever come out anywhere."""
    return Canaries(
        provider_key="sk-zqprovider-0123456789abcdef",
        second_provider_key="sk-zqsecond-fedcba9876543210",
        general_key="sk-zqgeneral-00112233445566778899",
        model_key="sk-zqmodel-99887766554433221100",
        jwt_secret="zqjwt-secret-with-more-than-32-bytes-0123456789",
        turn_secret="zqturn-shared-secret-5566778899",
    )


def environment(values: Canaries, **more: str) -> dict:
    v = values.values
    return {
        "VIVA_LOG_LEVEL": "trace", "OPENAI_API_KEY": v["general_key"], "VIVA_JWT_SECRET": v["jwt_secret"],
        "VIVA_JWT_ISSUER": "https://issuer.example", "VIVA_JWT_AUDIENCE": "viva", "VIVA_TURN_SECRET": v["turn_secret"],
        "VIVA_ICE_SERVERS": "turn:127.0.0.1:9",
    } | more


class HostileUpstream:
    """Refuses every call, and repeats the key it was sent in body, header and reason."""

    def __init__(self):
        self.keys: list[str] = []
        self.answers = [401, 500, 302, 429]
        upstream = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                key = self.headers.get("Authorization", "")
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                upstream.keys.append(key)
                status = upstream.answers[len(upstream.keys) % len(upstream.answers)]
                body = json.dumps({"error": {"code": key, "message": key, "type": key}}).encode()
                self.send_response(status, key.replace(" ", "-"))
                for name, value in {"Location": f"/{key}", "X-Request-Id": key, "Content-Length": str(len(body))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/v1"


class Client:
    """Sends requests in somebody's name, and checks that the answers hold nothing that is not for them."""

    def __init__(self, base: str, values: Canaries, party: str, token: str | None = None, allowed: set[str] = frozenset()):
        self.base, self.values, self.party, self.allowed = base, values, party, set(allowed)
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}

    def send(self, method: str, path: str, *, also: set[str] = frozenset(), headers: dict | None = None, **options) -> requests.Response:
        answer = requests.request(
            method, self.base + path, headers=self.headers | (headers or {}), timeout=20, allow_redirects=False, **options
        )
        text = answer.content + str(answer.headers).encode()
        self.values.expect_none(f"the answer to {self.party}'s {method} {path}", text, allowed=self.allowed | set(also))
        return answer

    def errors(self):
        """Everything wrong that can be sent, with secrets of others in it."""
        v = self.values.values
        for token in (v["provider_key"], "vc_" + "A" * 43, "vw_" + "B" * 43, "viva_sk_" + "C" * 43, "a.b.c", v["jwt_secret"]):
            assert self.send("GET", "/v1/plans", headers={"Authorization": f"Bearer {token}"}).status_code == 401
            self.send("POST", "/v1/calls", headers={"Authorization": f"Bearer {token}", "Content-Type": "application/sdp"}, data=OFFER)
            self.send("GET", f"/v1/plans?access_token={token}")
            self.send("POST", "/v1/join", json={"ticket": token})
            self.send("GET", f"/i/{token}")
            self.send("GET", f"/nothing/{token}")
        self.send("POST", "/v1/interviews", json={"plan_id": "nothing", "candidate_name": v["name"], "origin": v["mail"]})
        self.send("POST", "/v1/interviews", data="{" + v["name"], headers={"Content-Type": "application/json"})
        for offer in ("", v["name"], OFFER.replace("opus", "PCMU"), OFFER + v["mail"] * 2_000):
            self.send("POST", "/v1/calls", data=offer, headers={"Content-Type": "application/sdp"})


def processes(server) -> str:
    lines = []
    for pid in (server.process.pid, server.engine_pid()):
        if pid:
            lines.append(pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode())
    return "\n".join(lines)


def engine_key(server) -> str | None:
    pid = server.engine_pid()
    entries = pathlib.Path(f"/proc/{pid}/environ").read_bytes().split(b"\0") if pid else []
    return next((entry.split(b"=", 1)[1].decode() for entry in entries if entry.startswith(b"VIVA_ENGINE_API_KEY=")), None)


def make_key(data: pathlib.Path, tenant: str) -> str:
    run = subprocess.run(
        [str(VIVA), "keys", "create", "--name", "canary", "--role", "admin", "--tenant", tenant, "--data-dir", str(data)],
        capture_output=True, text=True, timeout=30,
    )
    assert run.returncode == 0, run.stderr
    return run.stdout.strip()


def expect_clean(server, values: Canaries, data: pathlib.Path, personal: set[str]):
    """After the server has stopped: its log and its files."""
    log = "\n".join(server.log)
    assert " trace " in log or " debug " in log, "the log is not at trace level"
    values.expect_none("the log", log)
    assert not re.search(r"\b(vc_|vw_|viva_sk_)[A-Za-z0-9_-]{20}", log), "the log holds a token"
    values.expect_none("standard output behind the three lines for the operator", "\n".join(server.output))
    # Names and words are kept there, secrets only as hashes.
    values.expect_none_in_files(data, allowed=personal)


def test_an_interview_leaves_no_secret_and_no_word_anywhere_but_where_it_belongs(serve, tmp_path):
    values = secrets()
    data = tmp_path / "data"
    hostile = HostileUpstream()
    server = serve(
        "--plan", str(PLANS / "short.yaml"), data=data,
        environment=environment(
            values,
            VIVA_UPSTREAM_2_URL=hostile.url, VIVA_UPSTREAM_2_API_KEY=values.values["second_provider_key"],
            VIVA_LLM_URL="http://127.0.0.1:9/v1", VIVA_LLM_MODEL="none", VIVA_LLM_API_KEY=values.values["model_key"],
        ),
    )
    # With a second upstream the server is ready before its engine.
    deadline = time.monotonic() + 60
    while not any("voice engine ready" in line for line in server.log):
        assert time.monotonic() < deadline, server.log[-5:]
        time.sleep(0.1)
    values["engine_key"] = engine_key(server)
    values["workspace_token"], values["practice_ticket"] = server.token, server.ticket
    values["api_key"] = make_key(data, "local")
    values["foreign_key"] = make_key(data, "other")
    values["name"], values["mail"] = NAME, MAIL

    workspace = Client(server.base, values, "the workspace", server.token, {"name", "mail"})
    made = workspace.send("POST", "/v1/interviews", json={"plan_id": "short", "candidate_name": NAME})
    link = made.json()["join_url"]
    values["ticket"] = link.rsplit("/", 1)[1]
    other = workspace.send("POST", "/v1/interviews", json={"plan_id": "short", "candidate_name": MAIL}).json()["join_url"]
    values["other_ticket"] = other.rsplit("/", 1)[1]

    # The candidate: all that goes over its connections is kept.
    recorder = Recorder(int(server.base.rsplit(":", 1)[1]))
    answers = tmp_path / "answers.txt"
    answers.write_text(ANSWERS)
    report = simulate(f"{recorder.address}/i/{values.values['ticket']}", "--answers", str(answers))
    recorder.close()
    assert report["status"] == "completed"
    joined = re.search(rb'"candidate_token":"(vc_[^"]+)"', recorder.answers)
    values["candidate_token"] = joined.group(1).decode()
    lines = [segment["text"] for segment in report["segments"]]
    heard = " ".join(lines).lower()
    spoken = {word for word in SPOKEN if word in heard}
    assert len(spoken) >= 3, f"too little was understood to look for: {heard}"
    assert any(word.encode() in bytes(recorder.answers).lower() for word in spoken), "the recorder has not seen the events"
    own = {"candidate_token", "ticket"}
    words = {f"line_{number}" for number, text in enumerate(lines) if len(text) >= 12} | {f"word_{word}" for word in spoken}
    for number, text in enumerate(lines):
        if len(text) >= 12:
            values[f"line_{number}"] = text
    for word in spoken:
        values.values[f"word_{word}"] = word
    values.expect_none("what the candidate got", bytes(recorder.answers), allowed=own | words | {"name"})
    assert values.found(bytes(recorder.answers), {"candidate_token"}), "the search finds nothing at all"

    # Everybody else, in right and in wrong ways.
    token = requests.post(f"{server.base}/v1/join", json={"ticket": values.values["other_ticket"]}, timeout=5).json()["candidate_token"]
    values["other_candidate_token"] = token
    parties = [
        Client(server.base, values, "nobody"),
        Client(server.base, values, "another candidate", token, {"mail"}),
        Client(server.base, values, "another tenant", values.values["foreign_key"]),
        Client(server.base, values, "a holder of a key", values.values["api_key"], {"name", "mail"}),
        workspace,
    ]
    transcript = f"/v1/interviews/{report['interview_id']}/transcript"
    for party in parties:
        reads = party.party in ("a holder of a key", "the workspace")
        for path in ("/health", "/ready", "/metrics", "/openapi.json", "/", "/app", "/v1/plans", "/v1/interviews", transcript[:-11]):
            # Plans hold the questions, which are lines of the interviewer; every tenant has those of the server.
            party.send("GET", path, also={name for name in words if name.startswith("line_")} if path == "/v1/plans" else set())
        for form in ("json", "txt", "vtt", "srt"):
            answer = party.send("GET", f"{transcript}?format={form}", also=words if reads else set())
            assert (answer.status_code == 200) == reads, party.party
        party.errors()

    # A call that no server takes: the engine is gone, the other one refuses.
    if pid := server.engine_pid():
        subprocess.run(["kill", "-STOP", str(pid)], check=True)
    try:
        for _ in range(2):
            answer = parties[1].send("POST", "/v1/calls", data=OFFER, headers={"Content-Type": "application/sdp"})
            assert answer.status_code >= 400
    finally:
        if pid:
            subprocess.run(["kill", "-CONT", str(pid)], check=False)
    assert hostile.keys and set(hostile.keys) == {f"Bearer {values.values['second_provider_key']}"}

    values.expect_none("the process list", processes(server))
    assert server.stop() == 0
    expect_clean(server, values, data, words | {"name", "mail"})


def test_an_upstream_that_repeats_its_key_in_every_way_is_heard_by_nobody(serve, tmp_path):
    values = secrets()
    hostile = HostileUpstream()
    data = tmp_path / "data"
    key = values.values["provider_key"]
    secret_file = tmp_path / "key"
    secret_file.write_text(key + "\n")
    secret_file.chmod(0o600)
    server = serve(data=data, environment=environment(values, VIVA_UPSTREAM_URL=hostile.url, VIVA_UPSTREAM_API_KEY_FILE=str(secret_file)))
    values["name"], values["mail"] = NAME, MAIL
    token = requests.post(f"{server.base}/v1/join", json={"ticket": server.ticket}, timeout=5).json()["candidate_token"]
    candidate = Client(server.base, values, "the candidate", token)
    codes = set()
    for _ in range(len(hostile.answers)):
        answer = candidate.send("POST", "/v1/calls", data=OFFER, headers={"Content-Type": "application/sdp"})
        codes.add(answer.json()["error"]["code"])
    assert len(codes) >= 2 and set(hostile.keys) == {f"Bearer {key}"}
    candidate.errors()
    values["candidate_token"], values["practice_ticket"], values["workspace_token"] = token, server.ticket, server.token
    candidate.values.expect_none("the process list", processes(server))
    assert server.stop() == 0
    expect_clean(server, values, data, set())


@pytest.mark.parametrize("form", ["plain", "upper", "percent", "hex", "base64"])
def test_the_search_finds_a_canary_in_every_form(form, tmp_path):
    values = secrets()
    key = values.values["provider_key"]
    import base64
    import urllib.parse

    text = {
        "plain": key, "upper": key.upper(), "percent": urllib.parse.quote("Bearer " + key), "hex": key.encode().hex(),
        "base64": base64.b64encode(f"Authorization: Bearer {key}, and more".encode()).decode(),
    }[form]
    with pytest.raises(AssertionError, match="provider_key"):
        values.expect_none("a log line", f"2026-11-21 info request={text} ended")
    (tmp_path / "viva.sqlite").write_bytes(b"\0SQLite" + text.encode() + b"\1")
    with pytest.raises(AssertionError, match="provider_key"):
        values.expect_none_in_files(tmp_path)
    values.expect_none("a clean line", "2026-11-21 info request ended")
