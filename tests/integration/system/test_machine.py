"""The machine that the units are tested on leaves nothing behind, however its test ends."""

import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import psutil
import pytest

from tests.support.machine import PREFIX, REPOSITORY, Machine, cgroup_root, missing
from tests.support.phones import wait_until

pytestmark = pytest.mark.skipif(bool(missing()), reason=missing() or "-")

HOLD = """
import sys, time
from tests.support.machine import Machine
with Machine() as machine:
    print(machine.pid, machine.folder.name, flush=True)
    time.sleep(300)
"""


def left_of(name: str) -> list[str]:
    """Processes, mounts and cgroups of the machine of that name."""
    root = cgroup_root()
    assert root is not None
    cgroup = root / name
    inside = [line for path in cgroup.rglob("cgroup.procs") for line in path.read_text().split()]
    mounts = [line for line in Path("/proc/self/mounts").read_text().splitlines() if name in line]
    return [*inside, *mounts, *([str(cgroup)] if cgroup.exists() else [])]


def test_a_test_that_fails_leaves_nothing() -> None:
    machine = Machine()

    def failing() -> None:
        with machine:
            machine.run("systemd-run", "sleep", "300")
            assert left_of(machine.folder.name)
            machine.run("sh", "-c", "exit 3")

    with pytest.raises(AssertionError, match="exit 3"):
        failing()
    assert left_of(machine.folder.name) == []
    assert not machine.folder.exists()
    assert not psutil.pid_exists(machine.pid)


def test_tests_that_are_killed_leave_no_process_and_the_next_machine_sweeps_the_rest() -> None:
    held = subprocess.Popen([sys.executable, "-c", HOLD], stdout=subprocess.PIPE, text=True, cwd=REPOSITORY)
    assert held.stdout is not None
    pid, name = held.stdout.readline().split()
    assert name.startswith(PREFIX)
    held.send_signal(signal.SIGKILL)
    held.wait(10)
    held.stdout.close()
    wait_until(lambda: not psutil.pid_exists(int(pid)), what="the end of the machine's first process")
    with Machine():
        assert left_of(name) == []
        assert not Path(tempfile.gettempdir(), name).exists()
