"""The desk: accepts tasks, stops them, and gives them to idle phones. What runs then is in running.py.

The store decides what is true; nothing here remembers a status.
"""

import asyncio
import random
import uuid
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, Protocol

import msgspec
import structlog

from drover.config import Config
from drover.media.files import MediaError
from drover.policy import dispatch, patience, remarks
from drover.policy.device_states import DeviceEvent
from drover.policy.intake import Accounts, plan_tasks
from drover.policy.pace import Hold, Pace
from drover.policy.records import Attempt, Head
from drover.store import accounts, attempts, idempotency, pacing, publishing, queue, tasks
from drover.store.errors import ConflictError, NotFoundError, StoreUnavailableError
from drover.store.store import Store
from drover.supervisor import recovery
from drover.supervisor.board import DeviceBoard
from drover.supervisor.hub import EventHub
from drover.supervisor.publishing import PublishingMedia
from drover.supervisor.running import RunningAttempts
from drover.supervisor.scripts import Scripts
from drover.wire.control import CreateTasks, TasksCreated
from drover.wire.custom import CommandSpec, ManagedRun
from drover.wire.devices import DeviceState
from drover.wire.faults import Code, RequestError
from drover.wire.media import MediaFile
from drover.wire.scripts import PUBLISHES
from drover.wire.tasks import Reason, Task
from drover.wire.worker import Begin, StopAttempt, ToWorker

log = structlog.get_logger("drover.tasks")

STOP_GRACE_S: Final = 5.0
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


GiveSession = Callable[[str, int, str], tuple[str, str]]
"""From serial, task and label to the session of the task's own lease, and the URL of the API."""


class TaskDesk:
    """Accepting, stopping and dispatching tasks. `send` and `kill` reach a device's worker."""

    def __init__(
        self,
        config: Config,
        store: Store,
        board: DeviceBoard,
        hub: EventHub,
        running: RunningAttempts,
        scripts: Scripts,
        media: PublishingMedia,
        *,
        boot_id: str,
        device_limit: int,
        device_of: Callable[[str], str],
        send: Callable[[str, ToWorker], bool],
        kill: Callable[[str, str], bool],
        rng: random.Random,
        pace: Pace,
    ) -> None:
        self._config = config
        self._store = store
        self._board = board
        self._hub = hub
        self._running = running
        self._scripts = scripts
        self._media = media
        self._choosing: dict[Head, asyncio.Task[None]] = {}
        self._boot_id = boot_id
        self.device_limit = device_limit
        self._device_of = device_of
        self._send = send
        self._kill = kill
        self._rng = rng
        self._pace = pace
        self._beginning: set[str] = set()
        self._looked_at = datetime.now(UTC)
        self._woken = asyncio.Event()
        self.draining = False
        self.line: PhoneLine | None = None
        self.give_session: GiveSession | None = None
        self.publishes: Callable[[str], None] = lambda _serial: None
        """Hears of a phone on which an attempt begins that brings files there."""

    def configure(self, config: Config, *, device_limit: int, pace: Pace) -> None:
        """Go by these from now on."""
        self._config, self.device_limit, self._pace = config, device_limit, pace

    # --- what clients ask

    async def create(self, request: CreateTasks) -> TasksCreated:
        """Store the tasks of one request; answers after they are durable."""
        if self.draining:
            raise RequestError(Code.UNAVAILABLE, "The daemon is shutting down; try again later.", retry_after_s=30)
        request = msgspec.structs.replace(request, serials=_once(map(self._device_of, request.serials)))
        registered = await self._store.read(accounts.all)
        known = Accounts(
            [msgspec.structs.replace(account, serial=self._device_of(account.serial)) for account in registered]
        )
        planned = plan_tasks(
            request,
            accounts=known,
            now=datetime.now(UTC),
            zone=self._config.zone,
            rng=self._rng,
            group_id=uuid.uuid4().hex,
            max_tries=self._config.tasks.max_tries,
            catalog=self._scripts.catalog,
        )
        if request.script_name in PUBLISHES:
            if (first := await self._answered(request)) is not None:
                return TasksCreated(task_ids=first)
            await self._media.check(planned)
        ids = await self._store.write(
            tasks.insert, planned, now=datetime.now(UTC), key=request.idempotency_key, digest=request.body_digest
        )
        log.info("tasks_created", ids=ids[:20], count=len(ids), script=request.script_name)
        self.wake()
        return TasksCreated(task_ids=ids)

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
            return
        live = self._running.of_task(task_id)
        if live is None:
            await self._refuse_stop(task_id)
            return
        live.cut_off, live.cut_off_why = Reason.STOPPED, remarks.STOPPED
        serial = live.attempt.serial
        self._send(serial, StopAttempt(fence=live.attempt.fence))
        if await _within(STOP_GRACE_S, live.ended):
            return
        if not self._kill(serial, "did not stop when asked"):
            await self._running.lost(serial, Reason.STOPPED, live.cut_off_why)
        if not await _within(STOP_GRACE_S, live.ended):
            raise RequestError(
                Code.UNAVAILABLE, f"task {task_id}: its worker is being ended; look again in a moment", retry_after_s=5
            )

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
        return len(self._running) + len(others | set(self._board.in_state(DeviceState.LEASED)))

    @property
    def spoken_for(self) -> int:
        """Devices in use, and those on which a task is about to begin."""
        return self.in_use + sum(map(self.begins_on, self._beginning))

    def begins_on(self, serial: str) -> bool:
        """Whether a task is about to begin on this phone."""
        return serial in self._beginning and self._running.on(serial) is None

    # --- dispatch

    def wake(self) -> None:
        """Something changed that may let a task begin."""
        self._hub.poke()
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
        now = datetime.now(UTC)
        await self._fail_slept_through(now)
        idle = [serial for serial in self._board.in_state(DeviceState.IDLE) if self.is_free(serial)]
        # Before the pauses are read: who ends meanwhile is still left alone.
        acting = self._running.acting() | {head.account for head in self._choosing}
        held: dict[str, Hold] = {}
        if idle:
            held = await self._store.read(pacing.holds, idle, now=now, pace=self._pace)
            heads = await self._store.read(queue.heads, idle, now=now, held=list(held))
            free = [serial for serial in idle if self.is_free(serial)]  # one may have been taken meanwhile
            in_use = self.spoken_for + self._reserved()
            chosen = dispatch.choose(heads, free, in_use, self.device_limit, acting)
            self._beginning.update(head.serial for head in chosen)  # nobody else takes them from here on
            for head in chosen:
                if head.script_name in PUBLISHES:
                    self._choosing[head] = asyncio.create_task(self._choose_and_begin(head))
            await asyncio.gather(*(self._begin(head) for head in chosen if head not in self._choosing))
        due = await self._store.read(queue.next_due, now=now)
        moments = [*([due] if due else []), *(hold.until for hold in held.values())]
        wait_s = min(((moment - datetime.now(UTC)).total_seconds() for moment in moments), default=LONGEST_WAIT_S)
        return min(max(wait_s, 0.005), LONGEST_WAIT_S)

    def _reserved(self) -> int:
        return self.line.reserved() if self.line else 0

    async def _fail_slept_through(self, now: datetime) -> None:
        """A host that was suspended, or whose clock jumped, finds its tasks late as if the daemon had been down."""
        alive_at, self._looked_at = self._looked_at, now
        if now - alive_at > SLEPT:
            log.warning("clock_jumped", before=alive_at.isoformat(), now=now.isoformat())
            await recovery.fail_missed(self._store, self._config, alive_at=alive_at, now=now)

    def is_free(self, serial: str) -> bool:
        """Whether the phone is idle and nobody waits in line for it."""
        return self.is_idle(serial) and not (self.line is not None and self.line.wants(serial))

    def is_idle(self, serial: str) -> bool:
        """Whether the phone is idle and no attempt runs or is about to begin there."""
        device = self._board.get(serial)
        idle = device is not None and device.state is DeviceState.IDLE
        return idle and self._running.on(serial) is None and serial not in self._beginning

    async def _begin(self, head: Head) -> None:
        """Store that the attempt has begun; only then tell the worker."""
        try:
            await self._begin_on(head)
        finally:
            self._beginning.discard(head.serial)

    async def _begin_on(self, head: Head) -> None:
        try:
            attempt, task = await self._store.write(
                attempts.begin, head.task_id, boot_id=self._boot_id, now=datetime.now(UTC)
            )
        except (ConflictError, NotFoundError):
            return  # stopped or deleted meanwhile
        await self._begun(attempt, task, [])

    async def _choose_and_begin(self, head: Head) -> None:
        """Begin a task that publishes, beside the dispatch: a slow disk must not keep other phones waiting."""
        try:
            await self._begin_with_media(head.task_id, head.serial)
        except (ConflictError, NotFoundError):
            return  # stopped or deleted meanwhile, or files were taken: looked at again at once
        except StoreUnavailableError as error:
            log.error("dispatch_postponed", task=head.task_id, why=str(error))
            await asyncio.sleep(1.0)
        except Exception as error:
            log.exception("media_choice_failed", task=head.task_id)
            with suppress(ConflictError, NotFoundError, StoreUnavailableError):
                await self._fail(head.task_id, Reason.SCRIPT_ERROR, f"Its files could not be looked for: {error!r}.")
            await asyncio.sleep(1.0)  # should even that have failed, it must not be tried without a pause
        finally:
            del self._choosing[head]
            self._beginning.discard(head.serial)
            self.wake()

    async def _begin_with_media(self, task_id: int, serial: str) -> None:
        waiting = await self._store.read(publishing.waiting, task_id)
        want = self._media.wanted(waiting)
        try:
            listed = await self._media.listed(waiting, want)
        except MediaError as error:
            await self._fail(task_id, Reason.MEDIA_INVALID, str(error))
            return
        if self.draining or serial not in self._board.in_state(DeviceState.IDLE):
            return
        begun = await self._store.write(
            publishing.begin,
            task_id,
            boot_id=self._boot_id,
            now=datetime.now(UTC),
            want=want,
            limit=self._media.limit(want),
            listed=listed,
        )
        if isinstance(begun, Task):
            log.warning("task_failed", task=begun.id, reason=begun.reason, remark=begun.remark)
        else:
            self.publishes(serial)
            await self._begun(begun.attempt, begun.task, begun.media)

    async def _fail(self, task_id: int, reason: Reason, remark: str) -> None:
        task = await self._store.write(tasks.fail_pending, task_id, reason, remark, now=datetime.now(UTC))
        log.warning("task_failed", task=task.id, reason=task.reason, remark=task.remark)

    async def _begun(self, attempt: Attempt, task: Task, media: list[MediaFile]) -> None:
        """The attempt is stored as begun: tell the worker."""
        serial = attempt.serial
        spec = self._scripts.command(task.script_name)
        usual_s = patience.attempt_s(task.script_config, self._config.tasks.attempt_timeout_s)
        deadline_s = usual_s if spec is None else spec.timeout_s
        self._running.begun(attempt, task, timeout_s=deadline_s)
        self._board.apply(serial, DeviceEvent.ATTEMPT_BEGAN, f"task {task.id}", task_id=task.id)
        self._hub.poke()
        sent = self._send(
            serial,
            Begin(
                fence=attempt.fence,
                task_id=task.id,
                attempt=attempt.attempt,
                script_name=task.script_name,
                script_config=task.script_config,
                username=task.username,
                platform=attempt.platform,
                package=attempt.package or (spec.package if spec else ""),
                folder=str(self.folder(task.id)),
                deadline_s=deadline_s,
                settle=attempt.settle,
                media=self._media.located(media),
                media_roots=self._media.worker_roots if media else [],
                managed=None if spec is None else self._managed(spec, task),
            ),
        )
        if not sent:
            await self._running.lost(serial, Reason.INTERRUPTED, remarks.WORKER_GONE)

    def _managed(self, spec: CommandSpec, task: Task) -> ManagedRun:
        """What the worker needs to run the command; the phone is leased for it from here on."""
        session, api_base = "", ""
        if self.give_session is not None:
            label = f"{task.script_name}, task {task.id}"
            session, api_base = self.give_session(task.serial, task.id, label)
        token_file = str(self._config.token_path) if self._config.api.require_token else ""
        return ManagedRun(spec=spec, session=session, api_base=api_base, token_file=token_file)

    def folder(self, task_id: int) -> Path:
        """Where a task's log and evidence lie."""
        return self._config.data_dir / "tasks" / str(task_id)

    # --- the end

    async def drain(self, timeout_s: float, hurry: asyncio.Event) -> None:
        """Begin nothing more; give running attempts their time."""
        self.draining = True
        for choosing in self._choosing.values():
            choosing.cancel()
        if not self._running:
            return
        log.info("draining", running=len(self._running), timeout_s=timeout_s)
        waits = {asyncio.create_task(self._running.until_all_ended()), asyncio.create_task(_until_set(hurry))}
        await asyncio.wait(waits, timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()


def pace_of(config: Config) -> Pace:
    """The rules that the configuration gives."""
    pace = config.pace
    return Pace(zone=config.zone, limits=pace.limits, pause_min_s=pace.pause_min_s, pause_max_s=pace.pause_max_s)


def _once(serials: Iterable[str]) -> list[str]:
    """Each once: two names of one phone do not make two tasks."""
    return list(dict.fromkeys(serials))


async def _within(seconds: float, event: asyncio.Event) -> bool:
    """Whether the event came within that time."""
    try:
        await asyncio.wait_for(event.wait(), seconds)
    except TimeoutError:
        return False
    return True


async def _until_set(event: asyncio.Event) -> None:
    await event.wait()
