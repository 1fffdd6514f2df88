"""What the sockets do with strangers and garbage: dropped, counted, never a crash (S21, S24, S26)."""

import os
import socket
import struct
import subprocess
import sys
import time
from pathlib import Path

import psutil
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
def test_s24_garbage_on_the_control_socket_disturbs_no_other_client(daemon: DroverDaemon, garbage: bytes) -> None:
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


def test_a_client_of_an_unreachable_daemon_fails_at_once(daemon: DroverDaemon) -> None:
    begun = time.monotonic()
    with pytest.raises(DaemonUnreachableError, match=r"control\.sock"):
        ControlClient(daemon.folder / "control.sock", client_name="test").connect()
    assert time.monotonic() - begun < 1


def test_s24_an_oversized_worker_message_closes_its_senders_connection_alone(daemon: DroverDaemon) -> None:
    context = zmq.Context()
    forger = context.socket(zmq.DEALER)
    forger.setsockopt(zmq.IDENTITY, b"nobody#2")
    forger.setsockopt(zmq.LINGER, 0)
    monitor = forger.get_monitor_socket(zmq.EVENT_DISCONNECTED)
    forger.connect(f"ipc://{daemon.runtime_dir / 'workers.sock'}")
    before = psutil.Process(daemon.process.pid).memory_info().rss
    forger.send(b"x" * (64 * 1024 * 1024))
    assert monitor.poll(10_000), "the connection was not cut"
    assert psutil.Process(daemon.process.pid).memory_info().rss - before < 32 * 1024 * 1024
    forger.disable_monitor()
    monitor.close(linger=0)
    forger.close(linger=0)
    context.term()
    assert daemon.status().pid == daemon.process.pid
    assert daemon.status().workers == 2


STRANGER = """
import os, socket, sys
os.setgid(65534), os.setuid(65534)
sock = socket.socket(socket.AF_UNIX)
sock.settimeout(5)
try:
    sock.connect(sys.argv[1])
except PermissionError:
    sys.exit("no way in")
sock.sendall(bytes.fromhex(sys.argv[2]))
print(repr(sock.recv(100)))
"""


def ask_as_nobody(path: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", STRANGER, str(path), HELLO.hex()]
    return subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become another user")
def test_s23_another_user_gets_no_answer_even_where_the_socket_is_open() -> None:
    with DroverDaemon(adb_port=1) as own:
        path = own.runtime_dir / "control.sock"
        assert "no way in" in ask_as_nobody(path).stderr
        for open_one in (own.folder, own.runtime_dir, path):
            open_one.chmod(0o777)  # so that only the kernel's word on the peer is left
        done = ask_as_nobody(path)
        assert done.stdout.strip() in ("b''", "")  # closed without a word, or even before Hello was sent
        assert done.returncode == 0 or "Broken pipe" in done.stderr or "reset" in done.stderr
        own.wait_logged("connection_refused")
        assert '"uid": 65534' in own.log()
        assert own.status().pid == own.process.pid


WORKER_STRANGER = """
import os, sys, zmq
os.setgid(65534), os.setuid(65534)
context = zmq.Context()
sock = context.socket(zmq.DEALER)
sock.setsockopt(zmq.IDENTITY, b"stranger#1")
sock.setsockopt(zmq.LINGER, 1000)
sock.connect("ipc://" + sys.argv[1])
sock.send(b"not msgpack")
sock.close()
context.term()
"""


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become another user")
def test_s23_messages_of_another_users_worker_do_not_arrive() -> None:
    with DroverDaemon(adb_port=1) as own:
        path = own.runtime_dir / "workers.sock"
        for open_one in (own.folder, own.runtime_dir, path):
            open_one.chmod(0o777)
        command = [sys.executable, "-c", WORKER_STRANGER, str(path)]
        assert subprocess.run(command, timeout=20, check=False).returncode == 0
        context = zmq.Context()
        of_ours = context.socket(zmq.DEALER)
        of_ours.setsockopt(zmq.IDENTITY, b"ours#1")
        of_ours.connect(f"ipc://{path}")
        of_ours.send(b"not msgpack either")
        wait_until(lambda: own.status().messages_dropped > 0, what="the count of our garbage")
        of_ours.close(linger=0)
        context.term()
        assert own.status().messages_dropped == 1
        assert "stranger" not in own.log()
