"""What the sockets do with strangers and garbage: dropped, counted, never a crash (S21, S24, S26)."""

import socket
import struct
import time

import pytest
import zmq

from drover.client import ControlClient, DaemonUnreachableError
from drover.framing import pack, receive_frame
from drover.wire.codec import MAX_FRAME_BYTES
from drover.wire.control import REQUESTS, RESPONSES, GetStatus, Hello, Request, Response
from drover.wire.faults import Failure
from drover.wire.tasks import Effect
from drover.wire.worker import FROM_WORKER, Ended, Outcome, WorkerHello
from tests.support.daemon import DroverDaemon
from tests.support.phones import wait_until


def connect(daemon: DroverDaemon) -> socket.socket:
    sock = socket.socket(socket.AF_UNIX)
    sock.settimeout(5)
    sock.connect(str(daemon.runtime_dir / "control.sock"))
    return sock


HELLO = pack(REQUESTS.encode(Request(id=1, body=Hello(version=1, client="test"))))


@pytest.mark.parametrize(
    "garbage",
    [
        b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
        struct.pack(">I", MAX_FRAME_BYTES + 1),
        pack(b"\xc1"),
        pack(b""),
        pack(REQUESTS.encode(Request(id=1, body=GetStatus()))),
        pack(REQUESTS.encode(Request(id=1, body=Hello(version=99, client="old")))),
        HELLO + pack(b"\x93\x01\x02"),
        HELLO + HELLO,
    ],
)
def test_s24_garbage_on_the_control_socket_harms_nobody(daemon: DroverDaemon, garbage: bytes) -> None:
    with connect(daemon) as sock:
        sock.sendall(garbage)
        answer: Response | None = None
        sock.settimeout(1)
        try:
            while data := receive_frame(sock, max_bytes=MAX_FRAME_BYTES):
                answer = RESPONSES.decode(data)
        except TimeoutError:
            pass  # a connection that was greeted stays open
        assert answer is not None, "no answer at all"
        assert isinstance(answer.body, Failure)
    assert daemon.status().pid == daemon.process.pid


def test_s21_sockets_are_private(daemon: DroverDaemon) -> None:
    assert daemon.runtime_dir.stat().st_mode & 0o777 == 0o700
    assert (daemon.runtime_dir / "control.sock").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("identity", "data"),
    [
        (b"\xff\xfe#1", b"\xc1"),
        (b"nobody#1", b"not msgpack"),
        (b"nobody#1", FROM_WORKER.encode(WorkerHello(version=1, boot_id="x", serial="y", incarnation=1, pid=1))),
        (b"nobody#1", FROM_WORKER.encode(Ended(fence=1, outcome=Outcome.COMPLETED, effect=Effect.CONFIRMED))),
        (b"x" * 200, b"\x80"),
    ],
)
def test_s26_forged_worker_messages_are_dropped_and_counted(daemon: DroverDaemon, identity: bytes, data: bytes) -> None:
    before = daemon.status().messages_dropped
    context = zmq.Context()
    forger = context.socket(zmq.DEALER)
    forger.setsockopt(zmq.IDENTITY, identity)
    forger.setsockopt(zmq.LINGER, 1000)
    forger.connect(f"ipc://{daemon.runtime_dir / 'workers.sock'}")
    forger.send(data)
    wait_until(lambda: daemon.status().messages_dropped > before, what="the count of dropped messages")
    forger.close()
    context.term()


def test_unreachable_daemon_is_told_at_once(daemon: DroverDaemon) -> None:
    begun = time.monotonic()
    with pytest.raises(DaemonUnreachableError, match=r"control\.sock"):
        ControlClient(daemon.folder / "control.sock", client_name="test").connect()
    assert time.monotonic() - begun < 1
