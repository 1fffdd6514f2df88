"""Attempts: begun, followed to their effect, ended once. What is not the running attempt changes nothing."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, and_, bindparam, select, update

from drover.policy.catalog import GENERIC
from drover.policy.lifecycle import TaskEvent, advance
from drover.policy.pace import account_queue_of, pauses_after
from drover.policy.records import Attempt, AttemptFacts, Complete, Decision, Fail, Requeue
from drover.policy.trouble import Report, Rules
from drover.store import account_pace, devices, events, groups, logins, media_uses, pauses
from drover.store.batch import BatchInsert, set_columns
from drover.store.errors import ConflictError, OtherAccountError
from drover.store.prepared import AnyRow, Prepared, Row
from drover.store.rows import ATTEMPT_COLUMNS, attempt_of, task_of, task_row
from drover.store.schema import attempts, tasks
from drover.wire.devices import Device
from drover.wire.scripts import PUBLISHES
from drover.wire.tasks import Effect, Reason, Status, Task

_NOTHING = Report()
_NO_RULES = Rules()

Decider = Callable[[AttemptFacts], Decision]

_INSERT: Final = BatchInsert(attempts)
_UNBEGUN: Final[dict[str, Any]] = {
    **dict.fromkeys(column.name for column in attempts.c if column.name != "id"),
    "effect": Effect.NONE.value,
    "what": "",
    "evidence": [],
    "remark": "",
}

_DECISIONS: dict[type[Decision], TaskEvent] = {
    Complete: TaskEvent.COMPLETE,
    Fail: TaskEvent.FAIL,
    Requeue: TaskEvent.REQUEUE,
}


def begin(
    conn: Connection,
    task_id: int,
    *,
    boot_id: str,
    now: datetime,
    account: str = "",
    files: int = 0,
    device: Device | None = None,
) -> tuple[Attempt, Task]:
    """Begin the next attempt of a pending task, with so many files reserved for it. `device`: its phone, as it is shown
    from then on.

    Raises NotFoundError, and ConflictError if it does not wait or would act as another account than the given one.
    HeldError is the ConflictError where its account or phone was paused after the dispatcher had looked: once a pause
    is answered, nothing begins.
    """
    row = task_row(conn, task_id)
    if row["status"] != Status.PENDING:
        raise ConflictError(f"task {task_id} is {Status(row['status']).name.lower()}, not pending", task_of(row))
    if row["held"]:  # dispatch passes over its account queue; refused again here
        raise ConflictError(f"task {task_id} is held since a backup was restored; release it first", task_of(row))
    key = logins.account_of(conn, row)
    if account not in ("", key):
        raise OtherAccountError(f"task {task_id} acts as {key} by now, not as {account}", task_of(row))
    account_pace.refuse_held(conn, row["serial"], key, now=now)
    number = row["attempt"] + 1
    begun: dict[str, Any] = {
        **_UNBEGUN,
        "task_id": task_id,
        "attempt": number,
        "serial": row["serial"],
        "boot_id": boot_id,
        "reconcile": row["reconcile"],
        "began_at": now,
        "account": key,
        "files": files,
    }
    (fence,) = _INSERT.run(conn, [begun])
    values = {
        "status": int(advance(Status.PENDING, TaskEvent.BEGIN)),
        "attempt": number,
        "tries": row["tries"] + 1,
        "reconciliations": row["reconciliations"] + int(row["reconcile"]),
        "start_time": row["start_time"] or now,
        "remark": "",
        "progress": 0,
        "step": "",
        "account": key,
    }
    set_columns(conn, tasks, task_id, values)
    task = task_of({**row, **values})
    events.changed(conn, [task], now=now)
    if device is not None:
        devices.publish(conn, device, remember=True, now=now)
    seen = logins.current(conn, row["serial"], row["platform"], row["package"])
    attempt = attempt_of({**begun, "id": fence, "platform": row["platform"], "package": row["package"]})
    return replace(attempt, logged_in_as=seen), task


# --- the effect ---------------------------------------------------------------------------------------------------


def record_intent(conn: Connection, fence: int, *, what: str, now: datetime, day: str | None = None) -> bool:
    """The commit tap may be performed, once: True only for a running attempt that has not asked before.

    From now on others may see it, so it counts for its account on the local `day` (None counts nowhere). What an
    attempt looked for and did not find no longer counts: it is done only now. Refused where a file that was reserved
    for it turned out to be used by its account.
    """
    row = running(conn, fence)
    if row is None or row["effect"] != Effect.NONE or not has_its_files(conn, row):
        return False
    _advance(conn, row, Effect.INTENT, {"intent_at": now, "what": what, "counted_on": day})
    if row["reconcile"]:
        for earlier in conn.execute(select(attempts).where(_counted_before(row))).mappings().all():
            _uncount(conn, earlier)
    if day is not None:
        task = task_row(conn, row["task_id"])
        account_pace.count(conn, row["account"], task["script_name"], day)
    return True


def has_its_files(conn: Connection, attempt: AnyRow) -> bool:
    """Whether what was reserved for the attempt still is: two keys may turn out to be one account's."""
    return not attempt["files"] or media_uses.count_reserved(conn, attempt["task_id"]) >= attempt["files"]


def record_sent(conn: Connection, fence: int, *, now: datetime) -> bool:
    """The commit tap was performed; False where no intent is recorded or the attempt is not the running one."""
    return _record(conn, fence, {Effect.INTENT}, Effect.SENT, {"sent_at": now})


def record_confirmed(conn: Connection, fence: int, *, evidence: list[str], now: datetime) -> bool:
    """Proof was seen; False where the attempt is not the running one.

    Where nothing was tapped and nothing is uncertain, the state stood already: only the evidence is kept.
    """
    row = running(conn, fence)
    if row is None:
        return False
    if row["effect"] == Effect.NONE and not row["reconcile"]:
        kept = _merged(row["evidence"], evidence)
        set_columns(conn, attempts, fence, {"evidence": kept})
        return True
    before = {Effect.NONE, Effect.INTENT, Effect.SENT, Effect.CONFIRMED}
    values = {"confirmed_at": now, "evidence": _merged(row["evidence"], evidence)}
    return _record(conn, fence, before, Effect.CONFIRMED, values)


def _record(conn: Connection, fence: int, before: set[Effect], effect: Effect, values: dict[str, Any]) -> bool:
    row = running(conn, fence)
    if row is None or row["effect"] not in before:
        return False
    _advance(conn, row, effect, values)
    return True


def _advance(conn: Connection, attempt: AnyRow, effect: Effect, values: dict[str, Any]) -> None:
    set_columns(conn, attempts, attempt["id"], {"effect": effect.value, **values})
    set_columns(conn, tasks, attempt["task_id"], {"effect": effect.value})


# --- the end ------------------------------------------------------------------------------------------------------


def facts(conn: Connection, fence: int) -> AttemptFacts | None:
    """What the decision about its end needs; None when the attempt has ended already."""
    row = running(conn, fence)
    return None if row is None else _facts(row, task_row(conn, row["task_id"]))


def finish(
    conn: Connection,
    fence: int,
    decision: Decision | Decider,
    *,
    now: datetime,
    progress: int | None = None,
    step: str | None = None,
    pause_s: float = 0.0,
    report: Report = _NOTHING,
    rules: Rules = _NO_RULES,
    device: Device | None = None,
) -> Task | None:
    """End the attempt and apply the decision to its task; None, and nothing changed, when it has ended already.

    The account then pauses for `pause_s`, where policy.pace says that it does after such an end. `report` is how the
    attempt ended as its reporter saw it: by the `rules` it pauses an account in trouble, or a phone. `device`: its
    phone, as it is shown from then on.

    Pass a function of AttemptFacts to decide inside the transaction: between reading facts and finishing, intent may
    have been recorded. A ready decision that such a record contradicts raises ConflictError.
    """
    row = running(conn, fence)
    if row is None:
        return None
    task = task_row(conn, row["task_id"])
    groups.hold_rest(conn, task, now)
    known = _facts(row, task)
    made = decision(known) if callable(decision) else decision
    _refuse_stale(known, made)
    _close(conn, row, made, now)
    changed = _apply(conn, task, row, known, made, now=now, progress=progress, step=step)
    if isinstance(made, Fail) and made.effect is Effect.NONE:
        _uncount(conn, row)  # it was seen not to have been done
    if isinstance(made, Requeue) and made.untapped:
        _uncount(conn, row)  # the phone reported that it was not done
    if pauses_after(made):
        account_pace.pause(conn, row["account"], now=now, pause_s=pause_s)
    account = row["account"]
    if not isinstance(made, Complete) and made.reason is Reason.NOT_LOGGED_IN:
        logins.forget(conn, task["serial"], task["platform"], task["package"])
        account = logins.account_of(conn, task)  # so that what names no account waits until the app is logged in
    pauses.after_attempt(
        conn,
        account="" if task["platform"] == GENERIC else account,
        serial=task["serial"],
        task_id=task["id"],
        report=report,
        failed=None if isinstance(made, Requeue) or report.not_ready else isinstance(made, Fail),
        rules=rules,
        now=now,
    )
    if device is not None:
        devices.publish(conn, device, remember=True, now=now)
    return changed


def open(conn: Connection) -> list[Attempt]:
    """Every attempt that has not ended, oldest first: after a crash, those to close by the rules of delivery."""
    return [attempt_of(row) for row in conn.execute(_ALL_OPEN).mappings()]


def open_scripts(conn: Connection) -> list[tuple[int, str]]:
    """The fences of the open attempts, oldest first, each with its task's script."""
    query = select(attempts.c.id, tasks.c.script_name).join(tasks).where(_OPEN).order_by(attempts.c.id)
    return [(fence, script) for fence, script in conn.execute(query)]


_OPEN = attempts.c.ended_at.is_(None)
_ALL_OPEN = select(*ATTEMPT_COLUMNS).join(tasks).where(_OPEN).order_by(attempts.c.id)
_ONE_OPEN: Final = Prepared(select(attempts).where(attempts.c.id == bindparam("fence"), _OPEN))


def running(conn: Connection, fence: int) -> Row | None:
    """The attempt if it is the running one. Only one attempt of a task is ever open."""
    return _ONE_OPEN.first(conn, fence=fence)


def _facts(attempt: AnyRow, task: AnyRow) -> AttemptFacts:
    own = Effect(attempt["effect"])
    return AttemptFacts(
        task_id=task["id"],
        script_name=task["script_name"],
        effect=Effect.UNKNOWN if own is Effect.NONE and attempt["reconcile"] else own,
        tries=task["tries"],
        max_tries=task["max_retry_count"],
        reconciliations=task["reconciliations"],
        attempt=attempt["attempt"],
    )


def _refuse_stale(known: AttemptFacts, decision: Decision) -> None:
    """No decision may turn a possible effect into a repeat that does not look, or a proven one into anything else."""
    if known.effect is Effect.CONFIRMED and not isinstance(decision, Complete):
        raise ConflictError(f"task {known.task_id} is proven done; it can only be completed")
    refused = isinstance(decision, Requeue) and decision.untapped and known.effect is Effect.INTENT
    if isinstance(decision, Requeue) and not decision.reconcile and known.effect is not Effect.NONE and not refused:
        raise ConflictError(f"task {known.task_id} may have been done; it cannot begin again without looking")


def _close(conn: Connection, attempt: AnyRow, decision: Decision, now: datetime) -> None:
    reason = None if isinstance(decision, Complete) else decision.reason
    values = {
        "ended_at": now,
        "decision": _DECISIONS[type(decision)].value,
        "reason": None if reason is None else reason.value,
        "remark": decision.remark,
        "evidence": _merged(attempt["evidence"], decision.evidence),
    }
    if isinstance(decision, Requeue) and decision.untapped:
        values["effect"] = Effect.NONE.value
    set_columns(conn, attempts, attempt["id"], values)


def _apply(
    conn: Connection,
    task: AnyRow,
    attempt: AnyRow,
    known: AttemptFacts,
    decision: Decision,
    *,
    now: datetime,
    progress: int | None,
    step: str | None,
) -> Task:
    values: dict[str, Any] = {
        "status": int(advance(Status(task["status"]), _DECISIONS[type(decision)])),
        "remark": decision.remark,
        "evidence": _merged(task["evidence"], attempt["evidence"], decision.evidence),
        **_outcome(task, attempt, known, decision, now),
    }
    if progress is not None:
        values["progress"] = progress
    if step is not None:
        values["step"] = step
    if isinstance(decision, Complete):
        values["progress"] = 100
    if isinstance(decision, Requeue) and decision.releases:
        media_uses.release(conn, task["id"])
    set_columns(conn, tasks, task["id"], values)
    changed = task_of({**task, **values})
    if changed.script_name in PUBLISHES:
        media_uses.apply_outcome(conn, changed, now=now)
    events.changed(conn, [changed], now=now)
    return changed


def _tries_given_back(task: AnyRow, attempt: AnyRow) -> dict[str, int]:
    """What `begin` counted of an attempt that uses up no try."""
    return {
        "tries": max(task["tries"] - 1, 0),
        "reconciliations": max(task["reconciliations"] - int(attempt["reconcile"]), 0),
    }


def _outcome(task: AnyRow, attempt: AnyRow, known: AttemptFacts, decision: Decision, now: datetime) -> dict[str, Any]:
    """The columns that say how the task stands now.

    An attempt that was open in a restored backup (`held`) may have had its effect later than the backup, even if its
    records say otherwise: without proof its effect is unknown, and it stays held where it would begin again.
    """
    held = bool(task["held"])
    match decision:
        case Complete():
            effect = Effect.NONE if known.effect is Effect.NONE else Effect.CONFIRMED
            return {
                **{"effect": effect.value, "end_time": now, "reason": None, "retry_safe": True, "reconcile": False},
                "held": "",
            }
        case Fail():
            return {
                "effect": (Effect.UNKNOWN if held else decision.effect).value,
                "end_time": now,
                "reason": decision.reason.value,
                "retry_safe": decision.retry_safe and (not held or task["retry_safe"]),
                "reconcile": False,
            }
        case Requeue():
            reconcile = decision.reconcile or held
            return {
                "effect": (Effect.UNKNOWN if reconcile else Effect.NONE).value,
                "not_before": now + timedelta(seconds=decision.delay_s),
                "reconcile": reconcile,
                "account_queue": account_queue_of(
                    *(task[column] for column in ("script_name", "platform", "username", "serial")),
                    reconcile=reconcile,
                    held=task["held"],
                    account=attempt["account"],
                ),
                "last_reason": None if decision.reason is None else decision.reason.value,
                **({} if decision.counted else _tries_given_back(task, attempt)),
            }


def _counted_before(attempt: AnyRow) -> ColumnElement[bool]:
    """Earlier attempts of its task whose effect counts."""
    return and_(
        attempts.c.task_id == attempt["task_id"], attempts.c.id < attempt["id"], attempts.c.counted_on.is_not(None)
    )


def _uncount(conn: Connection, attempt: AnyRow) -> None:
    """The attempt had no effect after all: give it back to the day on which it counted."""
    if attempt["counted_on"] is None:
        return
    task = task_row(conn, attempt["task_id"])
    account_pace.uncount(conn, attempt["account"], task["script_name"], attempt["counted_on"])
    conn.execute(update(attempts).where(attempts.c.id == attempt["id"]).values(counted_on=None))


def _merged(*names: Any) -> list[str]:
    """All names once, in the order in which they came."""
    return list(dict.fromkeys(name for some in names for name in some))
