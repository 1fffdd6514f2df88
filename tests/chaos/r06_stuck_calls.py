"""R6: the phone stops answering at each call of a task in turn. The call ends by its deadline, the task with it."""

import time
from contextlib import suppress
from datetime import datetime
from itertools import pairwise

from drover.wire.tasks import Reason, Status, Task
from tests.chaos.finding import Finding
from tests.chaos.judges import judge
from tests.chaos.load import Accepted
from tests.chaos.rig import Rig, rig

LONGEST_CALL_S = 40.0
"""The longest deadline of one call: opening a phone with its automation server."""

SLACK_S = 5.0


def run(rounds: int = 100, *, engine: str = "auto", timed: bool = True, limit_s: float = 240.0) -> Finding:
    """At most `rounds` call sites, spread over all; each gets a phone of its own, so that all stall at once."""
    finding = Finding(promise=f"R6 stuck calls ({engine})")
    sites = _sites(engine)
    count = min(rounds, len(sites))
    chosen = sorted({round(index * (len(sites) - 1) / max(count - 1, 1)) for index in range(count)})
    # One try, so that the end of the first attempt is the end that is seen.
    settings = {"DROVER_TASKS_MAX_TRIES": "1", "DROVER_DEVICES_ENGINE": engine}
    with rig(len(chosen), settings) as it:
        begun = time.monotonic()
        tasks: list[Accepted] = []
        for serial, site in zip(it.serials, chosen, strict=True):
            it.proxy.stall_phone(serial, site + 1)
            (task_id,) = it.daemon.follow(serial, target=f"r06.{site}")
            tasks.append(Accepted(task_id=task_id, serial=serial, target=f"r06.{site}"))
        longest = max(_ended(it, finding, task, sites[site], limit_s) for task, site in zip(tasks, chosen, strict=True))
        took = time.monotonic() - begun
        finding.trials = len(chosen)
        judge(it, finding, tasks)
        finding.check(
            not timed or longest <= LONGEST_CALL_S + SLACK_S, f"an attempt hung for {longest:.0f} s in one call"
        )
        finding.figure = (
            f"{len(chosen)} of {len(sites)} call sites; all ended within {took:.0f} s, longest {longest:.0f} s"
        )
    return finding


def _sites(engine: str) -> list[str]:
    """The calls of one undisturbed task, in order."""
    with rig(1, {"DROVER_DEVICES_ENGINE": engine}) as it:
        (serial,) = it.serials
        before = len(it.proxy.calls[serial])
        (task_id,) = it.daemon.follow(serial, target="r06.sites")
        assert it.daemon.wait_ended(task_id).status is Status.COMPLETED
        return it.proxy.calls[serial][before:]


def _ended(it: Rig, finding: Finding, accepted: Accepted, site: str, limit_s: float) -> float:
    """Until the first attempt ended; seconds from its last step. The phone answers again afterwards."""
    task = it.daemon.wait_task(
        accepted.task_id, lambda task: task.status.ended or _settling(task), timeout_s=limit_s, what=f"end at {site!r}"
    )
    hung_s = _attempt_s(it, accepted.task_id)
    it.proxy.release(accepted.serial)
    if task.status is Status.FAILED:
        finding.check(task.reason is Reason.TIMEOUT, f"stalled at {site[:60]!r}: {task.reason}: {task.remark}")
        return hung_s
    task = it.daemon.wait_ended(accepted.task_id, timeout_s=limit_s)
    finding.check(task.status is Status.COMPLETED, f"stalled at {site[:60]!r}: {task.reason}: {task.remark}")
    return hung_s


def _settling(task: Task) -> bool:
    """An attempt was cut off after its intent: the next one looks."""
    return task.attempt > 0 and task.status is Status.PENDING


def _attempt_s(it: Rig, task_id: int) -> float:
    """How long its first attempt waited for its last call, as the attempt's own log tells."""
    with suppress(OSError, ValueError):
        lines = (it.daemon.data_dir / "tasks" / str(task_id) / "log.txt").read_text().splitlines()
        stamps = [datetime.fromisoformat(line.split()[0]) for line in lines if " attempt 1 " in line]
        return max((b - a).total_seconds() for a, b in pairwise(stamps))
    return 0.0
