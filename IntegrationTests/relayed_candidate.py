"""What test_turn_relay.py runs inside its network namespaces.

    relayed_candidate.py call BASE TICKET [--direct]   joins and calls; prints what was heard and over which kind of candidate
    relayed_candidate.py permit HOST PORT USER PASSWORD PEER…   asks a relay for permission to reach peers; prints the answers
    relayed_candidate.py forward HOST PORT TO_HOST TO_PORT      passes TCP connections on, as a reverse proxy would

Prints one JSON object and ends; `forward` runs until it is stopped.
"""

import asyncio
import ipaddress
import json
import math
import sys
import urllib.request

GREETING_SECONDS = 60
DIRECT_SECONDS = 15  # a relayed call is heard after two or three
AUDIBLE = 500  # root mean square of 16-bit samples: speech, not noise


def request(method: str, url: str, token: str = "", body: bytes = b"", kind: str = "application/json"):
    headers = {"Content-Type": kind} if body else {}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    with urllib.request.urlopen(urllib.request.Request(url, body or None, headers, method=method), timeout=20) as answer:
        return answer.headers, answer.read().decode()


async def call(base: str, ticket: str, direct: bool):
    import aiortc
    from aiortc.mediastreams import AudioStreamTrack

    token = json.loads(request("POST", f"{base}/v1/join", body=json.dumps({"ticket": ticket}).encode())[1])["candidate_token"]
    servers = json.loads(request("GET", f"{base}/v1/ice-servers", token)[1])["iceServers"]
    configuration = aiortc.RTCConfiguration([] if direct else [aiortc.RTCIceServer(**server) for server in servers])
    peer = aiortc.RTCPeerConnection(configuration)
    loudest, settled = [0.0], asyncio.Event()

    async def listen(track):
        while True:
            samples = memoryview(bytes((await track.recv()).planes[0])).cast("h")
            loudest[0] = max(loudest[0], math.sqrt(sum(sample * sample for sample in samples[::8]) / max(1, len(samples[::8]))))
            if loudest[0] > AUDIBLE:
                settled.set()

    listening = []
    peer.on("track", lambda track: listening.append(asyncio.ensure_future(listen(track))))
    peer.on("connectionstatechange", lambda: settled.set() if peer.connectionState in ("failed", "closed") else None)
    peer.addTrack(AudioStreamTrack())
    peer.createDataChannel("oai-events")
    await peer.setLocalDescription(await peer.createOffer())
    offer = peer.localDescription.sdp
    headers, answer = await asyncio.to_thread(request, "POST", f"{base}/v1/calls", token, offer.encode(), "application/sdp")
    await peer.setRemoteDescription(aiortc.RTCSessionDescription(answer, "answer"))
    try:
        await asyncio.wait_for(settled.wait(), DIRECT_SECONDS if direct else GREETING_SECONDS)
    except TimeoutError:
        pass
    ice = peer.getTransceivers()[0].sender.transport.transport
    pairs = list(ice._connection._nominated.values())  # aiortc has no public name for it
    report = {
        "state": peer.connectionState,
        "loudest": loudest[0],
        "local": [pair.local_candidate.type for pair in pairs],
        "remote": [pair.remote_candidate.host for pair in pairs],
        "offered": sorted({line.split()[7] for line in offer.splitlines() if line.startswith("a=candidate")}),
    }
    await asyncio.to_thread(request, "POST", base + headers["Location"] + "/end", token)
    await peer.close()
    for task in listening:
        task.cancel()
    return report


async def permit(host: str, port: int, user: str, password: str, peers: list[str]):
    """One relay for each family of addresses, as a relay has an address of its own."""
    report = {"allocate": 200, "peers": {}}
    for version in (4, 6):
        ours = [peer for peer in peers if ipaddress.ip_address(peer).version == version]
        if ours and report["allocate"] == 200:
            report["allocate"], answers = await permit_family(version, (host, port), user, password, ours)
            report["peers"] |= answers
    return report


async def permit_family(version: int, server: tuple[str, int], user: str, password: str, peers: list[str]):
    from aioice import stun, turn

    # aioice knows no relays for IPv6 (RFC 8656, section 18.6): 2 and three bytes of nothing.
    family = (0x0017, "REQUESTED-ADDRESS-FAMILY", stun.pack_unsigned, stun.unpack_unsigned)
    stun.ATTRIBUTES_BY_TYPE[family[0]] = stun.ATTRIBUTES_BY_NAME[family[1]] = family

    class Client(turn.TurnClientUdpProtocol):
        async def request_with_retry(self, request):
            if request.message_method == stun.Method.ALLOCATE and version == 6:
                request.attributes["REQUESTED-ADDRESS-FAMILY"] = 0x02000000
            return await super().request_with_retry(request)

    client = Client(server, user, password, 600, 500)
    await asyncio.get_running_loop().create_datagram_endpoint(lambda: client, remote_addr=server)
    try:
        await client.connect()
    except stun.TransactionFailed as refusal:
        return refusal.response.attributes["ERROR-CODE"][0], {}
    answers = {}
    for peer in peers:
        message = stun.Message(message_method=stun.Method.CREATE_PERMISSION, message_class=stun.Class.REQUEST)
        message.attributes["XOR-PEER-ADDRESS"] = (peer, 9)
        try:
            await client.request_with_retry(message)
            answers[peer] = 200
        except stun.TransactionFailed as refusal:
            answers[peer] = refusal.response.attributes["ERROR-CODE"][0]
    await client.delete()
    return 200, answers


async def forward(host: str, port: int, to_host: str, to_port: int):
    async def pump(reader, writer):
        try:
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        except OSError:
            pass
        finally:
            writer.close()

    async def accept(reader, writer):
        there_reader, there_writer = await asyncio.open_connection(to_host, to_port)
        await asyncio.gather(pump(reader, there_writer), pump(there_reader, writer))

    server = await asyncio.start_server(accept, host, port)
    print(json.dumps({"port": server.sockets[0].getsockname()[1]}), flush=True)
    await server.serve_forever()


def main(verb: str, *arguments: str):
    if verb == "forward":
        return asyncio.run(forward(arguments[0], int(arguments[1]), arguments[2], int(arguments[3])))
    if verb == "permit":
        report = asyncio.run(permit(arguments[0], int(arguments[1]), arguments[2], arguments[3], list(arguments[4:])))
    else:
        report = asyncio.run(call(arguments[0], arguments[1], "--direct" in arguments))
    print(json.dumps(report), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
