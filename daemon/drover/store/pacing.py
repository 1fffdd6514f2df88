"""What accounts used by day and until when they pause; the lanes of pending tasks and what holds them back.

Rows are read by key: nothing here counts tasks or attempts.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import Connection, delete, text, update
from sqlalchemy.dialects.sqlite import insert

from drover.policy.pace import UNPACED, Hold, Pace, Use, account_key, split_lane
from drover.store import logins
from drover.store.schema import account_pauses, account_use
from drover.store.types import from_micros
from drover.wire.control import Account

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


def holds(conn: Connection, serials: Collection[str], *, now: datetime, pace: Pace) -> dict[str, Hold]:
    """The lanes on these devices that must not begin anything now, each with why and until when."""
    return holds_of(conn, list(conn.execute(_LANES_HERE, {"serials": json_array(serials)}).scalars()), now, pace)


def holds_of(conn: Connection, lanes: Sequence[str], now: datetime, pace: Pace) -> dict[str, Hold]:
    """Those of the lanes that must not begin anything now. A hold names the account that the lane acts as."""
    known = accounts_of(conn, lanes)
    accounts = {account for account in known.values() if account}
    used, paused = used_on(conn, accounts, pace.day(now)), _pauses(conn, accounts)
    found: dict[str, Hold | None] = {}
    for lane, account in known.items():
        if lane != UNPACED:
            script = split_lane(lane)[0]
            use = Use(today=used.get(account, {}).get(script, 0), paused_until=paused.get(account))
            found[lane] = pace.hold(f"{script}:{account}", use, now)
    return {lane: hold for lane, hold in found.items() if hold is not None}


def accounts_of(conn: Connection, lanes: Collection[str]) -> dict[str, str]:
    """By lane the key of the account that its tasks act as now: where a lane names only a phone, the account that
    the app there is logged in as, if that is known. "" for tasks in no lane."""
    named = {lane: split_lane(lane)[1] for lane in lanes}
    keys = logins.resolved(conn, {account for account in named.values() if account})
    return {lane: keys.get(account, "") for lane, account in named.items()}


def used_on(conn: Connection, accounts: Collection[str], day: str) -> dict[str, dict[str, int]]:
    """By account key and script how many effects count on that day, without zeros."""
    found: dict[str, dict[str, int]] = {}
    if not accounts:
        return found
    for account, script, n in conn.execute(_USED, {"accounts": json_array(accounts), "day": day}):
        found.setdefault(account, {})[script] = n
    return found


def used_by(conn: Connection, accounts: Sequence[Account], day: str) -> list[dict[str, int]]:
    """As `used_on` for registered accounts, one for each in their order."""
    keys = [account_key(account.platform, account.username, account.serial) for account in accounts]
    used = used_on(conn, set(keys), day)
    return [used.get(key, {}) for key in keys]


def _pauses(conn: Connection, accounts: Collection[str]) -> dict[str, datetime]:
    rows = conn.execute(_PAUSES, {"accounts": json_array(accounts)}) if accounts else ()
    return {account: from_micros(until) for account, until in rows}


def json_array(values: Collection[str]) -> str:
    """For SQLite's json_each: many values as one parameter."""
    return msgspec.json.encode(list(values)).decode()


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
