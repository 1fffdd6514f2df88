"""R12: late, duplicate and reordered worker messages never change a finished task."""

import asyncio
import random
import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from drover.config import Config
from drover.policy.catalog import Catalog
from drover.policy.phone_events import TaskChosen
from drover.store import Store, attempts, events, tasks
from drover.supervisor.devices.registry import DeviceRegistry
from drover.supervisor.event_feed import EventFeed
from drover.supervisor.settings import Settings
from drover.supervisor.tasks.endings import Endings
from drover.supervisor.tasks.running_attempts import RunningAttempts
from drover.wire.tasks import Effect, Phase, Reason, Task
from drover.wire.worker import (
    AttemptRefused,
    EffectConfirmed,
    Ended,
    FromWorker,
    IntentRecorded,
    IntentRequested,
    Outcome,
    Progressed,
    TapSent,
    ToWorker,
)
from tests.chaos.finding import Finding
from tests.support.registered import NO_PAUSES, NO_TROUBLE, make_ready
from tests.support.stored import new

SERIALS = ("a", "b", "c", "d")


def run(rounds: int = 10_000, *, seed: int = 1) -> Finding:
    """`rounds` messages, most of them about attempts that have ended."""
    finding = Finding(promise="R12 late messages")
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_Fuzz(finding, Path(folder), random.Random(seed)).run(rounds))
    return finding


class _Fuzz:
    """The supervisor's own part between channel and store, driven by messages that no worker would send so."""

    def __init__(self, finding: Finding, folder: Path, rng: random.Random) -> None:
        self.finding = finding
        self.rng = rng
        self.folder = folder
        self.granted: list[int] = []
        self.fences: list[int] = []
        self.finished: dict[int, Task] = {}

    async def run(self, rounds: int) -> None:
        with Store.open(self.folder / "drover.db") as store:
            self.store = store
            settings = Settings(Config(pace=NO_PAUSES, trouble=NO_TROUBLE))
            self.registry = DeviceRegistry([])
            make_ready(self.registry, *SERIALS)
            endings = Endings(settings, Catalog(), self.rng)
            feed = EventFeed(partial(store.read, events.after), 0)  # type: ignore[call-arg]
            self.running = RunningAttempts(store, feed, self.registry, self, settings, endings)
            while self.finding.trials < rounds:
                await self._begin_some()
                for _ in range(20):
                    self.running.on_message(self.rng.choice(SERIALS), self._message())
                    self.finding.trials += 1
                await self.running.quiet()
                await self._judge()
            self.finding.figure = (
                f"{len(self.finished)} finished tasks, none changed; {len(self.granted)} intents granted"
            )
            twice = len(self.granted) - len(set(self.granted))
            self.finding.check(twice == 0, f"{twice} intents were granted twice")

    def send(self, serial: str, message: ToWorker) -> bool:
        """As a worker that takes everything."""
        if isinstance(message, IntentRecorded):
            self.granted.append(message.fence)
        return True

    def kill(self, serial: str, why: str, *, excused: bool = False) -> bool:
        """There is no one to kill."""
        return False

    async def _begin_some(self) -> None:
        for serial in SERIALS:
            if self.running.on(serial) is None:
                script = self.rng.choice(["follow", "post"])
                (task_id,) = await self.store.write(
                    tasks.insert, [new(serial, script_name=script)], now=self.store.clock()
                )
                self.registry.post(serial, TaskChosen(task_id=task_id))
                attempt, task = await self.store.write(attempts.begin, task_id, boot_id="b", now=self.store.clock())
                self.running.begun(attempt, task, timeout_s=60)
                self.fences.append(attempt.fence)

    def _message(self) -> FromWorker:
        """About any attempt so far, the running one more often; any kind, in any order."""
        recent = self.rng.random() < 0.3
        fence = self.rng.choice(self.fences[-len(SERIALS) :] if recent else self.fences)
        kinds: Sequence[FromWorker] = (
            Progressed(fence=fence, phase=Phase.VERIFY, step="late", progress=99),
            IntentRequested(fence=fence, what="late"),
            TapSent(fence=fence),
            EffectConfirmed(fence=fence, evidence=["late.png"]),
            Ended(fence=fence, outcome=Outcome.COMPLETED, effect=Effect.NONE, remark="late"),
            Ended(fence=fence, outcome=Outcome.FAILED, effect=Effect.NONE, reason=self.rng.choice(list(Reason))),
            AttemptRefused(fence=fence, why="late"),
        )
        return self.rng.choice(kinds)

    async def _judge(self) -> None:
        _total, stored = await self.store.read(tasks.page, page_size=200)
        for task in stored:
            if task.id in self.finished:
                before: Any = self.finished[task.id]
                self.finding.check(task == before, f"task {task.id} had ended as {before} and is now {task}")
            elif task.status.ended:
                self.finished[task.id] = task
