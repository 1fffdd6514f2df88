"""The dispatcher: accepts tasks, stops them, and chooses which idle phone gets which; attempt_starter.py begins them.

The store decides what is true; nothing here remembers a status.
"""

import asyncio
import random
import time
import uuid
from collections.abc import Callable, Iterable, Sized
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, Protocol

import msgspec
import structlog

from drover.config import Config
from drover.policy import dispatch
from drover.policy.clock import Jump, Reading, jump_between
from drover.policy.intake import Accounts, plan_tasks
from drover.policy.pace import Hold, Pace
from drover.policy.records import NewTask
from drover.policy.trouble import Rules
from drover.store import account_pace, accounts, idempotency, queue, tasks
from drover.store.errors import StoreUnavailableError
from drover.store.store import Store
from drover.supervisor.api.event_feed import EventFeed
from drover.supervisor.devices.registry import DeviceRegistry
from drover.supervisor.tasks import startup_recovery
from drover.supervisor.tasks.attempt_starter import AttemptStarter
from drover.supervisor.tasks.intake import SMALL, Intake
from drover.supervisor.tasks.running_attempts import RunningAttempts
from drover.supervisor.tasks.scripts import Scripts
from drover.supervisor.tasks.stop import Stopping
from drover.supervisor.tasks.task_media import TaskMedia
from drover.wire.control import CreateTasks, TasksCreated
from drover.wire.devices import DeviceState
from drover.wire.faults import Code, RequestError
from drover.wire.holds import Trouble
from drover.wire.scripts import PUBLISHES
from drover.wire.worker import ToWorker

log = structlog.get_logger("drover.tasks")

LONGEST_WAIT_S: Final = 30.0
SLEPT: Final = timedelta(seconds=2 * LONGEST_WAIT_S)
"""Between two looks of a daemon that runs never passes as much."""


class PhoneLine(Protocol):
    """Who uses phones beside tasks, and who waits for one: those in line come before tasks."""

    def serve(self) -> None:
        """Called before phones are given to tasks: give those in line what is free."""
        ...

    def wants(self, serial: str) -> bool:
        """Whether the phone is for somebody in line."""
        ...

    def reserved(self) -> int:
        """Device slots that are for those in line."""
        ...

    def holds(self) -> set[str]:
        """Phones in use beside tasks."""
        ...


class Dispatcher:
    """Accepting, stopping and dispatching tasks. `send` and `kill` reach a device's worker."""

    def __init__(
        self,
        config: Config,
        store: Store,
        registry: DeviceRegistry,
        event_feed: EventFeed,
        running: RunningAttempts,
        scripts: Scripts,
        media: TaskMedia,
        attempt_starter: AttemptStarter,
        *,
        device_limit: int,
        device_of: Callable[[str], str],
        send: Callable[[str, ToWorker], bool],
        kill: Callable[[str, str], bool],
        rng: random.Random,
        pace: Pace,
    ) -> None:
        self._config = config
        self._store = store
        self._registry = registry
        self._event_feed = event_feed
        self._running = running
        self._scripts = scripts
        self._media = media
        self.device_limit = device_limit
        self._device_of = device_of
        self._rng = rng
        self._pace = pace
        self._stopping = Stopping(running, send=send, kill=kill)
        self._attempt_starter = attempt_starter
        self._intake = Intake(store, event_feed.poke)
        self._planning = asyncio.Lock()
        self._looked = _reading()
        self._uncorrected = False
        self._woken = asyncio.Event()
        self.draining = False
        self.line: PhoneLine | None = None

    def configure(self, config: Config, *, device_limit: int, pace: Pace) -> None:
        """Go by these from now on."""
        self._config, self.device_limit, self._pace = config, device_limit, pace
        self._attempt_starter.configure(config)

    # --- what clients ask

    async def create(self, request: CreateTasks) -> TasksCreated:
        """Store the tasks of one request; answers after they are durable."""
        if self.draining:
            raise RequestError(Code.UNAVAILABLE, "The daemon is shutting down; try again later.", retry_after_s=30)
        await self._scripts.looked_for(request.script_name)
        request = msgspec.structs.replace(request, serials=_once(map(self._device_of, request.serials)))
        registered = await self._store.read(accounts.all)
        known = Accounts(
            [msgspec.structs.replace(account, serial=self._device_of(account.serial)) for account in registered]
        )
        planned = await self._plan(request, known)
        if request.script_name in PUBLISHES:
            if (first := await self._answered(request)) is not None:
                return TasksCreated(task_ids=first)
            await self._media.check(planned)
        ids = await self._intake.add(planned, key=request.idempotency_key, digest=request.body_digest)
        log.info("tasks_created", ids=ids[:20], count=len(ids), script=request.script_name)
        self.wake()
        return TasksCreated(task_ids=ids)

    async def _plan(self, request: CreateTasks, known: Accounts) -> list[NewTask]:
        """What the request means. What means many tasks is planned in a thread: the loop has attempts to answer."""

        def plan() -> list[NewTask]:
            return plan_tasks(
                request,
                accounts=known,
                now=datetime.now(UTC),
                zone=self._config.zone,
                rng=self._rng,
                group_id=uuid.uuid4().hex,
                max_tries=self._config.tasks.max_tries,
                catalog=self._scripts.catalog,
                default_platform=self._config.tasks.default_platform,
            )

        if _breadth(request) <= SMALL:
            return plan()
        async with self._planning:
            return await asyncio.to_thread(plan)

    async def _answered(self, request: CreateTasks) -> list[int] | None:
        """The ids of a request that came before under its key: its files may be gone by now, its answer stays."""
        key = request.idempotency_key
        if key is None:
            return None
        return await self._store.write(idempotency.answered, key, request.body_digest, now=datetime.now(UTC))

    async def stop(self, task_id: int) -> None:
        """End a pending or running task with reason stopped; returns when it has ended."""
        stopped = await self._store.write(tasks.stop_pending, task_id, now=datetime.now(UTC))
        if stopped is not None:
            log.info("task_stopped", task=task_id, device=stopped.serial, remark=stopped.remark)
            self.wake()
        elif (live := self._running.of_task(task_id)) is not None:
            await self._stopping.stop(live)
        else:
            await self._refuse_stop(task_id)

    async def _refuse_stop(self, task_id: int) -> None:
        task = await self._store.read(tasks.get, task_id)
        if task is None:
            raise RequestError(Code.NOT_FOUND, f"task {task_id}: does not exist")
        if task.status.ended:
            raise RequestError(
                Code.CONFLICT, f"task {task_id}: has ended already", {"task_id": task_id, "status": int(task.status)}
            )
        raise RequestError(Code.UNAVAILABLE, f"task {task_id}: is between two states; try again", retry_after_s=1)

    @property
    def in_use(self) -> int:
        """Devices that run something now."""
        others = self.line.holds() if self.line else set[str]()
        return len(self._running) + len(others | set(self._registry.in_state(DeviceState.LEASED)))

    @property
    def spoken_for(self) -> int:
        """Devices in use, and those on which a task is about to begin."""
        return self.in_use + self._attempt_starter.count()

    def begins_on(self, serial: str) -> bool:
        """Whether a task is about to begin on this phone."""
        return self._attempt_starter.is_on(serial)

    # --- dispatch

    def wake(self) -> None:
        """Something changed that may let a task begin."""
        self._event_feed.poke()
        self._woken.set()

    async def run(self) -> None:
        """Give tasks to idle phones until cancelled."""
        while True:
            wait_s = LONGEST_WAIT_S
            try:
                wait_s = await self._dispatch()
            except StoreUnavailableError as error:
                log.error("dispatch_postponed", why=str(error))
                wait_s = 1.0
            try:
                async with asyncio.timeout(wait_s):
                    await self._woken.wait()
            except TimeoutError:
                continue
            finally:
                self._woken.clear()

    async def _dispatch(self) -> float:
        """Begin what can begin; returns the seconds until something falls due."""
        if self.draining:
            return LONGEST_WAIT_S
        if self.line is not None:
            self.line.serve()
        looked = _reading()
        now = looked.wall
        await self._follow_clock(looked)
        idle = [serial for serial in self._registry.in_state(DeviceState.IDLE) if self.is_free(serial)]
        # Before the pauses are read: who ends meanwhile is still left alone.
        acting = self._running.acting() | self._attempt_starter.acting()
        held: list[Hold] = []
        if idle:
            holds = await self._store.read(account_pace.holds, idle, now=now, pace=self._pace)
            held = [*holds.account_queues.values(), *holds.devices.values()]
            heads = await self._store.read(queue.heads, idle, now=now, held=list(holds.account_queues))
            # One may have been taken meanwhile.
            free = [serial for serial in idle if serial not in holds.devices and self.is_free(serial)]
            in_use = self.spoken_for + self._reserved()
            acting |= self._running.acting()  # an attempt may have found out meanwhile as whom it acts
            chosen = dispatch.choose(heads, free, in_use, self.device_limit, acting)
            await self._attempt_starter.begin(chosen)
        due = await self._store.read(queue.next_due, now=now)
        moments = [*([due] if due else []), *(hold.until for hold in held if hold.until is not None)]
        wait_s = min(((moment - datetime.now(UTC)).total_seconds() for moment in moments), default=LONGEST_WAIT_S)
        return min(max(wait_s, 0.005), LONGEST_WAIT_S)

    def _reserved(self) -> int:
        return self.line.reserved() if self.line else 0

    async def _follow_clock(self, looked: Reading) -> None:
        """Short waits last as long as before, whatever the clock shows. A host that was suspended, or whose clock
        jumped ahead, finds its scheduled tasks late as if the daemon had been down."""
        before, self._looked = self._looked, looked
        if jump := jump_between(before, looked):
            log.warning("clock_jumped", before=before.wall.isoformat(), now=looked.wall.isoformat())
            await self._correct_waits(jump)
        elif self._uncorrected:
            await self._correct_waits(Jump(before=looked.wall, now=looked.wall))
        if looked.wall - before.wall > SLEPT:
            await startup_recovery.fail_missed(self._store, self._config, alive_at=before.wall, now=looked.wall)

    async def _correct_waits(self, jump: Jump) -> None:
        """Where the store fails in between some stamps have moved: the next look only cuts what is too far ahead."""
        self._uncorrected = True
        await startup_recovery.correct_waits(self._store, jump, longest_pause_s=self._pace.pause_max_s)
        self._uncorrected = False

    def is_free(self, serial: str) -> bool:
        """Whether the phone is idle and nobody waits in line for it."""
        return self.is_idle(serial) and not (self.line is not None and self.line.wants(serial))

    def is_idle(self, serial: str) -> bool:
        """Whether the phone is idle and no attempt runs or is about to begin there."""
        device = self._registry.get(serial)
        idle = device is not None and device.state is DeviceState.IDLE
        return idle and self._running.on(serial) is None and not self._attempt_starter.takes(serial)

    def folder(self, task_id: int) -> Path:
        """Where a task's log and evidence lie."""
        return self._config.task_folder(task_id)

    # --- the end

    async def drain(self, timeout_s: float, hurry: asyncio.Event) -> None:
        """Begin nothing more; give running attempts their time."""
        self.draining = True
        self._attempt_starter.cancel()
        if not self._running:
            return
        log.info("draining", running=len(self._running), timeout_s=timeout_s)
        waits = {asyncio.create_task(self._running.until_all_ended()), asyncio.create_task(_until_set(hurry))}
        await asyncio.wait(waits, timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()


def _reading() -> Reading:
    return Reading(wall=datetime.now(UTC), monotonic_s=time.monotonic())


def pace_of(config: Config) -> Pace:
    """The rules that the configuration gives."""
    pace = config.pace
    return Pace(zone=config.zone, limits=pace.limits, pause_min_s=pace.pause_min_s, pause_max_s=pace.pause_max_s)


def _breadth(request: CreateTasks) -> int:
    """About how many tasks a request means, by the lists that it holds."""
    values: Iterable[object] = request.script_config.values()
    longest = max(
        (len(value) for value in values if isinstance(value, Sized) and not isinstance(value, str)), default=1
    )
    return max(len(request.serials), len(request.usernames), 1) * max(longest, 1)


def rules_of(config: Config) -> Rules:
    """What trouble does, as the configuration says."""
    found = config.trouble
    return Rules(
        pauses={Trouble(name): pause for name, pause in found.pauses.items()},
        failures_in_a_row=found.failures_in_a_row,
    )


def _once(serials: Iterable[str]) -> list[str]:
    """Each once: two names of one phone do not make two tasks."""
    return list(dict.fromkeys(serials))


async def _until_set(event: asyncio.Event) -> None:
    await event.wait()
