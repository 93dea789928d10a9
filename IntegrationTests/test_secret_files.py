"""A secret may stand in a file of its own or in the settings file. One that others can read is no secret: the program does not start, and
says what to do."""

import json
import os
import pathlib
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


def start(command: str, tmp_path, environment: dict, inside: pathlib.Path | None = None) -> subprocess.CompletedProcess:
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("VIVA_", "OPENAI_"))}
    place = ["--data-dir", str(tmp_path / "data")] if command == "serve" else []
    run = subprocess.run(
        # It ends at once, or when the time is over: then it has started.
        ["timeout", "-s", "TERM", "10", str(VIVA), command, "--port", "0", "--models-dir", os.path.abspath(models_dir()), *place],
        capture_output=True, text=True, env=clean | environment, timeout=60, cwd=inside,
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


def settings_file(place: pathlib.Path, settings: dict, mode: int) -> pathlib.Path:
    """The words of each name nested, written as JSON, which is YAML too."""
    tree: dict = {}
    for name, value in settings.items():
        *words, last = name.lower().split("_")
        branch = tree
        for word in words:
            branch = branch.setdefault(word, {})
        branch[last] = value
    place.write_text(json.dumps(tree))
    place.chmod(mode)
    return place


def refused(run: subprocess.CompletedProcess, *words: str):
    assert run.returncode not in (0, 124), run.stdout
    lines = [line for line in run.stderr.splitlines() if line.strip()]
    assert len(lines) == 1 and all(word in lines[0] for word in ("chmod 600", *words)), run.stderr


@pytest.mark.parametrize("command", ["serve", "engine"])
@pytest.mark.parametrize("name", [*(name for _, name, _ in SETTINGS), "VIVA_TURN_SECRET"])
def test_a_settings_file_with_a_secret_that_others_can_read_keeps_the_program_from_starting(tmp_path, command, name):
    for mode in (0o640, 0o604, 0o644):
        file = settings_file(tmp_path / "settings.yaml", {name: SECRET}, mode)
        refused(start(command, tmp_path, {"VIVA_CONFIG": str(file)}), str(file), name)
    # Another secret in the environment does not take away the one that lies open.
    refused(start(command, tmp_path, {"VIVA_CONFIG": str(file), name: "another"}), str(file), name)


def test_the_settings_file_of_the_working_directory_is_looked_at_too_and_none_is_read_where_the_name_is_that_of_nothing(tmp_path):
    settings_file(tmp_path / "viva.yaml", {"VIVA_UPSTREAM_API_KEY": SECRET}, 0o644)
    refused(start("serve", tmp_path, REMOTE, inside=tmp_path), "viva.yaml")
    run = start("serve", tmp_path, REMOTE | {"VIVA_CONFIG": "/dev/null"}, inside=tmp_path)
    assert "ready http" in run.stdout, run.stderr


def test_a_settings_file_of_its_owner_may_hold_secrets_and_one_without_secrets_may_be_read_by_all(tmp_path):
    secret = settings_file(tmp_path / "secret.yaml", REMOTE | {"VIVA_UPSTREAM_API_KEY": SECRET}, 0o600)
    plain = settings_file(tmp_path / "plain.yaml", REMOTE | {"VIVA_LOG_LEVEL": "debug"}, 0o644)
    for file in (secret, plain):
        run = start("serve", tmp_path, {"VIVA_CONFIG": str(file)})
        assert "ready http" in run.stdout, run.stderr


def test_the_engine_is_told_its_settings_of_the_file_and_neither_the_file_nor_a_secret_of_the_gateway(tmp_path, serve):
    engine_key = "zq-key-of-the-language-model"
    file = settings_file(
        tmp_path / "settings.yaml",
        JWT | MODEL | {"VIVA_JWT_SECRET": SECRET, "VIVA_LLM_API_KEY": engine_key}
        | {"VIVA_ENGINE_MAX_CALLS": 3, "VIVA_MEDIA_PORT_FIRST": 40_000},
        0o600,
    )
    server = serve(environment={"VIVA_CONFIG": str(file), "OPENAI_API_KEY": SECRET})
    told = pathlib.Path(f"/proc/{server.engine_pid()}/environ").read_bytes().decode()
    assert SECRET not in told and str(file) not in told
    variables = dict(line.split("=", 1) for line in told.split("\0") if line)
    expected = MODEL | {"VIVA_LLM_API_KEY": engine_key, "VIVA_CONFIG": "/dev/null"}
    expected |= {"VIVA_ENGINE_MAX_CALLS": "3", "VIVA_MEDIA_PORT_FIRST": "40000"}
    assert {name: variables.get(name) for name in expected} == expected


def test_a_settings_file_that_cannot_be_read_is_not_shown(tmp_path):
    file = tmp_path / "viva.yaml"
    file.write_text(f'upstream:\n  api:\n    key: "{SECRET}\n  url: http://127.0.0.1:9/v1\n')
    file.chmod(0o600)
    run = start("serve", tmp_path, {"VIVA_CONFIG": str(file)})
    assert run.returncode not in (0, 124) and str(file) in run.stderr
