"""R8: SIGTERM under load. Nothing new begins, what runs gets its time, the rest ends by the rules; exit is bounded."""

import signal
import sqlite3
import time
from contextlib import closing

from drover.wire.tasks import Effect, Reason, Status
from tests.chaos.finding import Finding
from tests.chaos.judges import judge
from tests.chaos.load import Accepted, Load
from tests.chaos.rig import Rig, rig
from tests.support.phones import wait_until

SLACK_S = 5.0
HURRY_S = 2.0


def run(rounds: int = 10, *, drain_s: float = 10.0, phones: int = 4, per_s: float = 10, timed: bool = True) -> Finding:
    """In each drain another phone hangs for ever, so that the drain has to end by its limit."""
    finding = Finding(promise="R8 bounded drain")
    patient, hurried = list[float](), list[float]()
    accepted: list[Accepted] = []
    with rig(phones + 2 * rounds, {"DROVER_DAEMON_DRAIN_TIMEOUT_S": str(drain_s)}) as it:
        for number in range(rounds):
            for hurry, took in ((False, patient), (True, hurried)):
                serial = it.serials[phones + finding.trials]
                with Load(it.daemon.runtime_dir, it.serials[:phones], per_s=per_s, seed=number) as load:
                    took.append(_drain(it, finding, serial, hurry=hurry))
                accepted += load.accepted
                it.daemon.start()
                it.wait_there()
                finding.trials += 1
        judge(it, finding, accepted)
    slow = [seconds for seconds in patient if seconds > drain_s + SLACK_S]
    finding.check(not timed or not slow, f"{len(slow)} drains took longer than {drain_s + SLACK_S:.0f} s: {slow}")
    late = [seconds for seconds in hurried if seconds > HURRY_S]
    finding.check(not timed or not late, f"{len(late)} exits later than {HURRY_S:.0f} s after a second SIGTERM: {late}")
    finding.figure = (
        f"exit at most {max(patient):.1f} s after SIGTERM (limit {drain_s:.0f} + {SLACK_S:.0f} s), "
        f"{max(hurried):.1f} s after a second one"
    )
    return finding


def _drain(it: Rig, finding: Finding, serial: str, *, hurry: bool) -> float:
    """Seconds from the signal that counts to the exit; what hung must wait for its next attempt."""
    task_id = it.hold_at("before intent", serial, "r08.hangs")
    tries = it.daemon.task(task_id).attempt
    it.daemon.process.send_signal(signal.SIGTERM)
    if hurry:
        wait_until(lambda: it.daemon.status().draining, what="the drain")
        it.daemon.process.send_signal(signal.SIGTERM)
    begun = time.monotonic()
    status = it.daemon.process.wait(timeout=60)
    took = time.monotonic() - begun
    it.daemon.forget_client()
    finding.check(status == 0, f"the daemon ended with {status}")
    it.let_go(serial)
    _judge_hung(it, finding, task_id, tries)
    return took


def _judge_hung(it: Rig, finding: Finding, task_id: int, tries: int) -> None:
    """By the rules: no intent, so it waits for another try, or failed as interrupted with its tries spent."""
    with closing(sqlite3.connect(f"file:{it.daemon.data_dir / 'drover.db'}?mode=ro", uri=True)) as conn:
        row = conn.execute("SELECT status, reason, effect, attempt FROM tasks WHERE id = ?", (task_id,)).fetchone()
    status, reason, effect, attempt = row
    finding.check(effect == Effect.NONE and attempt == tries, f"task {task_id} began again during the drain")
    again = status == Status.PENDING
    finding.check(again or reason == Reason.INTERRUPTED, f"task {task_id} ended as {reason} by the drain")
