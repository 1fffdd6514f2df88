"""The attempts that run now: each one's story, kept durable in its order, until it ends.

The store decides what is true. Live steps and percentages alone stay in memory.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

import msgspec
import structlog

from drover.policy import remarks, retry
from drover.policy.catalog import GENERIC, Delivery
from drover.policy.pace import Pace, account_key, handle_of
from drover.policy.records import Attempt, AttemptFacts, Decision
from drover.policy.trouble import Report, Rules
from drover.store import acting_account, attempt_end, attempts
from drover.store.errors import StoreUnavailableError
from drover.store.store import Store
from drover.supervisor.api.event_feed import EventFeed
from drover.wire.accounts import Login, LoginSource
from drover.wire.devices import PhoneCondition
from drover.wire.events import TaskProgressed
from drover.wire.tasks import Phase, Reason, Task
from drover.wire.worker import (
    AccountNoted,
    AccountSeen,
    AccountVerdict,
    AttemptRefused,
    EffectConfirmed,
    Ended,
    FromWorker,
    IntentRecorded,
    IntentRefused,
    IntentRequested,
    Outcome,
    Progressed,
    TapSent,
    ToWorker,
)

log = structlog.get_logger("drover.tasks")

DEADLINE_GRACE_S: Final = 10.0
SETTLE_TIMEOUT_S: Final = 1.0
_ENDED: Final = "this attempt has ended"


@dataclass
class LiveAttempt:
    """A running attempt and what only memory knows of it. `account` is the key of the account that acts.

    `other_account`: it was told to end because its app is logged in as an account that may not act now.
    """

    attempt: Attempt
    task: Task
    deadline: float
    allowed_s: float
    account: str
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
    """At most one attempt a device. `send` and `kill` reach a device's worker; `freed` hears of every end.

    `begin_elsewhere` gives the accounts of tasks that are about to begin on other phones than the given one.
    `proven` waits until the phone behind the device's transport is known to be the device's, or says why it is not.
    """

    def __init__(
        self,
        store: Store,
        event_feed: EventFeed,
        *,
        send: Callable[[str, ToWorker], bool],
        kill: Callable[[str, str], bool],
        freed: Callable[[str], None],
        rng: random.Random,
        pace: Pace,
        rules: Rules,
        delivery: Callable[[str], Delivery],
        begin_elsewhere: Callable[[str], set[str]] = lambda _serial: set(),
        proven: Callable[[str], Awaitable[str]] | None = None,
    ) -> None:
        self._begin_elsewhere = begin_elsewhere
        self._store = store
        self._event_feed = event_feed
        self._send = send
        self._kill = kill
        self._freed = freed
        self._rng = rng
        self._pace = pace
        self._rules = rules
        self._delivery = delivery
        self._proven = proven or _always
        self._live: dict[str, LiveAttempt] = {}
        self._background: set[asyncio.Task[None]] = set()

    def configure(self, *, pace: Pace, rules: Rules) -> None:
        """Go by these from now on; what runs keeps its time."""
        self._pace, self._rules = pace, rules

    def __len__(self) -> int:
        return len(self._live)

    def on(self, serial: str) -> LiveAttempt | None:
        """The attempt that runs on this device."""
        return self._live.get(serial)

    def acting(self, *, besides: str = "") -> set[str]:
        """The accounts that act now, by policy.pace's keys; not the one on the phone `besides`."""
        return {live.account for serial, live in self._live.items() if serial != besides}

    def of_task(self, task_id: int) -> LiveAttempt | None:
        """The running attempt of this task."""
        return next((live for live in self._live.values() if live.task.id == task_id), None)

    def begun(self, attempt: Attempt, task: Task, *, timeout_s: float) -> LiveAttempt:
        """An attempt is stored as begun; from now on its device's messages are about it."""
        live = LiveAttempt(
            attempt=attempt,
            task=task,
            deadline=time.monotonic() + timeout_s,
            allowed_s=timeout_s,
            account=attempt.account,
        )
        self._live[attempt.serial] = live
        return live

    # --- what workers say

    def said(self, serial: str, message: FromWorker) -> None:
        """A message about an attempt. Writes are queued here, at once, so that they keep the messages' order."""
        live = self._live.get(serial)
        fence = getattr(message, "fence", None)
        if live is None or fence != live.attempt.fence:
            log.warning("late_message_ignored", device=serial, fence=fence, message=type(message).__name__)
            if isinstance(message, IntentRequested):
                self._send(serial, IntentRefused(fence=message.fence, why=_ENDED))
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
                self._spawn(self._record_confirmed(live.attempt.fence, evidence))
            case Ended():
                self._spawn(self._end(serial, live, message))
            case AttemptRefused(why=why):
                log.error("attempt_refused", device=serial, task=live.task.id, why=why)
                self._spawn(self.lost(serial, Reason.INTERRUPTED, remarks.refused(serial, why)))
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
        why = await self._proven(serial) or _ENDED
        recorded = False
        if live.cut_off is not None:
            why = live.cut_off_why
        elif why == _ENDED:
            now = datetime.now(UTC)
            try:
                recorded = await self._store.write(
                    attempts.record_intent, fence, what=message.what, now=now, day=self._pace.day(now)
                )
            except StoreUnavailableError as error:
                why = str(error)
        answer = IntentRecorded(fence=fence) if recorded else IntentRefused(fence=fence, why=why)
        self._send(serial, answer)

    async def _recognise(self, serial: str, live: LiveAttempt, message: AccountSeen) -> None:
        """Keep as whom the app is logged in, and say whether the attempt may act as that account."""
        now = datetime.now(UTC)
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
                acting_account.recognise, message.fence, login, busy=busy, now=now, pace=self._pace
            )
            verdict = AccountVerdict.OTHER_ACCOUNT if why else AccountVerdict.GO_ON
        except StoreUnavailableError as error:
            why, verdict = str(error), AccountVerdict.NOT_STORED
        # A bound one would wait for a person for ever: it fails, and says so.
        live.other_account = verdict is AccountVerdict.OTHER_ACCOUNT and not live.bound
        self._send(serial, AccountNoted(fence=message.fence, verdict=verdict, why=why))

    def _takes_account(self, serial: str, live: LiveAttempt, key: str) -> bool:
        """Have the attempt act as the account, before anything is waited for; True where another phone does."""
        if live.task.username or live.bound:
            return False
        if key in self.acting(besides=serial) | self._begin_elsewhere(serial):
            return True
        live.account = key
        return False

    async def _record(self, operation: Callable[..., bool], fence: int) -> None:
        """A lost write here only means that less is known: recovery then reconciles instead of trusting."""
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
        report = Report(reason=reason, trouble=message.trouble, not_ready=message.condition is not None)
        await self._close(
            serial, live, report, message.remark, tuple(message.evidence), message.condition, untapped=message.untapped
        )

    async def lost(self, serial: str, reason: Reason, remark: str) -> None:
        """The worker of this device can say no more: close its attempt by what is recorded."""
        live = self._live.get(serial)
        if live is None or live.closing:
            return
        if live.cut_off is not None:
            reason, remark = live.cut_off, live.cut_off_why
        await self._close(serial, live, Report(reason=reason), remark, ())

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
        decide = ending(
            self._delivery(live.task.script_name),
            report.reason,
            remark,
            evidence,
            self._rng,
            condition=condition,
            untapped=untapped,
            other_account=live.other_account and report.reason is Reason.WRONG_ACCOUNT,
        )
        # A generic command acts as nobody, so nobody has to pause after it.
        pause_s = 0.0 if live.attempt.platform == GENERIC else self._pace.draw_pause(self._rng)
        while True:
            try:
                task = await attempt_end.finish(
                    self._store,
                    live.attempt.fence,
                    decide,
                    now=datetime.now(UTC),
                    progress=live.progress,
                    step=live.step,
                    pause_s=pause_s,
                    report=report,
                    rules=self._rules,
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

    def watch(self) -> None:
        """Cut off attempts that outlived their deadline; called every second."""
        now = time.monotonic()
        for serial, live in list(self._live.items()):
            if live.cut_off is None and now > live.deadline + DEADLINE_GRACE_S:
                live.cut_off = Reason.TIMEOUT
                live.cut_off_why = remarks.outlived(serial, live.allowed_s)
                if not self._kill(serial, live.cut_off_why):
                    self._spawn(self.lost(serial, Reason.TIMEOUT, live.cut_off_why))

    async def until_all_ended(self) -> None:
        """Wait for as long as anything runs."""
        while self._live:
            await next(iter(self._live.values())).ended.wait()

    async def quiet(self) -> None:
        """Wait until everything that was said so far is stored."""
        while self._background:
            await asyncio.wait(list(self._background))

    async def settle_rest(self) -> None:
        """Close, by the rules of delivery, what still ran when its workers were ended."""
        for serial in list(self._live):
            self._spawn(self.lost(serial, Reason.INTERRUPTED, remarks.SHUT_DOWN))
        if self._background:  # a store that takes nothing now must not keep us: the next start closes the rest
            await asyncio.wait(list(self._background), timeout=SETTLE_TIMEOUT_S)

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


def ending(
    delivery: Delivery,
    reason: Reason | None,
    remark: str,
    evidence: tuple[str, ...],
    rng: random.Random,
    *,
    condition: PhoneCondition | None = None,
    untapped: bool = False,
    other_account: bool = False,
) -> Callable[[AttemptFacts], Decision]:
    """Decides inside the store's transaction what an attempt's end means: by what is recorded, not by hearsay."""

    def decide(facts: AttemptFacts) -> Decision:
        end = facts.ended(
            reconciles=delivery.reconciles,
            own_word=delivery.own_word,
            reason=reason,
            remark=remark,
            evidence=evidence,
            condition=condition,
            untapped=untapped,
            other_account=other_account,
        )
        return retry.decide(end, rng)

    return decide


async def _always(_serial: str) -> str:
    return ""


def with_live(task: Task, live: LiveAttempt | None) -> Task:
    """The task with its running attempt's phase, step and percentage."""
    if live is None or live.task.id != task.id:
        return task
    return msgspec.structs.replace(task, phase=live.phase, step=live.step, progress=live.progress)
