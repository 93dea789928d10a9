"""Pipecat, unmodified: a pipeline around OpenAIRealtimeLLMService whose base URL is the engine's."""

import asyncio
import time

import pytest
from kit import INSTALL, KEY, LONG, RATE, Complaints, Microphone, until

pytest.importorskip("pipecat", reason=f"pipecat {INSTALL}")

from loguru import logger  # noqa: E402
from pipecat.adapters.llm.schemas.function_schema import FunctionSchema  # noqa: E402
from pipecat.adapters.llm.schemas.tools_schema import ToolsSchema  # noqa: E402
from pipecat.audio.vad.silero import SileroVADAnalyzer  # noqa: E402
from pipecat.frames.frames import (  # noqa: E402
    EndFrame, InputAudioRawFrame, InterruptionTaskFrame, LLMFullResponseEndFrame, LLMMessagesAppendFrame, LLMRunFrame, LLMSetToolsFrame,
    LLMTextFrame, LLMUpdateSettingsFrame,
)
from pipecat.observers.base_observer import BaseObserver  # noqa: E402
from pipecat.pipeline.pipeline import Pipeline  # noqa: E402
from pipecat.pipeline.worker import PipelineParams, PipelineWorker  # noqa: E402
from pipecat.processors.aggregators.llm_context import LLMContext  # noqa: E402
from pipecat.processors.aggregators.llm_response_universal import LLMContextAggregatorPair, LLMUserAggregatorParams  # noqa: E402
from pipecat.services.llm_service import FunctionCallResultProperties  # noqa: E402
from pipecat.services.openai.realtime import events  # noqa: E402
from pipecat.services.openai.realtime.llm import OpenAIRealtimeLLMService  # noqa: E402
from pipecat.transports.base_input import BaseInputTransport  # noqa: E402
from pipecat.transports.base_output import BaseOutputTransport  # noqa: E402
from pipecat.transports.base_transport import BaseTransport, TransportParams  # noqa: E402
from pipecat.workers.runner import WorkerRunner  # noqa: E402

# Without turn detection of the server Pipecat advises to have one of its own, which the test has.
ADVICE = "is not emitting turn frames"
WEATHER = FunctionSchema(
    name="weather", description="The weather of a city.", properties={"city": {"type": "string"}}, required=["city"]
)
HELLO = [{"role": "developer", "content": "Say hello!"}]


class Ear(BaseInputTransport):
    def __init__(self, params: TransportParams, microphone: Microphone):
        super().__init__(params)
        self.microphone = microphone
        self.reading = None

    async def start(self, frame):
        await super().start(frame)
        await self.set_transport_ready(frame)
        self.reading = self.create_task(self.read())

    async def read(self):
        while True:
            await self.push_audio_frame(InputAudioRawFrame(audio=await self.microphone.piece(), sample_rate=RATE, num_channels=1))

    async def stop(self, frame):
        await self.cancel_task(self.reading)
        await super().stop(frame)

    async def cancel(self, frame):
        await self.cancel_task(self.reading)
        await super().cancel(frame)


class Mouth(BaseOutputTransport):
    """Plays in real time."""

    def __init__(self, params: TransportParams):
        super().__init__(params)
        self.heard = 0
        self.due = 0.0

    async def start(self, frame):
        await super().start(frame)
        await self.set_transport_ready(frame)

    async def write_audio_frame(self, frame) -> bool:
        if any(frame.audio):
            self.heard += len(frame.audio)
        self.due = max(self.due, time.monotonic()) + len(frame.audio) / 2 / RATE
        await asyncio.sleep(max(0, self.due - time.monotonic()))
        return True


class Person(BaseTransport):
    def __init__(self):
        super().__init__()
        params = TransportParams(
            audio_in_enabled=True, audio_out_enabled=True, audio_in_sample_rate=RATE, audio_out_sample_rate=RATE,
            audio_out_end_silence_secs=0,
        )
        self.microphone = Microphone()
        self.ear, self.mouth = Ear(params, self.microphone), Mouth(params)

    def input(self) -> Ear:
        return self.ear

    def output(self) -> Mouth:
        return self.mouth


class Frames(BaseObserver):
    """What the service pushes."""

    def __init__(self, service):
        super().__init__()
        self.service = service
        self.seen = []

    async def on_push_frame(self, data):
        if data.source is self.service:
            self.seen.append(data.frame)


class Bot:
    """A voice bot as Pipecat's examples build one, and a person who talks with it."""

    def __init__(self, engine, properties, messages=HELLO, user_params=None, expected=()):
        self.complaints = Complaints(*expected)
        self.errors: list[str] = []
        self.user_said: list[str] = []
        self.bot_said: list[str] = []
        self.person = Person()
        self.microphone, self.mouth = self.person.microphone, self.person.mouth
        self.llm = OpenAIRealtimeLLMService(
            api_key=KEY,
            base_url=engine.websocket + "/v1/realtime",
            settings=OpenAIRealtimeLLMService.Settings(system_instruction="Be brief.", session_properties=properties),
        )
        self.llm.register_function("weather", self.weather)
        self.context = LLMContext(list(messages), ToolsSchema(standard_tools=[WEATHER]))
        user, assistant = LLMContextAggregatorPair(self.context, user_params=user_params)

        @user.event_handler("on_user_turn_message_added")
        async def user_spoke(aggregator, message):
            self.user_said.append(message.content)

        @assistant.event_handler("on_assistant_turn_stopped")
        async def bot_spoke(aggregator, message):
            self.bot_said.append(message.content)

        self.frames = Frames(self.llm)
        self.worker = PipelineWorker(
            Pipeline([self.person.input(), user, self.llm, self.person.output(), assistant]),
            params=PipelineParams(enable_metrics=True, enable_usage_metrics=True),
            idle_timeout_secs=None,
            observers=[self.frames],
        )

        @self.worker.event_handler("on_pipeline_error")
        async def failed(worker, frame):
            self.errors.append(frame.error)

    async def weather(self, parameters):
        await parameters.result_callback(f"sunny in {parameters.arguments['city']}")

    async def __aenter__(self) -> "Bot":
        logger.remove()
        self.sink = logger.add(lambda text: self.complaints.add(str(text)), level="WARNING")
        self.complaints.__enter__()
        runner = WorkerRunner(handle_sigint=False)
        await runner.add_workers(self.worker)
        self.running = asyncio.create_task(runner.run())
        return self

    async def __aexit__(self, *error):
        await self.worker.queue_frame(EndFrame())
        try:
            await asyncio.wait_for(self.running, 30)
        finally:
            self.complaints.__exit__()
            logger.remove(self.sink)
        if error[0] is None:
            assert not self.errors
            assert not self.complaints.seen

    def count(self, kind) -> int:
        return sum(isinstance(frame, kind) for frame in self.frames.seen)

    async def says(self, *words: str):
        """Waits until the bot has said these things, in this order, and nothing else; and is quiet."""
        await until(lambda: len(self.bot_said) >= len(words), f"{words[-1]}; so far {self.bot_said}")
        assert self.bot_said == list(words)


def properties(detection, **more) -> events.SessionProperties:
    return events.SessionProperties(
        audio=events.AudioConfiguration(
            input=events.AudioInput(
                transcription=events.InputAudioTranscription(),
                turn_detection=detection,
                noise_reduction=events.InputAudioNoiseReduction(type="near_field"),
            )
        ),
        **more,
    )


WORK, FORECAST, ADA = "That sounds like solid work.", "The forecast is sunny in Rome.", "Nice to meet you, Ada."


@pytest.mark.parametrize("detection", ["semantic", "server", "local"])
def test_a_talk_with_a_tool_and_an_interruption(engine, detection):
    """With the turn detection of the server, and with Pipecat's own."""

    async def run():
        detections = {"semantic": events.SemanticTurnDetection(), "server": events.TurnDetection(), "local": False}
        user_params = LLMUserAggregatorParams(vad_analyzer=SileroVADAnalyzer()) if detection == "local" else None
        async with Bot(engine, properties(detections[detection]), user_params=user_params, expected=[ADVICE]) as bot:
            await bot.worker.queue_frame(LLMRunFrame())
            await bot.says(WORK)
            bot.microphone.say("What is the weather in Rome?")
            await bot.says(WORK, FORECAST)
            before = bot.mouth.heard
            bot.microphone.say("Please tell me a long story.")
            await until(lambda: bot.mouth.heard > before + 5 * RATE, "the story")
            bot.microphone.say("My name is Ada.")
            await until(lambda: len(bot.bot_said) == 4, f"the last reply; so far {bot.bot_said}")
            await until(lambda: ADA in bot.bot_said[-1], "the last reply")
            heard = bot.bot_said[2]
            assert LONG.startswith(heard) and 0 < len(heard) < len(LONG) / 2
            assert bot.user_said == ["What is the weather in Rome?", "Please tell me a long story.", "My name is Ada."]
            # The context is in order. Pipecat writes a question when its answer begins, but a call at once: maybe before its question.
            roles = [message["role"] for message in bot.context.get_messages() if message["role"] not in ("developer", "tool")]
            assert "".join(role[0] for role in roles) in ("auaauaua", "aauauaua")

    asyncio.run(run())


def test_text_replies(engine):
    async def run():
        async with Bot(engine, properties(None, output_modalities=["text"]), [{"role": "user", "content": "My name is Ada."}]) as bot:
            await bot.worker.queue_frame(LLMRunFrame())
            await until(lambda: bot.count(LLMFullResponseEndFrame), "the reply")
            assert "".join(frame.text for frame in bot.frames.seen if isinstance(frame, LLMTextFrame)) == ADA

    asyncio.run(run())


def test_an_earlier_talk_is_resumed_and_the_session_started_anew(engine):
    async def run():
        earlier = [
            {"role": "user", "content": "I wrote a payment service."},
            {"role": "assistant", "content": "How did you test it?"},
            {"role": "user", "content": "My name is Ada."},
        ]
        async with Bot(engine, properties(events.SemanticTurnDetection()), earlier) as bot:
            await bot.worker.queue_frame(LLMRunFrame())
            await bot.says(ADA)
            await bot.llm.reset_conversation()
            bot.microphone.say("What is the weather in Rome?")
            await until(lambda: FORECAST in bot.bot_said, f"the forecast; so far {bot.bot_said}")

    asyncio.run(run())


def test_settings_tools_and_messages_change_while_the_bot_talks(engine):
    async def run():
        async with Bot(engine, properties(events.SemanticTurnDetection(eagerness="high"))) as bot:
            await bot.worker.queue_frame(LLMRunFrame())
            await bot.says(WORK)
            settings = OpenAIRealtimeLLMService.Settings(system_instruction="Be verbose.")
            await bot.worker.queue_frame(LLMUpdateSettingsFrame(delta=settings))
            await bot.worker.queue_frame(LLMSetToolsFrame(tools=ToolsSchema(standard_tools=[])))
            settings = OpenAIRealtimeLLMService.Settings(
                session_properties=properties(
                    events.TurnDetection(silence_duration_ms=300), reasoning=events.Reasoning(effort="low"), max_output_tokens=300,
                    tool_choice="none", tracing="auto", include=["item.input_audio_transcription.logprobs"],
                )
            )
            await bot.worker.queue_frame(LLMUpdateSettingsFrame(delta=settings))
            await bot.llm.queue_frame(LLMMessagesAppendFrame(messages=[{"role": "user", "content": "My name is Ada."}], run_llm=True))
            # While it is being answered, more is said and asked for.
            await bot.llm.queue_frame(LLMMessagesAppendFrame(messages=[{"role": "user", "content": "Tell me a story."}], run_llm=True))
            await until(lambda: bot.mouth.heard > 8 * RATE, "the story")
            bot.microphone.say("My name is Ada.")
            await until(lambda: bot.bot_said and bot.bot_said[-1] == ADA, f"the last reply; so far {bot.bot_said}")

    asyncio.run(run())


def test_the_program_interrupts(engine):
    async def run():
        async with Bot(engine, properties(events.SemanticTurnDetection()), [{"role": "user", "content": "Tell me a story."}]) as bot:
            await bot.worker.queue_frame(LLMRunFrame())
            await until(lambda: bot.mouth.heard > RATE, "the story")
            await bot.worker.queue_frame(InterruptionTaskFrame())
            await asyncio.sleep(0.5)

    asyncio.run(run())


def test_items_are_retrieved_and_missing_ones_told(engine):
    async def run():
        items = []
        async with Bot(engine, properties(events.SemanticTurnDetection())) as bot:
            @bot.llm.event_handler("on_conversation_item_created")
            async def created(service, item_id, item):
                items.append(item_id)

            await bot.worker.queue_frame(LLMRunFrame())
            await bot.says(WORK)
            item = await asyncio.wait_for(bot.llm.retrieve_conversation_item(items[-1]), 5)
            assert item.content[0].transcript == WORK
            with pytest.raises(Exception, match="no|not"):
                await asyncio.wait_for(bot.llm.retrieve_conversation_item("item_none"), 5)
            bot.microphone.say("My name is Ada.")
            await bot.says(WORK, ADA)

    asyncio.run(run())


def test_a_slow_tool_reports_while_the_talk_goes_on(engine):
    async def run():
        async with Bot(engine, properties(events.SemanticTurnDetection())) as bot:
            async def slow(parameters):
                await parameters.result_callback("not yet", properties=FunctionCallResultProperties(is_final=False))
                await until(lambda: "One moment." in bot.bot_said, "the first result")
                await parameters.result_callback("sunny in Rome")

            bot.llm.register_function("weather", slow, cancel_on_interruption=False)
            await bot.worker.queue_frame(LLMRunFrame())
            await bot.says(WORK)
            bot.microphone.say("What is the weather in Rome?")
            await bot.says(WORK, "One moment.", FORECAST)

    asyncio.run(run())
