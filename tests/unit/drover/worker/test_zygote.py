"""The zygote over its socket: forks, reports ends, survives garbage, and leaves nobody behind. Real processes."""

import os
import signal
import socket
from collections.abc import Iterator
from typing import Any

import psutil
import pytest

from drover.framing import pack, receive_frame
from drover.supervisor.workers.zygote_process import ZygoteProcess
from drover.wire.codec import MAX_WORKER_MESSAGE_BYTES
from drover.wire.worker import Shutdown, WorkerHello
from drover.wire.zygote import FROM_ZYGOTE, TO_ZYGOTE, Exited, Fork, Forked, ZygoteReady
from tests.support.phones import wait_until
from tests.support.processes import gone
from tests.support.worker_endpoint import WorkerEndpoint, worker_endpoint


class Channel:
    """Our end of the zygote's socket."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        sock.settimeout(30)

    def tell(self, data: bytes) -> None:
        self.sock.sendall(pack(data))

    def fork(self, endpoint: WorkerEndpoint, serial: str, incarnation: int = 1) -> Forked:
        self.tell(TO_ZYGOTE.encode(Fork(spec=endpoint.spec(serial, incarnation=incarnation))))
        forked = self.next()
        assert isinstance(forked, Forked)
        assert (forked.serial, forked.incarnation) == (serial, incarnation)
        return forked

    def next(self) -> Any:
        data = receive_frame(self.sock, max_bytes=MAX_WORKER_MESSAGE_BYTES)
        assert data is not None, "the zygote ended"
        return FROM_ZYGOTE.decode(data)


@pytest.fixture(scope="module")
def endpoint() -> Iterator[WorkerEndpoint]:
    with worker_endpoint() as made:
        yield made


@pytest.fixture(scope="module")
def process() -> Iterator[ZygoteProcess]:
    made = ZygoteProcess.start(log_level="error", log_format="text")
    yield made
    made.end()


@pytest.fixture(scope="module")
def zygote(process: ZygoteProcess) -> Channel:
    channel = Channel(process.channel)
    ready = channel.next()
    assert isinstance(ready, ZygoteReady)
    assert ready.pid == process.pid
    return channel


def test_each_fork_is_a_worker_of_the_phone_that_was_asked_for(zygote: Channel, endpoint: WorkerEndpoint) -> None:
    for serial, incarnation in (("R58M1", 1), ("R58M2", 4)):
        forked = zygote.fork(endpoint, serial, incarnation)
        hello = endpoint.next(WorkerHello)
        assert (hello.serial, hello.incarnation, hello.pid) == (serial, incarnation, forked.pid)
        os.kill(forked.pid, signal.SIGKILL)
        assert zygote.next() == Exited(pid=forked.pid, status=-signal.SIGKILL)
        assert not psutil.pid_exists(forked.pid)  # reaped


def test_a_good_end_is_told_as_one(zygote: Channel, endpoint: WorkerEndpoint) -> None:
    forked = zygote.fork(endpoint, "R58M3")
    endpoint.next(WorkerHello)
    endpoint.tell(b"R58M3#1", Shutdown())
    assert zygote.next() == Exited(pid=forked.pid, status=0)


def test_ends_at_one_moment_are_all_told(zygote: Channel, endpoint: WorkerEndpoint) -> None:
    pids = {zygote.fork(endpoint, f"many{number}").pid for number in range(5)}
    for _ in pids:
        endpoint.next(WorkerHello)
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    assert {zygote.next().pid for _ in pids} == pids


def test_what_is_no_request_is_passed_over(zygote: Channel, endpoint: WorkerEndpoint) -> None:
    zygote.tell(b"\xc1")
    zygote.tell(b"")
    os.kill(zygote.fork(endpoint, "R58M5").pid, signal.SIGKILL)
    assert isinstance(zygote.next(), Exited)


def test_a_worker_holds_neither_the_zygotes_socket_nor_its_pipes(
    process: ZygoteProcess, zygote: Channel, endpoint: WorkerEndpoint
) -> None:
    ours = {found.fd for found in psutil.Process(process.pid).net_connections("unix")}
    forked = zygote.fork(endpoint, "R58M6")
    assert ours
    while endpoint.hear()[0] != b"R58M6#1":
        pass  # the last words of others
    links = {os.readlink(f"/proc/{process.pid}/fd/{number}") for number in ours}
    held = {os.readlink(f"/proc/{forked.pid}/fd/{number}") for number in os.listdir(f"/proc/{forked.pid}/fd")}
    assert not links & held
    os.kill(forked.pid, signal.SIGKILL)
    assert isinstance(zygote.next(), Exited)


def test_r01_when_the_supervisor_is_gone_zygote_and_workers_end(endpoint: WorkerEndpoint) -> None:
    own = ZygoteProcess.start(log_level="error", log_format="text")
    channel = Channel(own.channel)
    channel.next()
    os.kill(own.pid, signal.SIGINT)  # a terminal's Ctrl-C is the supervisor's to handle
    os.kill(own.pid, signal.SIGHUP)
    forked = channel.fork(endpoint, "R58M9")
    own.channel.close()
    wait_until(own.ended, what="the zygote's end")
    wait_until(lambda: gone(forked.pid), what="the worker's end")
