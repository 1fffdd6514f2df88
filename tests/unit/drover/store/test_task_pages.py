"""Pages by the counts of blocks are what OFFSET gives, whatever was deleted or moved, for every set of filters."""

from itertools import combinations
from typing import Any, NamedTuple

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from drover.store import Store, task_pages, tasks
from drover.store.batch import driver_of
from drover.store.schema import BLOCK
from drover.store.types import from_micros
from tests.support.stored import counters_are_right, new


class Made(NamedTuple):
    """A task to make: how many ids are skipped before it, what filters see, and what becomes of it then."""

    gap: int
    status: int
    serial: str
    script_name: str
    source: str
    then: str


VALUES: dict[str, tuple[Any, ...]] = {
    "status": (0, 1, 2, 3),
    "serial": ("a", "b"),
    "script_name": ("follow", "unfollow"),
    "source": ("api", "ui"),
}
MADE = st.lists(
    st.builds(
        Made,
        gap=st.sampled_from((0, 0, 1, 500, BLOCK - 1, BLOCK, 5 * BLOCK)),
        **{name: st.sampled_from(values) for name, values in VALUES.items()},
        then=st.sampled_from(("stays", "stays", "deleted", "moved")),
    ),
    max_size=30,
)


def make(conn: Connection, made: list[Made]) -> None:
    driver, task_id = driver_of(conn), 0
    driver.execute("DELETE FROM tasks")
    for one in made:
        task_id += 1 + one.gap
        wanted = new(one.serial, script_name=one.script_name, source=one.source)
        tasks.insert_as(conn, [wanted], task_id, now=from_micros(0))
        driver.execute("UPDATE tasks SET status = ? WHERE id = ?", (one.status, task_id))
        if one.then == "deleted":
            driver.execute("DELETE FROM tasks WHERE id = ?", (task_id,))
        elif one.then == "moved":
            driver.execute("UPDATE tasks SET status = (status + 1) % 4, source = 'ui' WHERE id = ?", (task_id,))


def by_offset(conn: Connection, filters: dict[str, Any], skip: int, size: int) -> list[int]:
    where = " AND ".join(["1", *(f"{name} = :{name}" for name in filters)])
    query = f"SELECT id FROM tasks WHERE {where} ORDER BY id DESC LIMIT :size OFFSET :skip"
    return [task_id for (task_id,) in driver_of(conn).execute(query, {**filters, "size": size, "skip": skip})]


def wrong(conn: Connection, size: int) -> list[object]:
    """Each page of each set of filters that differs."""
    found: list[object] = []
    for filters in _filters():
        total = tasks.count(conn, filters)
        for skip in range(0, total, size):
            right = by_offset(conn, filters, skip, size)
            short = min(size, total - skip)
            pages = [task_pages.ids(conn, filters, total=total, skip=skip, size=short)]
            if "serial" not in filters:
                pages.append(task_pages.from_blocks(conn, filters, skip=skip, size=short))
            found += [(filters, skip, page, right) for page in pages if page != right]
    return found


def _filters() -> list[dict[str, Any]]:
    sets = [names for count in range(5) for names in combinations(VALUES, count)]
    return [
        dict(zip(names, (VALUES[name][at % len(VALUES[name])] for name in names), strict=True))
        for names in sets
        for at in range(4)
    ]


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(made=MADE, size=st.integers(1, 7))
def test_r16_pages_are_what_offset_gives(store: Store, made: list[Made], size: int) -> None:
    store.write_sync(make, made)
    assert store.read_sync(wrong, size) == []
    assert counters_are_right(store)
