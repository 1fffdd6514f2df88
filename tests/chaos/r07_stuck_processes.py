"""R7: what is stopped (SIGSTOP) is restarted: worker, zygote and gateway by the daemon, the daemon by systemd."""

import os
import signal
import time
from collections.abc import Callable

from tests.chaos.finding import Finding
from tests.chaos.rig import Rig, family, rig, zygote
from tests.chaos.service import Service
from tests.support.phones import wait_until

WATCHDOG_S = 30.0
SLACK_S = 5.0
"""For the restart itself, beyond the time in which the stillness is noticed."""


def run(
    rounds: int = 3, *, watchdog_s: float = WATCHDOG_S, who: tuple[str, ...] = ("worker", "zygote", "gateway")
) -> Finding:
    """The daemon, and each of `who`, is stopped `rounds` times."""
    finding = Finding(promise="R7 stuck processes")
    took: dict[str, list[float]] = {}
    with rig(2, {"DROVER_API_ENABLED": "true"}, start=False) as it, Service(it.daemon, watchdog_s) as service:
        it.wait_there()
        for _ in range(rounds):
            for name in who:
                took.setdefault(name, []).append(STOPS[name](it))
                finding.trials += 1
        finding.check(service.restarts == 0, "the daemon was restarted for what was not its own trouble")
        for number in range(rounds):
            os.kill(it.daemon.process.pid, signal.SIGSTOP)
            took.setdefault("daemon", []).append(service.wait_restarted(number + 1, timeout_s=watchdog_s + 60))
            it.wait_there()
            finding.trials += 1
    it.daemon.stop()
    worst = {name: max(times) for name, times in took.items()}
    for name, seconds in worst.items():
        finding.check(seconds <= WATCHDOG_S + SLACK_S, f"a stopped {name} was replaced after {seconds:.0f} s")
    finding.figure = "replaced after at most: " + ", ".join(
        f"{name} {seconds:.0f} s" for name, seconds in worst.items()
    )
    return finding


def _worker(it: Rig) -> float:
    serial = it.serials[0]
    pid = it.worker(serial)
    return _replaced(pid, lambda: it.device(serial).worker_pid not in (None, pid), it, serial)


def _zygote(it: Rig) -> float:
    """A stopped zygote is noticed when a worker is to be forked; its other workers go on until then."""
    pid, serial = zygote(it.daemon), it.serials[1]
    worker = it.worker(serial)
    os.kill(pid, signal.SIGSTOP)
    return _replaced(worker, lambda: it.device(serial).worker_pid not in (None, worker), it, serial, signal.SIGKILL)


def _gateway(it: Rig) -> float:
    url = it.daemon.api_url()
    gateway = next(p.pid for p in family(it.daemon) if "drover_shim" in " ".join(p.cmdline()))
    return _replaced(gateway, lambda: it.daemon.status().api_url not in ("", url), it, it.serials[0])


def _replaced(pid: int, holds: Callable[[], bool], it: Rig, serial: str, number: int = signal.SIGSTOP) -> float:
    begun = time.monotonic()
    os.kill(pid, number)
    wait_until(holds, timeout_s=120, what="the replacement")
    took = time.monotonic() - begun
    it.wait_there(serial)
    return took


STOPS: dict[str, Callable[[Rig], float]] = {"worker": _worker, "zygote": _zygote, "gateway": _gateway}
