"""Pages that were written for the signalling server before Viva talk with us unchanged, from an origin of their own."""

import functools
import http.server
import pathlib
import threading

import pytest
import requests

from browser import chromium, silence, write
from server import PLANS

PAGES = pathlib.Path(__file__).resolve().parent / "pages"


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture
def origin():
    """Serves the pages on a port of their own."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(QuietHandler, directory=PAGES))
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def microphone(tmp_path):
    file = tmp_path / "microphone.wav"
    write(file, silence(60))
    return file


def begin(server) -> dict:
    answer = requests.post(
        f"{server.base}/functions/v1/interview-start", json={"plan_id": "short"}, headers={"Authorization": f"Bearer {server.token}"}, timeout=10
    )
    assert answer.status_code == 200, answer.text
    return answer.json()


def hear_the_greeting(page):
    page.wait_for_function("window.state.connection === 'connected'", timeout=30_000)
    page.wait_for_function("async () => await window.heard() > 0.001", timeout=30_000)


def first_line(server, interview: str) -> str:
    """The first line of the stored transcript, once there is one."""
    token = {"Authorization": f"Bearer {server.token}"}
    for _ in range(60):
        found = requests.get(f"{server.base}/v1/interviews/{interview}/transcript", headers=token, timeout=5).json()["segments"]
        if found:
            return found[0]["text"]
        threading.Event().wait(0.5)
    raise AssertionError("no line was stored")


@pytest.mark.parametrize("has_token", [False, True], ids=["by its session id", "with a token of the tenant"])
def test_the_hook_hears_the_greeting(serve, origin, microphone, has_token):
    server = serve("--plan", str(PLANS / "short.yaml"), environment={"VIVA_ALLOWED_ORIGINS": origin})
    started = begin(server)
    with chromium(microphone) as page:
        page.goto(f"{origin}/older-client.html")
        page.evaluate(
            "([session, url, token]) => window.runHook(session, url, token)",
            [started["webrtc_session_id"], started["webrtc_server_url"], server.token if has_token else None],
        )
        hear_the_greeting(page)
        state = page.evaluate("({messages: state.messages, errors: state.errors, keys: state.keys})")
        assert state["messages"][0] == "session" and "sdp_answer" in state["messages"]
        assert state["errors"] == [] and state["keys"] == 1
        # The interview is the server's: what the page tells the session changes nothing.
        assert first_line(server, started["interview_id"]).startswith("Hello")
        page.wait_for_function("window.state.events.includes('error')", timeout=10_000)
        page.evaluate("state.socket.send(JSON.stringify({type: 'end_session'}))")
        page.wait_for_function("window.state.closed === 1000", timeout=10_000)
        assert page.evaluate("state.messages.at(-1)") == "session_ended"


def test_the_hook_of_a_stranger_hears_nothing(serve, origin, microphone):
    server = serve("--plan", str(PLANS / "short.yaml"), environment={"VIVA_ALLOWED_ORIGINS": origin})
    started = begin(server)
    with chromium(microphone) as page:
        page.goto(f"{origin}/older-client.html")
        page.evaluate("([session, url]) => window.runHook(session, url, null)", ["test-session-1", started["webrtc_server_url"]])
        page.wait_for_function("window.state.messages.includes('error')", timeout=20_000)
        assert "sdp_answer" not in page.evaluate("state.messages")
        assert any("link" in message for message in page.evaluate("state.errors"))


def test_the_plain_requests_of_the_test_plan_reach_the_greeting(serve, origin, microphone):
    server = serve("--plan", str(PLANS / "short.yaml"), environment={"VIVA_ALLOWED_ORIGINS": origin})
    admission = requests.post(f"{server.base}/v1/join", json={"ticket": server.ticket}, timeout=10).json()
    with chromium(microphone) as page:
        page.goto(f"{origin}/older-client.html")
        page.evaluate("([base, token]) => window.runSteps(base, token)", [server.base, admission["candidate_token"]])
        hear_the_greeting(page)
        assert first_line(server, admission["interview"]["id"]).startswith("Hello")


def test_a_page_of_another_origin_gets_nothing(serve, origin, microphone):
    server = serve("--plan", str(PLANS / "short.yaml"))
    started = begin(server)
    with chromium(microphone) as page:
        page.goto(f"{origin}/older-client.html")
        page.evaluate("([session, url]) => window.runHook(session, url, null)", [started["webrtc_session_id"], started["webrtc_server_url"]])
        page.wait_for_function("window.state.closed !== undefined", timeout=20_000)
        assert page.evaluate("state.messages") == []
