"""LiveKit Agents, unmodified: an AgentSession without a room, whose RealtimeModel has the engine's base URL."""

import asyncio
import contextlib
import time

import pytest
from kit import INSTALL, KEY, LONG, RATE, Complaints, Microphone, Wire, until

pytest.importorskip("livekit.plugins.openai", reason=f"livekit-plugins-openai {INSTALL}")

import aiohttp  # noqa: E402
from livekit import rtc  # noqa: E402
from livekit.agents import Agent, AgentSession, function_tool, io, llm  # noqa: E402
from livekit.plugins import openai  # noqa: E402
from openai.types import realtime  # noqa: E402
from openai.types.realtime import realtime_audio_input_turn_detection as detection  # noqa: E402

# Of the test's own speaker.
NO_PAUSE = "audio output does not support pause"
WORK, FORECAST, ADA = "That sounds like solid work.", "The forecast is sunny in Rome.", "Nice to meet you, Ada."


class Ear(io.AudioInput):
    def __init__(self, microphone: Microphone):
        super().__init__(label="microphone")
        self.microphone = microphone

    async def __anext__(self) -> rtc.AudioFrame:
        piece = await self.microphone.piece()
        return rtc.AudioFrame(data=piece, sample_rate=RATE, num_channels=1, samples_per_channel=len(piece) // 2)


class Mouth(io.AudioOutput):
    """Plays in real time."""

    def __init__(self):
        super().__init__(label="speaker", capabilities=io.AudioOutputCapabilities(pause=False), sample_rate=RATE)
        self.seconds = 0.0
        self.pushed = 0.0
        self.started: float | None = None
        self.playing: asyncio.Task | None = None

    async def capture_frame(self, frame: rtc.AudioFrame):
        await super().capture_frame(frame)
        if self.started is None:
            self.started, self.pushed = time.monotonic(), 0.0
            self.on_playback_started(created_at=time.time())
        self.pushed += frame.duration

    def flush(self):
        super().flush()
        if self.started is not None:
            self.playing = asyncio.create_task(self.play())

    async def play(self):
        await asyncio.sleep(max(0, self.started + self.pushed - time.monotonic()))
        self.finish(self.pushed, interrupted=False)

    def clear_buffer(self):
        if self.started is None:
            return
        if self.playing:
            self.playing.cancel()
        self.finish(min(time.monotonic() - self.started, self.pushed), interrupted=True)

    def finish(self, seconds: float, interrupted: bool):
        self.seconds += seconds
        self.started = self.playing = None
        self.on_playback_finished(playback_position=seconds, interrupted=interrupted)

    @property
    def heard(self) -> float:
        """Seconds in all."""
        return self.seconds + (0 if self.started is None else min(time.monotonic() - self.started, self.pushed))


@function_tool
async def weather(city: str) -> str:
    """The weather of a city."""
    return f"sunny in {city}"


class Client:
    """A session without a room, with everything that it tells."""

    def __init__(self, engine, agent: Agent | None = None, expected=(), session=None, **model):
        self.engine = engine
        self.options = session or {}
        self.model_options = model
        self.agent = agent or Agent(instructions="Be brief.", tools=[weather])
        self.microphone, self.mouth = Microphone(), Mouth()
        self.complaints = Complaints(NO_PAUSE, *expected)
        self.server: list[dict] = []
        self.client: list[dict] = []
        self.items: list = []
        self.errors: list = []

    async def __aenter__(self) -> "Client":
        self.stack = contextlib.AsyncExitStack()
        self.stack.enter_context(self.complaints)
        http = await self.stack.enter_async_context(aiohttp.ClientSession())
        self.model = openai.realtime.RealtimeModel(base_url=self.engine.base + "/v1", api_key=KEY, http_session=http, **self.model_options)
        self.session = AgentSession(llm=self.model, **self.options)
        self.session.input.audio = Ear(self.microphone)
        self.session.output.audio = self.mouth
        self.session.on("error", lambda event: self.errors.append(event.error))
        self.session.on("conversation_item_added", lambda event: self.items.append(event.item))
        await self.session.start(self.agent)
        self.watch(self.agent)
        return self

    def watch(self, agent: Agent):
        agent.realtime_llm_session.on("openai_server_event_received", self.server.append)
        agent.realtime_llm_session.on("openai_client_event_queued", self.client.append)

    async def __aexit__(self, *error):
        await asyncio.wait_for(self.session.aclose(), 20)
        await self.stack.aclose()
        if error[0] is None:
            assert not self.errors
            # LiveKit cancels what the server has cancelled already, and takes the answer for what it is.
            assert not [event for event in self.of("error") if event["error"]["code"] != "response_cancel_not_active"]
            assert not self.complaints.seen

    @property
    def realtime(self):
        return self.session.current_agent.realtime_llm_session

    def of(self, kind: str) -> list[dict]:
        return [event for event in self.server if event["type"] == kind]

    def asked(self, kind: str) -> list[dict]:
        return [event for event in self.client if event["type"] == kind]

    def said(self) -> list[tuple[str, str]]:
        return [(item.role, item.text_content) for item in self.items if item.type == "message"]

    async def ask(self, text: str):
        handle = self.session.generate_reply(user_input=text)
        await asyncio.wait_for(handle.wait_for_playout(), 30)
        assert handle.exception() is None

    async def says(self, text: str, timeout: float = 30):
        """Waits until this is the last thing that was said."""
        await until(lambda: self.said() and self.said()[-1] == ("assistant", text), f"{text}; so far {self.said()}", timeout)


def remote(client: Client) -> list[tuple[str, str]]:
    """The conversation as LiveKit believes that the server has it."""
    return [(item.role, item.text_content) for item in client.realtime.chat_ctx.items if item.type == "message"]


class Engineer(Agent):
    def __init__(self):
        super().__init__(instructions="Talk about bridges.")
        self.entered = asyncio.Event()

    async def on_enter(self):
        self.entered.set()


@pytest.mark.parametrize("turns", ["default", "server_vad", "own"])
def test_a_talk_with_a_tool_and_an_interruption(engine, turns):
    """With the turn detection of the server, and with LiveKit's own."""

    async def run():
        server_vad = detection.ServerVad(type="server_vad", silence_duration_ms=500, create_response=True, interrupt_response=True)
        options = {"default": {}, "server_vad": {"turn_detection": server_vad}, "own": {"turn_detection": None}}[turns]
        async with Client(engine, session={"turn_handling": {"turn_detection": "vad"}} if turns == "own" else None, **options) as client:
            await client.ask("My name is Ada.")
            client.microphone.say("What is the weather in Rome?")
            await client.says(FORECAST)
            before = client.mouth.heard
            client.microphone.say("Please tell me a long story.")
            await until(lambda: client.mouth.heard > before + 3, "the story")
            client.microphone.say("My name is Ada.")
            await client.says(ADA)
            said = client.said()
            assert [text for role, text in said if role == "user"] == [
                "My name is Ada.", "What is the weather in Rome?", "Please tell me a long story.", "My name is Ada.",
            ]
            assert LONG.startswith(said[5][1]) and 0 < len(said[5][1]) < len(LONG) / 2
            assert client.asked("conversation.item.truncate") and client.of("conversation.item.truncated")
            assert remote(client) == said

    asyncio.run(run())


def test_turns_by_hand(engine):
    async def run():
        async with Client(engine, turn_detection=None, session={"turn_handling": {"turn_detection": "manual"}}) as client:
            client.microphone.say("Nothing of this counts.")
            await asyncio.sleep(1.5)
            client.session.clear_user_turn()
            client.microphone.waiting.clear()
            client.microphone.say("My name is Ada.")
            await until(lambda: not client.microphone.waiting, "the end of the words")
            await asyncio.sleep(0.3)
            await asyncio.wait_for(client.session.commit_user_turn(), 10)
            await client.says(ADA)
            assert client.said()[0] == ("user", "My name is Ada.")
            # Interrupted before anything was heard: LiveKit deletes the reply.
            handle = client.session.generate_reply(user_input="Tell me a story.")
            await until(lambda: client.of("response.created")[1:], "the story's response")
            await client.session.interrupt()
            await client.ask("My name is Ada.")
            await client.says(ADA)
            handle = client.session.generate_reply(user_input="Tell me a story.")
            before = client.mouth.heard
            await until(lambda: client.mouth.heard > before + 1, "the story")
            await client.session.interrupt()
            await client.ask("My name is Ada.")
            assert handle.interrupted

    asyncio.run(run())


def test_a_conversation_is_brought_along_and_edited(engine):
    async def run():
        history = llm.ChatContext()
        history.add_message(role="user", content="I wrote a payment service.")
        history.add_message(role="assistant", content="How did you test it?")
        call = "call_of_another_provider_with_a_long_name"
        history.items.append(llm.FunctionCall(call_id=call, name="weather", arguments='{"city": "Oslo"}'))
        history.items.append(llm.FunctionCallOutput(call_id=call, name="weather", output="rain", is_error=False))
        history.add_message(role="system", content="The candidate is in Rome.")
        async with Client(engine, agent=Agent(instructions="Be brief.", tools=[weather], chat_ctx=history)) as client:
            await client.ask("My name is Ada.")
            asked = engine.asked()
            assert ("assistant", "How did you test it?") in asked and ("tool", "rain") in asked
            edited = client.realtime.chat_ctx.copy()
            # One item is new in the middle, one is changed, one goes.
            edited.items.insert(1, llm.ChatMessage(role="assistant", content=["Go on."]))
            changed = next(item for item in edited.items if item.type == "message" and item.text_content == "How did you test it?")
            edited.items[edited.items.index(changed)] = llm.ChatMessage(id=changed.id, role="assistant", content=["Did you test it?"])
            edited.items = [item for item in edited.items if not (item.type == "message" and item.role == "system")]
            await client.realtime.update_chat_ctx(edited)
            assert [item.id for item in client.realtime.chat_ctx.items] == [item.id for item in edited.items]
            await client.agent.update_instructions("Be verbose.")
            await client.agent.update_tools([])
            await client.ask("My name is Ada.")
            asked = engine.asked()
            assert asked[0] == ("system", "Be verbose.") and "tools" not in engine.chat.requests[-1]
            assert ("assistant", "Go on.\nDid you test it?") in asked or ("assistant", "Did you test it?") in asked
            assert not any("Rome" in text for _, text in asked)

    asyncio.run(run())


def test_options_change_while_the_session_runs(engine):
    async def run():
        reasoning = realtime.RealtimeReasoning(effort="low")
        model = {
            "model": "gpt-realtime-2.1", "voice": "cedar", "speed": 1.1, "tool_choice": "auto", "tracing": "auto", "truncation": "auto",
            "reasoning": reasoning, "input_audio_noise_reduction": "near_field",
            "input_audio_transcription": realtime.AudioTranscription(model="gpt-4o-transcribe", language="en", prompt="Bridges"),
        }
        async with Client(engine, **model) as client:
            client.model.update_options(
                voice="marin", speed=0.9, tool_choice="none", max_response_output_tokens=400, tracing=None,
                input_audio_noise_reduction=None,
                truncation={"type": "retention_ratio", "retention_ratio": 0.8}, reasoning=None,
                input_audio_transcription=realtime.AudioTranscription(model="whisper-1"),
                turn_detection=detection.ServerVad(type="server_vad", threshold=0.6, prefix_padding_ms=200, silence_duration_ms=400),
            )
            await until(lambda: len(client.of("session.updated")) >= len(client.asked("session.update")), "the updates")
            await client.ask("My name is Ada.")
            client.model.update_options(tool_choice={"type": "function", "function": {"name": "weather"}}, max_response_output_tokens="inf")
            client.model.update_options(tool_choice=None, turn_detection=detection.SemanticVad(type="semantic_vad", eagerness="high"))
            await until(lambda: len(client.of("session.updated")) >= len(client.asked("session.update")), "the updates")
            client.microphone.say("My name is Ada.")
            await until(lambda: len(client.said()) == 4, "the second reply")

    asyncio.run(run())


def test_the_connection_is_renewed_and_the_talk_goes_on(engine):
    async def run():
        renewed = []
        async with Client(engine, max_session_duration=6.0) as client:
            client.realtime.on("session_reconnected", renewed.append)
            client.microphone.say("My name is Ada.")
            await client.says(ADA)
            await until(lambda: renewed, "the new connection", 15)
            client.microphone.say("What is the weather in Rome?")
            await client.says(FORECAST)
            assert [text for _, text in engine.asked()][1:3] == ["My name is Ada.", ADA]

    asyncio.run(run())


def test_a_lost_connection_is_made_again_and_the_talk_goes_on(engine):
    async def run():
        renewed = []
        expected = ["connection failed, retrying", "connection closed", "failed to send event", "generation discarded"]
        async with Wire(engine) as wire, Client(wire, expected=expected) as client:
            client.realtime.on("session_reconnected", renewed.append)
            await client.ask("My name is Ada.")
            client.session.generate_reply(user_input="What is the weather in Rome?")
            await client.says(FORECAST)
            client.session.generate_reply(user_input="Tell me a story.")
            before = client.mouth.heard
            await until(lambda: client.mouth.heard > before + 1, "the story")
            wire.cut()
            await until(lambda: renewed, "the new connection", 15)
            await until(lambda: client.mouth.started is None, "the end of what had arrived")
            client.microphone.say("My name is Ada.")
            await client.says(ADA)
            assert ("tool", "sunny in Rome") in engine.asked()
            assert [str(error.error) for error in client.errors] == ["OpenAI Realtime API connection closed unexpectedly"]
            client.errors.clear()

    asyncio.run(run())


def test_text_replies(engine):
    async def run():
        async with aiohttp.ClientSession() as http:
            complaints = Complaints().__enter__()
            model = openai.realtime.RealtimeModel(base_url=engine.base + "/v1", api_key=KEY, http_session=http, modalities=["text"])
            async with AgentSession(llm=model) as session:
                await session.start(Agent(instructions="Be brief.", tools=[weather]))
                result = await asyncio.wait_for(session.run(user_input="What is the weather in Rome?"), 20)
                result.expect.next_event().is_function_call(name="weather", arguments={"city": "Rome"})
                result.expect.next_event().is_function_call_output(output="sunny in Rome")
                assert result.expect.next_event().is_message(role="assistant").event().item.text_content == FORECAST
                result.expect.no_more_events()
            complaints.__exit__()
        assert not complaints.seen

    asyncio.run(run())


def test_an_agent_hands_over_while_words_are_spoken(engine):
    async def run():
        engineer = Engineer()

        @function_tool
        async def transfer_to_engineer():
            """Hands over to the engineer."""
            return engineer, "handed over"

        async with Client(engine, agent=Agent(instructions="Be brief.", tools=[weather, transfer_to_engineer])) as client:
            # Words and a call in one response: the call's result is there before the words were heard.
            client.microphone.say("Look at the window, please.")
            await client.says(FORECAST)
            assert ("assistant", "Let me look out of the window for you.") in client.said()
            client.microphone.say("I want to talk about bridges.")
            await asyncio.wait_for(engineer.entered.wait(), 30)
            await client.ask("My name is Ada.")
            assert engine.asked()[0] == ("system", "Talk about bridges.")

    asyncio.run(run())
