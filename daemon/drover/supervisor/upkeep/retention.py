"""Keeps the data of bounded size: what is old is taken out in small steps, now and then, between other work."""

import asyncio
import os
import re
import shutil
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import structlog

from drover.store import events, retention
from drover.store.errors import StoreUnavailableError
from drover.store.store import Store
from drover.supervisor import clock
from drover.supervisor.settings import Settings
from drover.wire.worker import TASK_LOG

log = structlog.get_logger("drover.retention")

SWEEP_EVERY_S: Final = 3600.0
LOOK_EVERY_S: Final = 10.0
"""Between two looks at the disk; a full one recovers that fast at the latest."""
PAUSE_S: Final = 0.05
"""Between two steps, so that sweeping a million tasks takes minutes and is noticed by no one."""
FOLDERS_STEP: Final = 500

_TASK_ID: Final = re.compile(r"[1-9][0-9]{0,17}")


class Retention:
    """Sweeps tasks, their files, and events. In `folders` lies the folder of each task, named by its id."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        folders: Path,
        *,
        pause_s: float = PAUSE_S,
    ) -> None:
        self._settings = settings
        self._store = store
        self._folders = folders
        self._pause_s = pause_s
        self._deleted: list[int] = []
        self._woken = asyncio.Event()

    def remove_soon(self, task_ids: Sequence[int]) -> None:
        """These tasks are deleted, and no attempt of theirs runs: have their folders removed, after this returns.

        What a crash prevents of it is done by the next sweep.
        """
        self._deleted += task_ids
        self._woken.set()

    async def run(self) -> None:
        """Sweep now and then, and look at the disk in between; a store or disk that fails is tried again."""
        next_sweep = 0.0
        loop = asyncio.get_running_loop()
        while True:
            try:
                await self.remove_deleted()
                await self.make_room()
                if loop.time() >= next_sweep:
                    await self.sweep(clock.now())
                    next_sweep = loop.time() + SWEEP_EVERY_S
            except (StoreUnavailableError, OSError) as error:
                log.error("retention_failed", why=str(error))
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_EVERY_S):
                    await self._woken.wait()

    async def remove_deleted(self) -> None:
        """Remove the folders of the tasks that were deleted until now, in steps."""
        self._woken.clear()
        while self._deleted:
            some, self._deleted = self._deleted[:FOLDERS_STEP], self._deleted[FOLDERS_STEP:]
            await asyncio.to_thread(self._remove_folders, some)
            await asyncio.sleep(self._pause_s)

    async def make_room(self) -> None:
        """While the disk is nearly full, take out the evidence of the oldest tasks, a step at a time."""
        cursor: int | None = 0
        while cursor is not None and await asyncio.to_thread(self._nearly_full):
            step = await self._store.read(retention.look, cursor, old=None, stale=clock.now())
            # Files first: the database may be what cannot be written any more.
            await asyncio.to_thread(self._remove_evidence, step.stale)
            if step.stale:
                log.warning("evidence_taken_out_early", tasks=len(step.stale), newest=step.stale[-1])
                async for _ in self._store.steps(retention.forget_evidence, 0, ids=step.stale):
                    pass
            cursor = step.cursor

    def _nearly_full(self) -> bool:
        least = self._settings.config.retention.min_free_mb * 1024 * 1024
        return shutil.disk_usage(self._store.path.parent).free < least

    async def sweep(self, now: datetime) -> None:
        """Take out everything that is too old at this moment."""
        config = self._settings.config.retention
        dropped = await self._sweep_tasks(
            old=_before(now, config.history_days), stale=_before(now, config.artifacts_days), now=now
        )
        gone = await self._sweep_events(_before(now, config.events_days))
        orphans = await self._sweep_orphans()
        if any(dropped) or gone or orphans:
            log.info("retention_swept", tasks=dropped[0], evidence=dropped[1], events=gone, orphans=orphans)

    async def _sweep_tasks(self, *, old: datetime | None, stale: datetime | None, now: datetime) -> tuple[int, int]:
        cursor: int | None = 0
        tasks = evidence = 0
        while cursor is not None:
            step = await self._store.read(retention.look, cursor, old=old, stale=stale)
            if step.old:
                async for deleted in self._store.steps(retention.drop_tasks, 0, ids=step.old, now=now):
                    await asyncio.to_thread(self._remove_folders, deleted)
                    tasks += len(deleted)
            if step.stale:
                async for forgotten in self._store.steps(retention.forget_evidence, 0, ids=step.stale):
                    await asyncio.to_thread(self._remove_evidence, forgotten)
                    evidence += len(forgotten)
            cursor = step.cursor
            await asyncio.sleep(self._pause_s)
        return tasks, evidence

    async def _sweep_events(self, before: datetime | None) -> int:
        total = 0
        if before is None:
            return 0
        async for gone in self._store.steps(events.drop, 0, before=before):
            total += gone
            await asyncio.sleep(self._pause_s)
        return total

    async def _sweep_orphans(self) -> int:
        """Remove the folders of tasks that are deleted: left by a crash, or written to after the task was deleted."""
        found = await asyncio.to_thread(self._task_ids)
        total = 0
        for start in range(0, len(found), FOLDERS_STEP):
            orphans = await self._store.read(retention.deleted, found[start : start + FOLDERS_STEP])
            await asyncio.to_thread(self._remove_folders, orphans)
            total += len(orphans)
            await asyncio.sleep(self._pause_s)
        return total

    def _task_ids(self) -> list[int]:
        """The tasks that have a folder. Whatever else lies there is not ours to remove."""
        if not self._folders.is_dir():
            return []
        with os.scandir(self._folders) as entries:
            names = [entry.name for entry in entries if entry.is_dir(follow_symlinks=False)]
        return sorted(int(name) for name in names if _TASK_ID.fullmatch(name))

    def _remove_folders(self, task_ids: Sequence[int]) -> None:
        for task_id in task_ids:
            shutil.rmtree(self._folders / str(task_id), ignore_errors=True)

    def _remove_evidence(self, task_ids: list[int]) -> None:
        """Screenshots and hierarchies show private things and take the space; the log tells what happened."""
        for task_id in task_ids:
            for file in (self._folders / str(task_id)).glob("*"):
                if file.is_dir() and not file.is_symlink():
                    shutil.rmtree(file, ignore_errors=True)
                elif file.name != TASK_LOG:
                    file.unlink(missing_ok=True)


def _before(now: datetime, days: float) -> datetime | None:
    """What is older than this goes; None where 0 days say that nothing does."""
    return now - timedelta(days=days) if days else None
