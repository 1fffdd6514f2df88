"""R6: the phone stops answering at each call of a task in turn. The call ends by its deadline, the task with it."""

import time
from contextlib import suppress

from drover.wire.tasks import Reason, Status, Task
from tests.chaos.finding import Finding
from tests.chaos.judges import judge
from tests.chaos.load import Accepted
from tests.chaos.rig import Rig, rig
from tests.support.phones import wait_until

LONGEST_CALL_S = 20.0
"""The longest deadline of one call of a follow task, opening the app; probes, questions and evidence have shorter."""

SLACK_S = 5.0
Hung = tuple[str, float]
"""A call that was given up, and after how many seconds."""


def run(rounds: int = 100, *, engine: str = "auto", timed: bool = True, limit_s: float = 240.0) -> Finding:
    """At most `rounds` call sites, spread over all; each gets its own phone, so that all stall at once."""
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
        judge(it, finding, tasks)
    finding.trials = sum(1 for calls in hung if calls)
    every = [call for calls in hung for call in calls]
    passed = [f"{site + 1}: {sites[site][:30]}" for site, calls in zip(chosen, hung, strict=True) if not calls]
    for service, seconds in every:
        finding.check(not timed or seconds <= LONGEST_CALL_S + SLACK_S, f"{service!r} hung for {seconds:.0f} s")
    worst = max(every, key=lambda call: call[1])
    finding.figure = (
        f"hung at {finding.trials} of {len(sites)} call sites; {len(every)} calls given up, the latest after "
        f"{worst[1]:.1f} s ({worst[0]!r}); all tasks ended within {took:.0f} s"
        + (f"; not hung at {passed}" if passed else "")
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


def _ended(it: Rig, finding: Finding, accepted: Accepted, site: str, limit_s: float) -> list[Hung]:
    """Until the first attempt ended; the phone answers again afterwards. What hung: empty if it came not so far."""
    task = it.daemon.wait_task(
        accepted.task_id,
        lambda task: task.status.ended or _reconciling(task),
        timeout_s=limit_s,
        what=f"end at {site!r}",
    )
    calls = it.proxy.hung[accepted.serial]
    with suppress(AssertionError):  # a task that is done may leave its last picture hanging
        wait_until(lambda: calls, timeout_s=LONGEST_CALL_S + SLACK_S, what="the end of the call")
    hung = [(service[:60], seconds) for service, seconds in calls]
    it.proxy.release(accepted.serial)
    where = f"stalled at {site[:60]!r}"
    if task.status is Status.FAILED:
        finding.check(task.reason is Reason.TIMEOUT, f"{where}: {task.reason}: {task.remark}")
    else:
        task = it.daemon.wait_ended(accepted.task_id, timeout_s=limit_s)
        finding.check(task.status is Status.COMPLETED, f"{where}: {task.reason}: {task.remark}")
    return hung


def _reconciling(task: Task) -> bool:
    """An attempt was cut off after its intent: the next one looks."""
    return task.attempt > 0 and task.status is Status.PENDING
