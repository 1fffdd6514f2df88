"""R10: a worker that always crashes is quarantined after five deaths, still probed, and recovers by itself."""

import json
import time
from itertools import pairwise
from pathlib import Path

from drover.wire.devices import DeviceState
from tests.chaos.finding import Finding
from tests.chaos.rig import Rig, kill, rig
from tests.support.phones import wait_until

PROBE_S = 300.0


def run(rounds: int = 1, *, recover: bool = True) -> Finding:
    """On `rounds` phones at once. `recover` waits for the next probe, five minutes, and sees it end the quarantine."""
    finding = Finding(promise="R10 crash loop", trials=rounds)
    with rig(rounds) as it:
        crash = Path(it.daemon.environment["DROVER_SABOTAGE"])
        crash.touch()
        for serial in it.serials:
            kill(it.worker(serial))
        for serial in it.serials:
            wait_until(lambda: _quarantined(it, serial), timeout_s=120, what="the quarantine")  # noqa: B023
        judged = [_judge(it, serial, finding) for serial in it.serials]
        pauses = judged[0]
        begun = time.monotonic()
        crash.unlink()
        if recover:
            it.wait_there(timeout_s=PROBE_S + 60)
        back_s = time.monotonic() - begun
    finding.figure = "starts after " + ", ".join(f"{pause:.1f}" for pause in pauses) + " s, then quarantined"
    finding.figure += f"; repaired, back without help after {back_s:.0f} s" if recover else ""
    return finding


def _quarantined(it: Rig, serial: str) -> bool:
    return it.device(serial).state is DeviceState.QUARANTINED


def _judge(it: Rig, serial: str, finding: Finding) -> list[float]:
    """The pauses before its starts."""
    pauses, device = _pauses(it, serial), it.device(serial)
    finding.check(len(pauses) == 5, f"{len(pauses)} deaths before the quarantine, not 5")
    finding.check(all(b > a for a, b in pairwise(pauses)), f"the pauses do not grow: {pauses}")
    finding.check(pauses[-1] == PROBE_S, f"the first probe comes after {pauses[-1]} s")
    finding.check(device.deadline is not None, "a quarantined phone does not say until when")
    finding.check("; " in device.reason, f"a quarantined phone does not say what to do: {device.reason!r}")
    return pauses


def _pauses(it: Rig, serial: str) -> list[float]:
    rows = (json.loads(line) for line in it.daemon.log().splitlines() if line.startswith("{"))
    return [row["restart_in_s"] for row in rows if row["action"] == "worker_ended" and row["device"] == serial]
