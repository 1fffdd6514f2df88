"""R20: a second daemon ends at once and says so, the first goes on; a dead one's lock and sockets are no obstacle.

Every other one has its own runtime directory, and only the data in common."""

import subprocess
import sys
import time

from tests.chaos.finding import Finding
from tests.chaos.rig import rig

REFUSED_S = 1.0


def run(rounds: int = 10, *, timed: bool = True) -> Finding:
    finding = Finding(promise="R20 single instance")
    took: list[float] = []
    with rig(1) as it:
        interpreter_s = _interpreter_s()
        elsewhere = {"DROVER_DAEMON_RUNTIME_DIR": str(it.daemon.folder / "elsewhere")}
        for number in range(rounds):
            own, expected = ({}, "runs already") if number % 2 == 0 else (elsewhere, "works on the data")
            begun = time.monotonic()
            second = subprocess.run(
                [sys.executable, "-m", "drover.main"],
                env=it.daemon.environment | own,
                capture_output=True,
                text=True,
                check=False,
            )
            took.append(time.monotonic() - begun)
            finding.trials += 1
            finding.check(second.returncode == 1, f"the second daemon ended with {second.returncode}")
            finding.check(expected in second.stderr, f"it answered {second.stderr!r}")
            finding.check(it.daemon.status().pid == it.daemon.process.pid, "the first one answers no more")
        it.restart_daemon()
        finding.check(it.daemon.status().pid == it.daemon.process.pid, "a killed one's lock stood in the way")
    finding.check(not timed or sorted(took)[len(took) // 2] <= REFUSED_S, f"refused after {max(took):.2f} s")
    finding.figure = f"refused within {max(took):.2f} s, a bare interpreter's {interpreter_s:.2f} s included"
    return finding


def _interpreter_s() -> float:
    begun = time.monotonic()
    subprocess.run([sys.executable, "-c", "pass"], check=True)
    return time.monotonic() - begun
