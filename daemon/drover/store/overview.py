"""What is shown together is read together: figures of the daemon's status, accounts with their use and pauses."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from msgspec.structs import replace
from sqlalchemy import Connection

from drover.policy.pace import account_key
from drover.store import pacing, pauses, queue, tasks
from drover.wire.control import Account
from drover.wire.holds import Pause, PauseSubject
from drover.wire.tasks import TaskStats


@dataclass(frozen=True, kw_only=True)
class Figures:
    """Tasks by status, what is paused, and how many pending tasks wait for that or for a disabled account."""

    tasks: TaskStats
    pauses: list[Pause]
    held: int


def figures(conn: Connection, *, now: datetime) -> Figures:
    """The figures as they are now."""
    return Figures(
        tasks=tasks.stats(conn),
        pauses=[pause for _key, pause in pauses.active(conn, now=now)],
        held=pacing.count_held(conn, queue.lengths(conn), now=now),
    )


def accounts(conn: Connection, found: Sequence[Account], *, day: str, now: datetime) -> list[Account]:
    """The registered accounts with what they used on that day, and with what pauses them."""
    keys = [account_key(account.platform, account.username, account.serial) for account in found]
    used = pacing.used_on(conn, set(keys), day)
    paused = pauses.longest(conn, PauseSubject.ACCOUNT, keys, now=now)
    return [
        replace(account, used_today=used.get(key, {}), pause=paused.get(key))
        for account, key in zip(found, keys, strict=True)
    ]
