"""What a history's judge looks at: the rows of the store, and what the phones counted."""

import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from drover.wire.tasks import Effect, Reason, Status
from tests.chaos.history_rules import Row, Seen, Wanted
from tests.support.phones import StateClient


@dataclass(frozen=True, kw_only=True)
class Stored:
    """One task as the store has it; `attempts` were ever begun."""

    row: Row
    attempts: int


def tasks(database: Path) -> dict[int, Stored]:
    """Every task by its id."""
    query = "SELECT id, status, effect, reason, retry_safe, remark, attempt FROM tasks"
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as conn:
        conn.row_factory = sqlite3.Row
        return {row["id"]: _stored(row) for row in conn.execute(query)}


def _stored(row: sqlite3.Row) -> Stored:
    seen = Row(
        status=Status(row["status"]),
        effect=Effect(row["effect"]),
        reason=Reason(row["reason"]) if row["reason"] else None,
        retry_safe=bool(row["retry_safe"]),
        remark=row["remark"],
    )
    return Stored(row=seen, attempts=row["attempt"])


@dataclass(kw_only=True)
class Counts:
    """What the phones counted: posts by the task that their file is named for, relations by their target."""

    posts: dict[int, list[str]] = field(default_factory=dict[int, list[str]])
    relations: dict[tuple[str, str, str, str], list[str]] = field(
        default_factory=dict[tuple[str, str, str, str], list[str]]
    )
    uploading: set[int] = field(default_factory=set[int])

    def seen(self, wanted: Wanted) -> Seen:
        """What there is of this task."""
        if wanted.kind == "post":
            found = self.posts.get(wanted.task_id, [])
        else:
            found = self.relations.get((wanted.serial, wanted.app, wanted.kind, wanted.target), [])
        return Seen(count=len(found), accounts=tuple(found))


def counts(phones: StateClient, serials: Iterable[str]) -> Counts:
    """Read off all of these phones."""
    found = Counts()
    for serial in serials:
        _add(found, serial, phones.state(serial))
    return found


def _add(found: Counts, serial: str, state: Mapping[str, Any]) -> None:
    for post in state["posts"]:
        if (task_id := _task_of(post)) is not None:
            found.posts.setdefault(task_id, []).append(post["account"])
    for upload in state["uploads"]:
        if (task_id := _task_of(upload)) is not None:
            found.uploading.add(task_id)
    for effect in state["effects"]:
        if effect["kind"] in ("follow", "unfollow"):
            key = (serial, effect["app"], effect["kind"], effect["target"])
            found.relations.setdefault(key, []).extend([effect["account"]] * effect["count"])


def _task_of(post: Mapping[str, Any]) -> int | None:
    """The task whose file it is: `drover-TASK-STAMP-INDEX.mp4`."""
    name = str(post["files"][0]["name"]) if post["files"] else ""
    parts = name.split("-")
    return int(parts[1]) if parts[0] == "drover" and len(parts) > 2 and parts[1].isdigit() else None
