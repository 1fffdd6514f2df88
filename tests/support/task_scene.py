"""The components of tasks, real ones on a real store, over phones of a registry whose workers are the test."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import msgspec

from drover.config import Config, MediaSection
from drover.media.inspector import Inspector
from drover.media.limits import limits, texts
from drover.policy.phone_commands import CloseAttempt, EndLease, WakeDispatcher
from drover.policy.phone_events import TaskChosen
from drover.policy.records import Attempt
from drover.store import Store, attempts, tasks
from drover.supervisor.api_address import ApiAddress
from drover.supervisor.devices.registry import DeviceRegistry
from drover.supervisor.devices.transports import Transports
from drover.supervisor.event_feed import EventFeed
from drover.supervisor.leases.direct_calls import DirectCalls
from drover.supervisor.leases.leases import PhoneLeases
from drover.supervisor.settings import Settings
from drover.supervisor.tasks.acceptance import Acceptance
from drover.supervisor.tasks.attempt_starter import AttemptStarter
from drover.supervisor.tasks.begin_messages import BeginMessages
from drover.supervisor.tasks.dispatcher import Dispatcher
from drover.supervisor.tasks.endings import Endings
from drover.supervisor.tasks.intake import Intake
from drover.supervisor.tasks.planner import TaskPlanner
from drover.supervisor.tasks.running_attempts import RunningAttempts
from drover.supervisor.tasks.scripts import Scripts
from drover.supervisor.tasks.stop import Stopping
from drover.supervisor.tasks.task_media import TaskMedia
from drover.wire.control import CreateTasks
from drover.wire.tasks import Effect, Task
from drover.wire.worker import Begin, EffectConfirmed, Ended, IntentRequested, Outcome, ToWorker
from tests.support.registered import (
    NO_PAUSES,
    NO_TROUBLE,
    CountingSignal,
    FakeWorkers,
    command_loop,
    make_ready,
    no_events,
)
from tests.support.stored import new


class TaskScene:
    """The components of tasks over two idle phones whose workers are this test; `config` is without pauses."""

    def __init__(self, store: Store, root: Path, **config: Any) -> None:
        self.store = store
        self.inspector = Inspector()
        made = Config(media=MediaSection(roots=[str(root)]), pace=NO_PAUSES, trouble=NO_TROUBLE)
        self.settings = Settings(msgspec.structs.replace(made, **config))
        self.registry = DeviceRegistry([])
        make_ready(self.registry, "p1", "p2")
        self.signal = CountingSignal()
        self.scripts = scripts = Scripts(store, self.settings.config.scripts)
        self.transports, self.workers = Transports(self.registry), FakeWorkers()
        calls = DirectCalls(root.parent / "direct", self.workers)
        self.leases = PhoneLeases(self.registry, self.settings, calls, self.signal)
        library = root.parent / "library"
        self.media = TaskMedia(self.settings, store, self.inspector, library, limits(), texts())
        endings = Endings(self.settings, scripts, random.Random(1))
        self.event_feed = EventFeed(no_events, 0)
        self.running = RunningAttempts(store, self.event_feed, self.registry, self.workers, self.settings, endings)
        self.stopping = Stopping(store, self.running, self.workers, self.signal)
        self.address = ApiAddress(self.settings, root)
        self.messages = BeginMessages(self.settings, scripts, self.media, self.leases, self.address)
        self.starter = AttemptStarter(store, self.registry, self.running, self.media, self.messages, "boot-1")
        self.planner = TaskPlanner(self.settings, store, self.transports, scripts)
        self.acceptance = Acceptance(self.registry, scripts, self.planner, self.media, Intake(store, self.signal))
        self.dispatcher = Dispatcher(self.settings, store, self.registry, self.leases, self.starter, self.signal)
        self.loop = command_loop(
            self.registry,
            {WakeDispatcher: self.signal.on_wake, CloseAttempt: self.running.on_close, EndLease: self.leases.on_end},
        )

    @property
    def sent(self) -> list[tuple[str, ToWorker]]:
        return self.workers.sent

    @property
    def told(self) -> list[ToWorker]:
        """What workers were told, in order."""
        return self.workers.told

    async def until(self, holds: Callable[[], object]) -> None:
        """Return when it holds; fails after ten seconds."""
        async with asyncio.timeout(10):
            while not holds():
                await asyncio.sleep(0.002)

    async def looked(self) -> None:
        """Return when dispatch has looked for tasks once more, and begun what it found."""
        before = self.signal.waits
        while self.signal.waits < before + 2:  # one look may have been under way
            self.signal.wake()
            await asyncio.sleep(0.002)

    async def task(self, task_id: int) -> Task:
        task = await self.store.read(tasks.get, task_id)
        assert task is not None
        return task

    async def begin(self, serial: str = "p1", **task: Any) -> Attempt:
        """A task whose attempt is stored as begun and runs, without its worker being told."""
        task_id = await self.store.read(tasks.last_given) + 1
        self.registry.post(serial, TaskChosen(task_id=task_id))  # first, or the dispatcher might choose it meanwhile
        await self.store.write(tasks.insert, [new(serial, **task)], now=self.store.clock())
        attempt, stored = await self.store.write(attempts.begin, task_id, boot_id="boot-1", now=self.store.clock())
        self.running.begun(attempt, stored, timeout_s=60.0)
        return attempt

    async def post(self, serial: str = "p1", **config: Any) -> int:
        request = CreateTasks(script_name="post", script_config=config, serials=[serial])
        return (await self.acceptance.create(request)).task_ids[0]

    async def begun(self, count: int) -> list[Begin]:
        """The first so many attempts that workers heard of."""
        async with asyncio.timeout(10):
            while len(found := [message for _, message in self.sent if isinstance(message, Begin)]) < count:
                await asyncio.sleep(0.01)
        return found

    async def ended(self, task_id: int) -> Task:
        async with asyncio.timeout(10):
            while True:
                task = await self.store.read(tasks.get, task_id)
                assert task is not None
                if task.status.ended:
                    return task
                await asyncio.sleep(0.01)

    def publish(self, serial: str, begin: Begin) -> None:
        """What a worker says that published."""
        self.running.on_message(serial, IntentRequested(fence=begin.fence, what="post"))
        self.running.on_message(serial, EffectConfirmed(fence=begin.fence, evidence=[]))
        self.running.on_message(serial, Ended(fence=begin.fence, outcome=Outcome.COMPLETED, effect=Effect.CONFIRMED))


Story = Callable[[TaskScene], Awaitable[None]]
Run = Callable[[Story], None]


def play(store: Store, root: Path, story: Story, *, dispatches: bool = True, **config: Any) -> None:
    """Run a story; dispatch runs meanwhile, unless it calls what it tests itself."""

    async def whole() -> None:
        scene = TaskScene(store, root, **config)
        await scene.scripts.load()
        runs = [asyncio.create_task(scene.loop.run())]
        if dispatches:
            runs.append(asyncio.create_task(scene.dispatcher.run()))
        try:
            await story(scene)
        finally:
            for work in runs:
                work.cancel()
            scene.inspector.close()

    asyncio.run(whole())
