"""The library's items, and which of them a task may choose."""

from drover.policy.records import Complete
from drover.store import Store, materials
from drover.store.publications import Begun
from drover.wire.media import MediaKind
from drover.wire.tasks import Task
from tests.support.published import NOTHING_DONE, add_post, begin_post, end, facts_named, keep, names


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


def test_per_account_the_oldest_unused_item_is_chosen_for_each(store: Store) -> None:
    a, b = keep(store, "a"), keep(store, "b")

    def got(serial: str, username: str | None = None) -> list[int | None]:
        return names(begin_post(store, add_post(store, serial, username), reuse="per_account"))

    assert got("p1") == [a.id]
    assert got("p2") == [a.id]  # another phone is another account
    assert got("p1") == [b.id]
    assert got("p1", "shop") == [a.id]
    assert got("p2", "Shop") == [b.id]  # the same account, wherever it is


def test_tags_and_kind_must_fit(store: Store) -> None:
    keep(store, "a", "x")
    both = keep(store, "b", "x", "y")
    pictures = [keep(store, name, "y", kind=MediaKind.IMAGE, media_type="image/png", duration_s=None) for name in "cde"]
    assert names(begin_post(store, add_post(store, materials_tags="X, y"))) == [both.id]
    got = names(begin_post(store, add_post(store, content_type=1, image_count=2)))
    assert got == [item.id for item in pictures[:2]]


def test_an_item_that_comes_again_is_still_known_as_used(store: Store) -> None:
    item = keep(store, "a")
    end(store, begin_post(store, add_post(store)), Complete(), tapped=True, proven=True)
    store.write_sync(materials.delete_unless_held, item)
    keep(store, "a")
    assert isinstance(begin_post(store, add_post(store)), Task)
