"""Bad input and failures: each gets one clear error that says what to do."""

import os
import shutil
import signal
import socket
import subprocess
import time

import pytest
import requests

from server import PLANS, VIVA, Server, models_dir

NO_OPUS = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\nc=IN IP4 0.0.0.0\r\na=rtpmap:0 PCMU/8000\r\n"


def join(server: Server, ticket: str) -> requests.Response:
    return requests.post(f"{server.base}/v1/join", json={"ticket": ticket}, timeout=5)


def run(*arguments: str, timeout: float = 60) -> subprocess.CompletedProcess:
    return subprocess.run([str(VIVA), *arguments], capture_output=True, text=True, timeout=timeout)


def one_line(text: str) -> str:
    lines = [line for line in text.strip().splitlines() if line.strip()]
    assert len(lines) == 1, text
    return lines[0]


def test_a_ticket_opens_one_interview_once(serve):
    server = serve()
    workspace = {"Authorization": f"Bearer {server.token}"}
    plan = requests.get(f"{server.base}/v1/plans", headers=workspace, timeout=5).json()["plans"][0]["id"]
    made = requests.post(f"{server.base}/v1/interviews", headers=workspace, json={"plan_id": plan}, timeout=5)
    assert made.status_code == 201
    link = made.json()["join_url"]
    ticket = link.rsplit("/", 1)[1]
    assert requests.get(link, timeout=5).status_code == 200
    assert requests.get(link, timeout=5).status_code == 200, "looking at the page must not use the ticket"
    assert join(server, ticket).status_code == 200
    again = join(server, ticket)
    assert (again.status_code, again.json()["error"]["code"]) == (410, "ticket_used")
    page = requests.get(link, timeout=5)
    assert page.status_code == 410 and "<html" in page.text.lower()
    unknown = join(server, "A" * 43)
    assert (unknown.status_code, unknown.json()["error"]["code"]) == (404, "ticket_unknown")
    assert requests.get(f"{server.base}/i/{'A' * 43}", timeout=5).status_code == 404


@pytest.mark.parametrize("offer, code", [("hello", "invalid_sdp"), ("", "invalid_sdp"), (NO_OPUS, "no_opus"), ("v=0\r\n" + "a" * 40_000, None)], ids=["words", "nothing", "no-opus", "too-long"])
def test_an_offer_that_cannot_be_answered_is_refused_with_its_reason(serve, offer, code):
    server = serve()
    token = join(server, server.ticket).json()["candidate_token"]
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/sdp"}
    answer = requests.post(f"{server.base}/v1/calls", data=offer, headers=headers, timeout=10)
    assert 400 <= answer.status_code < 500
    if code:
        assert answer.json()["error"]["code"] == code
    assert answer.json()["error"]["request_id"]


def test_calls_beyond_the_engines_limit_are_told_to_come_back(serve):
    server = serve(environment={"VIVA_ENGINE_MAX_CALLS": "0"})
    token = join(server, server.ticket).json()["candidate_token"]
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/sdp"}
    offer = NO_OPUS.replace("SAVPF 0", "SAVPF 111").replace("rtpmap:0 PCMU/8000", "rtpmap:111 opus/48000/2")
    answer = requests.post(f"{server.base}/v1/calls", data=offer, headers=headers, timeout=10)
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "engine_full")
    assert int(answer.headers["Retry-After"]) > 0


def test_an_engine_that_was_killed_is_started_again(serve):
    server = serve()
    pid = server.engine_pid()
    os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if (now := server.engine_pid()) and now != pid and requests.get(f"{server.base}/ready", timeout=5).status_code == 200:
            break
        time.sleep(0.1)
    else:
        raise AssertionError("the engine did not come back")
    assert requests.get(f"{server.base}/health", timeout=5).status_code == 200


def test_the_engine_ends_with_the_server_even_when_that_is_killed(serve):
    server = serve()
    pid = server.engine_pid()
    server.kill()
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline and os.path.exists(f"/proc/{pid}"):
        time.sleep(0.1)
    assert not os.path.exists(f"/proc/{pid}")


def test_missing_models_are_named_with_the_command_that_brings_them(tmp_path):
    result = run("serve", "--port", "0", "--data-dir", str(tmp_path / "data"), "--models-dir", str(tmp_path / "none"))
    assert result.returncode != 0
    assert "viva models fetch" in one_line(result.stderr)


def test_a_damaged_model_is_found_and_named(tmp_path):
    models = tmp_path / "models"
    shutil.copytree(models_dir(), models, symlinks=False)
    file = models / "hibari" / "hibari.onnx"
    content = bytearray(file.read_bytes())
    content[: 1 << 16] = b"\0" * (1 << 16)
    file.write_bytes(content)
    verify = run("models", "verify", "--models-dir", str(models))
    assert verify.returncode != 0 and "hibari/hibari.onnx" in verify.stdout
    result = run("engine", "--port", "0", "--models-dir", str(models))
    assert result.returncode != 0
    assert "hibari.onnx" in one_line(result.stderr)


def test_a_port_in_use_is_one_clear_line(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        result = run("serve", "--port", port, "--data-dir", str(tmp_path / "data"), "--models-dir", models_dir())
    assert result.returncode != 0
    assert port in one_line(result.stderr.splitlines()[-1])


def test_a_data_directory_that_cannot_be_written_is_one_clear_line(tmp_path):
    (tmp_path / "file").write_text("")
    result = run("serve", "--port", "0", "--data-dir", str(tmp_path / "file" / "data"), "--models-dir", models_dir())
    assert result.returncode != 0
    assert "data" in one_line(result.stderr)


def test_a_malformed_plan_names_the_line(tmp_path):
    plan = tmp_path / "plan.yaml"
    plan.write_text((PLANS / "short.yaml").read_text().replace("title:", "titel:"))
    check = run("plan", "check", str(plan))
    assert check.returncode != 0 and "line" in check.stderr and "titel" in check.stderr
    result = run("serve", "--port", "0", "--plan", str(plan), "--data-dir", str(tmp_path / "data"), "--models-dir", models_dir())
    assert result.returncode != 0 and "titel" in result.stderr


def test_sigterm_ends_the_server_cleanly(serve):
    server = serve()
    assert server.stop() == 0


def test_every_command_has_help_with_an_example():
    for command in (["serve"], ["engine"], ["simulate"], ["models", "fetch"], ["plan", "check"], ["speak"], ["doctor"]):
        result = run(*command, "--help")
        assert result.returncode == 0 and "Example" in result.stdout, command


TURN = {"VIVA_ICE_SERVERS": "turn:turn.example:3478"}


@pytest.mark.parametrize("settings, named", [
    ({"VIVA_LIMIT_KEY_PER_MINUTE": "many"}, "VIVA_LIMIT_KEY_PER_MINUTE"),
    ({"VIVA_LIMIT_CALLS": "-1"}, "VIVA_LIMIT_CALLS"),
    ({"VIVA_LIMIT_TENANT_MINUTES_PER_DAY": "1.5"}, "VIVA_LIMIT_TENANT_MINUTES_PER_DAY"),
    ({"VIVA_LIMIT_ADDRESS_CONNECTIONS": "99999999"}, "VIVA_LIMIT_ADDRESS_CONNECTIONS"),
    ({"VIVA_LIMIT_CONNECTIONS": "0"}, "VIVA_LIMIT_CONNECTIONS"),
    ({"VIVA_LIMIT_SESSIONS": "all"}, "VIVA_LIMIT_SESSIONS"),
    ({"VIVA_TRUSTED_PROXIES": "10.0.0.1/8"}, "VIVA_TRUSTED_PROXIES"),
    ({"VIVA_ICE_SERVERS": "https://turn.example"}, "VIVA_ICE_SERVERS"),
    ({"VIVA_ICE_SERVERS": ",".join(f"stun:{n}.example" for n in range(9))}, "VIVA_ICE_SERVERS"),
    (TURN, "VIVA_TURN_SECRET"),
    (TURN | {"VIVA_TURN_SECRET": "short"}, "VIVA_TURN_SECRET"),
    (TURN | {"VIVA_TURN_SECRET": "x" * 32, "VIVA_TURN_TTL": "59"}, "VIVA_TURN_TTL"),
    ({"VIVA_TURN_SECRET": "x" * 32}, "VIVA_TURN_SECRET"),
], ids=lambda value: value if isinstance(value, str) else "")
def test_a_setting_that_cannot_be_meant_is_named_in_one_line(tmp_path, settings, named):
    kept = {key: value for key, value in os.environ.items() if not key.startswith("VIVA_")}
    started = subprocess.run(
        [str(VIVA), "serve", "--port", "0", "--data-dir", str(tmp_path), "--models-dir", models_dir()],
        capture_output=True, text=True, timeout=30, env=kept | settings,
    )
    assert started.returncode != 0
    line = one_line(started.stderr)
    assert named in line
    assert "x" * 32 not in line and '"short"' not in line, "a secret is never shown"


def test_a_limit_that_is_set_is_kept(serve):
    server = serve(environment={"VIVA_LIMIT_TICKET_PER_MINUTE": "1"})
    assert join(server, server.ticket).status_code == 200
    refused = join(server, server.ticket)
    assert (refused.status_code, refused.json()["error"]["code"]) == (429, "rate_limited")
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    assert 'viva_limit_refusals_total{limit="ticket"} 1' in requests.get(f"{server.base}/metrics", timeout=5).text
