"""What a start does about the boot before it: end its workers, close its attempts, finish large requests, fail what was
missed.
"""

import asyncio
import os
import signal
from collections.abc import Awaitable
from datetime import datetime
from typing import Final

import psutil
import structlog

from drover.config import Config
from drover.policy import remarks
from drover.policy.clock import Jump
from drover.store import attempt_end, attempts, bulk, devices, settings, waits
from drover.store.store import Store
from drover.supervisor import clock
from drover.supervisor.settings import Settings
from drover.supervisor.tasks.endings import Endings
from drover.supervisor.tasks.intake import Intake
from drover.wire.tasks import Reason, Task

log = structlog.get_logger("drover.recovery")

ALIVE_AT: Final = "alive_at"
ORPHAN_END_TIMEOUT_S: Final = 5.0
SAME_START_S: Final = 0.05
LOGGED: Final = 100
"""Missed tasks that get their own line in the log; of more than that the number is logged. Each has its event."""


async def recover(store: Store, settings: Settings, endings: Endings, *, boot_id: str) -> None:
    """Bring the store to a state that is true now. The lock is held; nothing runs yet."""
    await _end_orphans(store, boot_id)
    now = clock.now()
    ends: list[Awaitable[Task | None]] = []
    for fence, script in await store.read(attempts.open_scripts):
        decide = endings.decide(script, Reason.INTERRUPTED, remarks.DAEMON_DIED)
        ends.append(attempt_end.finish(store, fence, decide, now=now, pause_s=endings.pause_s()))
    for closed in await asyncio.gather(*ends):  # together, so that they share commits
        if closed is not None:
            log.info(
                "attempt_recovered",
                task=closed.id,
                device=closed.serial,
                status=closed.status.name.lower(),
                reason=closed.reason,
                remark=closed.remark,
            )
    await Intake(store).finish_all()
    now = clock.now()
    await correct_waits(store, Jump(before=now, now=now), longest_pause_s=settings.pace.pause_max_s)
    await _fail_missed_while_down(store, settings.config)
    await stamp_alive(store)


async def stamp_alive(store: Store) -> None:
    """Remember that the daemon lives now; what falls due after the last stamp fell due while it was down."""
    await store.write(settings.put, ALIVE_AT, clock.now().isoformat())


async def _fail_missed_while_down(store: Store, config: Config) -> None:
    stamp = await store.read(settings.get, ALIVE_AT)
    if stamp is not None:
        await fail_missed(store, config, alive_at=datetime.fromisoformat(stamp), now=clock.now())


async def correct_waits(store: Store, jump: Jump, *, longest_pause_s: float) -> None:
    """Keep short waits as long as they are while the wall clock jumps; `longest_pause_s` is an account's longest."""
    changed = await store.write(waits.correct_pauses, jump=jump, longest_s=longest_pause_s)
    async for count in store.steps(waits.correct_tasks, 0, jump=jump):
        changed += count
    if changed:
        log.warning("waits_corrected", count=changed, jump_s=round(jump.by.total_seconds(), 3))


async def fail_missed(store: Store, config: Config, *, alive_at: datetime, now: datetime) -> None:
    """Fail what fell due after a moment at which the daemon lived, and is later than the grace by now."""
    grace_s, count = config.tasks.late_grace_s, 0
    async for missed in store.steps(bulk.fail_missed, 0, alive_at=alive_at, now=now, grace_s=grace_s):
        for task in missed[: max(0, LOGGED - count)]:
            log.warning("task_missed", task=task.id, device=task.serial, remark=task.remark)
        count += len(missed)
    if count > LOGGED:
        log.warning("tasks_missed", count=count)


async def _end_orphans(store: Store, boot_id: str) -> None:
    """End workers of earlier boots before anything else may touch their phones."""
    waiting: list[psutil.Process] = []
    for pid, started_at in await store.read(devices.orphans, boot_id):
        process = _same_process(pid, started_at)
        if process is None:
            continue
        log.warning("orphan_killed", pid=pid)
        try:
            os.killpg(pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            process.kill()
        waiting.append(process)
    await _until_gone(waiting)
    await store.write(devices.clear, boot_id)


async def _until_gone(processes: list[psutil.Process]) -> None:
    end = clock.monotonic_s() + ORPHAN_END_TIMEOUT_S
    while any(map(_acts, processes)) and clock.monotonic_s() < end:
        await asyncio.sleep(0.005)


def _same_process(pid: int, started_at: float) -> psutil.Process | None:
    """The process of this pid, unless it has ended or the number was given to another meanwhile."""
    try:
        process = psutil.Process(pid)
        same = abs(process.create_time() - started_at) < SAME_START_S
        return process if same and _acts(process) else None
    except psutil.NoSuchProcess:
        return None


def _acts(process: psutil.Process) -> bool:
    """Whether it can still do anything. A zombie cannot; how long it stays one is up to whoever inherited it."""
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def start_time(pid: int) -> float:
    """When the process started, in seconds of the epoch; now if it has ended already."""
    try:
        return psutil.Process(pid).create_time()
    except psutil.NoSuchProcess:
        return clock.now().timestamp()
