"""A synthetic candidate holds whole interviews with the real binaries, over real WebRTC and with real speech."""

import requests

from server import PLANS, simulate

ANSWERS = """\
I have worked with small teams for six years. We wrote the plan together, and we met every morning for ten minutes.

The hardest part was the old code. I read it for a week, I wrote tests around it, and then I changed it step by step.
"""


def write_answers(folder) -> str:
    path = folder / "answers.txt"
    path.write_text(ANSWERS)
    return str(path)


def test_an_interview_completes_with_every_question_word_for_word_and_in_order(serve, tmp_path):
    plan = str(PLANS / "short.yaml")
    server = serve("--plan", plan)
    report = simulate(server.practice, "--plan", plan, "--answers", write_answers(tmp_path))
    assert report["exit"] == 0 and report["status"] == "completed"
    assert report["questions_verbatim"] is True
    assert report["word_error_rate"] <= 0.12
    assert len([turn for turn in report["turns"] if "response_ms" in turn]) == 2
    # Every stored line had been announced as final before.
    assert report["final_lines"] == len(report["segments"])
    starts = [segment["start_ms"] for segment in report["segments"]]
    assert starts == sorted(starts)


def test_a_candidate_who_talks_over_the_interviewer_silences_it_and_hears_the_question_again(serve, tmp_path):
    plan = str(PLANS / "short.yaml")
    server = serve("--plan", plan)
    report = simulate(
        server.practice, "--plan", plan, "--answers", write_answers(tmp_path), "--barge-in", "2", "--barge-in-after", "1200"
    )
    assert report["exit"] == 0
    assert report["questions_verbatim"] is True
    interrupted = [s for s in report["segments"] if s["speaker"] == "interviewer" and s["interrupted"]]
    assert len(interrupted) == 1
    # Only what was heard is kept: the interrupted line is the beginning of the one that was to be said.
    asked = [s["text"] for s in report["segments"] if s["speaker"] == "interviewer" and not s["interrupted"]]
    assert any(len(text) > len(interrupted[0]["text"]) for text in asked)
    silenced = [turn["silenced_ms"] for turn in report["turns"] if "silenced_ms" in turn]
    assert silenced


def test_the_transcript_is_the_tenants_and_can_be_had_in_four_formats(serve, tmp_path):
    plan = str(PLANS / "short.yaml")
    server = serve("--plan", plan)
    report = simulate(server.practice, "--answers", write_answers(tmp_path))
    url = f"{server.base}/v1/interviews/{report['interview_id']}/transcript"
    assert requests.get(url, timeout=5).status_code == 401
    workspace = {"Authorization": f"Bearer {server.token}"}
    stored = requests.get(url, headers=workspace, timeout=5).json()["segments"]
    assert [segment["text"] for segment in stored] == [segment["text"] for segment in report["segments"]]
    assert all(segment["item_id"] for segment in stored)
    assert requests.get(url + "?format=vtt", headers=workspace, timeout=5).text.startswith("WEBVTT")
    assert "-->" in requests.get(url + "?format=srt", headers=workspace, timeout=5).text
    assert report["segments"][0]["text"] in requests.get(url + "?format=txt", headers=workspace, timeout=5).text.replace("\n", " ")
