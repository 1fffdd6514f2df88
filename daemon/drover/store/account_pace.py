"""What accounts used by day, until when they pause between tasks, and what holds the account queues of pending tasks.

`holds` is the one answer to why nothing begins: pace, limits, pauses and trouble of accounts and phones, and accounts
that are disabled. Rows are read by key: nothing here counts attempts.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, delete, text, update

from drover.policy.pace import LOOKS, RESTORED, Hold, Pace, Use, longest, split_account_queue
from drover.store import accounts, logins, pauses
from drover.store.arrays import json_array
from drover.store.batch import BatchUpsert
from drover.store.errors import HeldError
from drover.store.prepared import Prepared
from drover.store.schema import account_pauses, account_use
from drover.store.types import from_micros
from drover.wire.holds import PauseSubject

KEPT_DAYS = 31

ACCOUNT_QUEUES = """
WITH RECURSIVE queues (serial, account_queue) AS (
    SELECT wanted.value,
        (SELECT t.account_queue FROM tasks AS t WHERE t.serial = wanted.value AND t.status = 0
        ORDER BY t.account_queue LIMIT 1)
    FROM json_each(:serials) AS wanted
    UNION ALL
    SELECT queues.serial,
        (SELECT t.account_queue FROM tasks AS t
        WHERE t.serial = queues.serial AND t.status = 0 AND t.account_queue > queues.account_queue
        ORDER BY t.account_queue LIMIT 1)
    FROM queues WHERE queues.account_queue IS NOT NULL
)
"""
"""Each device's account queues with pending tasks: one index seek for each, however many tasks wait there."""

_ACCOUNT_QUEUES_HERE: Final = Prepared(
    ACCOUNT_QUEUES + "SELECT DISTINCT account_queue FROM queues WHERE account_queue IS NOT NULL"  # noqa: S608
)

_USED: Final = Prepared(
    "SELECT account, script_name, n FROM account_use "
    "WHERE account IN (SELECT value FROM json_each(:accounts)) AND day = :day AND n > 0"
)
_PAUSES: Final = Prepared(
    "SELECT account, until FROM account_pauses WHERE account IN (SELECT value FROM json_each(:accounts))"
)


@dataclass(frozen=True, kw_only=True)
class Holds:
    """What must not begin anything now, with why and until when: account queues on any device, and whole devices."""

    account_queues: dict[str, Hold]
    devices: dict[str, Hold]

    def of(self, serial: str, account_queue: str) -> Hold | None:
        """What holds a task of this account queue on this device; of several the one that lasts longest."""
        return longest((self.devices.get(serial), self.account_queues.get(account_queue)))


def holds(conn: Connection, serials: Collection[str], *, now: datetime, pace: Pace) -> Holds:
    """What holds back these devices, and the account queues on them; not that of what waits for a person's release."""
    return Holds(
        account_queues=holds_of(conn, queues_on(conn, serials), now=now, pace=pace),
        devices=paused_devices(conn, serials, now=now),
    )


def queues_on(conn: Connection, serials: Collection[str]) -> list[str]:
    """The account queues with pending tasks on these devices."""
    return [queue for (queue,) in _ACCOUNT_QUEUES_HERE.tuples(conn, serials=json_array(serials))]


def paused_devices(conn: Connection, serials: Collection[str], *, now: datetime) -> dict[str, Hold]:
    """What holds back all of these devices that are paused."""
    return _paused(conn, PauseSubject.DEVICE, serials, now=now)


def holds_of(conn: Connection, account_queues: Collection[str], *, now: datetime, pace: Pace) -> dict[str, Hold]:
    """Those of the account queues that must not begin anything now. A hold names the account that its queue acts as."""
    known = accounts_of(conn, account_queues)
    by_account = _account_holds(conn, set(known.values()), now=now)
    uses = _uses(conn, known, pace.day(now))
    found = {
        queue: longest(
            (
                pace.hold(f"{split_account_queue(queue)[0]}:{account}", uses[queue], now) if queue in uses else None,
                by_account.get(account),
            )
        )
        for queue, account in known.items()
        if queue in uses or account in by_account
    }
    return {queue: hold for queue, hold in found.items() if hold is not None}


def accounts_of(conn: Connection, account_queues: Collection[str]) -> dict[str, str]:
    """By account queue the key of the account that its tasks act as now.

    Where the queue names only a phone, the account that the app there is logged in as, if that is known. Without the
    queue of what waits for a person's release.
    """
    named = {queue: split_account_queue(queue)[1] for queue in account_queues if queue != RESTORED}
    keys = logins.resolved(conn, set(named.values()))
    return {queue: keys[account] for queue, account in named.items()}


def refuse_held(conn: Connection, serial: str, account: str, *, now: datetime) -> None:
    """Raise HeldError where phone or account of a task about to begin was paused, or disabled, meanwhile."""
    held = {**_account_holds(conn, {account}, now=now), **_paused(conn, PauseSubject.DEVICE, [serial], now=now)}
    for hold in held.values():
        raise HeldError(f"{hold.kind.value} holds what waits on {serial}")


def _account_holds(conn: Connection, keys: Collection[str], *, now: datetime) -> dict[str, Hold]:
    """By account key what holds back everything of the account."""
    if not keys:
        return {}
    found = _paused(conn, PauseSubject.ACCOUNT, keys, now=now)
    for key in accounts.disabled(conn):
        if key in keys:
            found[key] = longest((found.get(key), Hold(until=None, account=key, disabled=True))) or found[key]
    return found


def _paused(conn: Connection, kind: PauseSubject, keys: Collection[str], *, now: datetime) -> dict[str, Hold]:
    found: dict[str, Hold] = {}
    for key, pause in pauses.of(conn, kind, keys, now=now):
        hold = Hold(until=pause.until, account="" if kind is PauseSubject.DEVICE else key, pause=pause)
        found[key] = longest((found.get(key), hold)) or hold
    return found


_HELD_HERE = text(
    ACCOUNT_QUEUES  # noqa: S608 - no value in it
    + """SELECT count(*) FROM queues JOIN tasks AS t
    ON t.serial = queues.serial AND t.status = 0 AND t.account_queue = queues.account_queue
WHERE queues.account_queue IN (SELECT value FROM json_each(:held))
OR queues.serial IN (SELECT value FROM json_each(:devices))"""
)


def count_held(conn: Connection, serials: Collection[str], *, now: datetime) -> int:
    """How many pending tasks on these devices wait for a pause or a disabled account; pace and limits do not count.

    Costs nothing while nothing is paused or disabled, else one look at each of those tasks in an index.
    """
    paused = pauses.active(conn, now=now)
    devices = {pause.serial for _key, pause in paused if pause.subject is PauseSubject.DEVICE}
    keys = {key for key, pause in paused if pause.subject is PauseSubject.ACCOUNT} | set(accounts.disabled(conn))
    if not devices and not keys:
        return 0
    here = queues_on(conn, serials)
    held = [queue for queue, account in accounts_of(conn, here).items() if account in keys]
    values = {"serials": json_array(serials), "held": json_array(held), "devices": json_array(devices)}
    return int(conn.execute(_HELD_HERE, values).scalar_one())


def _uses(conn: Connection, known: Mapping[str, str], day: str) -> dict[str, Use]:
    """By account queue what its account used on that day, of accounts that used anything or pause; what only looks
    uses nothing."""
    acting = {account for queue, account in known.items() if split_account_queue(queue)[0] != LOOKS}
    used, paused = used_on(conn, acting, day), _pauses(conn, acting)
    return {
        queue: Use(today=used.get(account, {}).get(split_account_queue(queue)[0], 0), paused_until=paused.get(account))
        for queue, account in (known.items() if used or paused else ())
        if account in used or account in paused
    }


def used_on(conn: Connection, keys: Collection[str], day: str) -> dict[str, dict[str, int]]:
    """By account key and script how many effects count on that day, without zeros."""
    found: dict[str, dict[str, int]] = {}
    for account, script, n in _USED.tuples(conn, accounts=json_array(keys), day=day) if keys else ():
        found.setdefault(account, {})[script] = n
    return found


def _pauses(conn: Connection, keys: Collection[str]) -> dict[str, datetime]:
    rows = _PAUSES.tuples(conn, accounts=json_array(keys)) if keys else ()
    return {account: from_micros(until) for account, until in rows}


# --- changing, inside the transaction of the attempt that it is about -----------------------------------------------


def count(conn: Connection, account: str, script_name: str, day: str) -> None:
    """One more effect on that day. Days of more than a month before are forgotten with the first of a day."""
    if _ONE_MORE.scalar(conn, account=account, day=day, script_name=script_name) == 1:
        oldest = (datetime.fromisoformat(day) - timedelta(days=KEPT_DAYS)).date().isoformat()
        conn.execute(delete(account_use).where(account_use.c.account == account, account_use.c.day < oldest))


def uncount(conn: Connection, account: str, script_name: str, day: str) -> None:
    """One that counted on that day was seen not to have been done."""
    here = (account_use.c.account == account, account_use.c.day == day, account_use.c.script_name == script_name)
    conn.execute(update(account_use).where(*here, account_use.c.n > 0).values(n=account_use.c.n - 1))


def pause(conn: Connection, account: str, *, now: datetime, pause_s: float) -> None:
    """The account begins nothing for so long; drawn once, so that what a waiting task says stays true."""
    if pause_s <= 0:
        return
    _PAUSE.run(conn, {"account": account, "until": now + timedelta(seconds=pause_s)})


_ONE_MORE: Final = Prepared(
    "INSERT INTO account_use (account, day, script_name, n) VALUES (:account, :day, :script_name, 1) "
    "ON CONFLICT (account, day, script_name) DO UPDATE SET n = n + 1 RETURNING n"
)
_PAUSE: Final = BatchUpsert(account_pauses, ["account"], ["until"])
