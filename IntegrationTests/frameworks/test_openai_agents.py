"""openai-agents, unmodified: a RealtimeRunner whose model config has the engine's address."""

import asyncio
import contextlib

import pytest
from kit import INSTALL, KEY, LONG, Complaints, Microphone, spoken, until

agents = pytest.importorskip("agents", reason=f"openai-agents {INSTALL}")

from agents import GuardrailFunctionOutput, OutputGuardrail, function_tool  # noqa: E402
from agents.realtime import (  # noqa: E402
    RealtimeAgent, RealtimeModelSendRawMessage, RealtimePlaybackTracker, RealtimeRunner, realtime_handoff,
)


@function_tool
def weather(city: str) -> str:
    """The weather of a city."""
    return f"sunny in {city}"


def guide(**more) -> RealtimeAgent:
    return RealtimeAgent(**({"name": "Guide", "instructions": "Be brief.", "tools": [weather]} | more))


class Client:
    """A session, with everything that it tells."""

    def __init__(self, engine, agent=None, settings=None, run_config=None, tracker=None, call=None):
        model_config = {"url": engine.websocket + "/v1/realtime?model=gpt-realtime", "api_key": KEY}
        if call:
            model_config |= {"url": engine.websocket + f"/v1/realtime?call_id={call}", "call_id": call}
        if settings:
            model_config["initial_model_settings"] = settings
        if tracker:
            model_config["playback_tracker"] = tracker
        self.model_config = model_config
        self.runner = RealtimeRunner(agent or guide(), config=run_config)
        self.microphone = Microphone()
        self.complaints = Complaints()
        self.events: list = []
        self.raw: list[dict] = []
        self.tasks: list[asyncio.Task] = []

    async def __aenter__(self) -> "Client":
        agents.set_tracing_disabled(True)
        self.stack = contextlib.AsyncExitStack()
        self.stack.enter_context(self.complaints)
        self.session = await self.stack.enter_async_context(await self.runner.run(model_config=self.model_config))
        self.tasks.append(asyncio.create_task(self.read()))
        return self

    async def __aexit__(self, *error):
        for task in self.tasks[1:]:
            task.cancel()
        await self.stack.aclose()
        await asyncio.wait_for(self.tasks[0], 5)
        if error[0] is None:
            assert not self.raw_of("error")
            assert not self.of("error"), self.of("error")
            assert not self.complaints.seen
            # What the framework met while it read: it goes on, but something was lost.
            assert not [event for event in self.of("raw_model_event") if event.data.type in ("exception", "error")]

    async def read(self):
        async for event in self.session:
            self.events.append(event)
            if event.type == "raw_model_event" and event.data.type == "raw_server_event":
                self.raw.append(event.data.data)

    def listen(self):
        async def stream():
            while True:
                await self.session.send_audio(await self.microphone.piece())

        self.tasks.append(asyncio.create_task(stream()))

    def of(self, kind: str) -> list:
        return [event for event in self.events if event.type == kind]

    def raw_of(self, kind: str) -> list[dict]:
        return [event for event in self.raw if event["type"] == kind]

    @property
    def sound(self) -> bytes:
        return b"".join(event.audio.data for event in self.of("audio"))

    def history(self) -> list[tuple[str, str]]:
        """The framework's own view of the conversation."""
        items = self.of("history_updated")[-1].history if self.of("history_updated") else []
        items = items + [event.item for event in self.of("history_added") if event.item.item_id not in {item.item_id for item in items}]
        return [
            (item.role, " ".join(getattr(part, "transcript", None) or getattr(part, "text", None) or "" for part in item.content))
            if item.type == "message" else ("tool", item.output)
            for item in items
        ]

    async def answers(self, count: int):
        """Waits until so many responses are over and were played."""
        await until(lambda: len(self.raw_of("response.done")) >= count, f"response {count}")
        await asyncio.sleep(0.1 + len(self.sound) / 48_000 if self.tasks[1:] else 0.1)


def test_a_text_turn_is_answered_aloud(engine):
    async def run():
        async with Client(engine) as client:
            await client.session.send_message("My name is Ada.")
            await client.answers(1)
            assert len(client.sound) > 24_000 and any(client.sound)
            assert client.of("audio_end")
            assert client.history() == [("user", "My name is Ada."), ("assistant", "Nice to meet you, Ada.")]
            parts = [{"type": "input_text", "text": "And so on."}]
            await client.session.send_message({"type": "message", "role": "user", "content": parts})
            await client.answers(2)

    asyncio.run(run())


@pytest.mark.parametrize("turns", ["default", "server_vad"])
def test_speech_is_understood_a_tool_runs_and_a_long_reply_is_interrupted(engine, turns):
    async def run():
        server_vad = {"turn_detection": {"type": "server_vad", "silence_duration_ms": 500, "interrupt_response": True}}
        settings = server_vad if turns == "server_vad" else None
        async with Client(engine, settings=settings) as client:
            client.listen()
            client.microphone.say("What is the weather in Rome?")
            await client.answers(2)
            assert [event.output for event in client.of("tool_end")] == ["sunny in Rome"]
            client.microphone.say("Please tell me a long story.")
            before = len(client.sound)
            await until(lambda: len(client.sound) > before, "the story")
            await asyncio.sleep(2)
            client.microphone.say("My name is Ada.")
            await client.answers(4)
            assert client.of("audio_interrupted")
            assert client.raw_of("conversation.item.truncated")
            assert [done["response"]["status"] for done in client.raw_of("response.done")] == [
                "completed", "completed", "cancelled", "completed",
            ]
            await until(lambda: ("assistant", "Nice to meet you, Ada.") in client.history(), "the history")
            history = client.history()
            assert history[:4] == [
                ("user", "What is the weather in Rome?"), ("tool", "sunny in Rome"), ("assistant", "The forecast is sunny in Rome."),
                ("user", "Please tell me a long story."),
            ]
            assert LONG.startswith(history[4][1]) and 0 < len(history[4][1]) < len(LONG) / 2
            assert history[5] == ("user", "My name is Ada.")

    asyncio.run(run())


def test_an_interruption_by_the_program_stops_what_is_played_and_the_talk_goes_on(engine):
    async def run():
        tracker = RealtimePlaybackTracker()
        settings = {"turn_detection": {"type": "semantic_vad", "interrupt_response": False}}
        async with Client(engine, settings=settings, tracker=tracker) as client:
            await client.session.send_message("Tell me a story.")
            sound = await until(lambda: client.of("audio"), "sound")
            for event in sound:
                tracker.on_play_bytes(event.item_id, event.content_index, event.audio.data)
            await client.session.interrupt()
            await client.answers(1)
            assert client.raw_of("response.done")[0]["response"]["status"] == "cancelled"
            assert client.raw_of("conversation.item.truncated")
            # Nothing is left to interrupt: no error.
            await client.session.interrupt()
            await client.session.send_message("My name is Ada.")
            await client.answers(2)
            assert client.history()[-1] == ("assistant", "Nice to meet you, Ada.")

    asyncio.run(run())


def test_turns_by_hand(engine):
    async def run():
        async with Client(engine, settings={"turn_detection": None}) as client:
            sound = spoken("My name is Ada.")
            await client.session.send_audio(sound[:48_000])
            await client.session.send_audio(sound[48_000:], commit=True)
            await client.session.model.send_event(RealtimeModelSendRawMessage(message={"type": "response.create"}))
            await client.answers(1)
            assert client.history()[:2] == [("user", "My name is Ada."), ("assistant", "Nice to meet you, Ada.")]

    asyncio.run(run())


def test_two_tools_run_at_once_and_no_result_is_lost(engine):
    async def run():
        async with Client(engine) as client:
            await client.session.send_message("What is the weather in Rome and in Oslo?")
            # The framework asks for an answer to each result when the first one is sent alone.
            await until(lambda: len(client.of("tool_end")) == 2, "both tools")
            await until(lambda: all(f"sunny in {city}" in str(engine.asked()) for city in ("Rome", "Oslo")), "both results")
            await until(lambda: len(client.raw_of("response.done")) == len(client.raw_of("response.created")), "the end")
            assert all(done["response"]["status"] == "completed" for done in client.raw_of("response.done"))

    asyncio.run(run())


def test_an_agent_hands_over_to_another(engine):
    async def run():
        engineer = RealtimeAgent(name="Engineer", instructions="Talk about bridges.")
        async with Client(engine, agent=guide(handoffs=[realtime_handoff(engineer)])) as client:
            await client.session.send_message("I want to talk about bridges.")
            await until(lambda: client.of("handoff"), "the handoff")
            await client.answers(2)
            assert engine.chat.requests[-1]["messages"][0]["content"] == "Talk about bridges."
            assert "tools" not in engine.chat.requests[-1]
            await client.session.update_agent(guide(instructions="Be verbose."))
            await client.session.send_message("My name is Ada.")
            await client.answers(3)
            assert engine.chat.requests[-1]["messages"][0]["content"] == "Be verbose."

    asyncio.run(run())


def test_a_guardrail_cancels_a_reply_and_has_another_made(engine):
    async def run():
        async def no_numbers(context, agent, output):
            return GuardrailFunctionOutput(output_info=None, tripwire_triggered="number" in output)

        guardrail = OutputGuardrail(guardrail_function=no_numbers)
        run_config = {"output_guardrails": [guardrail], "guardrails_settings": {"debounce_text_length": 20}}
        async with Client(engine, run_config=run_config) as client:
            await client.session.send_message("Tell me a story.")
            await until(lambda: client.of("guardrail_tripped"), "the guardrail")
            await client.answers(2)
            assert [done["response"]["status"] for done in client.raw_of("response.done")] == ["cancelled", "completed"]
            assert client.history()[-1] == ("assistant", "Let us talk about something else.")

    asyncio.run(run())


def test_text_replies_and_every_setting(engine):
    async def run():
        settings = {
            "model_name": "gpt-realtime-2.1", "modalities": ["text"], "voice": "marin", "speed": 1.1, "max_output_tokens": 400,
            "input_audio_format": "g711_ulaw", "output_audio_format": "g711_alaw", "tool_choice": "auto", "parallel_tool_calls": True,
            "input_audio_transcription": {"model": "gpt-4o-transcribe", "language": "en", "prompt": "Bridges"},
            "input_audio_noise_reduction": {"type": "far_field"}, "reasoning": {"effort": "low"},
            "turn_detection": {
                "type": "server_vad", "threshold": 0.4, "prefix_padding_ms": 200, "silence_duration_ms": 300, "create_response": True,
                "interrupt_response": True, "idle_timeout_ms": 6000,
            },
            "tracing": {"workflow_name": "test", "group_id": "one", "metadata": {"a": "b"}},
        }
        async with Client(engine, settings=settings) as client:
            await client.session.send_message("My name is Ada.")
            await client.answers(1)
            assert not client.sound
            assert client.history()[-1] == ("assistant", "Nice to meet you, Ada.")

    asyncio.run(run())


def test_the_telephone_formats_are_spoken(engine):
    async def run():
        async with Client(engine, settings={"input_audio_format": "g711_ulaw", "output_audio_format": "g711_ulaw"}) as client:
            await client.session.send_message("My name is Ada.")
            await client.answers(1)
            assert 8_000 < len(client.sound) < 24_000
            await client.session.interrupt()
            await asyncio.sleep(0.2)

    asyncio.run(run())


def test_a_runner_connects_again_with_the_same_model(engine):
    async def run():
        client = Client(engine)
        for _ in range(2):
            client.tasks, client.events, client.raw = [], [], []
            async with client:
                await client.session.send_message("My name is Ada.")
                await client.answers(1)

    asyncio.run(run())


def test_an_agent_conducts_the_call_of_a_browser(engine):
    """As OpenAI's guide has it: the browser's media goes to the server by WebRTC, the agent attaches by the call's id."""
    webrtc = pytest.importorskip("test_engine_webrtc_client", reason=f"aiortc {INSTALL}")

    async def run():
        async with webrtc.Call(engine) as call, Client(engine, call=call.location.rsplit("/", 1)[1]) as client:
            await until(lambda: client.raw_of("session.updated"), "the agent's settings")
            call.microphone.audio += spoken("What is the weather in Rome?")
            await until(lambda: client.of("tool_end"), "the tool")
            await until(lambda: "output_audio_buffer.stopped" in call.kinds(), "the answer")
            assert max(call.loudest) > 300
            call.microphone.audio += spoken("Please tell me a long story.")
            await until(lambda: call.kinds().count("output_audio_buffer.started") == 2, "the story")
            await asyncio.sleep(2)
            call.microphone.audio += spoken("My name is Ada.")
            await until(lambda: client.history()[-1:] == [("assistant", "Nice to meet you, Ada.")], "the last answer")
            assert "error" not in call.kinds()
            told = client.history()
            assert [text for role, text in told if role == "user"] == [
                "What is the weather in Rome?", "Please tell me a long story.", "My name is Ada.",
            ]

    asyncio.run(run())
