"""The candidate's way through the room, in a real browser with a microphone that speaks."""

import pytest
import requests

from browser import chromium, final_lines, samples, silence, start_interview, write
from server import PLANS, simulate, speak

GREETING_ALLOWANCE = 3.0  # set-up of the call and the microphone check
PAUSE = 2.5  # between the end of a question and the answer, for slow machines


@pytest.fixture
def microphone(tmp_path):
    """A recording with an answer after each of the two questions. The voice always speaks a text the same way, so the times are known."""
    greeting = speak(
        "Hello, my name is Viva. I have two questions for you. I am an A I interviewer, and what we say is written down and read by a person.",
        tmp_path / "greeting.wav",
    )
    questions = [
        speak("How did you work together in your last team?", tmp_path / "q1.wav"),
        speak("Thank you. What was the hardest part, and how did you deal with it?", tmp_path / "q2.wav"),
    ]
    answers = ["We met every morning and wrote the plan together on a large white board.", "I read the old code for a week and then I wrote many small tests."]
    content = silence(GREETING_ALLOWANCE + greeting + questions[0] + 8)
    for index, answer in enumerate(answers):
        file = tmp_path / f"a{index}.wav"
        speak(answer, file)
        content += samples(file) + silence(questions[1] + PAUSE)
    content += silence(60)
    file = tmp_path / "microphone.wav"
    write(file, content)
    return file


def test_a_candidate_talks_from_greeting_to_goodbye(serve, microphone):
    server = serve("--plan", str(PLANS / "short.yaml"))
    with chromium(microphone) as page:
        start_interview(page, server.practice)
        page.wait_for_selector("ol.lines:not(.interim) > li.interviewer", timeout=30_000)
        assert page.evaluate("document.querySelectorAll('audio').length") == 1
        page.get_by_role("button", name="Download as text").wait_for(timeout=120_000)
        token = {"Authorization": f"Bearer {server.token}"}
        interview = requests.get(f"{server.base}/v1/interviews", headers=token, timeout=5).json()["interviews"][0]
        assert interview["status"] == "completed"
        stored = requests.get(f"{server.base}/v1/interviews/{interview['id']}/transcript", headers=token, timeout=5).json()["segments"]
        said = " ".join(segment["text"] for segment in stored if segment["speaker"] == "interviewer")
        assert "How did you work together in your last team?" in said
        assert "What was the hardest part, and how did you deal with it?" in said
        heard = " ".join(segment["text"].lower() for segment in stored if segment["speaker"] == "candidate")
        assert "morning" in heard and "tests" in heard
        assert page.problems == []


def test_a_denied_microphone_is_explained_with_its_remedy(serve):
    server = serve("--plan", str(PLANS / "short.yaml"))
    with chromium(None, permission=False) as page:
        page.goto(server.practice)
        page.get_by_role("button", name="Check my microphone").click()
        page.get_by_role("button", name="Turn on my microphone").click()
        page.get_by_role("button", name="Try again").wait_for(timeout=10_000)
        assert "microphone" in page.inner_text("main").lower()


def test_a_machine_without_a_microphone_is_told_so(serve):
    server = serve("--plan", str(PLANS / "short.yaml"))
    with chromium(None, devices=False) as page:
        page.goto(server.practice)
        page.get_by_role("button", name="Check my microphone").click()
        page.get_by_role("button", name="Turn on my microphone").click()
        page.get_by_role("button", name="Try again").wait_for(timeout=10_000)


def test_every_line_shown_as_final_survives_a_killed_server(serve, microphone, tmp_path):
    plan = ("--plan", str(PLANS / "short.yaml"))
    server = serve(*plan)
    with chromium(microphone) as page:
        start_interview(page, server.practice)
        page.locator("ol.lines:not(.interim) > li").nth(2).wait_for(timeout=90_000)
        server.kill()
        shown = final_lines(page)
    again = serve(*plan, data=server.data)
    token = {"Authorization": f"Bearer {again.token}"}
    interview = requests.get(f"{again.base}/v1/interviews", headers=token, timeout=5).json()["interviews"][0]["id"]
    stored = requests.get(f"{again.base}/v1/interviews/{interview}/transcript", headers=token, timeout=5).json()["segments"]
    assert [(segment["speaker"], segment["text"]) for segment in stored][: len(shown)] == shown
    # And the next interview works on the same database.
    assert simulate(again.practice)["status"] == "completed"
