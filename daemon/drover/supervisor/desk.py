"""The desk: accepts tasks, gives them to idle phones, and keeps each attempt's story durable, in its order.

The store decides what is true; nothing here remembers a status. Live steps and percentages alone stay in memory.
"""

import asyncio
import random
import time
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import msgspec
import structlog

from drover.config import Config
from drover.policy import dispatch, retry
from drover.policy.device_states import DeviceEvent
from drover.policy.intake import Accounts, plan_tasks
from drover.policy.records import Attempt, AttemptFacts, Decision, Head
from drover.store import accounts, attempts, queue, tasks
from drover.store.errors import ConflictError, NotFoundError, StoreUnavailableError
from drover.store.store import Store
from drover.supervisor.board import DeviceBoard
from drover.supervisor.hub import EventHub
from drover.wire.control import CreateTasks, TasksCreated
from drover.wire.devices import DeviceState
from drover.wire.events import TaskProgressed
from drover.wire.faults import Code, RequestError
from drover.wire.scripts import SETTLES
from drover.wire.tasks import Phase, Reason, Task
from drover.wire.worker import (
    AttemptRefused,
    Begin,
    EffectConfirmed,
    Ended,
    FromWorker,
    IntentRecorded,
    IntentRefused,
    IntentRequested,
    Outcome,
    Progressed,
    StopAttempt,
    TapSent,
    ToWorker,
)

log = structlog.get_logger("drover.tasks")

STOP_GRACE_S: Final = 5.0
DEADLINE_GRACE_S: Final = 10.0
LONGEST_WAIT_S: Final = 30.0


@dataclass
class LiveAttempt:
    """A running attempt and what only memory knows of it."""

    attempt: Attempt
    task: Task
    deadline: float
    phase: Phase = Phase.PREPARE
    step: str = ""
    progress: int = 0
    cut_off: Reason | None = None
    cut_off_why: str = ""
    ended: asyncio.Event = field(default_factory=asyncio.Event)


class TaskDesk:
    """Accepting, dispatching and following tasks. `send` and `kill` reach a device's worker; `freed` hears of ends."""

    def __init__(
        self,
        config: Config,
        store: Store,
        board: DeviceBoard,
        hub: EventHub,
        *,
        boot_id: str,
        device_limit: int,
        send: Callable[[str, ToWorker], bool],
        kill: Callable[[str, str], bool],
        freed: Callable[[str], None],
        rng: random.Random,
    ) -> None:
        self._config = config
        self._store = store
        self._board = board
        self._hub = hub
        self._boot_id = boot_id
        self.device_limit = device_limit
        self._send = send
        self._kill = kill
        self._freed = freed
        self._rng = rng
        self._live: dict[str, LiveAttempt] = {}
        self._background: set[asyncio.Task[None]] = set()
        self._woken = asyncio.Event()
        self.draining = False

    # --- what clients ask

    async def create(self, request: CreateTasks) -> TasksCreated:
        """Store the tasks of one request; answers after they are durable."""
        if self.draining:
            raise RequestError(Code.UNAVAILABLE, "The daemon is shutting down; try again later.", retry_after_s=30)
        known = Accounts(await self._store.read(accounts.all))
        planned = plan_tasks(
            request,
            accounts=known,
            now=datetime.now(UTC),
            zone=self._config.zone,
            rng=self._rng,
            group_id=uuid.uuid4().hex,
            max_tries=self._config.tasks.max_tries,
        )
        ids = await self._store.write(
            tasks.insert, planned, now=datetime.now(UTC), key=request.idempotency_key, digest=request.body_digest
        )
        log.info("tasks_created", ids=ids[:20], count=len(ids), script=request.script_name)
        self.wake()
        return TasksCreated(task_ids=ids)

    async def stop(self, task_id: int) -> None:
        """End a pending or running task with reason stopped; returns when it has ended."""
        stopped = await self._store.write(tasks.stop_pending, task_id, now=datetime.now(UTC))
        if stopped is not None:
            self.wake()
            return
        live = self._live_task(task_id)
        if live is None:
            await self._refuse_stop(task_id)
            return
        live.cut_off, live.cut_off_why = Reason.STOPPED, "Stopped on request."
        serial = live.attempt.serial
        self._send(serial, StopAttempt(fence=live.attempt.fence))
        try:
            await asyncio.wait_for(live.ended.wait(), STOP_GRACE_S)
        except TimeoutError:
            self._kill(serial, "did not stop when asked")
            await asyncio.wait_for(live.ended.wait(), STOP_GRACE_S)

    async def _refuse_stop(self, task_id: int) -> None:
        task = await self._store.read(tasks.get, task_id)
        if task is None:
            raise RequestError(Code.NOT_FOUND, f"task {task_id}: does not exist")
        if task.status.ended:
            raise RequestError(
                Code.CONFLICT, f"task {task_id}: has ended already", {"task_id": task_id, "status": int(task.status)}
            )
        raise RequestError(Code.UNAVAILABLE, f"task {task_id}: is between two states; try again", retry_after_s=1)

    def live(self, task_id: int) -> LiveAttempt | None:
        """The running attempt of a task."""
        return self._live_task(task_id)

    def _live_task(self, task_id: int) -> LiveAttempt | None:
        return next((live for live in self._live.values() if live.task.id == task_id), None)

    @property
    def in_use(self) -> int:
        """Devices that run something now."""
        return len(self._live) + len(self._board.in_state(DeviceState.LEASED))

    def serving(self, serial: str) -> LiveAttempt | None:
        """The attempt that runs on this device."""
        return self._live.get(serial)

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
                await asyncio.wait_for(self._woken.wait(), wait_s)
            except TimeoutError:
                continue
            finally:
                self._woken.clear()

    async def _dispatch(self) -> float:
        """Begin what can begin; returns the seconds until something falls due."""
        if self.draining:
            return LONGEST_WAIT_S
        now = datetime.now(UTC)
        idle = [serial for serial in self._board.in_state(DeviceState.IDLE) if serial not in self._live]
        if idle:
            heads = await self._store.read(queue.heads, idle, now=now)
            chosen = dispatch.choose(heads, idle, in_use=self.in_use, device_limit=self.device_limit)
            await asyncio.gather(*(self._begin(head) for head in chosen))
        due = await self._store.read(queue.next_due, now=now)
        wait_s = (due - datetime.now(UTC)).total_seconds() if due else LONGEST_WAIT_S
        return min(max(wait_s, 0.005), LONGEST_WAIT_S)

    async def _begin(self, head: Head) -> None:
        """Store that the attempt has begun; only then tell the worker."""
        try:
            attempt, task = await self._store.write(
                attempts.begin, head.task_id, boot_id=self._boot_id, now=datetime.now(UTC)
            )
        except (ConflictError, NotFoundError):
            return  # stopped or deleted meanwhile
        deadline_s = self._config.tasks.attempt_timeout_s
        live = LiveAttempt(attempt=attempt, task=task, deadline=time.monotonic() + deadline_s)
        self._live[head.serial] = live
        self._board.apply(head.serial, DeviceEvent.ATTEMPT_BEGAN, f"task {task.id}", task_id=task.id)
        self._hub.poke()
        sent = self._send(
            head.serial,
            Begin(
                fence=attempt.fence,
                task_id=task.id,
                attempt=attempt.attempt,
                script_name=task.script_name,
                script_config=task.script_config,
                username=task.username,
                platform=attempt.platform,
                package=attempt.package,
                folder=str(self.folder(task.id)),
                deadline_s=deadline_s,
                settle=attempt.settle,
            ),
        )
        if not sent:
            await self.lost(head.serial, Reason.INTERRUPTED, "The worker was gone when the task was to begin.")

    def folder(self, task_id: int) -> Path:
        """Where a task's log and evidence lie."""
        return self._config.data_dir / "tasks" / str(task_id)

    # --- what workers say

    def said(self, serial: str, message: FromWorker) -> None:
        """A message about an attempt. Writes are queued here, at once, so that they keep the messages' order."""
        live = self._live.get(serial)
        fence = getattr(message, "fence", None)
        if live is None or fence != live.attempt.fence:
            log.warning("late_message_ignored", device=serial, fence=fence, message=type(message).__name__)
            if isinstance(message, IntentRequested):
                self._send(serial, IntentRefused(fence=message.fence, why="this attempt has ended"))
            return
        match message:
            case Progressed():
                self._progressed(serial, live, message)
            case IntentRequested():
                self._spawn(self._grant(serial, live, message))
            case TapSent():
                self._spawn(self._record(attempts.record_sent, live.attempt.fence))
            case EffectConfirmed(evidence=evidence):
                self._spawn(self._record_confirmed(live.attempt.fence, evidence))
            case Ended():
                self._spawn(self._end(serial, live, message))
            case AttemptRefused(why=why):
                log.error("attempt_refused", device=serial, task=live.task.id, why=why)
                self._spawn(self.lost(serial, Reason.INTERRUPTED, f"The worker refused the attempt: {why}."))
            case _:
                log.warning("message_unexpected", device=serial, message=type(message).__name__)

    def _progressed(self, serial: str, live: LiveAttempt, message: Progressed) -> None:
        live.phase, live.step, live.progress = message.phase, message.step, message.progress
        self._hub.progress(
            TaskProgressed(
                task_id=live.task.id,
                serial=serial,
                attempt=live.attempt.attempt,
                phase=message.phase,
                step=message.step,
                progress=message.progress,
            )
        )

    async def _grant(self, serial: str, live: LiveAttempt, message: IntentRequested) -> None:
        """No durable intent, no tap."""
        fence = message.fence
        why = "this attempt has ended"
        recorded = False
        if live.cut_off is not None:
            why = live.cut_off_why
        else:
            try:
                recorded = await self._store.write(
                    attempts.record_intent, fence, what=message.what, now=datetime.now(UTC)
                )
            except StoreUnavailableError as error:
                why = str(error)
        answer = IntentRecorded(fence=fence) if recorded else IntentRefused(fence=fence, why=why)
        self._send(serial, answer)

    async def _record(self, operation: Callable[..., bool], fence: int) -> None:
        """A lost write here only means that less is known: recovery then settles instead of trusting."""
        try:
            await self._store.write(operation, fence, now=datetime.now(UTC))
        except StoreUnavailableError as error:
            log.error("attempt_note_lost", fence=fence, why=str(error))

    async def _record_confirmed(self, fence: int, evidence: list[str]) -> None:
        try:
            await self._store.write(attempts.record_confirmed, fence, evidence=evidence, now=datetime.now(UTC))
        except StoreUnavailableError as error:
            log.error("attempt_note_lost", fence=fence, why=str(error))

    async def _end(self, serial: str, live: LiveAttempt, message: Ended) -> None:
        reason = None if message.outcome is Outcome.COMPLETED else message.reason or Reason.SCRIPT_ERROR
        await self._close(serial, live, reason, message.remark, tuple(message.evidence))

    async def lost(self, serial: str, reason: Reason, remark: str) -> None:
        """The worker of this device can say no more: close its attempt by what is recorded."""
        live = self._live.get(serial)
        if live is None:
            return
        if live.cut_off is not None:
            reason, remark = live.cut_off, live.cut_off_why
        await self._close(serial, live, reason, remark, ())

    async def _close(
        self, serial: str, live: LiveAttempt, reason: Reason | None, remark: str, evidence: tuple[str, ...]
    ) -> None:
        """Store the attempt's end, trying until the store takes it, then free the device."""
        decide = ending(live.task.script_name, reason, remark, evidence, self._rng)
        while True:
            try:
                task = await self._store.write(
                    attempts.finish,
                    live.attempt.fence,
                    decide,
                    now=datetime.now(UTC),
                    progress=live.progress,
                    step=live.step,
                )
                break
            except StoreUnavailableError as error:
                log.error("attempt_end_postponed", task=live.task.id, why=str(error))
                await asyncio.sleep(1.0)
        if self._live.get(serial) is live:
            del self._live[serial]
        live.ended.set()
        if task is not None:
            log.info(
                "attempt_ended",
                **{"task": task.id, "device": serial, "attempt": live.attempt.attempt},
                status=task.status.name.lower(),
                reason=task.reason,
                remark=task.remark,
            )
        self._freed(serial)
        self.wake()

    def _spawn(self, work: Awaitable[None]) -> None:
        async def guarded() -> None:
            await work

        job = asyncio.create_task(guarded())
        self._background.add(job)
        job.add_done_callback(self._done)

    def _done(self, job: asyncio.Task[None]) -> None:
        self._background.discard(job)
        if not job.cancelled() and (error := job.exception()) is not None:
            log.error("desk_job_failed", exc_info=error)

    # --- time

    def watch(self) -> None:
        """Cut off attempts that outlived their deadline; called every second."""
        now = time.monotonic()
        for serial, live in list(self._live.items()):
            if live.cut_off is None and now > live.deadline + DEADLINE_GRACE_S:
                live.cut_off = Reason.TIMEOUT
                live.cut_off_why = f"The attempt outlived its {self._config.tasks.attempt_timeout_s:.0f} s."
                if not self._kill(serial, live.cut_off_why):
                    self._spawn(self.lost(serial, Reason.TIMEOUT, live.cut_off_why))

    async def drain(self, timeout_s: float, hurry: asyncio.Event) -> None:
        """Begin nothing more; give running attempts their time."""
        self.draining = True
        if not self._live:
            return
        log.info("draining", running=len(self._live), timeout_s=timeout_s)
        waits = {asyncio.create_task(self._until_all_ended()), asyncio.create_task(_until_set(hurry))}
        await asyncio.wait(waits, timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()

    async def _until_all_ended(self) -> None:
        while self._live:
            await next(iter(self._live.values())).ended.wait()

    async def settle_rest(self) -> None:
        """Close, by the rules of delivery, what still ran when its workers were ended."""
        for serial in list(self._live):
            await self.lost(serial, Reason.INTERRUPTED, "The daemon was shut down while the task ran.")
        if self._background:
            await asyncio.wait(list(self._background), timeout=5.0)


async def _until_set(event: asyncio.Event) -> None:
    await event.wait()


def ending(
    script_name: str, reason: Reason | None, remark: str, evidence: tuple[str, ...], rng: random.Random
) -> Callable[[AttemptFacts], Decision]:
    """Decides inside the store's transaction what an attempt's end means: by what is recorded, not by hearsay."""

    def decide(facts: AttemptFacts) -> Decision:
        settles = script_name in SETTLES
        return retry.decide(facts.ended(settles=settles, reason=reason, remark=remark, evidence=evidence), rng)

    return decide


def with_live(task: Task, live: LiveAttempt | None) -> Task:
    """The task with its running attempt's phase, step and percentage."""
    if live is None or live.task.id != task.id:
        return task
    return msgspec.structs.replace(task, phase=live.phase, step=live.step, progress=live.progress)
