"""Starts and stops the real binaries."""

import json
import os
import pathlib
import queue
import re
import signal
import subprocess
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
# VIVA_BINARY names another build, such as .build/debug/viva.
VIVA = pathlib.Path(os.environ.get("VIVA_BINARY", ROOT / ".build" / "release" / "viva")).resolve()
PLANS = pathlib.Path(__file__).resolve().parent / "plans"


def models_dir() -> str:
    return os.environ.get("VIVA_MODELS_DIR", str(ROOT / "models"))


class Server:
    """`viva serve` on a free port with its own data directory."""

    def __init__(self, data: pathlib.Path, *arguments: str, environment: dict | None = None, inside: list[str] | None = None):
        self.data = data
        self.arguments = arguments
        self.environment = environment or {}
        self.inside = inside or []  # a command that runs another one elsewhere, such as in a network namespace
        self.process: subprocess.Popen | None = None
        self.log: list[str] = []
        # What comes on standard output behind the lines that say it is ready.
        self.output: list[str] = []
        self.base = self.practice = self.workspace = ""

    def start(self, timeout: float = 60) -> "Server":
        environment = {k: v for k, v in os.environ.items() if not k.startswith("VIVA_")} | self.environment
        self.process = subprocess.Popen(
            [*self.inside, str(VIVA), "serve", "--port", "0", "--data-dir", str(self.data), "--models-dir", models_dir(), *self.arguments],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment,
        )
        lines: queue.Queue = queue.Queue()
        threading.Thread(target=self._pump, args=(self.process.stdout, lines.put), daemon=True).start()
        threading.Thread(target=self._pump, args=(self.process.stderr, self.log.append), daemon=True).start()
        deadline = time.monotonic() + timeout
        while not (self.base and self.practice and self.workspace):
            try:
                line = lines.get(timeout=max(0.01, deadline - time.monotonic()))
            except queue.Empty:
                raise AssertionError("the server did not get ready:\n" + "\n".join(self.log[-20:])) from None
            if line is None:
                raise AssertionError("the server ended early:\n" + "\n".join(self.log[-20:]))
            if match := re.match(r"ready (http://\S+)", line):
                self.base = match.group(1)
            elif match := re.match(r"practice\s+(http://\S+)", line):
                self.practice = match.group(1)
            elif match := re.match(r"workspace\s+(http://\S+)", line):
                self.workspace = match.group(1)
        threading.Thread(target=self._rest, args=(lines,), daemon=True).start()
        return self

    def _rest(self, lines: queue.Queue):
        while (line := lines.get()) is not None:
            self.output.append(line)

    @staticmethod
    def _pump(stream, put):
        for line in stream:
            put(line.rstrip("\n"))
        put(None) if put.__self__.__class__ is queue.Queue else None

    @property
    def token(self) -> str:
        return self.workspace.split("token=")[1]

    @property
    def ticket(self) -> str:
        return self.practice.rsplit("/", 1)[1]

    def engine_pid(self) -> int | None:
        out = subprocess.run(["pgrep", "-P", str(self.process.pid), "-f", "viva engine"], capture_output=True, text=True).stdout.split()
        return int(out[0]) if out else None

    def kill(self):
        """As a power cut would: no shutdown code runs."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)

    def stop(self, timeout: float = 45) -> int:
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(timeout)
            except subprocess.TimeoutExpired:
                self.process.kill()
                raise AssertionError("the server did not stop on SIGTERM:\n" + "\n".join(self.log[-20:])) from None
        return self.process.returncode if self.process else 0


def simulate(link: str, *arguments: str, timeout: float = 300) -> dict:
    """Runs `viva simulate --json`; returns its report with the exit code under `exit`."""
    run = subprocess.run(
        [str(VIVA), "simulate", "--link", link, "--json", "--models-dir", models_dir(), *arguments],
        capture_output=True, text=True, timeout=timeout,
    )
    assert run.stdout.strip(), run.stderr[-2000:]
    report = json.loads(run.stdout)
    report["exit"] = run.returncode
    return report


def speak(text: str, output: pathlib.Path) -> float:
    """Speaks a text into a WAV file with the local voice; returns its seconds."""
    run = subprocess.run(
        [str(VIVA), "speak", text, "--output", str(output), "--models-dir", models_dir()], capture_output=True, text=True, timeout=60
    )
    assert run.returncode == 0, run.stderr
    return float(run.stdout.split()[0])
