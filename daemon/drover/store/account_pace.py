"""What accounts used by day and until when they pause between tasks; the lanes of pending tasks, and what holds them.

`holds` is the one answer to why nothing begins: pace, limits, pauses and trouble of accounts and phones, and accounts
that are disabled. Rows are read by key: nothing here counts attempts.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, text, update
from sqlalchemy.dialects.sqlite import insert

from drover.policy.pace import LOOKS, RESTORED, Hold, Pace, Use, longest, split_lane
from drover.store import accounts, logins, pauses
from drover.store.arrays import json_array
from drover.store.errors import HeldError
from drover.store.schema import account_pauses, account_use
from drover.store.types import from_micros
from drover.wire.holds import PauseSubject

KEPT_DAYS = 31

LANES = """
WITH RECURSIVE lanes (serial, lane) AS (
    SELECT wanted.value,
        (SELECT t.lane FROM tasks AS t WHERE t.serial = wanted.value AND t.status = 0 ORDER BY t.lane LIMIT 1)
    FROM json_each(:serials) AS wanted
    UNION ALL
    SELECT lanes.serial,
        (SELECT t.lane FROM tasks AS t WHERE t.serial = lanes.serial AND t.status = 0 AND t.lane > lanes.lane
        ORDER BY t.lane LIMIT 1)
    FROM lanes WHERE lanes.lane IS NOT NULL
)
"""
"""Each device's lanes that hold pending tasks: one seek in ix_tasks_lane for each, however many tasks wait there."""

_LANES_HERE = text(LANES + "SELECT DISTINCT lane FROM lanes WHERE lane IS NOT NULL")  # noqa: S608 - no value in it

_USED = text(
    "SELECT account, script_name, n FROM account_use "
    "WHERE account IN (SELECT value FROM json_each(:accounts)) AND day = :day AND n > 0"
)
_PAUSES = text("SELECT account, until FROM account_pauses WHERE account IN (SELECT value FROM json_each(:accounts))")


@dataclass(frozen=True, kw_only=True)
class Holds:
    """What must not begin anything now, each with why and until when: lanes on any device, and whole devices."""

    lanes: dict[str, Hold]
    devices: dict[str, Hold]

    def of(self, serial: str, lane: str) -> Hold | None:
        """What holds a task of this lane on this device; of several the one that lasts longest."""
        return longest((self.devices.get(serial), self.lanes.get(lane)))


def holds(conn: Connection, serials: Collection[str], *, now: datetime, pace: Pace) -> Holds:
    """What holds back these devices, and the lanes on them; not the lane of what waits for a person's release."""
    lanes = list(conn.execute(_LANES_HERE, {"serials": json_array(serials)}).scalars())
    return Holds(
        lanes=holds_of(conn, lanes, now=now, pace=pace),
        devices=_paused(conn, PauseSubject.DEVICE, serials, now=now),
    )


def holds_of(conn: Connection, lanes: Sequence[str], *, now: datetime, pace: Pace) -> dict[str, Hold]:
    """Those of the lanes that must not begin anything now. A hold names the account that the lane acts as."""
    known = accounts_of(conn, lanes)
    by_account = _account_holds(conn, set(known.values()), now=now)
    found = {
        lane: longest((pace.hold(f"{split_lane(lane)[0]}:{known[lane]}", use, now), by_account.get(known[lane])))
        for lane, use in _uses(conn, known, pace.day(now)).items()
    }
    return {lane: hold for lane, hold in found.items() if hold is not None}


def accounts_of(conn: Connection, lanes: Collection[str]) -> dict[str, str]:
    """By lane the key of the account that its tasks act as now: where a lane names only a phone, the account that
    the app there is logged in as, if that is known. Without the lane of what waits for a person's release."""
    named = {lane: split_lane(lane)[1] for lane in lanes if lane != RESTORED}
    keys = logins.resolved(conn, set(named.values()))
    return {lane: keys[account] for lane, account in named.items()}


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
    LANES  # noqa: S608 - no value in it
    + """SELECT count(*) FROM lanes JOIN tasks AS t ON t.serial = lanes.serial AND t.status = 0 AND t.lane = lanes.lane
WHERE lanes.lane IN (SELECT value FROM json_each(:held))
OR lanes.serial IN (SELECT value FROM json_each(:devices))"""
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
    here = list(conn.execute(_LANES_HERE, {"serials": json_array(serials)}).scalars())
    lanes = [lane for lane, account in accounts_of(conn, here).items() if account in keys]
    values = {"serials": json_array(serials), "held": json_array(lanes), "devices": json_array(devices)}
    return int(conn.execute(_HELD_HERE, values).scalar_one())


def _uses(conn: Connection, known: Mapping[str, str], day: str) -> dict[str, Use]:
    """By lane what its account used on that day; what only looks uses nothing."""
    acting = {account for lane, account in known.items() if split_lane(lane)[0] != LOOKS}
    used, paused = used_on(conn, acting, day), _pauses(conn, acting)
    return {
        lane: Use(today=used.get(account, {}).get(split_lane(lane)[0], 0), paused_until=paused.get(account))
        for lane, account in known.items()
    }


def used_on(conn: Connection, keys: Collection[str], day: str) -> dict[str, dict[str, int]]:
    """By account key and script how many effects count on that day, without zeros."""
    found: dict[str, dict[str, int]] = {}
    for account, script, n in conn.execute(_USED, {"accounts": json_array(keys), "day": day}) if keys else ():
        found.setdefault(account, {})[script] = n
    return found


def _pauses(conn: Connection, keys: Collection[str]) -> dict[str, datetime]:
    rows = conn.execute(_PAUSES, {"accounts": json_array(keys)}) if keys else ()
    return {account: from_micros(until) for account, until in rows}


# --- changing, inside the transaction of the attempt that it is about -----------------------------------------------


def count(conn: Connection, account: str, script_name: str, day: str) -> None:
    """One more effect on that day. Days of more than a month before are forgotten with the first of a day."""
    statement = insert(account_use).values(account=account, day=day, script_name=script_name, n=1)
    more = statement.on_conflict_do_update(
        index_elements=["account", "day", "script_name"], set_={"n": account_use.c.n + 1}
    ).returning(account_use.c.n)
    if conn.execute(more).scalar_one() == 1:
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
    statement = insert(account_pauses).values(account=account, until=now + timedelta(seconds=pause_s))
    conn.execute(statement.on_conflict_do_update(index_elements=["account"], set_={"until": statement.excluded.until}))
