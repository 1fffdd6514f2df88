"""Pauses of accounts and phones: kept, ended, and made in the transaction that ends an attempt in trouble.

A subject has at most two, one of Drover's own and one of a person's; both hold. Policy decides; nothing here does.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from msgspec.structs import replace
from sqlalchemy import Connection, bindparam, delete, literal_column, select, update
from sqlalchemy.dialects.sqlite import insert

from drover.policy import trouble
from drover.policy.pace import split_key
from drover.policy.trouble import Report, Rules, Term
from drover.store import events
from drover.store.arrays import among, json_array
from drover.store.prepared import AnyRow, Prepared
from drover.store.schema import failure_rows, pauses
from drover.wire.devices import Device, Identity
from drover.wire.events import DeviceChanged
from drover.wire.holds import DROVER, FAILURES, PERSON, Pause, PauseSubject, Trouble
from drover.wire.pauses import Paused, Resumed
from drover.wire.tasks import Reason

Keyed = tuple[str, Pause]
"""A pause and the key of what it is about: an account key, or a serial."""

# --- reading ------------------------------------------------------------------------------------------------------


def active(conn: Connection, *, now: datetime) -> list[Keyed]:
    """Every pause that holds now: accounts before phones, each in the order of keys."""
    query = (
        select(pauses).where(pauses.c.active == literal_column("1")).order_by(pauses.c.kind, pauses.c.key, pauses.c.by)
    )
    return _held(conn.execute(query).mappings(), now)


_OF: Final = Prepared(
    select(pauses)
    .where(
        pauses.c.kind == bindparam("kind"),
        among(pauses.c.key, "keys"),
        pauses.c.active == literal_column("1"),
    )
    .order_by(pauses.c.key, pauses.c.by)
)


def of(conn: Connection, kind: PauseSubject, keys: Collection[str], *, now: datetime) -> list[Keyed]:
    """The pauses that hold these accounts (by key) or phones now; a subject with two comes twice."""
    if not keys:
        return []
    return _held(_OF.rows(conn, kind=kind.value, keys=json_array(keys)), now)


def longest(conn: Connection, kind: PauseSubject, keys: Collection[str], *, now: datetime) -> dict[str, Pause]:
    """By key the pause that lasts longest; of two that last equally long Drover's, which says what to do."""
    found: dict[str, Pause] = {}
    for key, pause in of(conn, kind, keys, now=now):
        known = found.get(key)
        if known is None or _length(pause) > _length(known):
            found[key] = pause
    return found


def _length(pause: Pause) -> tuple[bool, float, bool]:
    return pause.until is None, pause.until.timestamp() if pause.until else 0.0, pause.by == DROVER


def device_keys(conn: Connection, serial: str, *, now: datetime) -> list[str]:
    """The keys of accounts on this phone that are paused and that no one knows the name of."""
    accounts = [key for key, pause in active(conn, now=now) if pause.subject is PauseSubject.ACCOUNT]
    return [key for key in accounts if split_key(key)[1:] == ("", serial)]


# --- by a person --------------------------------------------------------------------------------------------------


def pause(
    conn: Connection, kind: PauseSubject, key: str, *, words: str, until: datetime | None, now: datetime
) -> Pause:
    """A person pauses an account or a phone; who paused it before has paused it with these words and this time."""
    values = {
        "reason": PERSON,
        "words": words,
        "serial": key if kind is PauseSubject.DEVICE else "",
        "task_id": None,
        "until": until,
        "times": 0,
        "counted_at": None,
    }
    return _put(conn, kind, key, PERSON, values, now)


def resume(conn: Connection, kind: PauseSubject, keys: Sequence[str], *, now: datetime) -> list[Pause]:
    """End every pause of these accounts or this phone; those that held. What makes the next one longer stays.

    A phone's row of failures begins again.
    """
    ended = of(conn, kind, keys, now=now)
    _end(conn, ended, kind, now)
    if kind is PauseSubject.DEVICE:
        conn.execute(delete(failure_rows).where(failure_rows.c.serial.in_(list(keys))))
    return [pause for _key, pause in ended]


def logged_in(conn: Connection, keys: Collection[str], *, now: datetime) -> list[Pause]:
    """These accounts were seen logged in: end the pauses for not being so."""
    found = of(conn, PauseSubject.ACCOUNT, keys, now=now)
    ended = [(key, pause) for key, pause in found if pause.reason == Trouble.LOGGED_OUT]
    _end(conn, ended, PauseSubject.ACCOUNT, now, by=DROVER)
    return [pause for _key, pause in ended]


def _end(conn: Connection, ended: Sequence[Keyed], kind: PauseSubject, now: datetime, by: str | None = None) -> None:
    for key in dict.fromkeys(key for key, _pause in ended):
        here = (pauses.c.kind == kind.value, pauses.c.key == key)
        only = () if by is None else (pauses.c.by == by,)
        conn.execute(update(pauses).where(*here, *only).values(active=False))
    events.append_all(conn, [Resumed(pause=pause) for _key, pause in ended], now=now)


# --- by trouble, inside the transaction that ends the attempt -------------------------------------------------------


def after_attempt(
    conn: Connection,
    *,
    account: str,
    serial: str,
    task_id: int,
    report: Report,
    failed: bool | None,
    rules: Rules,
    now: datetime,
) -> None:
    """Pause the account, or the phone, where the rules say so after an attempt that ended like this.

    `failed` None: the task begins again, or its phone was not ready; that counts nothing.
    A generic command acts as no account: `account` is "".
    """
    found = report.against_account
    if found is not None and account:
        _pause_account(conn, account, found, serial, task_id, rules, now)
    if failed is not None and rules.failures_in_a_row:
        _count(conn, serial, report.reason if failed else None, task_id, rules, now)


def _pause_account(
    conn: Connection, account: str, found: Trouble, serial: str, task_id: int, rules: Rules, now: datetime
) -> None:
    kind = PauseSubject.ACCOUNT
    row = conn.execute(select(pauses).where(*_is(kind, account, DROVER))).first()
    before = None if row is None else Term(until=row.until, times=row.times, counted_at=row.counted_at)
    term = trouble.term(found, rules, before, now)
    held = row is not None and row.active and (row.until is None or row.until > now)
    if term is None or (held and row is not None and (row.until is None or term.until is not None)):
        return  # an attempt that ran meanwhile met the same trouble
    values = {
        "reason": found.value,
        "words": trouble.FOUND[found],
        "serial": serial,
        "task_id": task_id,
        "until": term.until,
        "times": term.times,
        "counted_at": term.counted_at,
    }
    _put(conn, kind, account, DROVER, values, now)


_FAILURE_ROW: Final = Prepared(select(failure_rows).where(failure_rows.c.serial == bindparam("serial")))


def _count(conn: Connection, serial: str, reason: Reason | None, task_id: int, rules: Rules, now: datetime) -> None:
    found = _FAILURE_ROW.first(conn, serial=serial)
    before = None if found is None else trouble.Row(reason=Reason(found["reason"]), count=found["count"])
    after = trouble.row_after(before, reason)
    if after == before:
        return
    if after is None:
        conn.execute(delete(failure_rows).where(failure_rows.c.serial == serial))
        return
    statement = insert(failure_rows).values(serial=serial, reason=after.reason.value, count=after.count)
    changed = {name: statement.excluded[name] for name in ("reason", "count")}
    conn.execute(statement.on_conflict_do_update(index_elements=["serial"], set_=changed))
    if after.count >= rules.failures_in_a_row and not of(conn, PauseSubject.DEVICE, [serial], now=now):
        values = {
            "reason": FAILURES,
            "words": trouble.in_a_row(after),
            "serial": serial,
            "task_id": task_id,
            "until": None,
            "times": 0,
            "counted_at": None,
        }
        _put(conn, PauseSubject.DEVICE, serial, DROVER, values, now)


# --- keys that change ---------------------------------------------------------------------------------------------


def move(conn: Connection, kind: PauseSubject, old: str, new: str) -> None:
    """What was kept of one key is of another: an account's name was learned. Of two pauses the longer one stays."""
    for row in conn.execute(select(pauses).where(pauses.c.kind == kind.value, pauses.c.key == old)).mappings().all():
        known = conn.execute(select(pauses).where(*_is(kind, new, row["by"]))).mappings().first()
        both = [row] if known is None else [known, row]
        longer, counted = max(both, key=_weight), max(both, key=_growth)
        for key in (old, new):
            conn.execute(delete(pauses).where(*_is(kind, key, row["by"])))
        values = {**longer, "key": new, "times": counted["times"], "counted_at": counted["counted_at"]}
        conn.execute(insert(pauses).values(**values))


def _weight(row: Any) -> tuple[bool, bool, float]:
    return bool(row["active"]), row["until"] is None, row["until"].timestamp() if row["until"] else 0.0


def _growth(row: Any) -> tuple[float, int]:
    """What makes the next pause longer counts from the last one, however it ended."""
    return row["counted_at"].timestamp() if row["counted_at"] else 0.0, row["times"]


# --- events of phones ---------------------------------------------------------------------------------------------


def tell_device(conn: Connection, device: Device, *, now: datetime) -> int:
    """Keep the event that a device changed, with the pause that holds it and without its numbers, which are for those
    who ask."""
    public = replace(device, identity=Identity())
    return events.append(conn, DeviceChanged(device=shown(conn, [public], now=now)[0]), now=now)


def shown(conn: Connection, devices: Sequence[Device], *, now: datetime) -> list[Device]:
    """The devices with what pauses them."""
    paused = longest(conn, PauseSubject.DEVICE, [device.serial for device in devices], now=now)
    return [replace(device, pause=paused.get(device.serial)) for device in devices]


def _put(conn: Connection, kind: PauseSubject, key: str, by: str, values: dict[str, Any], now: datetime) -> Pause:
    whole = {**values, "active": True, "since": now}
    statement = insert(pauses).values(kind=kind.value, key=key, by=by, **whole)
    changed = {name: statement.excluded[name] for name in whole}
    conn.execute(statement.on_conflict_do_update(index_elements=["kind", "key", "by"], set_=changed))
    made = _pause({"kind": kind.value, "key": key, "by": by, **whole})
    events.append(conn, Paused(pause=made), now=now)
    return made


def _is(kind: PauseSubject, key: str, by: str) -> tuple[Any, Any, Any]:
    return pauses.c.kind == kind.value, pauses.c.key == key, pauses.c.by == by


def _held(rows: Iterable[AnyRow], now: datetime) -> list[Keyed]:
    return [(row["key"], _pause(row)) for row in rows if row["until"] is None or row["until"] > now]


def _pause(row: AnyRow) -> Pause:
    subject = PauseSubject(row["kind"])
    platform, username, serial = ("", "", row["key"]) if subject is PauseSubject.DEVICE else split_key(row["key"])
    return Pause(
        subject=subject,
        platform=platform,
        username=username,
        serial=serial or row["serial"],
        reason=row["reason"],
        words=row["words"],
        since=row["since"],
        until=row["until"],
        by=row["by"],
        task_id=row["task_id"],
        times=row["times"],
    )
