"""An attempt of `post` begins with its files and texts, or its task fails in words."""

from typing import Any

import pytest

from drover.policy.folder_texts import FolderTexts
from drover.policy.records import Complete
from drover.store import ConflictError, Store, media_uses, tasks
from drover.store.publications import Begun, Listed, StaleListError
from drover.wire.tasks import Effect, Reason, Status, Task
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
