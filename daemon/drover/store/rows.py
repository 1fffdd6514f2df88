"""Turns rows into the values of wire and policy."""

from operator import itemgetter
from typing import Final

from sqlalchemy import Connection, bindparam, select

from drover.policy.pace import handle_of
from drover.policy.records import Attempt
from drover.store.errors import NotFoundError
from drover.store.prepared import AnyRow, Prepared, Row
from drover.store.schema import attempts, tasks
from drover.wire.tasks import Effect, Reason, Status, Task

TASK_COLUMNS = tuple(tasks.c[name] for name in Task.__struct_fields__ if name not in ("phase", "hold"))
"""`phase` belongs to a live attempt, `hold` to the moment at which someone looks: neither is stored."""
_NAMES: Final = tuple(column.name for column in TASK_COLUMNS)

_VALUES: Final = itemgetter(*_NAMES)
_STATUSES: Final = {int(status): status for status in Status}
_EFFECTS: Final = {effect.value: effect for effect in Effect}
_REASONS: Final[dict[str | None, Reason | None]] = {None: None, **{reason.value: reason for reason in Reason}}
"""By what is stored: calling an enumeration costs several times as much, for each of a page's tasks."""

_WHOLE: Final = Prepared(select(tasks).where(tasks.c.id == bindparam("task_id")))


def task_of(row: AnyRow) -> Task:
    """A Task from a mapping that holds at least TASK_COLUMNS."""
    values = dict(zip(_NAMES, _VALUES(row), strict=True))
    values["status"] = _STATUSES[row["status"]]
    values["effect"] = _EFFECTS[row["effect"]]
    values["account"] = handle_of(row["account"]) or row["username"] or ""
    values["reason"] = _REASONS[row["reason"]]
    return Task(**values)


def task_row(conn: Connection, task_id: int) -> Row:
    """All columns of one task; raises NotFoundError."""
    row = _WHOLE.first(conn, task_id=task_id)
    if row is None:
        raise NotFoundError(task_id)
    return row


def attempt_of(row: AnyRow) -> Attempt:
    """An Attempt from the columns of attempts joined with the task's platform and package."""
    return Attempt(
        fence=row["id"],
        task_id=row["task_id"],
        attempt=row["attempt"],
        serial=row["serial"],
        boot_id=row["boot_id"],
        effect=Effect(row["effect"]),
        reconcile=row["reconcile"],
        platform=row["platform"],
        package=row["package"],
        account=row["account"],
    )


ATTEMPT_COLUMNS = (*attempts.c, tasks.c.platform, tasks.c.package)
