"""What the store refuses is said with the task in the way, and nothing is changed."""

from collections.abc import Callable

import pytest

from drover.store import ConflictError, Store, attempts, pauses, tasks
from drover.store.errors import HeldError, OtherAccountError
from drover.wire.holds import PauseSubject
from tests.support.stored import add, begin


def runs(store: Store) -> None:
    begin(store, add(store, username="me"))


def is_paused(store: Store) -> None:
    add(store, username="me")
    store.write_sync(pauses.pause, PauseSubject.ACCOUNT, "tiktok:me", words="", until=None, now=store.clock())


def acts_as_another(store: Store) -> None:
    add(store, username="other")


@pytest.mark.parametrize(
    ("made", "kind", "words", "named"),
    [
        (runs, ConflictError, "task 1 is running, not pending", True),
        (is_paused, HeldError, "holds what waits on R58M1", False),
        (acts_as_another, OtherAccountError, "task 1 acts as tiktok:other by now, not as tiktok:me", True),
    ],
)
def test_what_cannot_begin_is_a_conflict_that_says_why(
    store: Store, made: Callable[[Store], None], kind: type[ConflictError], words: str, named: bool
) -> None:
    """The starter tells the three apart: of each it waits for something else."""
    made(store)
    before = store.read_sync(tasks.get, 1)
    with pytest.raises(ConflictError, match=words) as refused:
        store.write_sync(attempts.begin, 1, boot_id="boot-1", now=store.clock(), account="tiktok:me")
    assert type(refused.value) is kind
    assert refused.value.task == (before if named else None)
    assert store.read_sync(tasks.get, 1) == before
