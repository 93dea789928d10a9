"""aiortc, an independent WebRTC implementation, against the engine: a call as a browser holds it, and its sideband."""

import asyncio
import fractions
import json
import math
import re
import urllib.request

import pytest

from engine import KEY, Engine, pcm

aiortc = pytest.importorskip("aiortc")
av = pytest.importorskip("av")

FRAME = 480  # 20 ms at 24 kHz


class Microphone(aiortc.MediaStreamTrack):
    """Plays what it is given in real time, and silence otherwise."""

    kind = "audio"

    def __init__(self):
        super().__init__()
        self.audio = bytearray()
        self.position = 0
        self.started = None

    async def recv(self):
        loop = asyncio.get_running_loop()
        if self.started is None:
            self.started = loop.time()
        await asyncio.sleep(max(0, self.started + self.position / 24_000 - loop.time()))
        piece = bytes(self.audio[:FRAME * 2])
        del self.audio[:FRAME * 2]
        frame = av.AudioFrame(format="s16", layout="mono", samples=FRAME)
        frame.planes[0].update(piece + bytes(FRAME * 2 - len(piece)))
        frame.sample_rate = 24_000
        frame.pts = self.position
        frame.time_base = fractions.Fraction(1, 24_000)
        self.position += FRAME
        return frame


class Call:
    """One call: the peer connection, the data channel, what was heard."""

    def __init__(self, engine: Engine):
        self.engine = engine
        self.peer = aiortc.RTCPeerConnection()
        self.microphone = Microphone()
        self.events: list[dict] = []
        # Messages that came before the channel was open.
        self.early: list[str] = []
        self.loudest: list[float] = []
        self.news = asyncio.Event()
        self.location = ""

    async def __aenter__(self):
        self.peer.addTrack(self.microphone)
        self.channel = self.peer.createDataChannel("oai-events")
        self.channel.on("message", self.received)
        self.peer.on("track", lambda track: asyncio.ensure_future(self.listen(track)))
        await self.peer.setLocalDescription(await self.peer.createOffer())
        offer = self.peer.localDescription.sdp
        session = json.dumps({"type": "realtime", "model": "gpt-realtime"})
        status, headers, answer = await asyncio.to_thread(self.post, offer, session)
        assert status == 201
        self.location = headers["Location"]
        assert re.fullmatch(r"/v1/realtime/calls/rtc_\w+", self.location)
        await self.peer.setRemoteDescription(aiortc.RTCSessionDescription(answer, "answer"))
        await self.until("session.created")
        assert not self.early
        return self

    async def __aexit__(self, *_):
        await self.peer.close()

    def post(self, offer: str, session: str):
        parts = [("sdp", "application/sdp", offer), ("session", "application/json", session)]
        body = "".join(
            f'--b\r\nContent-Disposition: form-data; name="{name}"\r\nContent-Type: {kind}\r\n\r\n{text}\r\n' for name, kind, text in parts
        )
        request = urllib.request.Request(
            self.engine.base + "/v1/realtime/calls", data=(body + "--b--\r\n").encode(),
            headers={"Authorization": f"Bearer {KEY}", "Content-Type": "multipart/form-data; boundary=b"},
        )
        with urllib.request.urlopen(request) as response:
            return response.status, response.headers, response.read().decode()

    def received(self, text: str):
        # A client answers the first event at once, and can only on a channel whose opening was acknowledged (RFC 8832).
        if self.channel.readyState != "open":
            self.early.append(text)
        self.events.append(json.loads(text))
        self.news.set()

    async def listen(self, track):
        try:
            while True:
                frame = await track.recv()
                samples = memoryview(bytes(frame.planes[0])).cast("h")
                self.loudest.append(math.sqrt(sum(sample * sample for sample in samples[::8]) / max(1, len(samples[::8]))))
        except aiortc.mediastreams.MediaStreamError:
            pass

    def send(self, **event):
        self.channel.send(json.dumps(event))

    def kinds(self) -> list[str]:
        return [event["type"] for event in self.events]

    async def until(self, kind: str, after: int = 0, allow_errors: bool = False) -> dict:
        """The first event of a kind behind a place in the list."""
        async with asyncio.timeout(40):
            while True:
                for event in self.events[after:]:
                    assert allow_errors or event["type"] != "error", event
                    if event["type"] == kind:
                        return event
                self.news.clear()
                await self.news.wait()


@pytest.fixture(scope="module")
def engine():
    engine = Engine()
    yield engine
    engine.stop()


def run(test):
    asyncio.run(test)


def write(call: Call, text: str):
    call.send(type="conversation.item.create", item={"type": "message", "role": "user", "content": [{"type": "input_text", "text": text}]})


def test_a_text_turn_and_a_function_call(engine):
    async def test():
        async with Call(engine) as call:
            tool = {"type": "function", "name": "note", "parameters": {}}
            call.send(type="session.update", session={"type": "realtime", "output_modalities": ["text"], "tools": [tool]})
            await call.until("session.updated")
            engine.chat.will_say("Noted.")
            write(call, "Hello.")
            call.send(type="response.create")
            done = await call.until("response.done")
            assert done["response"]["output"][0]["content"][0]["text"] == "Noted."
            engine.chat.will_call("note", '{"text": "likes bridges"}')
            mark = len(call.events)
            call.send(type="response.create", response={"tool_choice": "required"})
            arguments = await call.until("response.function_call_arguments.done", mark)
            assert (arguments["name"], json.loads(arguments["arguments"])) == ("note", {"text": "likes bridges"})
            await call.until("response.done", mark)
            engine.chat.will_say("Done.")
            mark = len(call.events)
            call.send(type="conversation.item.create",
                      item={"type": "function_call_output", "call_id": arguments["call_id"], "output": "ok"})
            call.send(type="response.create")
            done = await call.until("response.done", mark)
            assert done["response"]["output"][0]["content"][0]["text"] == "Done."

    run(test())


def test_an_audio_turn_is_recognised_and_the_answer_is_heard_on_the_track(engine, tmp_path):
    speech = pcm("I wrote the payment service of a small bank.", tmp_path)

    async def test():
        engine.chat.will_say("That sounds like solid work.")
        async with Call(engine) as call:
            call.send(type="session.update", session={
                "type": "realtime",
                "audio": {"input": {"turn_detection": {"type": "semantic_vad"}, "transcription": {"model": "whisper-1"}}},
            })
            await call.until("session.updated")
            call.microphone.audio += speech
            heard = await call.until("conversation.item.input_audio_transcription.completed")
            assert len(set(heard["transcript"].lower().split()) & {"i", "wrote", "the", "payment", "service", "of", "a", "small"}) >= 6
            await call.until("output_audio_buffer.stopped")
            kinds = call.kinds()
            assert kinds.index("response.output_audio_transcript.delta") < kinds.index("output_audio_buffer.started")
            assert kinds.index("response.done") < kinds.index("output_audio_buffer.stopped")
            assert "response.output_audio.delta" not in kinds
            assert max(call.loudest) > 500

    run(test())


def test_packets_that_are_no_speech_or_no_opus_are_survived(engine, tmp_path, monkeypatch):
    """Payloads of a hostile or broken sender for two seconds; then it speaks, and is understood."""
    speech = pcm("I wrote the payment service of a small bank.", tmp_path)
    # Nothing; a lone byte of each kind of packet; six frames of 20 ms without content; a wrong count; bytes of no sense; 2.5 ms; 60 ms.
    odd = [b"", b"\x00", b"\xff", b"\xfb\x06", b"\xfb\x3f", bytes(range(256)), b"\xe0", b"\x18", b"\xfc" + b"\xaa" * 900]
    encoder = aiortc.codecs.opus.OpusEncoder
    encode, count = encoder.encode, 0

    def encode_oddly(self, frame, force_keyframe=False):
        nonlocal count
        payloads, timestamp = encode(self, frame, force_keyframe)
        count += len(payloads)
        return ([odd[count % len(odd)]] if payloads and count <= 100 else payloads), timestamp

    monkeypatch.setattr(encoder, "encode", encode_oddly)

    async def test():
        async with Call(engine) as call:
            call.send(type="session.update", session={
                "type": "realtime",
                "audio": {"input": {
                    "turn_detection": {"type": "semantic_vad", "create_response": False}, "transcription": {"model": "whisper-1"},
                }},
            })
            await call.until("session.updated")
            async with asyncio.timeout(20):
                while count <= 100:
                    await asyncio.sleep(0.1)
            call.microphone.audio += speech
            said, words = set(), {"i", "wrote", "the", "payment", "service", "of", "a", "small"}
            mark = 0
            # The noise of the odd ones may have been taken for a turn: then the words are in the next one.
            while len(said & words) < 6:
                heard = await call.until("conversation.item.input_audio_transcription.completed", mark)
                mark = call.events.index(heard) + 1
                said |= set(heard["transcript"].lower().split())
            assert call.peer.connectionState == "connected"

    run(test())


def test_words_over_a_reply_silence_it_and_only_what_was_heard_stays(engine, tmp_path):
    speech = pcm("Wait, I would like to say something about this first.", tmp_path)

    async def test():
        engine.chat.will_say(" ".join(f"This is sentence number {number} of a very long reply." for number in range(1, 30)))
        async with Call(engine) as call:
            call.send(type="session.update", session={
                "type": "realtime", "audio": {"input": {"turn_detection": {"type": "server_vad", "create_response": False}}},
            })
            await call.until("session.updated")
            call.send(type="response.create")
            await call.until("output_audio_buffer.started")
            await asyncio.sleep(1.5)
            call.microphone.audio += speech
            done = await call.until("response.done")
            assert done["response"]["status_details"]["reason"] == "turn_detected"
            kinds = call.kinds()
            assert kinds.index("output_audio_buffer.cleared") < kinds.index("conversation.item.truncated") < kinds.index("response.done")
            said = done["response"]["output"][0]["content"][0]["transcript"]
            assert said.startswith("This is sentence number") and "number 9" not in said
            mark = len(call.loudest)
            await asyncio.sleep(0.6)
            assert max(call.loudest[mark:]) < 200

    run(test())


def test_manual_turns_and_errors_on_the_data_channel(engine, tmp_path):
    speech = pcm("By hand and not by voice.", tmp_path)

    async def test():
        async with Call(engine) as call:
            call.send(type="session.update", session={
                "type": "realtime", "output_modalities": ["text"],
                "audio": {"input": {"turn_detection": None, "transcription": {"model": "whisper-1"}}},
            })
            await call.until("session.updated")
            call.microphone.audio += speech
            await asyncio.sleep(len(speech) / 48_000 + 0.8)
            call.send(type="input_audio_buffer.commit")
            heard = await call.until("conversation.item.input_audio_transcription.completed")
            assert "hand" in heard["transcript"].lower()
            assert "response.created" not in call.kinds()
            call.send(type="response.cancel", event_id="c")
            error = await call.until("error", allow_errors=True)
            assert (error["error"]["code"], error["error"]["event_id"]) == ("response_cancel_not_active", "c")

    run(test())


def test_a_sideband_conducts_the_call_and_a_hang_up_ends_it(engine):
    from websockets.asyncio.client import connect

    async def test():
        engine.chat.will_say("Good morning.")
        async with Call(engine) as call:
            url = engine.base.replace("http", "ws", 1) + "/v1/realtime?call_id=" + call.location.rsplit("/", 1)[1]
            async with connect(url, additional_headers={"Authorization": f"Bearer {KEY}"}) as sideband:
                await sideband.send(json.dumps({"type": "response.create"}))
                first = json.loads(await sideband.recv())
                assert first["type"] == "response.created"
                kinds = [first["type"]]
                while kinds[-1] != "output_audio_buffer.stopped":
                    kinds.append(json.loads(await asyncio.wait_for(sideband.recv(), 20))["type"])
                assert "response.output_audio.delta" not in kinds
                assert "session.created" not in kinds
                request = urllib.request.Request(engine.base + call.location + "/hangup", method="POST", headers={"Authorization": f"Bearer {KEY}"})
                assert (await asyncio.to_thread(urllib.request.urlopen, request)).status == 200
                with pytest.raises(Exception) as closed:
                    while True:
                        await asyncio.wait_for(sideband.recv(), 10)
                assert closed.value.rcvd.code == 1000

    run(test())
