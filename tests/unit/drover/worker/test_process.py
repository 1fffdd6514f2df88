"""One worker process from its hello to its end. A real process, a real socket, a phone that no adb server has."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import psutil
import pytest

from drover.wire.codec import PROTOCOL_VERSION
from drover.wire.direct import DirectHierarchy
from drover.wire.worker import (
    AccountsRead,
    AttemptRefused,
    CleanUp,
    Heartbeat,
    PhoneTrouble,
    Probe,
    ReadAccounts,
    Shutdown,
    StopAttempt,
    WorkerHello,
    routing_id,
)
from drover.wire.zygote import WorkerSpec
from tests.support.phones import wait_until
from tests.support.processes import gone
from tests.support.worker_bench import begin
from tests.support.worker_endpoint import WorkerEndpoint, worker_endpoint

BE = """
import os, sys, msgspec
from drover.wire.zygote import WorkerSpec
from drover.worker import process
spec = msgspec.json.decode(sys.argv[1], type=WorkerSpec)
parent = os.getpid()
pid = os.fork()
if pid == 0:
    os._exit(process.run(spec, parent))
_, raw = os.waitpid(pid, 0)
print(os.waitstatus_to_exitcode(raw), flush=True)
"""


class Forked:
    """A worker that a parent of its own forked, as the zygote does. The parent prints its exit status."""

    def __init__(self, spec: WorkerSpec, first: str = "") -> None:
        command = [sys.executable, "-c", first + BE, msgspec.json.encode(spec).decode()]
        self.parent = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def status(self) -> int:
        out, err = self.parent.communicate(timeout=30)
        assert out, err
        return int(out)


@pytest.fixture
def supervisor() -> Iterator[WorkerEndpoint]:
    with worker_endpoint() as made:
        yield made


@pytest.fixture
def forked(supervisor: WorkerEndpoint) -> Iterator[Forked]:
    made = Forked(supervisor.spec())
    yield made
    made.parent.kill()
    made.parent.communicate(timeout=30)


WHO = routing_id("R58M1", 1)


def test_it_says_who_it_is_gives_signs_of_life_and_ends_when_it_is_told(
    supervisor: WorkerEndpoint, forked: Forked
) -> None:
    who, hello = supervisor.hear()
    assert isinstance(hello, WorkerHello)
    assert who == WHO == b"R58M1#1"
    assert hello == WorkerHello(
        version=PROTOCOL_VERSION, boot_id="boot-1", serial="R58M1", incarnation=1, pid=hello.pid
    )
    assert psutil.Process(hello.pid).ppid() == forked.parent.pid
    assert os.getsid(hello.pid) == os.getpgid(hello.pid) == hello.pid  # so that a kill reaches whatever it started
    for _ in range(3):
        assert supervisor.next(Heartbeat) == Heartbeat(fence=None)
    os.kill(hello.pid, signal.SIGINT)
    os.kill(hello.pid, signal.SIGHUP)  # a terminal's signals are the supervisor's to handle
    assert supervisor.next(Heartbeat)
    supervisor.tell(WHO, Shutdown())
    assert forked.status() == 0


def test_each_message_reaches_the_phones_thread(supervisor: WorkerEndpoint, forked: Forked, tmp_path: Path) -> None:
    supervisor.next(WorkerHello)
    assert "R58M1" in supervisor.next(PhoneTrouble).why
    supervisor.tell(WHO, Probe())
    supervisor.next(PhoneTrouble)  # it tried again at once
    supervisor.tell(WHO, StopAttempt(fence=99))  # not one of ours
    supervisor.tell(WHO, begin(tmp_path))
    assert supervisor.next(AttemptRefused).fence == 7
    supervisor.tell(WHO, ReadAccounts(request_id=5, platform="instagram"))
    assert supervisor.next(AccountsRead).request_id == 5
    for message in (CleanUp(), DirectHierarchy(request_id=6, timeout_s=1, folder=str(tmp_path))):
        supervisor.tell(WHO, message)
        supervisor.next(PhoneTrouble)
    supervisor.tell(WHO, Shutdown())
    assert forked.status() == 0


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the closed socket must do")
def test_r01_it_dies_with_the_process_that_forked_it(supervisor: WorkerEndpoint, forked: Forked) -> None:
    pid = supervisor.next(WorkerHello).pid
    forked.parent.kill()
    wait_until(lambda: gone(pid), what="the worker's end")


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the closed socket must do")
def test_r01_one_whose_parent_died_before_it_ran_does_not_begin() -> None:
    late = "import os; from drover.worker import process; process.die_with_parent(os.getppid() + 1); os._exit(0)"
    assert subprocess.run([sys.executable, "-c", late], timeout=30).returncode == 1


def test_a_worker_whose_phones_thread_died_ends_with_a_fault(supervisor: WorkerEndpoint) -> None:
    fault = "from drover.worker.runner import Runner\nRunner.run = lambda _self: 1 / 0\n"
    assert Forked(supervisor.spec(), first=fault).status() == 1
