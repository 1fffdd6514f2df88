"""R13: a running task is stopped, also on a phone that hangs; then the phone takes its next task soon."""

import time

import psutil

from drover.wire.control import StopTask
from drover.wire.tasks import Reason, Task
from tests.chaos.finding import Finding
from tests.chaos.judges import judge
from tests.chaos.load import Accepted
from tests.chaos.rig import Rig, rig

STOPPED_S, KILLED_S, NEXT_S = 5.0, 10.0, 15.0


def run(rounds: int = 12, *, timed: bool = True) -> Finding:
    """Stops at a step and stops in a call that hangs, in turn, on one phone: none may be held against its worker."""
    finding = Finding(promise="R13 stop")
    asked, killed, after = list[float](), list[float](), list[float]()
    with rig(1) as it:
        (serial,) = it.serials
        for number in range(rounds):
            hangs = bool(number % 2)
            (killed if hangs else asked).append(_stop(it, finding, serial, number, hangs=hangs))
            after.append(_next(it, finding, serial, number))
            finding.trials += 1
    for name, times, limit in (("asked", asked, STOPPED_S), ("killed", killed, KILLED_S), ("next", after, NEXT_S)):
        worst = max(times, default=0.0)
        finding.check(not timed or worst <= limit, f"{name}: {worst:.1f} s, limit {limit:.0f} s")
    finding.figure = (
        f"stopped within {max(asked):.1f} s, killed within {max(killed, default=0):.1f} s, "
        f"next task began within {max(after):.1f} s"
    )
    return finding


def _stop(it: Rig, finding: Finding, serial: str, number: int, *, hangs: bool) -> float:
    target = f"r13.{number}"
    if hangs:
        task_id = it.hold_at("before intent", serial, target)
    else:
        it.phones.fault(serial, "latency", ms=300)
        (task_id,) = it.daemon.follow(serial, target=target)
        it.daemon.wait_task(task_id, lambda task: task.progress > 0, what="a first step")
    group = _group(it.worker(serial))
    begun = time.monotonic()
    task = it.daemon.client.ask(StopTask(task_id=task_id), Task, timeout_s=30)
    took = time.monotonic() - begun
    finding.check(task.reason is Reason.STOPPED, f"a stopped task ended as {task.reason}: {task.remark}")
    if hangs:
        finding.check(not any(process.is_running() for process in group), "its process group lives on")
    it.let_go(serial)
    return took


def _group(pid: int) -> list[psutil.Process]:
    leader = psutil.Process(pid)
    return [leader, *leader.children(recursive=True)]


def _next(it: Rig, finding: Finding, serial: str, number: int) -> float:
    """Seconds until the phone's next task has begun."""
    begun = time.monotonic()
    (task_id,) = it.daemon.follow(serial, target=f"r13.next{number}")
    it.daemon.wait_task(task_id, lambda task: task.attempt > 0, what="the next task's begin")
    took = time.monotonic() - begun
    it.daemon.wait_ended(task_id)
    judge(it, finding, [Accepted(task_id=task_id, serial=serial, target=f"r13.next{number}")])
    return took
