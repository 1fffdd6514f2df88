"""The library, and that no account ever gets a file twice."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, insert
from sqlalchemy.exc import IntegrityError

from drover.policy.media import Reuse
from drover.policy.pace import account_key
from drover.policy.records import Complete, Decision
from drover.store import Store, materials, media_uses, tasks
from drover.store.publications import Begun, Listed
from drover.store.schema import media_uses as table
from drover.wire.media import UseState
from drover.wire.tasks import Task
from tests.support.clock import Clock
from tests.support.published import (
    AGAIN,
    NOTHING_DONE,
    UNKNOWN,
    add_post,
    begin_post,
    end,
    in_folder,
    keep,
    names,
    states,
)
from tests.support.stored import add, begin, fail, logged_in


def test_case_c10_an_item_is_for_one_account_alone(store: Store) -> None:
    a, b = keep(store, "a"), keep(store, "b")
    first = begin_post(store, add_post(store, "p1", "one"))
    assert names(first) == [a.id]
    second = begin_post(store, add_post(store, "p2", "two"))
    assert names(second) == [b.id]  # what is only reserved is no candidate either
    assert isinstance(begin_post(store, add_post(store, "p3")), Task)
    end(store, first, UNKNOWN, tapped=True)
    end(store, second, NOTHING_DONE)
    assert names(begin_post(store, add_post(store, "p3"))) == [b.id]  # nothing was done with it
    keys = [materials.key_of(item.sha256) for item in (a, b)]
    uses = store.read_sync(media_uses.by_key, keys)
    assert {key: len(accounts) for key, accounts in uses.items()} == dict.fromkeys(keys, 1)
    assert account_key("tiktok", "one", "p1") in uses[keys[0]]


def test_case_c10_the_setting_counts_from_the_next_choice(store: Store) -> None:
    a = keep(store, "a")
    end(store, begin_post(store, add_post(store, "p1")), Complete(), tapped=True, proven=True)
    assert isinstance(begin_post(store, add_post(store, "p2")), Task)
    shared = begin_post(store, add_post(store, "p2"), reuse="per_account")
    assert names(shared) == [a.id]
    end(store, shared, Complete(), tapped=True, proven=True)
    assert isinstance(begin_post(store, add_post(store, "p3")), Task)  # and back


@pytest.mark.parametrize("other", [{"account": "tiktok:other"}, {"task_id": 99}], ids=["account", "task"])
def test_case_c10_the_index_refuses_what_the_choice_would_have_missed(store: Store, other: dict[str, object]) -> None:
    keep(store, "a")
    assert isinstance(begin_post(store, add_post(store)), Begun)

    def again(conn: Connection) -> None:
        row = conn.execute(table.select()).mappings().one()
        conn.execute(insert(table).values({**{k: v for k, v in row.items() if k != "id"}, **other}))

    with pytest.raises(IntegrityError):
        store.write_sync(again)


# --- ends ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("decision", "tapped", "proven", "left"),
    [
        (Complete(), True, True, [UseState.USED]),
        (UNKNOWN, True, False, [UseState.USED]),
        (NOTHING_DONE, False, False, []),
        (AGAIN, False, False, [UseState.RESERVED]),
    ],
)
def test_the_outcome_of_a_task_ends_its_reservations(
    store: Store, decision: Decision, tapped: bool, proven: bool, left: list[UseState]
) -> None:
    item = keep(store, "a")
    end(store, begin_post(store, add_post(store)), decision, tapped=tapped, proven=proven)
    assert [state for _, _, state in states(store, item)] == left


def test_the_next_attempt_gets_the_same_files(store: Store) -> None:
    keep(store, "a")
    task_id = add_post(store)
    begun = begin_post(store, task_id)
    older = names(begun)
    end(store, begun, AGAIN)
    keep(store, "b")
    other = names(begin_post(store, add_post(store)))
    assert names(begin_post(store, task_id)) == older != other


def test_a_retry_by_force_takes_the_same_files_again(store: Store) -> None:
    a = keep(store, "a")
    keep(store, "b")
    task_id = add_post(store)
    end(store, begin_post(store, task_id), UNKNOWN, tapped=True)
    store.write_sync(tasks.retry, task_id, now=store.clock(), force=True)
    begun = begin_post(store, task_id)
    assert names(begun) == [a.id]
    end(store, begun, Complete(), tapped=True, proven=True)
    assert [state for _, _, state in states(store, a)] == [UseState.USED]


def test_what_may_have_been_published_stays_used_when_the_retried_task_is_stopped(store: Store) -> None:
    item = keep(store, "a")
    task_id = add_post(store)
    end(store, begin_post(store, task_id), UNKNOWN, tapped=True)
    store.write_sync(tasks.retry, task_id, now=store.clock(), force=True)
    store.write_sync(tasks.stop_pending, task_id, now=store.clock())
    assert [state for _, _, state in states(store, item)] == [UseState.USED]


@pytest.mark.parametrize("decision", [NOTHING_DONE, AGAIN])
def test_a_retry_as_another_account_leaves_used_what_the_first_one_used(store: Store, decision: Decision) -> None:
    item = keep(store, "a")
    task_id = add_post(store, "p1")
    logged_in(store, "one", "p1")
    end(store, begin_post(store, task_id, reuse="per_account"), UNKNOWN, tapped=True)
    store.write_sync(tasks.retry, task_id, now=store.clock(), force=True)
    logged_in(store, "two", "p1")
    again = begin_post(store, task_id, reuse="per_account")
    assert names(again) == [item.id]
    assert states(store, item) == [
        ("tiktok:two", task_id, UseState.RESERVED),
        ("tiktok:one", task_id, UseState.USED),
    ]
    end(store, again, decision)
    assert ("tiktok:one", task_id, UseState.USED) in states(store, item)
    assert ("tiktok:two", task_id, UseState.USED) not in states(store, item)


def test_stopping_and_deleting_release_what_was_only_held(store: Store) -> None:
    item = keep(store, "a")
    stopped = add_post(store)
    end(store, begin_post(store, stopped), AGAIN)
    store.write_sync(tasks.stop_pending, stopped, now=store.clock())
    assert states(store, item) == []
    deleted = add_post(store)
    end(store, begin_post(store, deleted), AGAIN)
    store.write_sync(tasks.delete, [deleted], now=store.clock())
    assert states(store, item) == []
    used = add_post(store)
    end(store, begin_post(store, used), Complete(), tapped=True, proven=True)
    store.write_sync(tasks.delete, [used], now=store.clock())
    assert [state for _, _, state in states(store, item)] == [UseState.USED]


def test_other_scripts_touch_no_reservation(store: Store) -> None:
    item = keep(store, "a")
    end(store, begin_post(store, add_post(store)), AGAIN)
    fail(store, add(store))
    begin(store, add(store))
    assert [state for _, _, state in states(store, item)] == [UseState.RESERVED]


def test_case_c10_a_file_of_a_folder_is_for_one_account_alone(store: Store) -> None:
    listed = Listed(candidates=[in_folder(name) for name in "ab"])
    post: dict[str, Any] = {"material_source": "localFolder", "material_path": "/srv"}
    paths: list[str] = []
    for serial in ("p1", "p2"):
        begun = begin_post(store, add_post(store, serial, **post), listed)
        assert isinstance(begun, Begun)
        paths += [file.path for file in begun.media]
        end(store, begun, Complete(), tapped=True, proven=True)
    assert paths == ["/srv/a.mp4", "/srv/b.mp4"]
    assert isinstance(begin_post(store, add_post(store, "p3", **post), listed), Task)


# --- never twice ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("username", ["shop", None], ids=["one account", "an account each"])
def test_case_c10_phones_that_ask_at_the_same_moment_get_different_files(store: Store, username: str | None) -> None:
    for number in range(40):
        keep(store, f"v{number}")
    ids = [add_post(store, f"p{number % 4}", username) for number in range(40)]
    with ThreadPoolExecutor(8) as pool:
        got = [names(begun)[0] for begun in pool.map(partial(begin_post, store), ids)]
    assert len(set(got)) == 40


ENDS = ["confirmed", "unknown", "none", "again", "stop", "delete", "restart"]
STEPS = st.tuples(st.sampled_from(["a", "b", None]), st.sampled_from(["p1", "p2"]), st.sampled_from(ENDS))


@pytest.mark.parametrize("reuse", ["once", "per_account"])
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEPS, min_size=1, max_size=25))
def test_case_c10_what_may_have_been_published_is_never_chosen_again(
    empty_database: Path, reuse: Reuse, steps: list[tuple[str | None, str, str]]
) -> None:
    """Any mix of accounts, phones and ends, also across restarts: by no one, or not by the same account."""
    published: dict[str, list[int | None]] = {}
    with TemporaryDirectory() as folder:
        path = Path(folder) / "drover.db"
        path.write_bytes(empty_database.read_bytes())
        store = Store.open(path, clock=Clock())
        for number in range(6):
            keep(store, f"v{number}")
        for username, serial, how in steps:
            gone = published.setdefault("" if reuse == "once" else username or serial, [])
            begun = begin_post(store, add_post(store, serial, username), reuse=reuse)
            if isinstance(begun, Task):
                assert len(gone) == 6
                continue
            (got,) = names(begun)
            assert got not in gone
            if how in ("confirmed", "unknown"):
                gone.append(got)
            if how == "restart":
                store.close()
                store = Store.open(path, clock=Clock())
            _end_as(store, begun, how, reuse)
        store.close()


def _end_as(store: Store, begun: Begun, how: str, reuse: Reuse) -> None:
    """End the attempt so; nothing stays reserved, so that the library runs dry by what was published alone."""
    if how == "confirmed":
        end(store, begun, Complete(), tapped=True, proven=True)
    elif how == "unknown":
        end(store, begun, UNKNOWN, tapped=True)
    elif how in ("none", "restart"):
        end(store, begun, NOTHING_DONE)
    else:
        end(store, begun, AGAIN)
        again = begin_post(store, begun.task.id, reuse=reuse)
        assert names(again) == names(begun)
        end(store, again, AGAIN)
        if how == "delete":
            store.write_sync(tasks.delete, [begun.task.id], now=store.clock())
        else:
            store.write_sync(tasks.stop_pending, begun.task.id, now=store.clock())
