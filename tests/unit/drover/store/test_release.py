"""R22: what is held since a restore is let go by a person, in steps, and looks first where it can."""

from pathlib import Path

from drover.policy import remarks
from drover.store import (
    Store,
    accounts,
    attempts,
    events,
    release,
    tasks,
)
from drover.store.release import Released
from drover.wire.accounts import Account
from drover.wire.tasks import Effect, Reason
from tests.support.restored import NOW, account_queues, copied, heads, put_back, released
from tests.support.stored import add, begin, fail, logged_in, retry_all


def released_next(store: Store, *, size: int = 100, looking_only: bool = False) -> Released:
    """One step of releasing all."""
    return store.write_sync(release.release_next, 0, size, now=NOW, looking_only=looking_only).result


def test_r22_released_tasks_keep_their_pace_and_look_where_they_can(
    store: Store, tmp_path: Path, elsewhere: Path
) -> None:
    follow, post = add(store, username="Shop"), add(store, script_name="post", script_config={})
    put_back(copied(store, tmp_path), over=elsewhere)
    with Store.open(elsewhere) as again:
        done = released(again, post, follow, 999)
        assert done == Released(released=2, looking=1, not_found=[999])
        assert released(again, post) == Released(not_held=[post])
        assert again.read_sync(account_queues) == {follow: "follow:tiktok:shop", post: "post:tiktok#R58M1"}
        assert set(heads(again, "R58M1")) == {follow, post}
        assert begin(again, follow).reconcile, "it may have been done since: it looks"
        published = begin(again, post)
        assert not published.reconcile, "a person said that it was not done"
        task = again.read_sync(tasks.get, post)
        assert task is not None
        assert (task.effect, task.retry_safe) == (Effect.NONE, True)
        assert again.read_sync(release.counts) == (0, 0)


def test_r22_all_are_released_in_small_steps_and_the_blind_ones_only_when_asked(
    store: Store, tmp_path: Path, elsewhere: Path
) -> None:
    follows = [add(store) for _ in range(5)]
    add(store, script_name="post", script_config={})
    add(store, script_name="own_command", script_config={})
    put_back(copied(store, tmp_path), over=elsewhere)
    with Store.open(elsewhere) as again:
        steps = [released_next(again, size=2, looking_only=True).released for _ in range(4)]
        assert steps == [2, 2, 1, 0]
        assert again.read_sync(release.counts) == (2, 2)
        told = [event.body.task.id for event in again.read_sync(events.after, 0, 99)[-5:]]  # type: ignore[union-attr]
        assert told == follows
        assert released_next(again, size=2).released == 2


def test_r22_a_task_without_a_name_looks_as_the_account_that_acted_since(store: Store, tmp_path: Path) -> None:
    acted, untouched = add(store), add(store)
    logged_in(store, "Shop")
    copy = copied(store, tmp_path)
    store.write_sync(attempts.record_intent, begin(store, acted).fence, what="follow", now=NOW)
    logged_in(store, "Spare")
    store.close()
    assert put_back(copy, over=store.path).blind == 0
    with Store.open(store.path) as again:
        logged_in(again, "Spare")
        assert released_next(again, looking_only=True).looking == 2
        assert again.read_sync(account_queues) == {acted: "follow:tiktok:shop", untouched: "follow:tiktok#R58M1"}
        assert set(heads(again, "R58M1")) == {acted, untouched}
        assert (begin(again, acted).account, begin(again, untouched).account) == ("tiktok:shop", "tiktok:spare")


def test_r22_a_task_without_a_name_cannot_look_where_anyone_may_have_acted(
    store: Store, tmp_path: Path, elsewhere: Path
) -> None:
    nameless, named = add(store), add(store, username="shop")
    failed = fail(store, add(store), reason=Reason.DEVICE_LOST)
    logged_in(store, "Shop")
    copy = copied(store, tmp_path)
    store.write_sync(accounts.put, Account(username="Spare", platform="tiktok", enabled=True, serial="R58M1"))
    of_two = tmp_path / "of_two"
    of_two.mkdir()
    assert put_back(copied(store, of_two), over=tmp_path / "two" / "drover.db").blind == 1
    assert put_back(copy, over=elsewhere).blind == 0, "one account is all that is known of the phone"
    with Store.open(tmp_path / "two" / "drover.db") as again:
        assert released_next(again, looking_only=True).looking == 1
        assert heads(again, "R58M1") == [named]
        assert retry_all(again)[0] == 0
        task = again.read_sync(tasks.get, failed.id)
        assert task is not None
        assert task.remark.endswith(remarks.RESTORED_BLIND)
        released(again, nameless)
        assert not begin(again, nameless).reconcile, "a person said that it was not done"
