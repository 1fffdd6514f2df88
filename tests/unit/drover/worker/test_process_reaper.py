"""What stands between a worker and a command: exits as the command does, and leaves nothing of it. Real processes."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from drover.worker.command import PROCESS_REAPER
from tests.support.phones import wait_until
from tests.support.processes import gone

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere only the command's own group is ended")


class Reaped:
    """A command under a reaper; `let_go` closes the lifeline as a worker does, also one that dies."""

    def __init__(self, *command: str) -> None:
        reading, self._lifeline = os.pipe()
        self.process = subprocess.Popen(
            [sys.executable, "-I", "-S", str(PROCESS_REAPER), str(reading), *command],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            pass_fds=(reading,),
            start_new_session=True,
        )
        os.close(reading)

    def let_go(self) -> None:
        if self._lifeline >= 0:
            os.close(self._lifeline)
            self._lifeline = -1

    def line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def ended(self) -> tuple[int, str]:
        """Its exit status and the rest of the output."""
        rest, _ = self.process.communicate(timeout=20)
        return self.process.returncode, rest


@pytest.fixture
def started() -> Iterator[list[Reaped]]:
    made: list[Reaped] = []
    yield made
    for one in made:
        one.let_go()
        one.process.communicate(timeout=20)


def shell(started: list[Reaped], script: str) -> Reaped:
    started.append(Reaped("/bin/sh", "-c", script))
    return started[-1]


@pytest.mark.parametrize(("script", "status"), [("exit 0", 0), ("exit 7", 7), ("kill -15 $$", 128 + signal.SIGTERM)])
def test_it_exits_as_the_command_does(started: list[Reaped], script: str, status: int) -> None:
    assert shell(started, script).ended()[0] == status


def test_a_command_that_cannot_be_started_is_named(started: list[Reaped], tmp_path: Path) -> None:
    started.append(Reaped(str(tmp_path / "nothing")))
    status, said = started[-1].ended()
    assert (status, said) == (127, f"{tmp_path / 'nothing'}: cannot be started: No such file or directory\n")


@linux_only
def test_when_the_lifeline_closes_nothing_of_the_command_runs_on(started: list[Reaped]) -> None:
    one = shell(
        started, "trap '' TERM HUP; setsid sh -c 'trap \"\" TERM; echo $$; sleep 600' & sleep 601 & echo $!; wait"
    )
    pids = [int(one.line()), int(one.line())]
    one.let_go()
    assert one.ended()[0] == 128 + signal.SIGKILL
    assert all(gone(pid) for pid in pids)


@linux_only
def test_what_a_command_leaves_behind_ends_with_it_also_in_another_session(started: list[Reaped]) -> None:
    one = shell(started, "setsid sh -c 'echo $$; exec sleep 600' & sleep 0.2; exit 3")
    left = int(one.line())
    assert one.ended()[0] == 3
    assert gone(left)


def test_an_orphan_that_ends_early_is_not_taken_for_the_command(started: list[Reaped]) -> None:
    one = shell(started, "(exit 9) & sh -c 'sh -c \"exit 8\" & exit 0'; echo on; read wait_for_it < /dev/null; exit 4")
    assert one.line() == "on"
    assert one.ended()[0] == 4


def test_signals_of_the_group_are_for_the_command(started: list[Reaped]) -> None:
    one = shell(started, "trap 'echo told; exit 5' TERM; echo ready; while true; do sleep 0.05; done")
    assert one.line() == "ready"
    os.killpg(one.process.pid, signal.SIGTERM)
    assert one.line() == "told"
    assert one.ended()[0] == 5


@linux_only
def test_a_killed_reaper_takes_the_command_with_it(started: list[Reaped]) -> None:
    one = shell(started, "echo $$; exec sleep 600")
    command = int(one.line())
    one.process.kill()
    wait_until(lambda: gone(command), what="the command's end")


def test_the_command_has_neither_the_lifeline_nor_ignored_signals(started: list[Reaped]) -> None:
    one = shell(started, "ls /proc/self/fd | wc -l; grep SigIgn /proc/self/status")
    assert int(one.line()) <= 4  # its own three, and the folder that ls reads
    assert int(one.line().split()[1], 16) & (1 << (signal.SIGTERM - 1)) == 0
