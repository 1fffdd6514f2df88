"""R24 on the store: nothing of a paused account or phone begins, all else does, whatever happens in which order."""

import sqlite3
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import Connection

from drover.policy import dispatch
from drover.policy.catalog import BUILT_IN_ONLY
from drover.policy.pace import account_key
from drover.policy.records import Complete, Fail, Requeue
from drover.policy.trouble import TROUBLE_OF, Report, Rules
from drover.store import (
    ConflictError,
    Store,
    account_pace,
    accounts,
    attempts,
    database,
    events,
    overview,
    pauses,
    queue,
    tasks,
)
from drover.store.batch import driver_of
from drover.supervisor.tasks.endings import Endings
from drover.wire.control import Account, ChangeAccount
from drover.wire.devices import Device, DeviceState
from drover.wire.events import DeviceChanged
from drover.wire.holds import FAILURES, PERSON, HoldKind, PauseSubject, Trouble
from drover.wire.pauses import Paused, Resumed
from drover.wire.tasks import Effect, Reason
from tests.support.clock import Clock
from tests.support.stored import add, begin, new
from tests.support.troubled import PACE, RULES, SETTINGS, active, met

ACCOUNT, DEVICE = PauseSubject.ACCOUNT, PauseSubject.DEVICE
HOUR = timedelta(hours=1)


def first(store: Store, *serials: str) -> int | None:
    """The task that one of these phones would begin now."""
    now, wanted = store.clock(), list(serials or ("R58M1",))
    held = store.read_sync(account_pace.holds, wanted, now=now, pace=PACE)
    free = [serial for serial in wanted if serial not in held.devices]
    heads = store.read_sync(queue.heads, free, now=now, held=list(held.account_queues))
    return heads[0].task_id if heads else None


def hold_of(store: Store, task_id: int) -> HoldKind | None:
    hold = store.read_sync(queue.waiting, [task_id], now=store.clock(), pace=PACE)[task_id].hold
    return None if hold is None else hold.kind


# --- accounts


@pytest.mark.parametrize(
    ("reason", "trouble", "hours"),
    [
        (Reason.NEEDS_HUMAN, Trouble.CAPTCHA, None),
        (Reason.NEEDS_HUMAN, Trouble.VERIFICATION, None),
        (Reason.NOT_LOGGED_IN, Trouble.LOGGED_OUT, None),
        (Reason.BLOCKED_BY_APP, Trouble.SUSPENDED, None),
        (Reason.BLOCKED_BY_APP, Trouble.TOO_FAST, 12),
        (Reason.OUTCOME_UNKNOWN, Trouble.CAPTCHA, None),  # after the tap of a post
    ],
)
def test_case_o11_an_account_in_trouble_waits_and_others_on_the_phone_go_on(
    store: Store, clock: Clock, reason: Reason, trouble: Trouble, hours: int | None
) -> None:
    met(store, add(store, username="Me"), reason, trouble)
    mine = [add(store, username="me", priority=9), add(store, username="me", script_name="post", priority=9)]
    elsewhere = add(store, "R58M2", username="ME")
    other, same_name = add(store, username="you"), add(store, username="me", platform="instagram")
    for expected in (other, same_name):
        assert first(store) == expected
        met(store, expected, None)
    assert first(store, "R58M1", "R58M2") is None
    assert {hold_of(store, task_id) for task_id in [*mine, elsewhere]} == {HoldKind.TROUBLE}
    (pause,) = active(store)
    assert (pause.username, pause.platform, pause.serial) == ("me", "tiktok", "R58M1")
    assert (pause.reason, pause.by) == (trouble.value, "drover")
    assert pause.until == (None if hours is None else clock() + hours * HOUR)
    clock.pass_s(12 * 3600 - 1)
    assert first(store, "R58M1", "R58M2") is None
    clock.pass_s(1)
    if hours is None:
        clock.pass_s(365 * 86400)
        assert first(store, "R58M1", "R58M2") is None
        assert store.write_sync(pauses.resume, ACCOUNT, ["tiktok:me"], now=clock())
    assert first(store, "R58M1", "R58M2") in (*mine, elsewhere)


def test_r24_what_only_looks_and_what_waits_for_its_retry_waits_too(store: Store, clock: Clock) -> None:
    looks, again = add(store, username="me"), add(store, "R58M2", username="me")
    for task_id, reconcile in ((looks, True), (again, False)):
        decision = Requeue(delay_s=1, reconcile=reconcile, remark="", reason=Reason.TIMEOUT)
        store.write_sync(attempts.finish, begin(store, task_id).fence, decision, now=clock())
    clock.pass_s(5)
    assert {first(store), first(store, "R58M2")} == {looks, again}
    met(store, add(store, "R58M3", username="me"), Reason.NEEDS_HUMAN, Trouble.CAPTCHA)
    assert first(store, "R58M1", "R58M2", "R58M3") is None
    assert hold_of(store, looks) is hold_of(store, again) is HoldKind.TROUBLE
    store.write_sync(pauses.resume, ACCOUNT, ["tiktok:me"], now=clock())
    assert {first(store), first(store, "R58M2")} == {looks, again}


def test_r24_a_pause_that_comes_after_the_dispatcher_has_looked_still_holds(store: Store, clock: Clock) -> None:
    mine, theirs = add(store, username="me"), add(store, username="you")
    store.write_sync(pauses.pause, ACCOUNT, "tiktok:me", words="", until=None, now=clock())
    store.write_sync(pauses.pause, DEVICE, "R58M1", words="", until=clock() + HOUR, now=clock())
    for task_id in (mine, theirs):
        with pytest.raises(ConflictError, match="holds what waits on R58M1"):
            begin(store, task_id)
    clock.pass_s(3600)
    begin(store, theirs)
    with pytest.raises(ConflictError, match="paused holds"):
        begin(store, mine)


def test_r24_a_task_that_names_no_account_pauses_whoever_that_app_on_that_phone_is(store: Store, clock: Clock) -> None:
    met(store, add(store), Reason.NOT_LOGGED_IN, Trouble.LOGGED_OUT)
    same, instagram, elsewhere = add(store), add(store, platform="instagram"), add(store, "R58M2")
    assert first(store) == instagram
    assert first(store, "R58M2") == elsewhere
    assert hold_of(store, same) is HoldKind.TROUBLE
    assert store.read_sync(pauses.device_keys, "R58M1", now=clock()) == ["tiktok#R58M1"]
    assert store.read_sync(pauses.device_keys, "R58M2", now=clock()) == []
    seen = store.write_sync(pauses.logged_in, ["tiktok:you", "tiktok#R58M1"], now=clock())
    assert [pause.reason for pause in seen] == ["logged_out"]
    assert hold_of(store, same) is None


def test_seen_logged_in_ends_no_other_trouble(store: Store, clock: Clock) -> None:
    met(store, add(store, username="me"), Reason.NEEDS_HUMAN, Trouble.CAPTCHA)
    assert store.write_sync(pauses.logged_in, ["tiktok:me"], now=clock()) == []
    assert [pause.reason for pause in active(store)] == ["captcha"]


def test_a_generic_command_is_no_account_and_pauses_none(store: Store) -> None:
    met(store, add(store, platform="generic", script_name="warm"), Reason.NEEDS_HUMAN)
    assert active(store) == []


def test_r24_too_fast_doubles_although_a_person_resumed(store: Store, clock: Clock) -> None:
    lasted: list[float] = []
    for _ in range(3):
        met(store, add(store, username="me"), Reason.BLOCKED_BY_APP, Trouble.TOO_FAST)
        (pause,) = active(store)
        assert pause.until is not None
        lasted.append((pause.until - clock()) / HOUR)
        store.write_sync(pauses.resume, ACCOUNT, ["tiktok:me"], now=clock())
        clock.pass_s(3600)
    assert (lasted, active(store)) == ([12, 24, 48], [])
    clock.pass_s(8 * 86400)
    met(store, add(store, username="me"), Reason.BLOCKED_BY_APP, Trouble.TOO_FAST)
    assert [pause.times for pause in active(store)] == [1]


def test_attempts_that_ran_at_the_same_time_count_their_trouble_once(store: Store, clock: Clock) -> None:
    one, two, three = (begin(store, add(store, serial, username="me")).fence for serial in ("a", "b", "c"))
    for fence, trouble in ((one, Trouble.TOO_FAST), (two, Trouble.TOO_FAST), (three, Trouble.CAPTCHA)):
        decision = Fail(reason=Reason.BLOCKED_BY_APP, remark="", retry_safe=True, effect=Effect.NONE)
        store.write_sync(attempts.finish, fence, decision, now=clock(), report=Report(trouble=trouble), rules=RULES)
    (pause,) = active(store)
    assert (pause.reason, pause.until, pause.times) == ("captcha", None, 1)


def test_an_effect_that_was_proven_completes_the_task_and_pauses_the_account_all_the_same(
    store: Store, clock: Clock
) -> None:
    fence = begin(store, add(store, username="me")).fence
    store.write_sync(attempts.record_intent, fence, what="tap", now=clock())
    store.write_sync(attempts.record_confirmed, fence, evidence=[], now=clock())
    report = Report(reason=Reason.NEEDS_HUMAN, trouble=Trouble.CAPTCHA)
    store.write_sync(attempts.finish, fence, Complete(), now=clock(), report=report, rules=RULES)
    assert [pause.reason for pause in active(store)] == ["captcha"]


def test_a_disabled_account_waits_and_goes_on_when_it_is_enabled(store: Store, clock: Clock) -> None:
    store.write_sync(accounts.put, Account(username="Me", serial="R58M1", platform="tiktok", enabled=True))
    mine, other = add(store, username="me"), add(store, username="you")
    store.write_sync(accounts.change, ChangeAccount(username="me", enabled=False))
    assert (first(store), hold_of(store, mine)) == (other, HoldKind.DISABLED)
    assert store.read_sync(overview.figures, now=clock()).held == 1
    with pytest.raises(ConflictError, match="disabled holds"):
        begin(store, mine)
    store.write_sync(accounts.change, ChangeAccount(username="me", enabled=True))
    assert (first(store), hold_of(store, mine)) == (mine, None)


def test_a_person_and_drover_pause_side_by_side_and_a_resume_ends_both(store: Store, clock: Clock) -> None:
    met(store, add(store, username="me"), Reason.BLOCKED_BY_APP, Trouble.TOO_FAST)
    task_id = add(store, username="me")
    store.write_sync(pauses.pause, ACCOUNT, "tiktok:me", words="rest", until=clock() + HOUR, now=clock())
    assert hold_of(store, task_id) is HoldKind.TROUBLE
    store.write_sync(pauses.pause, ACCOUNT, "tiktok:me", words="rest more", until=None, now=clock())
    assert hold_of(store, task_id) is HoldKind.PAUSED
    assert sorted(pause.by for pause in active(store)) == ["drover", PERSON]
    shown = store.read_sync(
        overview.accounts,
        [Account(username="Me", serial="x", platform="tiktok", enabled=True)],
        day="2026-11-24",
        now=clock(),
    )
    assert [(one.state, one.pause.words) for one in shown if one.pause] == [("paused", "rest more")]
    assert len(store.write_sync(pauses.resume, ACCOUNT, ["tiktok:me"], now=clock())) == 2
    assert store.write_sync(pauses.resume, ACCOUNT, ["tiktok:me"], now=clock()) == []
    assert hold_of(store, task_id) is None


def test_what_is_learned_of_a_name_takes_the_pause_along(store: Store, clock: Clock) -> None:
    met(store, add(store), Reason.BLOCKED_BY_APP, Trouble.TOO_FAST)
    store.write_sync(pauses.pause, ACCOUNT, "tiktok:me", words="", until=clock() + HOUR, now=clock())
    store.write_sync(pauses.move, ACCOUNT, "tiktok#R58M1", "tiktok:me")
    assert [(pause.username, pause.by) for pause in active(store)] == [("me", "drover"), ("me", PERSON)]
    # Of two of one kind the longer one stays.
    met(store, add(store), Reason.NEEDS_HUMAN, Trouble.CAPTCHA)
    store.write_sync(pauses.move, ACCOUNT, "tiktok#R58M1", "tiktok:me")
    assert [pause.reason for pause in active(store)] == ["captcha", PERSON]


def test_what_makes_a_pause_longer_stays_with_its_account(store: Store, clock: Clock) -> None:
    for _ in range(2):
        met(store, add(store, username="me"), Reason.BLOCKED_BY_APP, Trouble.TOO_FAST)
        store.write_sync(pauses.resume, ACCOUNT, ["tiktok:me"], now=clock())
        clock.pass_s(3600)
    old = Fail(reason=Reason.BLOCKED_BY_APP, remark="", retry_safe=True, effect=Effect.NONE)
    fence, before = begin(store, add(store)).fence, clock() - timedelta(days=30)
    report = Report(reason=Reason.BLOCKED_BY_APP, trouble=Trouble.TOO_FAST)
    store.write_sync(attempts.finish, fence, old, now=before, report=report, rules=RULES)
    store.write_sync(pauses.move, ACCOUNT, "tiktok#R58M1", "tiktok:me")
    assert active(store) == []
    met(store, add(store, username="me"), Reason.BLOCKED_BY_APP, Trouble.TOO_FAST)
    assert [pause.times for pause in active(store)] == [3]


# --- phones


def fail_all(store: Store, *reasons: Reason, serial: str = "R58M1") -> None:
    for number, reason in enumerate(reasons):
        met(store, add(store, serial, username=f"user{number}"), reason)


def test_r24_five_failures_in_a_row_of_one_kind_pause_the_phone_whatever_the_account(
    store: Store, clock: Clock
) -> None:
    fail_all(store, *[Reason.APP_CHANGED] * 4)
    fail_all(store, Reason.USER_NOT_FOUND, Reason.STOPPED, Reason.MEDIA_INVALID)  # not the phone's
    assert active(store) == []
    waits, elsewhere = add(store, username="other"), add(store, "R58M2", username="other")
    fail_all(store, Reason.APP_CHANGED)
    (pause,) = active(store)
    assert (pause.subject, pause.serial, pause.reason, pause.until) == (DEVICE, "R58M1", FAILURES, None)
    assert pause.words == "5 tasks in a row failed there with app_changed, whatever their account"
    assert (first(store), first(store, "R58M2")) == (None, elsewhere)
    assert hold_of(store, waits) is HoldKind.DEVICE_PAUSED
    assert store.read_sync(overview.figures, now=clock()).held == 1
    store.write_sync(pauses.resume, DEVICE, ["R58M1"], now=clock())
    assert first(store) == waits
    fail_all(store, *[Reason.APP_CHANGED] * 4)  # the row began again
    assert active(store) == []


def test_r24_a_completed_task_and_another_kind_begin_the_row_again(store: Store) -> None:
    for between in (None, Reason.TIMEOUT):
        fail_all(store, *[Reason.DEVICE_LOST] * 4)
        met(store, add(store, username="me"), between)
        fail_all(store, *[Reason.DEVICE_LOST] * 4)
        assert active(store) == []
        met(store, add(store, username="me"), None)


def test_what_begins_again_is_no_failure_and_other_phones_have_rows_of_their_own(store: Store, clock: Clock) -> None:
    for _ in range(6):
        again = Requeue(delay_s=0, reconcile=False, remark="", reason=Reason.DEVICE_LOST)
        report = Report(reason=Reason.DEVICE_LOST)
        fence = begin(store, add(store)).fence
        store.write_sync(attempts.finish, fence, again, now=clock(), report=report, rules=RULES)
    for number in range(4):
        fail_all(store, Reason.TIMEOUT, serial="a" if number % 2 else "b")
    assert active(store) == []


def test_the_row_can_be_off(store: Store, clock: Clock) -> None:
    for _ in range(9):
        decision = Fail(reason=Reason.TIMEOUT, remark="", retry_safe=True, effect=Effect.NONE)
        report = Report(reason=Reason.TIMEOUT)
        fence = begin(store, add(store)).fence
        store.write_sync(attempts.finish, fence, decision, now=clock(), report=report, rules=Rules())
    assert active(store) == []


# --- what is told


def test_pauses_outlive_a_restart_and_are_told_as_events(store: Store, clock: Clock) -> None:
    met(store, add(store, username="me"), Reason.NEEDS_HUMAN, Trouble.CAPTCHA)
    store.write_sync(pauses.pause, DEVICE, "R58M1", words="swollen", until=None, now=clock())
    with Store.open(store.path, clock=clock) as again:
        assert active(again) == active(store)
        assert first(again) is None
    store.write_sync(pauses.resume, ACCOUNT, ["tiktok:me"], now=clock())
    store.write_sync(pauses.tell_device, Device(serial="R58M1", state=DeviceState.IDLE), now=clock())
    told = [event.body for event in store.read_sync(events.after, 0, 100)]
    paused = [body.pause.reason for body in told if isinstance(body, Paused)]
    assert paused == ["captcha", PERSON]
    assert [body.pause.reason for body in told if isinstance(body, Resumed)] == ["captcha"]
    assert [body.device.pause.words for body in told if isinstance(body, DeviceChanged) and body.device.pause] == [
        "swollen"
    ]


# --- any order


@pytest.fixture
def conn(empty_database: Path) -> Iterator[Connection]:
    engine = database.engine_for(Path(":memory:"), writes=True)
    with engine.connect() as connection:
        source = sqlite3.connect(empty_database)
        source.backup(driver_of(connection))
        source.close()
        yield connection
    engine.dispose()


class Playbook:
    """Two phones, three names on two apps and tasks without a name, dispatched as the desk does; `paused` is what a
    person with a notebook would say."""

    def __init__(self, conn: Connection, seed: int) -> None:
        self.conn = conn
        self.rng = Random(seed)
        self.clock = Clock()
        self.paused: dict[str, datetime | None] = {}
        self.fast: dict[str, list[datetime]] = {}
        self.running: dict[str, tuple[int, str, str]] = {}
        self.begun = 0

    def submit(self) -> None:
        rng = self.rng
        task = new(
            rng.choice(("a", "b")),
            username=rng.choice(("me", "you", "shop", None)),
            platform=rng.choice(("tiktok", "instagram")),
            script_name=rng.choice(("follow", "unfollow", "post")),
        )
        tasks.insert(self.conn, [task], now=self.clock())

    def dispatch(self) -> None:
        now, idle = self.clock(), [serial for serial in ("a", "b") if serial not in self.running]
        acting = {account for _fence, account, _script in self.running.values()}
        held = account_pace.holds(self.conn, idle, now=now, pace=PACE)
        heads = queue.heads(self.conn, idle, now=now, held=list(held.account_queues))
        chosen = dispatch.choose(heads, [serial for serial in idle if serial not in held.devices], 0, 9, acting)
        for head in chosen:
            assert not self.is_paused(head.account), f"{head.account} began while it was paused"
            attempt, _task = attempts.begin(self.conn, head.task_id, boot_id="b", now=now)
            self.running[head.serial] = (attempt.fence, head.account, head.script_name)
            self.begun += 1
        for head in heads:  # whoever is not paused goes on, unless it acts elsewhere or its phone has another task
            assert not self.is_paused(head.account)
        due = "SELECT serial, account_queue FROM tasks WHERE status = 0 AND not_before <= ?"
        waiting = self.conn.exec_driver_sql(due, (int(now.timestamp() * 1e6),)).all()
        for serial, account_queue in waiting:
            account = account_queue.partition(":")[2]
            busy = serial in self.running or account in acting | {key for _f, key, _s in self.running.values()}
            assert (
                busy
                or self.is_paused(account)
                or held.account_queues[account_queue].kind in (HoldKind.PACE, HoldKind.LIMIT)
            )

    def is_paused(self, account: str) -> bool:
        until = self.paused.get(account, self.clock())
        return until is None or until > self.clock()

    def end(self, serial: str) -> None:
        """The attempt ends at any step, with any reason and any trouble."""
        fence, account, script = self.running.pop(serial)
        rng, now = self.rng, self.clock()
        reached = rng.randrange(4)
        if reached > 0:
            attempts.record_intent(self.conn, fence, what="tap", now=now)
        if reached > 1:
            attempts.record_sent(self.conn, fence, now=now)
        if reached > 2:
            attempts.record_confirmed(self.conn, fence, evidence=[], now=now)
        reason = rng.choice([None, *Reason, *[Reason.BLOCKED_BY_APP] * 4, *[Reason.NEEDS_HUMAN] * 4])
        trouble = rng.choice([None, *Trouble]) if reason in TROUBLE_OF else None
        report = Report(reason=reason, trouble=trouble)
        decide = Endings(SETTINGS, BUILT_IN_ONLY, rng).decide(script, reason, "")
        attempts.finish(self.conn, fence, decide, now=now, report=report, rules=Rules(pauses=RULES.pauses))
        if report.against_account is not None:
            self.note(account, report.against_account)

    def note(self, account: str, trouble: Trouble) -> None:
        now = self.clock()
        if trouble is not Trouble.TOO_FAST:
            self.paused[account] = None
        elif not self.is_paused(account):
            before = self.fast.setdefault(account, [])
            before[:] = [*before, now] if before and now - before[-1] <= timedelta(days=7) else [now]
            self.paused[account] = now + min(12 * HOUR * 2 ** (len(before) - 1), timedelta(days=7))

    def person(self) -> None:
        account = account_key(
            self.rng.choice(("tiktok", "instagram")), self.rng.choice(("me", "you", "shop", None)), "a"
        )
        pauses.resume(self.conn, ACCOUNT, [account], now=self.clock())
        self.paused.pop(account, None)


@pytest.mark.parametrize("seed", range(5))
def test_r24_any_script_any_step_any_trouble_and_only_others_go_on(conn: Connection, seed: int) -> None:
    book = Playbook(conn, seed)
    for _ in range(80):
        book.submit()
        book.dispatch()
        for serial in list(book.running):
            if book.rng.random() < 0.7:
                book.end(serial)
        if book.rng.random() < 0.15:
            book.person()
        book.clock.pass_s(book.rng.choice((1, 60, 3600, 6 * 3600, 86400)))
    assert book.begun > 20
    assert book.paused
