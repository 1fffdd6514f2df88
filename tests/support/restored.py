"""A copy of a store, put back in the place of another database."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, text

from drover.store import (
    Store,
    backup,
    queue,
    release,
    restoration,
)
from drover.store.release import Released
from drover.store.restoration import Restoration

NOW = datetime(2026, 12, 1, tzinfo=UTC)


def copied(store: Store, folder: Path) -> Path:
    """A backup of the store as it is now."""
    backup.copy(store.path, folder / "copy.db")
    return folder / "copy.db"


def put_back(copy: Path, *, over: Path, highest_folder: int = 0) -> Restoration:
    """The copy in the place of the database at `over`, which may be there."""
    prepared: list[Restoration] = []

    def prepare(part: Path) -> None:
        prepared.append(restoration.prepare(part, before=over, highest_folder=highest_folder, now=NOW))

    over.parent.mkdir(exist_ok=True)
    backup.restore(copy, over, stamp="now", prepare=prepare)
    return prepared[0]


def released(store: Store, *ids: int) -> Released:
    """These released, in one step."""
    (done,) = store.steps_sync(release.release, 0, ids=ids, now=NOW)
    return done


def heads(store: Store, *serials: str) -> list[int]:
    """What dispatch would begin now."""
    return [head.task_id for head in store.read_sync(queue.heads, serials, now=NOW + timedelta(days=9))]


def account_queues(conn: Connection) -> dict[int, str]:
    """By task its account queue."""
    return {row.id: row.account_queue for row in conn.execute(text("SELECT id, account_queue FROM tasks"))}
