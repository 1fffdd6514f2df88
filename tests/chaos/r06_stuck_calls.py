"""R6: the phone stops answering at each call of a task in turn. The call ends by its deadline, the task with it."""

import re
import time
from dataclasses import dataclass

from drover.wire.tasks import Reason, Status, Task
from tests.chaos.finding import Finding
from tests.chaos.judges import judge
from tests.chaos.load import Accepted
from tests.chaos.rig import Rig, rig

LONGEST_CALL_S = 15.0
"""The longest deadline of one call on the way of a follow task; most say their own when it is over."""

SLACK_S = 5.0
_SAID = re.compile(r"no answer from adb within ([\d.]+) s")


@dataclass(frozen=True, kw_only=True)
class Hung:
    """A call that hung: how long until the daemon gave it up, and the deadline that it spoke of."""

    site: str
    seconds: float
    deadline_s: float


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
        hung = [_ended(it, finding, task, sites[site], limit_s) for task, site in zip(tasks, chosen, strict=True)]
        took = time.monotonic() - begun
        finding.trials = len(chosen)
        judge(it, finding, tasks)
    for call in hung:
        late = call.seconds > call.deadline_s + SLACK_S
        finding.check(not timed or not late, f"{call.site!r} ended after {call.seconds:.0f} s of {call.deadline_s} s")
    worst = max(hung, key=lambda call: call.seconds - call.deadline_s)
    finding.figure = (
        f"{len(chosen)} of {len(sites)} call sites; all ended within {took:.0f} s; the latest was {worst.site!r}, "
        f"given up after {worst.seconds:.1f} s of its {worst.deadline_s:.1f} s"
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


def _ended(it: Rig, finding: Finding, accepted: Accepted, site: str, limit_s: float) -> Hung:
    """Until the first attempt ended; the phone answers again afterwards, and by then the task has its end."""
    task = it.daemon.wait_task(
        accepted.task_id, lambda task: task.status.ended or _settling(task), timeout_s=limit_s, what=f"end at {site!r}"
    )
    hung = _hung(it, accepted, site)
    it.proxy.release(accepted.serial)
    where = f"stalled at {site[:60]!r}"
    finding.check(hung is not None, f"{where}: no call hung there")
    if task.status is Status.FAILED:
        finding.check(task.reason is Reason.TIMEOUT, f"{where}: {task.reason}: {task.remark}")
    else:  # after its intent, or before the first call of which much depends: it completes by the rules
        task = it.daemon.wait_ended(accepted.task_id, timeout_s=limit_s)
        finding.check(task.status is Status.COMPLETED, f"{where}: {task.reason}: {task.remark}")
    return hung or Hung(site=site[:60], seconds=0.0, deadline_s=LONGEST_CALL_S)


def _settling(task: Task) -> bool:
    """An attempt was cut off after its intent: the next one looks."""
    return task.attempt > 0 and task.status is Status.PENDING


def _hung(it: Rig, accepted: Accepted, site: str) -> Hung | None:
    """The longest that any call of its first attempt hung, and the longest deadline that the attempt spoke of."""
    seconds = [seconds for _service, seconds in it.proxy.hung[accepted.serial]]
    if not seconds:
        return None
    log = it.daemon.data_dir / "tasks" / str(accepted.task_id) / "log.txt"
    words = it.daemon.task(accepted.task_id).remark + (log.read_text() if log.exists() else "")
    said = [float(deadline) for deadline in _SAID.findall(words)]
    return Hung(site=site[:60], seconds=max(seconds), deadline_s=max(said, default=LONGEST_CALL_S))
