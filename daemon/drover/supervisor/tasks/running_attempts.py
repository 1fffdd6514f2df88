"""The attempts that run now: each one's messages, kept durable in their order, until it ends.

The store decides what is true. Live steps and percentages alone stay in memory.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Final

import msgspec
import structlog

from drover.policy import remarks
from drover.policy.pace import account_key, handle_of
from drover.policy.phone_commands import CloseAttempt
from drover.policy.phone_events import AccountRecognised, AttemptBegun, AttemptClosed
from drover.policy.phone_state import Running
from drover.policy.records import Attempt
from drover.policy.trouble import Report
from drover.store import acting_account, attempt_end, attempts
from drover.store.errors import StoreUnavailableError
from drover.store.store import Store
from drover.supervisor import clock
from drover.supervisor.devices.registry import DeviceRegistry, Foreseen
from drover.supervisor.event_feed import EventFeed
from drover.supervisor.settings import Settings
from drover.supervisor.tasks.endings import Endings
from drover.supervisor.workers.protocol import Workers
from drover.wire.accounts import Login, LoginSource
from drover.wire.devices import Device, PhoneCondition
from drover.wire.events import TaskProgressed
from drover.wire.tasks import Phase, Reason, Task
from drover.wire.worker import (
    AccountNoted,
    AccountSeen,
    AccountVerdict,
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
    TapSent,
)

log = structlog.get_logger("drover.tasks")

DEADLINE_GRACE_S: Final = 10.0
CLOSE_TIMEOUT_S: Final = 1.0
_ENDED: Final = "this attempt has ended"


@dataclass
class LiveAttempt:
    """A running attempt and what only memory knows of it.

    `other_account`: it was stopped because its app is logged in as an account that may not act now.
    """

    attempt: Attempt
    task: Task
    deadline: float
    allowed_s: float
    other_account: bool = False
    phase: Phase = Phase.PREPARE
    step: str = ""
    progress: int = 0
    cut_off: Reason | None = None
    cut_off_why: str = ""
    closing: bool = False
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def bound(self) -> bool:
        """Whether it can act as one account only, the one of the earlier attempt that it looks after."""
        return self.attempt.reconcile and not self.task.username and bool(handle_of(self.attempt.account))


class RunningAttempts:
    """Attempts by their fence; which of them a phone runs, the registry says."""

    def __init__(
        self,
        store: Store,
        event_feed: EventFeed,
        registry: DeviceRegistry,
        workers: Workers,
        settings: Settings,
        endings: Endings,
    ) -> None:
        self._store = store
        self._event_feed = event_feed
        self._registry = registry
        self._workers = workers
        self._settings = settings
        self._endings = endings
        self._live: dict[int, LiveAttempt] = {}
        self._background: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        return len(self._live)

    def on(self, serial: str) -> LiveAttempt | None:
        """The attempt that runs on this device."""
        occupant = self._registry.phone(serial).occupant
        return self._live.get(occupant.fence) if isinstance(occupant, Running) else None

    def of_task(self, task_id: int) -> LiveAttempt | None:
        """The running attempt of this task."""
        return next((live for live in self._live.values() if live.task.id == task_id), None)

    def foresee_begun(self, serial: str, task_id: int) -> Foreseen | None:
        """How the phone of a task that is about to begin will be shown; the fence is not known yet, and not shown."""
        return self._registry.foresee(serial, AttemptBegun(task_id=task_id, fence=0, account=""))

    def begun(self, attempt: Attempt, task: Task, *, timeout_s: float, written: Foreseen | None = None) -> LiveAttempt:
        """An attempt is stored as begun; from now on its device's messages are about it."""
        live = self._live[attempt.fence] = LiveAttempt(
            attempt=attempt, task=task, deadline=clock.monotonic_s() + timeout_s, allowed_s=timeout_s
        )
        begun = AttemptBegun(task_id=task.id, fence=attempt.fence, account=attempt.account)
        self._registry.post(attempt.serial, begun, written=written)
        return live

    def tell(self, attempt: Attempt, message: Begin) -> None:
        """Have the worker run an attempt that has begun."""
        if not self._workers.send(attempt.serial, message):
            self._spawn(self.close(attempt.fence, Reason.INTERRUPTED, remarks.WORKER_GONE))

    # --- messages of workers

    def on_message(self, serial: str, message: FromWorker) -> None:
        """A message about an attempt. Writes are queued here, at once, so that they keep the messages' order."""
        live = self.on(serial)
        fence = getattr(message, "fence", None)
        if live is None or fence != live.attempt.fence:
            log.warning("late_message_ignored", device=serial, fence=fence, message=type(message).__name__)
            if isinstance(message, IntentRequested):
                self._workers.send(serial, IntentRefused(fence=message.fence, why=_ENDED))
            return
        match message:
            case Progressed():
                self._progressed(serial, live, message)
            case AccountSeen():
                self._spawn(self._recognise(serial, live, message))
            case IntentRequested():
                self._spawn(self._grant(serial, live, message))
            case TapSent():
                self._spawn(self._record(attempts.record_sent, live.attempt.fence))
            case EffectConfirmed(evidence=evidence):
                confirmed = partial(attempts.record_confirmed, evidence=evidence)
                self._spawn(self._record(confirmed, live.attempt.fence))
            case Ended():
                self._spawn(self._end(serial, live, message))
            case AttemptRefused(why=why):
                log.error("attempt_refused", device=serial, task=live.task.id, why=why)
                self._spawn(self.close(live.attempt.fence, Reason.INTERRUPTED, remarks.refused(serial, why)))
            case _:
                log.warning("message_unexpected", device=serial, message=type(message).__name__)

    def _progressed(self, serial: str, live: LiveAttempt, message: Progressed) -> None:
        live.phase, live.step, live.progress = message.phase, message.step, message.progress
        self._event_feed.progress(
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
        """No durable intent, no tap; and none on a phone that is not known to be the right one."""
        fence = message.fence
        why = await self._registry.until_usable(serial) or _ENDED
        recorded = False
        if live.cut_off is not None:
            why = live.cut_off_why
        elif why == _ENDED:
            now = clock.now()
            try:
                recorded = await self._store.write(
                    attempts.record_intent, fence, what=message.what, now=now, day=self._settings.pace.day(now)
                )
            except StoreUnavailableError as error:
                why = str(error)
        answer = IntentRecorded(fence=fence) if recorded else IntentRefused(fence=fence, why=why)
        self._workers.send(serial, answer)

    async def _recognise(self, serial: str, live: LiveAttempt, message: AccountSeen) -> None:
        """Keep as whom the app is logged in, and say whether the attempt may act as that account."""
        now = clock.now()
        login = Login(
            serial=serial,
            platform=live.attempt.platform,
            package=message.package,
            main=message.main,
            username=message.username,
            app_version=message.version,
            source=LoginSource.SCRIPT,
            learned_at=now,
        )
        busy = self._takes_account(serial, live, account_key(login.platform, login.username, serial))
        try:
            why = await self._store.write(
                acting_account.recognise, message.fence, login, busy=busy, now=now, pace=self._settings.pace
            )
            verdict = AccountVerdict.OTHER_ACCOUNT if why else AccountVerdict.GO_ON
        except StoreUnavailableError as error:
            why, verdict = str(error), AccountVerdict.NOT_STORED
        # A bound one would wait for a person for ever: it fails, and says so.
        live.other_account = verdict is AccountVerdict.OTHER_ACCOUNT and not live.bound
        self._workers.send(serial, AccountNoted(fence=message.fence, verdict=verdict, why=why))

    def _takes_account(self, serial: str, live: LiveAttempt, key: str) -> bool:
        """Have the attempt act as the account, before anything is waited for; True where another phone does."""
        if live.task.username or live.bound:
            return False
        if key in self._registry.acting(besides=serial):
            return True
        self._registry.post(serial, AccountRecognised(fence=live.attempt.fence, account=key))
        return False

    async def _record(self, operation: Callable[..., bool], fence: int) -> None:
        """No one waits for it, so it shares a commit with what follows at once: the proof, or the end.

        A lost write here only means that less is known: recovery then reconciles instead of trusting.
        """
        try:
            await self._store.write_along(operation, fence, now=clock.now())
        except StoreUnavailableError as error:
            log.error("attempt_note_lost", fence=fence, why=str(error))

    async def _end(self, serial: str, live: LiveAttempt, message: Ended) -> None:
        reason = None if message.outcome is Outcome.COMPLETED else message.reason or Reason.SCRIPT_ERROR
        report = Report(reason=reason, trouble=message.trouble, not_ready=message.condition is not None)
        await self._close(
            serial, live, report, message.remark, tuple(message.evidence), message.condition, untapped=message.untapped
        )

    def on_close(self, _device: Device, command: CloseAttempt) -> None:
        """The loop's command."""
        self._spawn(self.close(command.fence, command.reason, command.remark))

    async def close(self, fence: int, reason: Reason, remark: str) -> None:
        """The worker can say no more of this attempt: close it by what is recorded."""
        live = self._live.get(fence)
        if live is None or live.closing:
            return
        if live.cut_off is not None:
            reason, remark = live.cut_off, live.cut_off_why
        await self._close(live.attempt.serial, live, Report(reason=reason), remark, ())

    async def _close(
        self,
        serial: str,
        live: LiveAttempt,
        report: Report,
        remark: str,
        evidence: tuple[str, ...],
        condition: PhoneCondition | None = None,
        *,
        untapped: bool = False,
    ) -> None:
        """Store the attempt's end, trying until the store takes it, then free the device."""
        live.closing = True
        decide = self._endings.decide(
            live.task.script_name,
            report.reason,
            remark,
            evidence,
            condition=condition,
            untapped=untapped,
            other_account=live.other_account and report.reason is Reason.WRONG_ACCOUNT,
        )
        pause_s = self._endings.pause_s(live.attempt.platform)
        closed = AttemptClosed(fence=live.attempt.fence)
        while True:
            foreseen = self._registry.foresee(serial, closed)
            try:
                task = await attempt_end.finish(
                    self._store,
                    live.attempt.fence,
                    decide,
                    now=clock.now(),
                    progress=live.progress,
                    step=live.step,
                    pause_s=pause_s,
                    report=report,
                    rules=self._settings.rules,
                    device=None if foreseen is None else foreseen.device,
                )
                break
            except StoreUnavailableError as error:
                log.error("attempt_end_postponed", task=live.task.id, why=str(error))
                await asyncio.sleep(1.0)
        self._live.pop(live.attempt.fence, None)
        live.ended.set()
        if task is not None:
            log.info(
                "attempt_ended",
                **{"task": task.id, "device": serial, "attempt": live.attempt.attempt},
                status=task.status.name.lower(),
                reason=task.reason,
                remark=task.remark,
            )
        self._registry.post(serial, closed, written=None if task is None else foreseen)

    def watch(self) -> None:
        """Cut off attempts that outlived their deadline; called every second."""
        now = clock.monotonic_s()
        for fence, live in list(self._live.items()):
            if live.cut_off is None and now > live.deadline + DEADLINE_GRACE_S:
                serial = live.attempt.serial
                live.cut_off = Reason.TIMEOUT
                live.cut_off_why = remarks.outlived(serial, live.allowed_s)
                if not self._workers.kill(serial, live.cut_off_why):
                    self._spawn(self.close(fence, Reason.TIMEOUT, live.cut_off_why))

    async def drain(self, timeout_s: float, hurry: asyncio.Event) -> None:
        """Wait until running attempts have ended, at most `timeout_s` or until `hurry` is set."""
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

    async def quiet(self) -> None:
        """Wait until everything that was reported so far is stored."""
        while self._background:
            await asyncio.wait(list(self._background))

    async def close_rest(self) -> None:
        """Close, by the rules of delivery, what still ran when its workers were ended."""
        for fence in list(self._live):
            self._spawn(self.close(fence, Reason.INTERRUPTED, remarks.SHUT_DOWN))
        if self._background:  # a store that takes nothing now must not keep us: the next start closes the rest
            await asyncio.wait(list(self._background), timeout=CLOSE_TIMEOUT_S)

    def _spawn(self, work: Awaitable[None]) -> None:
        async def guarded() -> None:
            await work

        job = asyncio.create_task(guarded())
        self._background.add(job)
        job.add_done_callback(self._done)

    def _done(self, job: asyncio.Task[None]) -> None:
        self._background.discard(job)
        if not job.cancelled() and (error := job.exception()) is not None:
            log.error("attempt_job_failed", exc_info=error)


async def _until_set(event: asyncio.Event) -> None:
    await event.wait()


def with_live(task: Task, live: LiveAttempt | None) -> Task:
    """The task with its running attempt's phase, step and percentage."""
    if live is None or live.task.id != task.id:
        return task
    return msgspec.structs.replace(task, phase=live.phase, step=live.step, progress=live.progress)
