"""Schemathesis sends what the served description allows and what it forbids, in three parties' names, and compares every answer with it.

No answer may be a fault of the server, and none may have a status, a form or a body that is not described. `VIVA_SCHEMATHESIS_SECONDS`
sets the time of each party (default 25); by hand, for longer, with a fresh seed: `VIVA_SCHEMATHESIS_SEED=random`.
"""

import json
import os
import random
import subprocess
import sys

import pytest
import requests

SECONDS = int(os.environ.get("VIVA_SCHEMATHESIS_SECONDS", "25"))
SEED = os.environ.get("VIVA_SCHEMATHESIS_SEED", "1")
CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,response_headers_conformance,"
    "negative_data_rejection,ignored_auth"
)

# Offers are no form that the tool knows; so they are sent as the text that was made for them.
HOOKS = """\
import schemathesis

@schemathesis.serializer("application/sdp")
def sdp(context, value):
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")
"""


def token_of(server, party: str) -> str | None:
    if party == "workspace":
        return server.token
    if party == "candidate":
        return requests.post(f"{server.base}/v1/join", json={"ticket": server.ticket}, timeout=5).json()["candidate_token"]
    return None


@pytest.mark.parametrize("party", ["nobody", "workspace", "candidate"])
def test_every_answer_is_one_that_the_description_names(serve, tmp_path, party):
    # An upstream that nobody listens at: no engine is needed, and no made-up offer is good enough to be shown to one.
    # Without the limits on requests: what they refuse would tell nothing of the rest.
    limits = ["KEY_PER_MINUTE", "TENANT_PER_MINUTE", "TENANT_INTERVIEWS_PER_HOUR", "TICKET_PER_MINUTE"]
    server = serve(environment={
        "VIVA_UPSTREAM_URL": "http://127.0.0.1:9/v1", "VIVA_LOG_LEVEL": "warning", **{f"VIVA_LIMIT_{name}": "0" for name in limits},
    })
    (tmp_path / "hooks.py").write_text(HOOKS)
    # What is too large is refused as such; signalling sessions have a quota of keys; a socket's address refuses whatever is no upgrade.
    refusals = "[400, 401, 403, 404, 409, 410, 413, 415, 426, 429]"
    (tmp_path / "schemathesis.toml").write_text(f"[checks]\nnegative_data_rejection.expected-statuses = {refusals}\n")
    seed = str(random.randrange(1 << 32)) if SEED == "random" else SEED
    token = token_of(server, party)
    authorization = ["-H", f"Authorization: Bearer {token}"] if token else []
    # Without a token an operation that asks for one says 401, whatever else is wrong about the request: that is a refusal too.
    run = subprocess.run(
        [
            sys.executable, "-m", "schemathesis.cli", "run", f"{server.base}/openapi.json", *authorization, "--checks", CHECKS,
            "--phases", "examples,coverage,fuzzing", "--max-time", str(SECONDS), "--seed", seed, "--continue-on-failure",
            "--request-timeout", "10", "--no-color", "--warnings", "off", "--report", "json", "--report-json-path", "report.json",
        ],
        cwd=tmp_path, capture_output=True, text=True, timeout=SECONDS + 120,
        env=os.environ | {"SCHEMATHESIS_HOOKS": "hooks", "PYTHONPATH": str(tmp_path)},
    )
    assert run.returncode == 0, f"seed {seed}\n{run.stdout[-6000:]}\n{run.stderr[-2000:]}"
    assert requests.get(f"{server.base}/health", timeout=5).status_code == 200
    assert not [line for line in server.log if " error " in line or " critical " in line], server.log[-5:]
    # It did what it was there for.
    operations = json.loads((tmp_path / "report.json").read_text())["operations"]
    document = requests.get(f"{server.base}/openapi.json", timeout=5).json()
    # All but the description itself, which is read.
    assert operations["tested"] == sum(len(methods) for methods in document["paths"].values()) - 1 and not operations["errored"]
