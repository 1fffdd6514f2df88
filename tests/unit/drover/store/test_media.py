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

from drover.policy.folder_texts import FolderTexts
from drover.policy.media import Candidate, Reuse
from drover.policy.pace import account_key
from drover.policy.records import Complete, Decision, Fail, Requeue
from drover.store import ConflictError, Store, attempts, logins, materials, media_uses, tasks
from drover.store.publications import Begun, Listed, StaleListError
from drover.store.schema import media_uses as table
from drover.wire.accounts import Login, LoginSource
from drover.wire.materials import Material
from drover.wire.media import MediaFile, MediaKind, UseState
from drover.wire.tasks import Effect, Reason, Status, Task
from tests.support.clock import Clock
from tests.support.published import add_post, begin_post, facts_named, keep, names
from tests.support.stored import add, begin, fail

UNKNOWN = Fail(reason=Reason.OUTCOME_UNKNOWN, remark="?", retry_safe=False, effect=Effect.UNKNOWN)
NOTHING_DONE = Fail(reason=Reason.UPLOAD_FAILED, remark="no", retry_safe=True, effect=Effect.NONE)
AGAIN = Requeue(delay_s=0.0, reconcile=False, remark="again", reason=Reason.TIMEOUT)


def end(store: Store, begun: Begun | Task, decision: Decision, *, tapped: bool = False, proven: bool = False) -> Task:
    assert isinstance(begun, Begun), begun
    fence = begun.attempt.fence
    if tapped:
        assert store.write_sync(attempts.record_intent, fence, what="post", now=store.clock())
    if proven:
        assert store.write_sync(attempts.record_confirmed, fence, evidence=[], now=store.clock())
    ended = store.write_sync(attempts.finish, fence, decision, now=store.clock())
    assert ended is not None
    return ended


def states(store: Store, item: Material) -> list[tuple[str, int, UseState]]:
    uses = store.read_sync(media_uses.of_key, materials.key_of(item.sha256))
    return [(use.account, use.task_id, use.state) for use in uses]


def logged_in(store: Store, serial: str, username: str) -> None:
    """The app on the phone is seen with this account."""
    login = Login(
        serial=serial,
        platform="tiktok",
        package="com.zhiliaoapp.musically",
        username=username,
        source=LoginSource.SCRIPT,
        learned_at=store.clock(),
    )
    store.write_sync(logins.learn, login)


# --- items --------------------------------------------------------------------------------------------------------


def test_an_item_is_kept_once_and_gets_the_new_tags(store: Store) -> None:
    first = keep(store, "a", "summer")
    assert first.tags == ["summer"]
    facts = facts_named("a")
    again, existing = store.write_sync(
        materials.add, facts, name="other.mp4", path="x", tags=["beach", "summer"], note="n", now=store.clock()
    )
    assert (again.id, existing, again.name, again.tags) == (first.id, True, "a.mp4", ["summer", "beach"])
    assert store.read_sync(materials.get, first.id) == again


def test_pages_by_kind_and_tags(store: Store) -> None:
    a, b = keep(store, "a", "x", "y"), keep(store, "b", "x")
    picture = keep(store, "c", "y", kind=MediaKind.IMAGE, media_type="image/png", duration_s=None)
    assert store.read_sync(materials.page) == (3, [picture, b, a])
    assert store.read_sync(materials.page, tags=["x"]) == (2, [b, a])
    assert store.read_sync(materials.page, tags=["x", "y"]) == (1, [a])
    assert store.read_sync(materials.page, kind=MediaKind.IMAGE) == (1, [picture])
    assert store.read_sync(materials.page, page=2, page_size=2) == (3, [a])


def test_tags_and_notes_are_changed_alone(store: Store) -> None:
    item = keep(store, "a", "x")
    changed = store.write_sync(materials.change, item.id, tags=None, note="hello")
    assert changed is not None
    assert (changed.tags, changed.note) == (["x"], "hello")
    changed = store.write_sync(materials.change, item.id, tags=["z"], note=None)
    assert changed is not None
    assert (changed.tags, changed.note) == (["z"], "hello")
    assert store.read_sync(materials.page, tags=["x"])[0] == 0
    assert store.write_sync(materials.change, 99, tags=["z"], note="n") is None


def test_an_item_that_a_task_holds_is_not_deleted(store: Store) -> None:
    item = keep(store, "a")
    begun = begin_post(store, add_post(store))
    assert isinstance(begun, Begun)
    assert store.write_sync(materials.delete_unless_held, item) == [begun.task.id]
    end(store, begun, NOTHING_DONE)
    assert store.write_sync(materials.delete_unless_held, item) == []
    assert store.read_sync(materials.get, item.id) is None


# --- the choice ---------------------------------------------------------------------------------------------------


def test_per_account_the_oldest_unused_item_is_chosen_for_each(store: Store) -> None:
    a, b = keep(store, "a"), keep(store, "b")

    def got(serial: str, username: str | None = None) -> list[int | None]:
        return names(begin_post(store, add_post(store, serial, username), reuse="per_account"))

    assert got("p1") == [a.id]
    assert got("p2") == [a.id]  # another phone is another account
    assert got("p1") == [b.id]
    assert got("p1", "shop") == [a.id]
    assert got("p2", "Shop") == [b.id]  # the same account, wherever it is


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


def test_case_c10_two_phones_of_two_accounts_that_ask_at_the_same_moment_get_different_files(store: Store) -> None:
    for number in range(24):
        keep(store, f"v{number}")
    ids = [add_post(store, f"p{number % 4}") for number in range(24)]
    with ThreadPoolExecutor(8) as pool:
        got = [names(begun)[0] for begun in pool.map(partial(begin_post, store), ids)]
    assert len(set(got)) == 24


def test_case_c10_the_index_refuses_what_the_choice_would_have_missed(store: Store) -> None:
    keep(store, "a")
    assert isinstance(begin_post(store, add_post(store)), Begun)

    def by_another(conn: Connection) -> None:
        row = conn.execute(table.select()).mappings().one()
        conn.execute(insert(table).values({**{k: v for k, v in row.items() if k != "id"}, "account": "tiktok:other"}))

    with pytest.raises(IntegrityError):
        store.write_sync(by_another)


def test_tags_and_kind_must_fit(store: Store) -> None:
    keep(store, "a", "x")
    both = keep(store, "b", "x", "y")
    pictures = [keep(store, name, "y", kind=MediaKind.IMAGE, media_type="image/png", duration_s=None) for name in "cde"]
    assert names(begin_post(store, add_post(store, materials_tags="X, y"))) == [both.id]
    got = names(begin_post(store, add_post(store, content_type=1, image_count=2)))
    assert got == [item.id for item in pictures[:2]]


def test_what_the_app_does_not_take_is_passed_over(store: Store) -> None:
    keep(store, "a", duration_s=700.0)
    b = keep(store, "b")
    assert names(begin_post(store, add_post(store))) == [b.id]


def test_without_files_the_task_fails_and_says_what_to_do(store: Store) -> None:
    a = keep(store, "a")
    end(store, begin_post(store, add_post(store)), Complete(), tapped=True, proven=True)
    failed = begin_post(store, add_post(store))
    assert isinstance(failed, Task)
    assert (failed.status, failed.reason, failed.effect) == (Status.FAILED, Reason.MEDIA_INVALID, Effect.NONE)
    assert failed.retry_safe
    assert "1 of them used or reserved already, each for one account alone" in failed.remark
    assert "droverctl material add" in failed.remark
    assert failed.attempt == 0
    assert len(states(store, a)) == 1


def test_only_a_pending_task_begins(store: Store) -> None:
    keep(store, "a")
    keep(store, "b")
    task_id = add_post(store)
    begin_post(store, task_id)
    with pytest.raises(ConflictError):
        begin_post(store, task_id)


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
    logged_in(store, "p1", "one")
    end(store, begin_post(store, task_id, reuse="per_account"), UNKNOWN, tapped=True)
    store.write_sync(tasks.retry, task_id, now=store.clock(), force=True)
    logged_in(store, "p1", "two")
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


def test_an_item_that_comes_again_is_still_known_as_used(store: Store) -> None:
    item = keep(store, "a")
    end(store, begin_post(store, add_post(store)), Complete(), tapped=True, proven=True)
    store.write_sync(materials.delete_unless_held, item)
    keep(store, "a")
    assert isinstance(begin_post(store, add_post(store)), Task)


def test_other_scripts_touch_no_reservation(store: Store) -> None:
    item = keep(store, "a")
    end(store, begin_post(store, add_post(store)), AGAIN)
    fail(store, add(store))
    begin(store, add(store))
    assert [state for _, _, state in states(store, item)] == [UseState.RESERVED]


def test_the_index_refuses_what_the_choice_would_have_missed(store: Store) -> None:
    keep(store, "a")
    begun = begin_post(store, add_post(store))
    assert isinstance(begun, Begun)

    def twice(conn: Connection) -> None:
        row = conn.execute(table.select()).mappings().one()
        conn.execute(insert(table).values({**{k: v for k, v in row.items() if k != "id"}, "task_id": 99}))

    with pytest.raises(IntegrityError):
        store.write_sync(twice)


# --- folders and lists ---------------------------------------------------------------------------------------------


def in_folder(name: str) -> Candidate:
    facts = facts_named(name)
    file = MediaFile(path=f"/srv/{name}.mp4", kind=facts.kind, media_type=facts.media_type, size=facts.size)
    return Candidate(key=f"file:/srv/{name}.mp4:1000:1", file=file, facts=facts, name=f"{name}.mp4")


def folder_post(store: Store) -> int:
    return add_post(store, material_source="localFolder", material_path="/srv")


def test_files_of_a_folder_go_in_the_order_of_their_names(store: Store) -> None:
    listed = Listed(candidates=[in_folder(name) for name in "ab"])
    paths: list[str] = []
    for _ in range(2):
        begun = begin_post(store, folder_post(store), listed)
        assert isinstance(begun, Begun)
        paths += [file.path for file in begun.media]
        end(store, begun, Complete(), tapped=True, proven=True)
    assert paths == ["/srv/a.mp4", "/srv/b.mp4"]
    failed = begin_post(store, folder_post(store), listed)
    assert isinstance(failed, Task)
    assert "in the folder /srv, found 0 (2 videos there, 2 of them used" in failed.remark


def test_a_list_that_was_taken_meanwhile_is_looked_at_again(store: Store) -> None:
    listed = Listed(candidates=[in_folder("a")], complete=False)
    begin_post(store, folder_post(store), listed)
    task_id = folder_post(store)
    with pytest.raises(StaleListError):
        begin_post(store, task_id, listed)
    task = store.read_sync(tasks.get, task_id)
    assert task is not None
    assert task.status is Status.PENDING


def test_a_given_list_decides_and_is_not_tracked(store: Store) -> None:
    listed = Listed(candidates=[in_folder("a")])
    for _ in range(2):
        begun = begin_post(store, add_post(store, material_list=["/srv/a.mp4"]), listed)
        assert isinstance(begun, Begun)
        assert [file.path for file in begun.media] == ["/srv/a.mp4"]
    assert store.read_sync(media_uses.of_key, listed.candidates[0].key) == []


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


def test_case_c13_the_tasks_of_a_request_share_its_list(store: Store) -> None:
    listed = Listed(candidates=[in_folder(name) for name in "ab"])
    shared: dict[str, Any] = {"material_list": ["/srv/a.mp4", "/srv/b.mp4"], "group_id": "g1"}
    first = begin_post(store, add_post(store, "p1", **shared), listed)
    second = begin_post(store, add_post(store, "p2", **shared), listed)
    assert isinstance(first, Begun)
    assert isinstance(second, Begun)
    assert [begun.media[0].path for begun in (first, second)] == ["/srv/a.mp4", "/srv/b.mp4"]
    third = begin_post(store, add_post(store, "p3", **shared), listed)
    assert isinstance(third, Task)
    assert "in material_list, found 0 (2 videos there, 2 of them used or reserved by other tasks" in third.remark
    assert third.reason is Reason.MEDIA_INVALID
    end(store, first, AGAIN)
    again = begin_post(store, first.task.id)
    assert isinstance(again, Begun)
    assert again.media[0].path == "/srv/a.mp4"
    end(store, again, NOTHING_DONE)
    store.write_sync(tasks.retry, third.id, now=store.clock())
    assert isinstance(begin_post(store, third.id, listed), Begun)  # it is free for the others
    other = begin_post(store, add_post(store, "p1", **{**shared, "group_id": "g2"}), listed)
    assert isinstance(other, Begun)  # another request names them again: a person may want them twice


# --- texts next to the files ----------------------------------------------------------------------------------------


def test_case_c9_each_line_is_used_equally_often_and_kept_for_the_retry(store: Store) -> None:
    texts = {"": FolderTexts(path="/srv", lines={"caption.txt": ("one", "two")})}
    captions: list[str] = []
    for number in range(6):
        listed = Listed(candidates=[in_folder(f"v{number}")], texts=texts)
        begun = begin_post(store, folder_post(store), listed)
        assert isinstance(begun, Begun)
        assert begun.task.media is not None
        captions.append(begun.task.media.captions)
        assert [file.name for file in begun.task.media.files] == [f"v{number}.mp4"]
        assert begun.task.script_config["captions"] == ""  # as requested
        if number == 0:
            end(store, begun, AGAIN)
            again = begin_post(store, begun.task.id)
            assert isinstance(again, Begun)
            assert again.task.media == begun.task.media
            end(store, again, UNKNOWN, tapped=True)
            store.write_sync(tasks.retry, again.task.id, now=store.clock(), force=True)
            forced = begin_post(store, begun.task.id)
            assert isinstance(forced, Begun)
            assert forced.task.media == begun.task.media
    assert captions == ["one", "two"] * 3


def test_case_c9_a_retry_after_none_keeps_its_text_though_it_may_get_another_file(store: Store) -> None:
    texts = {"": FolderTexts(path="/srv", lines={"caption.txt": ("one", "two")})}
    task_id = folder_post(store)
    begun = begin_post(store, task_id, Listed(candidates=[in_folder("a")], texts=texts))
    end(store, begun, NOTHING_DONE)
    store.write_sync(tasks.retry, task_id, now=store.clock())
    again = begin_post(store, task_id, Listed(candidates=[in_folder("b")], texts=texts))
    assert isinstance(again, Begun)
    assert again.task.media is not None
    assert (again.task.media.captions, again.task.media.files[0].name) == ("one", "b.mp4")


def test_case_c9_without_the_sound_that_it_needs_a_task_fails_in_words(store: Store) -> None:
    task_id = add_post(store, material_source="localFolder", material_path="/srv", post_way="useSound")
    failed = begin_post(store, task_id, Listed(candidates=[in_folder("a")]))
    assert isinstance(failed, Task)
    assert failed.remark == (
        "sound_name: is needed by post_way useSound; the request gives none, and neither does sound_urls.txt or "
        "sound_names.txt in /srv"
    )
    assert store.read_sync(media_uses.of_task, task_id) == []


# --- never twice ---------------------------------------------------------------------------------------------------


def test_two_phones_that_ask_at_the_same_moment_get_different_files(store: Store) -> None:
    for number in range(40):
        keep(store, f"v{number}")
    ids = [add_post(store, f"p{number % 4}", "shop") for number in range(40)]
    with ThreadPoolExecutor(8) as pool:
        got = [names(begun)[0] for begun in pool.map(partial(begin_post, store), ids)]
    assert len(set(got)) == 40


ENDS = ["confirmed", "unknown", "none", "again", "stop", "delete", "restart"]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(st.sampled_from(["@a", "@b", "p1"]), st.sampled_from(ENDS)), min_size=1, max_size=25))
def test_an_account_never_publishes_a_file_twice(empty_database: Path, steps: list[tuple[str, str]]) -> None:
    """Whatever ends however, also across restarts: what may have been published is never chosen for it again."""
    published: dict[str, list[int | None]] = {}
    with TemporaryDirectory() as folder:
        path = Path(folder) / "drover.db"
        path.write_bytes(empty_database.read_bytes())
        store = Store.open(path, clock=Clock())
        for number in range(6):
            keep(store, f"v{number}")
        for account, how in steps:
            task_id = add_post(store, "p1", account[1:] if account.startswith("@") else None)
            begun = begin_post(store, task_id, reuse="per_account")
            if isinstance(begun, Task):
                assert len(published.get(account, [])) == 6
                continue
            (got,) = names(begun)
            assert got not in published.get(account, [])
            if how in ("confirmed", "unknown"):
                published.setdefault(account, []).append(got)
            if how == "restart":
                store.close()
                store = Store.open(path, clock=Clock())
            _end_as(store, begun, how, "per_account")
        store.close()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(
        st.tuples(st.sampled_from(["@a", "@b", "-"]), st.sampled_from(["p1", "p2"]), st.sampled_from(ENDS)),
        min_size=1,
        max_size=25,
    )
)
def test_case_c10_no_file_is_published_twice_whatever_the_mix(
    empty_database: Path, steps: list[tuple[str, str, str]]
) -> None:
    """Any mix of accounts, phones and ends, also across restarts: what may have been published is for nobody else."""
    published: list[int | None] = []
    with TemporaryDirectory() as folder:
        path = Path(folder) / "drover.db"
        path.write_bytes(empty_database.read_bytes())
        store = Store.open(path, clock=Clock())
        for number in range(6):
            keep(store, f"v{number}")
        for account, serial, how in steps:
            begun = begin_post(store, add_post(store, serial, account.strip("@-") or None))
            if isinstance(begun, Task):
                assert len(published) == 6
                continue
            (got,) = names(begun)
            assert got not in published
            if how in ("confirmed", "unknown"):
                published.append(got)
            if how == "restart":
                store.close()
                store = Store.open(path, clock=Clock())
            _end_as(store, begun, how)
        store.close()


def _end_as(store: Store, begun: Begun, how: str, reuse: Reuse = "once") -> None:
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
