"""R9: a worker ends in every way there is. It is restarted, the phone comes back, the others keep theirs."""

import signal
import time

from tests.chaos.finding import Finding
from tests.chaos.rig import Rig, kill, rig
from tests.support.phones import wait_until

ENDS = {
    "kill -9": signal.SIGKILL,
    "kill -11": signal.SIGSEGV,
    "exit 1": signal.SIGUSR2,
    "exit 0": signal.SIGUSR1,
}
"""The last two are signals that the sabotage in the rig turns into exits of the process's own."""


def run(rounds: int = 4, *, timed: bool = True) -> Finding:
    """Each end `rounds` times, each kind on its own phone: deaths of one are held apart by growing pauses."""
    finding = Finding(promise="R9 worker ends")
    took: list[float] = []
    with rig(len(ENDS) + 1) as it:
        witness = it.worker(it.serials[-1])
        for _ in range(rounds):
            for serial, (name, number) in zip(it.serials, ENDS.items(), strict=False):
                took.append(_ended(it, serial, name, number))
                finding.trials += 1
        finding.check(it.worker(it.serials[-1]) == witness, "a worker that no one touched is another one now")
        _statuses(it, finding)
    finding.check(not timed or max(took) < 20, f"a restart took {max(took):.0f} s")
    finding.figure = f"phone back after at most {max(took):.1f} s ({rounds} deaths in a row of each)"
    return finding


def _ended(it: Rig, serial: str, name: str, number: int) -> float:
    it.wait_there(serial)
    pid = it.worker(serial)
    begun = time.monotonic()
    kill(pid, number)
    wait_until(lambda: it.device(serial).worker_pid not in (None, pid), timeout_s=60, what=f"a worker after {name}")
    it.wait_there(serial)
    return time.monotonic() - begun


def _statuses(it: Rig, finding: Finding) -> None:
    """The ends were those that were meant."""
    for status in (-9, -11, 1, 0):
        finding.check(f'"status": {status},' in it.daemon.log(), f"no worker was seen to end with status {status}")
