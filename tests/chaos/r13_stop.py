"""R13: a running task is stopped, though its phone or its command hang; then the phone takes its next task soon."""

import time

import psutil

from drover.wire.control import StopTask
from drover.wire.tasks import Reason, Task
from tests.chaos.finding import Finding
from tests.chaos.judges import judge
from tests.chaos.load import Accepted
from tests.chaos.rig import Rig, alive, rig
from tests.support.custom_scripts import stubborn

LIMITS_S = {"stopped": 5.0, "killed": 10.0, "command": 10.0, "next": 15.0}
"""At a step; in a call that hangs; a command that ignores SIGTERM, with all it started; until the next task begins."""


def run(rounds: int = 12, *, timed: bool = True) -> Finding:
    """Each kind of stop in turn, on one phone: none may be held against its worker."""
    finding = Finding(promise="R13 stop")
    took: dict[str, list[float]] = {kind: [] for kind in LIMITS_S}
    with rig(1, {"DROVER_API_ENABLED": "true"}) as it:
        (serial,) = it.serials
        it.daemon.api_url()  # which commands speak to
        for number in range(rounds):
            kind = ("stopped", "killed", "command")[number % 3]
            took[kind].append(_stop(it, finding, serial, number, kind))
            took["next"].append(_next(it, finding, serial, number))
            finding.trials += 1
    worst = {kind: max(times) for kind, times in took.items() if times}
    for kind, seconds in worst.items():
        limit = LIMITS_S[kind]
        finding.check(not timed or seconds <= limit, f"{kind}: {seconds:.1f} s, limit {limit:.0f} s")
    finding.figure = "; ".join(f"{kind} ≤ {seconds:.1f} s" for kind, seconds in worst.items())
    return finding


def _stop(it: Rig, finding: Finding, serial: str, number: int, kind: str) -> float:
    """Seconds until the stop is answered; by then what had to be ended has ended."""
    doomed: list[int] = []
    if kind == "killed":
        task_id = it.hold_at("before intent", serial, f"r13.{number}")
        doomed = _group(it.worker(serial))
    elif kind == "command":
        task_id, doomed = stubborn(it.daemon, "stubborn", serial)
    else:
        it.phones.fault(serial, "latency", ms=300)
        (task_id,) = it.daemon.follow(serial, target=f"r13.{number}")
        it.daemon.wait_task(task_id, lambda task: task.progress > 0, what="a first step")
    begun = time.monotonic()
    task = it.daemon.client.ask(StopTask(task_id=task_id), Task, timeout_s=30)
    took = time.monotonic() - begun
    finding.check(task.reason is Reason.STOPPED, f"a stopped task ended as {task.reason}: {task.remark}")
    left = [pid for pid in doomed if alive(pid)]
    finding.check(not left, f"{kind}: processes {left} live on")
    it.let_go(serial)
    return took


def _group(pid: int) -> list[int]:
    leader = psutil.Process(pid)
    return [leader.pid, *(child.pid for child in leader.children(recursive=True))]


def _next(it: Rig, finding: Finding, serial: str, number: int) -> float:
    """Seconds until the phone's next task has begun."""
    begun = time.monotonic()
    (task_id,) = it.daemon.follow(serial, target=f"r13.next{number}")
    it.daemon.wait_task(task_id, lambda task: task.attempt > 0, what="the next task's begin")
    took = time.monotonic() - begun
    it.daemon.wait_ended(task_id)
    judge(it, finding, [Accepted(task_id=task_id, serial=serial, target=f"r13.next{number}")])
    return took
