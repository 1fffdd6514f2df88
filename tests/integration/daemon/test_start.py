"""A start is over when what was accepted is put right and the socket answers; the zygote may take longer."""

import os
import signal
from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager

import psutil
import pytest

from drover.client import ControlClient
from drover.wire.custom import ListScripts, ScriptList
from drover.wire.devices import DeviceState
from drover.wire.tasks import Status
from tests.chaos.rig import zygote
from tests.support.adb import AdbServer
from tests.support.daemon import DroverDaemon
from tests.support.phones import PhoneFarm, wait_until


@pytest.fixture
def begun(adb_server: AdbServer) -> Iterator[DroverDaemon]:
    """A daemon whose process is not there yet."""
    daemon = DroverDaemon(adb_port=adb_server.port)
    with ExitStack() as at_end:
        at_end.push(daemon)
        yield daemon


@contextmanager
def held_zygote(daemon: DroverDaemon) -> Generator[int]:
    """The daemon's process, begun, whose zygote stands still while it imports; the zygote's pid."""
    daemon.launch()
    pid = wait_until(lambda: _zygote(daemon), timeout_s=30, what="the zygote")
    os.kill(pid, signal.SIGSTOP)
    try:
        yield pid
    finally:
        if psutil.pid_exists(pid):
            os.kill(pid, signal.SIGCONT)


def _zygote(daemon: DroverDaemon) -> int | None:
    try:
        return zygote(daemon)
    except StopIteration:
        return None


def scripts(daemon: DroverDaemon) -> list[str]:
    """By its own client: others ask meanwhile."""
    client = ControlClient(daemon.runtime_dir / "control.sock", client_name="tests")
    try:
        return [info.name for info in client.ask(ListScripts(), ScriptList).scripts]
    finally:
        client.close()


def test_r01_ready_does_not_wait_for_the_zygote(begun: DroverDaemon, farm: PhoneFarm) -> None:
    serials = [phone.serial for phone in farm.phones]
    with ThreadPoolExecutor(1) as pool, held_zygote(begun):
        begun.wait_answering()
        (task_id,) = begun.follow(serials[0], target="ada_start")
        asked = pool.submit(scripts, begun)
        assert DeviceState.IDLE not in begun.states().values()
        assert not asked.done()  # which plugins there are only the zygote knows
    begun.wait_idle(serials[1])
    assert "follow" in asked.result(timeout=30)
    assert begun.wait_ended(task_id).status is Status.COMPLETED


def test_r08_a_daemon_that_gets_sigterm_before_its_zygote_is_ready_ends(begun: DroverDaemon) -> None:
    with held_zygote(begun) as pid:
        begun.wait_answering()
        assert begun.stop() == 0
        assert not psutil.pid_exists(pid)


def test_a_zygote_that_ends_while_it_starts_ends_the_daemon(begun: DroverDaemon) -> None:
    with held_zygote(begun) as pid:
        begun.wait_answering()
        os.kill(pid, signal.SIGKILL)
        assert begun.process.wait(timeout=20) == 1
    assert "the zygote ended while it started" in begun.log()
