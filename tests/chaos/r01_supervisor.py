"""R1: the supervisor is killed at random under load and at each point of an attempt. Nothing lost, nothing twice."""

import random
import threading
from collections.abc import Sequence

from drover.wire.tasks import Status
from tests.chaos.finding import Finding, median_and_most
from tests.chaos.judges import judge, until_ended
from tests.chaos.load import Accepted, Load
from tests.chaos.rig import POINTS, Rig, rig, strays
from tests.support.phones import wait_until

READY_S = 2.0


def run(
    rounds: int = 100,
    *,
    phones: int = 20,
    per_s: float = 50,
    waiting: int = 10_000,
    points: Sequence[str] = POINTS,
    timed: bool = True,
    seed: int = 1,
) -> Finding:
    """`waiting` tasks lie in the queue of a phone that is not there, so that a start finds them."""
    finding = Finding(promise="R1 supervisor killed")
    rng, pause = random.Random(seed), threading.Event()
    with rig(phones + 1) as it:
        spare, working = it.serials[0], it.serials[1:]
        it.daemon.fill(waiting)
        ready: list[float] = []
        with Load(it.daemon.runtime_dir, working, per_s=per_s, seed=seed) as load:
            for _ in range(rounds):
                _until_moment(it, rng, pause)
                ready.append(it.restart_daemon())
                finding.trials += 1
        forced = [_cut_at(it, spare, point, finding) for point in points]
        finding.check(not (left_over := strays(it.daemon)), f"workers that no daemon owns: {left_over}")
        left = until_ended(it, load.accepted, timeout_s=300)
        judge(it, finding, [*load.accepted, *forced])
        late = sum(seconds > READY_S for seconds in ready)
        finding.check(not timed or late == 0, f"{late} starts took longer than {READY_S:.0f} s")
        finding.figure = (
            f"{len(load.accepted)} accepted, {left} still queued; READY {median_and_most(ready)} with {waiting} tasks"
        )
    return finding


def _until_moment(it: Rig, rng: random.Random, pause: threading.Event) -> None:
    """A third of the kills come while it still starts, the others while attempts run."""
    if rng.random() < 1 / 3:
        pause.wait(rng.uniform(0.0, 2.0))
        return
    wait_until(lambda: it.daemon.status().tasks.running > 0, timeout_s=60, what="a running attempt")
    pause.wait(rng.uniform(0.0, 1.0))


def _cut_at(it: Rig, serial: str, point: str, finding: Finding) -> Accepted:
    """Kill the supervisor while a task stands at this point; the task must come to its one end."""
    target = f"r01.{point.replace(' ', '')}"
    it.wait_there(serial)
    task_id = it.hold_at(point, serial, target)
    it.daemon.kill()
    it.let_go(serial)
    it.daemon.start()
    task = it.daemon.wait_ended(task_id, timeout_s=120)
    finding.trials += 1
    finding.check(task.status is Status.COMPLETED, f"killed {point}: {task.reason}: {task.remark}")
    return Accepted(task_id=task_id, serial=serial, target=target)
