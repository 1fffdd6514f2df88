"""What an attempt saw on its app's own profile before it did anything: kept as a fact, and whether it may go on."""

from datetime import datetime

import msgspec
from sqlalchemy import Connection, update

from drover.policy import acting_account
from drover.policy.pace import LOOKS, Pace, account_key
from drover.store import account_pace, attempts, logins, pauses
from drover.store.prepared import AnyRow
from drover.store.rows import task_row
from drover.store.schema import attempts as attempt_rows
from drover.store.schema import tasks as task_rows
from drover.wire.accounts import Login
from drover.wire.post import PostConfig
from drover.wire.scripts import PUBLISHES


def recognise(conn: Connection, fence: int, login: Login, *, busy: bool, now: datetime, pace: Pace) -> str:
    """Keep which account the app is logged in as; "" if the attempt may go on, otherwise the sentence why it must end.

    An attempt that goes on counts for that account from here on. `busy`: the account acts on another phone.
    """
    if login.main:  # a pause for "logged out" is about no one who is logged in now
        pauses.logged_in(conn, [account_key(login.platform, None, login.serial)], now=now)
    logins.learn(conn, login)
    row = attempts.running(conn, fence)
    if row is None:
        return "this attempt has ended"
    task = task_row(conn, row["task_id"])
    key = account_key(login.platform, login.username, login.serial)
    account_queue = (
        f"{LOOKS if row['reconcile'] else task['script_name']}:{row['account'] if task['username'] else key}"
    )
    seen = acting_account.Seen(
        account=key,
        acts_as=row["account"],
        named=bool(task["username"]),
        reconcile=row["reconcile"],
        publishes=task["script_name"] in PUBLISHES,
        own_folder=task["script_name"] in PUBLISHES and _post(task).from_folder,
        has_its_files=attempts.has_its_files(conn, row),
        busy=busy,
        hold=account_pace.holds_of(conn, [account_queue], now=now, pace=pace).get(account_queue),
    )
    why = acting_account.why_not(seen, serial=login.serial)
    if not why and not seen.named:
        _count_for(conn, row, key)
    return why


def _post(task: AnyRow) -> PostConfig:
    return msgspec.convert(task["script_config"], PostConfig)


def _count_for(conn: Connection, attempt: AnyRow, key: str) -> None:
    conn.execute(update(attempt_rows).where(attempt_rows.c.id == attempt["id"]).values(account=key))
    conn.execute(update(task_rows).where(task_rows.c.id == attempt["task_id"]).values(account=key))
