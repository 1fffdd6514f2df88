"""R2: workers are killed at forced points of an attempt. At most one effect, one end soon, and no one else notices."""

import time

from drover.wire.control import ListTasks, TaskPage
from drover.wire.tasks import Status
from tests.chaos.finding import Finding, median_and_most
from tests.chaos.judges import judge, until_ended
from tests.chaos.load import Accepted, Load
from tests.chaos.rig import POINTS, Rig, kill, rig

FINAL_S = 10.0
KILLS_A_PHONE = 2
"""More on one phone would measure the growing pauses between its restarts (R5, R10) instead of what follows a kill."""


def run(rounds: int = 100, *, others: int = 5, per_s: float = 2, timed: bool = True) -> Finding:
    """`others` phones work meanwhile; theirs must be tasks that know of one attempt only."""
    finding = Finding(promise="R2 worker killed")
    victims = -(-rounds // KILLS_A_PHONE)
    with rig(others + victims) as it:
        quiet = it.serials[:others]
        before = {serial: it.worker(serial) for serial in quiet}
        took: list[float] = []
        cut: list[Accepted] = []
        with Load(it.daemon.runtime_dir, quiet, per_s=per_s) as load:
            for number in range(rounds):
                serial = it.serials[others + number % victims]
                cut.append(_cut(it, POINTS[number % len(POINTS)], serial, number, finding, took))
        until_ended(it, load.accepted, timeout_s=120)
        judge(it, finding, [*load.accepted, *cut])
        _nobody_else(it, finding, load.accepted, before)
        late = sum(seconds > FINAL_S for seconds in took)
        finding.check(not timed or late == 0, f"{late} of {rounds} ends came later than {FINAL_S:.0f} s after the kill")
        finding.figure = f"end after the kill: {median_and_most(took)}"
    return finding


def _cut(it: Rig, point: str, serial: str, number: int, finding: Finding, took: list[float]) -> Accepted:
    target = f"r02.{number}"
    it.wait_there(serial)
    task_id = it.hold_at(point, serial, target)
    kill(it.worker(serial))
    begun = time.monotonic()
    it.let_go(serial)
    task = it.daemon.wait_ended(task_id, timeout_s=120)
    took.append(time.monotonic() - begun)
    finding.trials += 1
    finding.check(task.status is Status.COMPLETED, f"killed {point}: {task.reason}: {task.remark}")
    return Accepted(task_id=task_id, serial=serial, target=target)


def _nobody_else(it: Rig, finding: Finding, accepted: list[Accepted], before: dict[str, int]) -> None:
    for serial, pid in before.items():
        finding.check(it.worker(serial) == pid, f"the worker of {serial}, which no one killed, is another one now")
    mine = {task.task_id for task in accepted}
    page = it.daemon.client.ask(ListTasks(page_size=100), TaskPage)
    for task in page.tasks:
        if task.id in mine:
            finding.check(
                task.status is Status.COMPLETED and task.attempt == 1,
                f"task {task.id} on {task.serial}, which no one touched: {task.attempt} attempts, {task.remark!r}",
            )
