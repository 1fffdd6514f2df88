"""R22 in the store: what a restored copy holds, and which ids it gives next."""

import sqlite3
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from drover.policy import remarks
from drover.policy.records import AttemptEnd, AttemptFacts, Decision
from drover.policy.retry import decide
from drover.store import (
    Store,
    attempts,
    backup,
    bulk,
    events,
    intake,
    queue,
    release,
    restoration,
    tasks,
)
from drover.store.errors import ConflictError, StoreError
from drover.store.restoration import GAP
from drover.wire.events import StreamReset
from drover.wire.tasks import Effect, Reason, Status
from tests.support.restored import NOW, account_queues, copied, heads, put_back
from tests.support.stored import add, all_of, begin, complete, fail, logged_in, new, retry_all


def cut_off(*, reconciles: bool) -> Callable[[AttemptFacts], Decision]:
    """What a start decides about an attempt that was open."""

    def decided(facts: AttemptFacts) -> Decision:
        end: AttemptEnd = facts.ended(reconciles=reconciles, reason=Reason.INTERRUPTED, remark=remarks.DAEMON_DIED)
        return decide(end, Random(1))

    return decided


def test_r22_nothing_that_waits_in_a_backup_begins_before_its_release(
    store: Store, tmp_path: Path, elsewhere: Path
) -> None:
    follow, post = add(store), add(store, script_name="post", script_config={})
    late = add(store, scheduled_at=NOW - timedelta(hours=3))
    ended = complete(store, add(store))
    done = put_back(copied(store, tmp_path), over=elsewhere)
    assert (done.held, done.blind, done.unproven) == (3, 1, 0)
    with Store.open(elsewhere) as again:
        assert again.read_sync(tasks.get, ended.id) == ended
        assert heads(again, "R58M1") == []
        assert again.read_sync(release.counts) == (3, 1)
        missed = all_of(again.steps_sync(bulk.fail_missed, 0, alive_at=NOW - timedelta(hours=9), now=NOW, grace_s=60))
        assert missed == [], "what is held waits for a person, not for its time"
        with pytest.raises(ConflictError, match="release it first"):
            begin(again, follow)
        facts = again.read_sync(queue.waiting, [follow, post, late])
        assert {fact.held for fact in facts.values()} == {"restored"}
        fresh = add(again)
        assert heads(again, "R58M1") == [fresh]
        newest = again.read_sync(tasks.get, fresh)
        assert newest is not None
        assert again.read_sync(queue.ahead, newest) == 0, "no one waits behind what is held"


@pytest.mark.parametrize(
    ("script", "status", "safe"), [("follow", Status.PENDING, True), ("post", Status.PENDING, False)]
)
def test_r22_an_attempt_that_was_open_in_the_backup_is_held_where_it_would_begin_again(
    store: Store, tmp_path: Path, elsewhere: Path, script: str, status: Status, safe: bool
) -> None:
    task_id = add(store, script_name=script)
    fence = begin(store, task_id).fence
    assert put_back(copied(store, tmp_path), over=elsewhere).held == 1
    with Store.open(elsewhere) as again:
        ended = again.write_sync(attempts.finish, fence, cut_off(reconciles=safe), now=NOW)
        assert ended is not None
        assert (ended.status, ended.effect, ended.retry_safe) == (status, Effect.UNKNOWN, safe)
        assert heads(again, "R58M1") == []
        assert again.read_sync(release.counts) == (1, int(not safe))


@pytest.mark.parametrize(("script", "safe"), [("follow", True), ("post", False)])
def test_r22_an_open_attempt_that_fails_after_the_restore_is_not_safe_to_repeat(
    store: Store, tmp_path: Path, elsewhere: Path, script: str, safe: bool
) -> None:
    task_id = add(store, script_name=script, max_retry_count=1)
    fence = begin(store, task_id).fence
    put_back(copied(store, tmp_path), over=elsewhere)
    with Store.open(elsewhere) as again:
        ended = again.write_sync(attempts.finish, fence, cut_off(reconciles=safe), now=NOW)
        assert ended is not None
        assert (ended.status, ended.effect, ended.retry_safe) == (Status.FAILED, Effect.UNKNOWN, safe)


def test_r22_stopping_a_held_task_leaves_open_whether_it_was_done(
    store: Store, tmp_path: Path, elsewhere: Path
) -> None:
    follow, post = add(store), add(store, script_name="post", script_config={})
    put_back(copied(store, tmp_path), over=elsewhere)
    with Store.open(elsewhere) as again:
        stopped = [again.write_sync(tasks.stop_pending, task_id, now=NOW) for task_id in (follow, post)]
        assert [(task.effect, task.retry_safe) for task in stopped if task] == [
            (Effect.UNKNOWN, True),
            (Effect.UNKNOWN, False),
        ]
        assert retry_all(again) == (1, [post])
        assert begin(again, follow).reconcile


def test_r22_retry_all_after_a_restore_publishes_nothing_and_looks_before_it_follows(
    store: Store, tmp_path: Path, elsewhere: Path
) -> None:
    follow = fail(store, add(store, username="shop")).id
    post = fail(store, add(store, script_name="post", script_config={}), Reason.UPLOAD_FAILED).id
    assert put_back(copied(store, tmp_path), over=elsewhere).unproven == 2
    with Store.open(elsewhere) as again:
        assert retry_all(again) == (1, [post])
        found = again.read_sync(tasks.get, post)
        assert found is not None
        assert found.remark.endswith("look at the phone before retrying.")
        with pytest.raises(ConflictError, match="outcome"):
            again.write_sync(tasks.retry, post, now=NOW)
        assert again.read_sync(account_queues)[follow] == "follow:tiktok:shop", (
            "it may not have counted yet, so it keeps its pace"
        )
        assert begin(again, follow).reconcile
        assert again.write_sync(tasks.retry, post, now=NOW, force=True).status is Status.PENDING
        assert not begin(again, post).reconcile


# --- ids ----------------------------------------------------------------------------------------------------------


def test_case_b2_ids_go_on_above_those_that_the_replaced_database_gave(store: Store, tmp_path: Path) -> None:
    add(store)
    copy = copied(store, tmp_path)
    lost = [add(store) for _ in range(7)]
    fence = begin(store, lost[0]).fence
    newest = store.read_sync(events.last_id)
    store.close()
    done = put_back(copy, over=store.path)
    assert (done.since_known, done.next_task) == (True, lost[-1] + 1)
    with Store.open(store.path) as again:
        assert again.read_sync(events.last_id) == newest + 1
        fresh = add(again)
        assert fresh == lost[-1] + 1
        assert begin(again, fresh).fence > fence


def test_case_b2_on_a_fresh_machine_ids_jump_and_no_folder_there_is_taken_for_a_tasks_own(
    store: Store, tmp_path: Path, elsewhere: Path
) -> None:
    task_id = add(store)
    done = put_back(copied(store, tmp_path), over=elsewhere)
    assert (done.since_known, done.next_task) == (False, task_id + GAP + 1)
    done = put_back(tmp_path / "copy.db", over=tmp_path / "third" / "drover.db", highest_folder=5_000_000)
    assert done.next_task == 5_000_000 + GAP + 1


def test_r22_tasks_of_a_request_that_was_being_stored_are_held_too(
    store: Store, tmp_path: Path, elsewhere: Path
) -> None:
    parts = intake.parts_of([new("R58M1") for _ in range(2 * intake.PART)])
    accepted, void = (store.write_sync(intake.begin, now=NOW) for _ in range(2))
    for intake_id in (accepted, void):
        list(store.steps_sync(intake.write_down, 0, intake_id=intake_id, parts=parts))
    ids = store.write_sync(intake.accept, accepted, 2 * intake.PART, now=NOW, key=None, digest="")
    done = put_back(copied(store, tmp_path), over=elsewhere)
    assert done.held == len(ids)
    with Store.open(elsewhere) as again:
        assert again.read_sync(intake.unfinished) == ([], [])
        assert heads(again, "R58M1") == []
        assert again.read_sync(tasks.stats).pending == len(ids)


def test_a_backup_of_a_restored_database_says_it_once(store: Store, tmp_path: Path, elsewhere: Path) -> None:
    follow = fail(store, add(store)).id
    put_back(copied(store, tmp_path), over=elsewhere)
    with Store.open(elsewhere) as again:
        backup.copy(again.path, tmp_path / "second.db")
    put_back(tmp_path / "second.db", over=tmp_path / "third" / "drover.db")
    with Store.open(tmp_path / "third" / "drover.db") as third:
        found = third.read_sync(tasks.get, follow)
        assert found is not None
        assert found.remark.count("A backup was restored") == 1


def test_r22_a_retried_task_without_a_name_begins_although_another_account_is_logged_in(
    store: Store, tmp_path: Path, elsewhere: Path
) -> None:
    logged_in(store, "anna")
    failed = fail(store, add(store)).id
    put_back(copied(store, tmp_path), over=elsewhere)
    with Store.open(elsewhere) as again:
        logged_in(again, "bob")
        again.write_sync(tasks.retry, failed, now=NOW)
        (head,) = again.read_sync(queue.heads, ["R58M1"], now=NOW + timedelta(days=9))
        assert head.account == "tiktok:anna"
        again.write_sync(attempts.begin, failed, boot_id="b", now=NOW + timedelta(days=9), account=head.account)


def test_case_b2_followers_of_events_find_the_restore_first(store: Store, tmp_path: Path) -> None:
    add(store)
    copy = copied(store, tmp_path)
    add(store)
    seen = store.read_sync(events.last_id)
    store.close()
    put_back(copy, over=store.path)
    with Store.open(store.path) as again:
        add(again)
        first, *_ = again.read_sync(events.after, seen, 9)
        assert isinstance(first.body, StreamReset)
        assert first.id > seen


def test_a_restore_that_cannot_be_prepared_changes_nothing(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(store)
    copy = copied(store, tmp_path)
    store.close()
    before = store.path.read_bytes()

    def broken(*_args: object) -> int:
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr(restoration, "_raise_ids", broken)
    with pytest.raises(StoreError, match="nothing was changed"):
        put_back(copy, over=store.path)
    assert store.path.read_bytes() == before
    assert sorted(path.name for path in tmp_path.glob("**/drover.db*") if "before" in path.name) == []
    assert list(store.path.parent.glob(".replaced-*")) == []
