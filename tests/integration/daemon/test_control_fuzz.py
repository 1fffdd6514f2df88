"""Anything at all on the control socket of a real daemon: answered or cut, never a crash, and others notice nothing."""

import random
import socket

from hypothesis import given, settings
from hypothesis import strategies as st

from drover.framing import pack
from drover.wire.codec import MAX_FRAME_BYTES, PROTOCOL_VERSION
from drover.wire.control import REQUESTS, GetStatus, Hello, Request
from tests.support.daemon import DroverDaemon
from tests.support.wire_examples import REQUESTS as EXAMPLES

HELLO = pack(REQUESTS.encode(Request(id=1, body=Hello(version=PROTOCOL_VERSION, client="fuzz"))))
GOOD = [REQUESTS.encode(Request(id=2, body=body)) for body in EXAMPLES]
STEPS = st.lists(st.sampled_from(["garbage", "huge", "damaged", "cut", "good"]), min_size=1, max_size=5)


def conversation(steps: list[str], rng: random.Random) -> bytes:
    """Bytes of one connection: a greeting, mostly, and then what the steps say."""
    parts = [HELLO] if rng.random() < 0.8 else []
    for step in steps:
        good = rng.choice(GOOD)
        match step:
            case "garbage":
                parts.append(rng.randbytes(rng.randint(1, 400)))
            case "huge":
                parts.append((MAX_FRAME_BYTES + rng.randint(1, 2**30)).to_bytes(4, "big"))
            case "damaged":
                broken = bytearray(good)
                broken[rng.randrange(len(broken))] ^= 1 << rng.randrange(8)
                parts.append(pack(bytes(broken)))
            case "cut":
                parts.append(pack(good)[: rng.randint(1, len(good))])
            case _:
                parts.append(pack(REQUESTS.encode(Request(id=3, body=GetStatus()))))
    return b"".join(parts)


@given(STEPS, st.integers(0, 2**32))
@settings(max_examples=150, deadline=None)
def send_all(path: str, pid: int, steps: list[str], seed: int) -> None:
    data = conversation(steps, random.Random(seed))
    with socket.socket(socket.AF_UNIX) as sock:
        sock.settimeout(5)
        sock.connect(path)
        try:
            sock.sendall(data)
            sock.shutdown(socket.SHUT_WR)
            while sock.recv(1 << 16):
                continue
        except ConnectionError:
            return  # cut; a time-out, which is neither that nor an answer, fails the test


def test_s24_fuzzed_conversations_leave_the_daemon_as_it_was() -> None:
    # Its own: fuzzed requests may by chance be good ones, such as the rotation of a token.
    with DroverDaemon(adb_port=1) as daemon:
        pid = daemon.process.pid
        send_all(str(daemon.runtime_dir / "control.sock"), pid)
        assert daemon.status().pid == pid
        assert "component_failed" not in daemon.log()
        assert "request_failed" not in daemon.log()
        assert daemon.status().messages_dropped > 0
