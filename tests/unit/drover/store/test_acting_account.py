"""What an attempt saw on its app's profile: whether it goes on, and what the store keeps of it."""

from pathlib import Path

from drover.policy.records import Complete
from drover.store import (
    Store,
    account_pace,
    acting_account,
    attempts,
    logins,
    pauses,
)
from drover.wire.holds import PauseSubject, Trouble
from drover.wire.tasks import Reason
from tests.support.clock import Clock
from tests.support.restored import NOW, copied, put_back, released
from tests.support.stored import add, begin, login_of
from tests.support.troubled import PACE, active, met


def test_r24_what_looks_after_a_restore_does_not_act_as_a_paused_account(
    store: Store, tmp_path: Path, elsewhere: Path
) -> None:
    follow = add(store)
    store.write_sync(pauses.pause, PauseSubject.ACCOUNT, "tiktok:bob", words="", until=None, now=NOW)
    put_back(copied(store, tmp_path), over=elsewhere)
    with Store.open(elsewhere) as again:
        released(again, follow)
        fence = begin(again, follow).fence
        login = login_of("bob")
        told = again.write_sync(acting_account.recognise, fence, login, busy=False, now=NOW, pace=PACE)
        assert "logged in as @bob" in told


def test_r24_who_is_seen_logged_in_is_not_paused_as_logged_out(store: Store, clock: Clock) -> None:
    met(store, add(store), Reason.NOT_LOGGED_IN, Trouble.LOGGED_OUT)
    assert [pause.username for pause in active(store)] == [""]
    fence = begin(store, add(store, username="me")).fence
    login = login_of("me")
    assert store.write_sync(acting_account.recognise, fence, login, busy=False, now=clock(), pace=PACE) == ""
    assert active(store) == []


def test_r23_an_attempt_that_names_no_account_counts_for_whom_it_saw(store: Store, clock: Clock) -> None:
    fence = begin(store, add(store)).fence
    recognise = acting_account.recognise
    assert store.write_sync(recognise, fence, login_of("Me"), busy=False, now=clock(), pace=PACE) == ""
    assert store.read_sync(logins.current, "R58M1", "tiktok") == "Me"
    store.write_sync(attempts.record_intent, fence, what="follow", now=clock(), day=PACE.day(clock()))
    used = store.read_sync(account_pace.used_on, ["tiktok:me", "tiktok#R58M1"], PACE.day(clock()))
    assert used == {"tiktok:me": {"follow": 1}}


def test_an_attempt_that_must_end_changes_nothing_but_the_fact(store: Store, clock: Clock) -> None:
    fence = begin(store, add(store)).fence
    recognise = acting_account.recognise
    why = store.write_sync(recognise, fence, login_of("me"), busy=True, now=clock(), pace=PACE)
    assert "acts on another phone now" in why
    assert store.read_sync(logins.current, "R58M1", "tiktok") == "me"
    assert [attempt.account for attempt in store.read_sync(attempts.open)] == ["tiktok#R58M1"]
    store.write_sync(attempts.finish, fence, Complete(), now=clock())
    late = store.write_sync(recognise, fence, login_of("you"), busy=False, now=clock(), pace=PACE)
    assert late == "this attempt has ended"
