"""The fact which account an app is logged in as, and what happens to what was kept before it was known."""

import pytest

from drover.policy.records import Complete, Fail, Requeue
from drover.store import (
    ConflictError,
    Store,
    account_pace,
    attempts,
    device_names,
    logins,
    media_uses,
    queue,
    tasks,
)
from drover.wire.tasks import Effect, Reason
from tests.support.account_farm import candidate
from tests.support.clock import Clock
from tests.support.known_accounts import KEY, NAMELESS, PACE, PHONE, learn, used, uses, want
from tests.support.stored import add, begin


def test_r23_a_task_of_no_account_follows_the_app_until_it_acted(store: Store, clock: Clock) -> None:
    task_id = add(store)
    head = store.read_sync(queue.heads, [PHONE], now=clock())[0]
    assert head.account == NAMELESS
    learn(store)
    with pytest.raises(ConflictError, match=r"acts as tiktok:shop\.one by now"):
        store.write_sync(attempts.begin, task_id, boot_id="b", now=clock(), account=head.account)
    attempt = begin(store, task_id)
    assert (attempt.account, attempt.logged_in_as) == (KEY, "Shop.One")
    store.write_sync(attempts.record_intent, attempt.fence, what="tap", now=clock(), day=PACE.day(clock()))
    store.write_sync(attempts.finish, attempt.fence, Requeue(delay_s=0, reconcile=True, remark=""), now=clock())
    learn(store, "other")
    assert store.read_sync(queue.heads, [PHONE], now=clock())[0].account == KEY
    assert begin(store, task_id).account == KEY  # it looks what that account did


def test_r23_an_attempt_that_may_not_act_uses_no_try_and_gives_its_files_back(store: Store, clock: Clock) -> None:
    task_id = add(store, script_name="post")
    for _ in range(5):
        attempt = begin(store, task_id)
        store.write_sync(media_uses.reserve, task_id, want(NAMELESS), [candidate("a")], now=clock())
        again = Requeue(
            delay_s=0, reconcile=False, remark="", counted=False, releases=True, reason=Reason.WRONG_ACCOUNT
        )
        facts = store.read_sync(attempts.facts, attempt.fence)
        assert facts is not None
        assert facts.tries == 1
        store.write_sync(attempts.finish, attempt.fence, again, now=clock(), pause_s=900)
        assert uses(store) == []


def test_the_fact_ends_with_a_logout_and_with_the_apps_installation(store: Store, clock: Clock) -> None:
    learn(store)
    apps = {"com.zhiliaoapp.musically": "43.1"}
    assert store.write_sync(logins.forget_outdated, PHONE, apps) == []
    out = Fail(reason=Reason.NOT_LOGGED_IN, remark="", retry_safe=True, effect=Effect.NONE)
    store.write_sync(attempts.finish, begin(store, add(store)).fence, out, now=clock())
    assert store.read_sync(logins.all) == []
    for other in ({}, {"com.zhiliaoapp.musically": "43.2"}):
        learn(store)
        learn(store, "ada", platform="instagram", package="com.instagram.clone", app_version="")
        assert [login.username for login in store.write_sync(logins.forget_outdated, PHONE, other)] == ["Shop.One"]
        assert [login.username for login in store.read_sync(logins.all)] == ["ada"]


def test_a_clone_is_an_app_of_its_own(store: Store) -> None:
    learn(store)
    learn(store, "in.the.clone", package="com.clone", main=False)
    assert store.read_sync(logins.current, PHONE, "tiktok") == "Shop.One"
    assert store.read_sync(logins.current, PHONE, "tiktok", "com.clone") == "in.the.clone"
    learn(store, "in.the.clone", package="com.clone", main=True)  # the other one was removed
    assert store.read_sync(logins.current, PHONE, "tiktok") == "in.the.clone"


def test_two_names_of_one_phone_are_one_phone(store: Store, clock: Clock) -> None:
    day = PACE.day(clock())
    store.write_sync(account_pace.count, "tiktok#10.0.0.7:5555", "follow", day)
    store.write_sync(account_pace.count, "instagram#10.0.0.7:5555", "follow", day)
    learn(store, serial="10.0.0.7:5555")
    task_id = add(store, "10.0.0.7:5555")
    list(store.steps_sync(device_names.move_tasks, 0, device=PHONE, other="10.0.0.7:5555", now=clock()))
    store.write_sync(device_names.merge, PHONE, "10.0.0.7:5555")
    assert [(login.serial, login.username) for login in store.read_sync(logins.all)] == [(PHONE, "Shop.One")]
    assert used(store, KEY) == used(store, "instagram#R58M1") == {"follow": 1}
    attempt = begin(store, task_id)
    assert attempt.account == KEY
    store.write_sync(attempts.finish, attempt.fence, Complete(), now=clock())
    task = store.read_sync(tasks.get, task_id)
    assert task is not None
    assert task.account == "shop.one"
