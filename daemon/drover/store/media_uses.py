"""Which account used or reserved which file, for which task. The unique indexes are what makes twice impossible."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, func, insert, select, update
from sqlalchemy import delete as delete_from

from drover.policy.media import Candidate, UseEnd, Wanted, after, who
from drover.store.batch import BatchDelete
from drover.store.schema import media_uses
from drover.wire.materials import MaterialUse
from drover.wire.media import MediaFacts, UseState
from drover.wire.tasks import Task

_CHUNK = 500
_FORGET = BatchDelete(media_uses, "task_id", only=f"state = '{UseState.RESERVED.value}'")


def of_task(conn: Connection, task_id: int, holder: str | None = None) -> list[Candidate]:
    """The files that were chosen for a task, in their order; empty if none ever were, or they were released.

    With a holder (Wanted.holder) those that are kept for it.
    """
    query = select(media_uses).where(media_uses.c.task_id == task_id).order_by(media_uses.c.position)
    if holder is not None:
        query = query.where(media_uses.c.account == holder)
    return [
        Candidate(
            key=row.key,
            file=row.file,
            facts=MediaFacts(kind=row.file.kind, media_type=row.file.media_type, size=row.file.size, width=0, height=0),
            name=row.name,
        )
        for row in conn.execute(query)
    ]


def taken(conn: Connection, want: Wanted, keys: Sequence[str]) -> set[str]:
    """Those of the keys that are used or reserved: by its holder, or where a file is published once by any account."""
    found: set[str] = set()
    for start in range(0, len(keys), _CHUNK):
        chunk = keys[start : start + _CHUNK]
        query = select(media_uses.c.key).where(media_uses.c.key.in_(chunk))
        if not want.once:
            query = query.where(media_uses.c.account == want.holder)
        found.update(conn.execute(query).scalars())
    return found


def count_reserved(conn: Connection, task_id: int) -> int:
    """How many files are reserved for the task."""
    return conn.execute(select(func.count()).where(_reserved(task_id))).scalar_one()


def release(conn: Connection, task_id: int, *, but: str | None = None) -> None:
    """Free what the task reserved; not what it reserved for the holder `but`."""
    own = _reserved(task_id)
    if but is not None:
        own &= media_uses.c.account != but
    conn.execute(delete_from(media_uses).where(own))


def reserve(conn: Connection, task_id: int, want: Wanted, chosen: Sequence[Candidate], *, now: datetime) -> None:
    """Hold the files for the task. Those that the same holder has already, from an earlier attempt, are held again."""
    mine = {candidate.key for candidate in of_task(conn, task_id, want.holder)}
    held = {"state": UseState.RESERVED.value, "at": now}
    own = (media_uses.c.task_id == task_id) & (media_uses.c.account == want.holder)
    conn.execute(update(media_uses).where(own).values(**held))
    rows = [
        {
            "account": want.holder,
            "once": want.once,
            "key": candidate.key,
            "task_id": task_id,
            "position": position,
            "name": candidate.name,
            "file": candidate.file,
            **held,
        }
        for position, candidate in enumerate(chosen)
        if candidate.key not in mine
    ]
    if rows:
        conn.execute(insert(media_uses), rows)


def apply_outcome(conn: Connection, task: Task, *, now: datetime) -> None:
    """Release or use up what the task reserved, by how it stands now. What is used already stays used: an earlier
    attempt may have published it."""
    match after(task.status, task.effect):
        case UseEnd.RELEASE:
            release(conn, task.id)
        case UseEnd.USED:
            conn.execute(update(media_uses).where(_reserved(task.id)).values(state=UseState.USED.value, at=now))
        case UseEnd.KEEP:
            return


def _reserved(task_id: int) -> ColumnElement[bool]:
    return (media_uses.c.task_id == task_id) & (media_uses.c.state == UseState.RESERVED.value)


def forget_tasks(conn: Connection, task_ids: Sequence[int]) -> None:
    """These tasks are deleted: what they only held is free again, what they published stays used."""
    _FORGET.run(conn, task_ids)


def by_key(conn: Connection, keys: Sequence[str]) -> dict[str, list[str]]:
    """The accounts that used or reserved each of these contents, newest use first; no entry for one that is unused."""
    found: dict[str, list[str]] = {}
    for start in range(0, len(keys), _CHUNK):
        columns = (media_uses.c.key, media_uses.c.account)
        query = select(*columns).where(media_uses.c.key.in_(keys[start : start + _CHUNK]))
        for key, account in conn.execute(query.order_by(media_uses.c.id.desc())):
            found.setdefault(key, []).append(account)
    return found


def of_key(conn: Connection, key: str) -> list[MaterialUse]:
    """Who used or reserved this content, newest first."""
    query = select(media_uses).where(media_uses.c.key == key).order_by(media_uses.c.id.desc())
    return [
        MaterialUse(
            account=row.account, who=who(row.account), task_id=row.task_id, state=UseState(row.state), at=row.at
        )
        for row in conn.execute(query)
    ]
