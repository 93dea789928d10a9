"""A candidate's browser: Debian's Chromium, whose microphone plays a WAV file."""

import contextlib
import pathlib
import shutil
import wave

from playwright.sync_api import Page, sync_playwright

RATE = 24_000


def silence(seconds: float) -> bytes:
    return b"\0\0" * int(seconds * RATE)


def samples(file: pathlib.Path) -> bytes:
    with wave.open(str(file)) as reader:
        assert reader.getframerate() == RATE and reader.getnchannels() == 1
        return reader.readframes(reader.getnframes())


def write(file: pathlib.Path, content: bytes):
    with wave.open(str(file), "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(RATE)
        writer.writeframes(content)


@contextlib.contextmanager
def chromium(microphone: pathlib.Path | None, *, permission: bool = True, devices: bool = True):
    """A page whose microphone plays `microphone` once, from the moment it is switched on."""
    arguments = ["--no-sandbox", "--autoplay-policy=user-gesture-required"]
    if devices:
        arguments.append("--use-fake-device-for-media-stream")
        if microphone:
            arguments.append(f"--use-file-for-fake-audio-capture={microphone}%noloop")
    with sync_playwright() as playwright:
        executable = shutil.which("chromium") or shutil.which("chromium-browser")
        browser = playwright.chromium.launch(executable_path=executable, headless=True, args=arguments)
        context = browser.new_context(permissions=["microphone"] if permission else [])
        page = context.new_page()
        page.problems = []
        page.on("console", lambda message: page.problems.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: page.problems.append(str(error)))
        yield page
        browser.close()


def start_interview(page: Page, link: str):
    """From the welcome to the interview, as a candidate clicks."""
    page.goto(link)
    page.get_by_role("button", name="Check my microphone").click()
    allow = page.get_by_role("button", name="Turn on my microphone")
    allow.click()
    page.get_by_role("button", name="Start the interview").click()


def final_lines(page: Page) -> list[tuple[str, str]]:
    """Speaker and text of every line that the room shows as final."""
    return [
        tuple(pair)
        for pair in page.eval_on_selector_all(
            "ol.lines:not(.interim) > li",
            "rows => rows.map(row => [row.classList.contains('interviewer') ? 'interviewer' : 'candidate', row.querySelector('p').textContent])",
        )
    ]
