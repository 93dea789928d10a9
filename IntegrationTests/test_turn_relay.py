"""A real coturn with the shipped configuration, between network namespaces: the candidate has no way to the engine but the relay."""

import base64
import hashlib
import hmac
import json
import os
import pathlib
import shutil
import subprocess
import sys
import time

import pytest

HERE = pathlib.Path(__file__).resolve().parent
CONFIGURATION = HERE.parent / "docs" / "examples" / "turnserver.conf"
SECRET = "a secret of this test alone"
TURN_PORT = 3478
# 198.18.0.0/15 is set aside for tests of networks (RFC 2544), and denied by the configuration like every special network.
CANDIDATE, RELAY_OUTSIDE = "198.18.1.2", "198.18.1.1"
ENGINE, RELAY_INSIDE, RELAY_INSIDE_6 = "198.18.2.2", "198.18.2.1", "2001:db8:1::1"

DENIED = [
    "0.0.0.1", "10.1.2.3", "100.64.0.1", "127.0.0.1", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.168.1.1",
    "198.18.1.2", "198.18.2.3", "198.19.0.1", "203.0.113.1", "224.0.0.1", "255.255.255.255", RELAY_INSIDE,
    "::1", "::ffff:10.1.2.3", "64:ff9b::a01:203", "100::1", "2001::1", "2001:db8::1", "2002:a01:203::1", "fc00::1", "fdff::1", "fe80::1",
    "febf::1", "fec0::1", "ff02::1",
]
# Neighbours of the denied networks, and others on the internet. Asking for permission sends them nothing.
OPEN = ["8.8.8.8", "9.255.255.255", "11.0.0.1", "100.63.255.255", "100.128.0.1", "172.15.0.1", "172.32.0.1", "192.167.0.1", "198.20.0.1",
        "2001:4860:4860::8888", "2003::1", "2606:4700:4700::1111", "2a00:1450::1"]


def ip(*arguments: str):
    subprocess.run(["ip", *arguments], check=True, capture_output=True, text=True)


class Network:
    """candidate ── relay ── engine; nothing is routed between the two sides."""

    def __init__(self):
        mark = f"{os.getpid() % 10_000}"
        self.candidate, self.relay, self.engine = (f"viva-{name}-{mark}" for name in ("candidate", "relay", "engine"))

    def make(self):
        for name in (self.candidate, self.relay, self.engine):
            ip("netns", "add", name)
            ip("-n", name, "link", "set", "lo", "up")
        ip("-n", self.relay, "address", "add", f"{RELAY_INSIDE_6}/128", "dev", "lo", "nodad")
        for near, address, outside in ((self.candidate, CANDIDATE, RELAY_OUTSIDE), (self.engine, ENGINE, RELAY_INSIDE)):
            link = near.split("-")[1][:3]
            ip("-n", near, "link", "add", link, "type", "veth", "peer", "name", link, "netns", self.relay)
            ip("-n", near, "address", "add", f"{address}/24", "dev", link)
            ip("-n", self.relay, "address", "add", f"{outside}/24", "dev", link)
            ip("-n", near, "link", "set", link, "up")
            ip("-n", self.relay, "link", "set", link, "up")

    def remove(self):
        for name in (self.candidate, self.relay, self.engine):
            subprocess.run(["ip", "netns", "delete", name], capture_output=True)

    @staticmethod
    def inside(name: str) -> list[str]:
        return ["ip", "netns", "exec", name]


def helper(network: str, *arguments: str) -> dict:
    run = subprocess.run(
        [*Network.inside(network), sys.executable, str(HERE / "relayed_candidate.py"), *arguments],
        capture_output=True, text=True, timeout=150,
    )
    assert run.returncode == 0, run.stderr[-3000:]
    return json.loads(run.stdout.strip().splitlines()[-1])


def credentials(expiry: int, secret: str = SECRET) -> tuple[str, str]:
    user = f"{expiry}:int_test"
    return user, base64.b64encode(hmac.new(secret.encode(), user.encode(), hashlib.sha1).digest()).decode()


@pytest.fixture(scope="module")
def network():
    for tool, package in (("turnserver", "coturn"), ("ip", "iproute2")):
        if not shutil.which(tool):
            pytest.skip(f"{tool} is not installed (Debian package {package}; scripts/bootstrap --test)")
    if os.geteuid() != 0:
        pytest.skip("network namespaces need root")
    network = Network()
    try:
        network.make()
    except subprocess.CalledProcessError as error:
        network.remove()
        pytest.skip(f"no network namespaces here: {error.stderr.strip()}")
    yield network
    network.remove()


@pytest.fixture(scope="module")
def turn(network, tmp_path_factory):
    """coturn with the shipped file; only what it says to change is changed."""
    folder = tmp_path_factory.mktemp("turn")
    text = CONFIGURATION.read_text()
    for line, filled in (
        ("static-auth-secret=CHANGE", f"static-auth-secret={SECRET}"),
        ("realm=CHANGE", "realm=viva.test"),
        ("#allowed-peer-ip=CHANGE", f"allowed-peer-ip={ENGINE}"),
        ("log-file=/var/log/turnserver/turnserver.log", f"log-file={folder}/turnserver.log"),
    ):
        assert text.count(f"\n{line}\n") == 1, line
        text = text.replace(f"\n{line}\n", f"\n{filled}\n")
    file = folder / "turnserver.conf"
    file.write_text(text)
    place = [
        f"--listening-ip={RELAY_OUTSIDE}", f"--relay-ip={RELAY_INSIDE}", f"--relay-ip={RELAY_INSIDE_6}",
        f"--pidfile={folder}/pid", f"--userdb={folder}/db", "--log-binding",
    ]
    process = subprocess.Popen(
        [*Network.inside(network.relay), "turnserver", "-c", str(file), *place],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )
    log = folder / "turnserver.log"
    sockets = [*Network.inside(network.relay), "ss", "--no-header", "--listening", "--udp", "--numeric", f"sport = :{TURN_PORT}"]
    try:
        deadline = time.monotonic() + 20
        while RELAY_OUTSIDE not in subprocess.run(sockets, capture_output=True, text=True).stdout:
            assert process.poll() is None and time.monotonic() < deadline, log.read_text() if log.exists() else "no log"
            time.sleep(0.1)
        yield
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture
def gateway(network, turn, serve):
    """`viva serve` beside the engine, and a proxy that brings HTTP, and nothing else, to the candidate's side."""
    settings = {"VIVA_ICE_SERVERS": f"turn:{RELAY_OUTSIDE}:{TURN_PORT}?transport=udp", "VIVA_TURN_SECRET": SECRET}
    server = serve("--host", ENGINE, environment=settings, inside=Network.inside(network.engine))
    port = server.base.rsplit(":", 1)[1]
    proxy = subprocess.Popen(
        [*Network.inside(network.relay), sys.executable, str(HERE / "relayed_candidate.py"), "forward", RELAY_OUTSIDE, "0", ENGINE, port],
        stdout=subprocess.PIPE, text=True,
    )
    yield f"http://{RELAY_OUTSIDE}:{json.loads(proxy.stdout.readline())['port']}", server
    proxy.terminate()
    proxy.wait(10)


def test_a_candidate_without_a_direct_path_hears_the_greeting_through_the_relay(network, gateway):
    base, server = gateway
    unreachable = subprocess.run(
        [*Network.inside(network.candidate), sys.executable, "-c",
         f"import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('{ENGINE}', 9))"],
        capture_output=True, text=True,
    )
    assert "Network is unreachable" in unreachable.stderr
    report = helper(network.candidate, "call", base, server.ticket)
    assert report["state"] == "connected", report
    assert report["local"] and set(report["local"]) == {"relay"}, report
    assert set(report["remote"]) == {ENGINE}, report
    assert report["loudest"] > 500, report
    # The same without the relay gets nowhere: it was the relay that did it.
    report = helper(network.candidate, "call", base, server.ticket, "--direct")
    assert report["state"] != "connected" and report["loudest"] == 0, report
    assert "relay" not in report["offered"]


def test_the_relay_reaches_the_engine_and_the_internet_and_none_of_the_denied_networks(network, turn):
    user, password = credentials(int(time.time()) + 60)
    answers = helper(network.candidate, "permit", RELAY_OUTSIDE, str(TURN_PORT), user, password, *DENIED, *OPEN, ENGINE)
    assert answers == {"allocate": 200, "peers": dict.fromkeys(DENIED, 403) | dict.fromkeys([*OPEN, ENGINE], 200)}


@pytest.mark.parametrize("expiry, secret", [(-1, SECRET), (60, "another secret")], ids=["expired", "forged"])
def test_credentials_that_have_ended_or_were_made_up_open_no_relay(network, turn, expiry, secret):
    user, password = credentials(int(time.time()) + expiry, secret)
    assert helper(network.candidate, "permit", RELAY_OUTSIDE, str(TURN_PORT), user, password, ENGINE)["allocate"] == 401
