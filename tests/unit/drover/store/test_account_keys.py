"""R23: two keys that turn out to be one account become one, with everything that is kept under them."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, TextClause, text

from drover.policy.records import Fail
from drover.store import (
    Store,
    account_keys,
    account_pace,
    attempts,
    media_uses,
    queue,
)
from drover.wire.media import UseState
from drover.wire.tasks import Effect, Reason
from tests.support.account_farm import candidate
from tests.support.clock import Clock
from tests.support.known_accounts import KEY, NAMELESS, PACE, learn, used, uses, want
from tests.support.stored import add, begin


def _execute(conn: Connection, statement: TextClause, values: dict[str, Any]) -> int:
    return conn.execute(statement, values).rowcount


def test_r23_what_counted_for_a_phone_counts_for_its_account_once_that_is_learned(store: Store, clock: Clock) -> None:
    day = PACE.day(clock())
    for account in (NAMELESS, KEY):
        store.write_sync(account_pace.count, account, "follow", day)
    store.write_sync(account_pace.count, NAMELESS, "unfollow", day)
    store.write_sync(account_pace.pause, NAMELESS, now=clock(), pause_s=90)
    store.write_sync(account_pace.pause, KEY, now=clock(), pause_s=30)
    waiting = add(store)
    learn(store)
    assert (used(store, NAMELESS), used(store, KEY)) == ({}, {"follow": 2, "unfollow": 1})
    facts = store.read_sync(queue.waiting, [waiting], now=clock(), pace=PACE)[waiting]
    assert facts.account == "shop.one"
    assert facts.hold is not None
    assert (facts.hold.who, facts.hold.limit) == ("@shop.one", 2)
    holds = store.read_sync(account_pace.holds_of, ["post:tiktok#R58M1"], now=clock(), pace=PACE)
    assert holds["post:tiktok#R58M1"].until == clock() + timedelta(seconds=90)


@pytest.mark.parametrize(
    ("nameless", "known", "stays"),
    [
        ("used", "used", (KEY, "used", 2)),
        ("used", "reserved", (KEY, "used", 1)),
        ("reserved", "used", (KEY, "used", 2)),
        ("reserved", "reserved", (KEY, "reserved", 2)),
        ("used", None, (KEY, "used", 1)),
        ("reserved", None, (KEY, "reserved", 1)),
    ],
)
def test_r23_of_one_file_under_two_keys_the_used_one_stays(
    store: Store, clock: Clock, nameless: str, known: str | None, stays: tuple[str, str, int]
) -> None:
    for task_id, account, state in ((1, NAMELESS, nameless), (2, KEY, known)):
        if state is not None:
            store.write_sync(media_uses.reserve, task_id, want(account), [candidate("a")], now=clock())
            change = text("UPDATE media_uses SET state = :state WHERE task_id = :task_id")
            values = {"state": state, "task_id": task_id}
            store.write_sync(_execute, change, values)
    store.write_sync(account_keys.merge_keys, NAMELESS, KEY)
    account, state, task_id = stays
    assert uses(store) == [(account, "file:a", state, task_id)]
    assert UseState(state)


def test_r23_what_is_counted_back_finds_the_row_it_counted_in(store: Store, clock: Clock) -> None:
    fence = begin(store, add(store)).fence
    store.write_sync(attempts.record_intent, fence, what="tap", now=clock(), day=PACE.day(clock()))
    assert used(store, NAMELESS) == {"follow": 1}
    learn(store)
    learn(store, "somebody.else")
    rejected = Fail(reason=Reason.REJECTED, remark="", retry_safe=True, effect=Effect.NONE)
    store.write_sync(attempts.finish, fence, rejected, now=clock())
    assert used(store, KEY) == used(store, "tiktok:somebody.else") == {}
