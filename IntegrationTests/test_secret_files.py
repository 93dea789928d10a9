"""A secret may be given as a file. One that others can read is no secret: the program does not start, and says what to do."""

import os
import subprocess

import pytest

from server import VIVA, models_dir

SECRET = "zq-secret-in-a-file-with-more-than-32-bytes"
JWT = {"VIVA_JWT_ISSUER": "https://issuer.example", "VIVA_JWT_AUDIENCE": "viva"}
REMOTE = {"VIVA_UPSTREAM_URL": "http://127.0.0.1:9/v1"}
MODEL = {"VIVA_LLM_URL": "http://127.0.0.1:9/v1", "VIVA_LLM_MODEL": "none"}
# Every setting that is a secret, with the command that reads it and what must be set beside it.
SETTINGS = [
    ("serve", "VIVA_UPSTREAM_API_KEY", REMOTE),
    ("serve", "VIVA_UPSTREAM_2_API_KEY", REMOTE | {"VIVA_UPSTREAM_2_URL": "http://127.0.0.1:9/v1"}),
    ("serve", "OPENAI_API_KEY", {"VIVA_UPSTREAM_URL": "https://api.openai.com/v1"}),
    ("serve", "VIVA_JWT_SECRET", REMOTE | JWT),
    ("engine", "VIVA_ENGINE_API_KEY", {}),
    ("engine", "VIVA_LLM_API_KEY", MODEL),
]


def start(command: str, tmp_path, environment: dict) -> subprocess.CompletedProcess:
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("VIVA_", "OPENAI_"))}
    place = ["--data-dir", str(tmp_path / "data")] if command == "serve" else []
    run = subprocess.run(
        # It ends at once, or when the time is over: then it has started.
        ["timeout", "-s", "TERM", "10", str(VIVA), command, "--port", "0", "--models-dir", models_dir(), *place],
        capture_output=True, text=True, env=clean | environment, timeout=60,
    )
    assert SECRET not in run.stdout + run.stderr
    return run


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o644])
@pytest.mark.parametrize("command, name, beside", SETTINGS, ids=[name for _, name, _ in SETTINGS])
def test_a_secret_that_others_can_read_keeps_the_program_from_starting(tmp_path, command, name, beside, mode):
    file = tmp_path / "secret"
    file.write_text(SECRET)
    file.chmod(mode)
    run = start(command, tmp_path, beside | {f"{name}_FILE": str(file)})
    assert run.returncode not in (0, 124), run.stdout
    lines = [line for line in run.stderr.splitlines() if line.strip()]
    assert len(lines) == 1 and str(file) in lines[0] and "chmod 600" in lines[0], run.stderr


def test_a_secret_of_its_owner_is_read_also_through_a_link(tmp_path):
    file, link = tmp_path / "secret", tmp_path / "link"
    file.write_text(SECRET + "\n")
    file.chmod(0o600)
    link.symlink_to(file)
    for path in (file, link):
        run = start("serve", tmp_path, REMOTE | {"VIVA_UPSTREAM_API_KEY_FILE": str(path)})
        assert "ready http" in run.stdout, run.stderr
    file.chmod(0o644)
    run = start("serve", tmp_path, REMOTE | {"VIVA_UPSTREAM_API_KEY_FILE": str(link)})
    assert "chmod 600" in run.stderr and "ready" not in run.stdout


def test_a_secret_file_that_is_not_there_or_empty_is_named(tmp_path):
    run = start("serve", tmp_path, REMOTE | {"VIVA_UPSTREAM_API_KEY_FILE": str(tmp_path / "none")})
    assert run.returncode not in (0, 124) and "VIVA_UPSTREAM_API_KEY_FILE" in run.stderr
    empty = tmp_path / "empty"
    empty.touch(0o600)
    empty.chmod(0o600)
    run = start("serve", tmp_path, REMOTE | {"VIVA_UPSTREAM_API_KEY_FILE": str(empty)})
    assert run.returncode not in (0, 124) and str(empty) in run.stderr
