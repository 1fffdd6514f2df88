"""What is shown together is read together: the figures of the daemon's status, accounts, devices."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from msgspec.structs import replace
from sqlalchemy import Connection

from drover.policy.pace import account_key
from drover.store import account_pace, logins, pauses, queue, release, tasks
from drover.wire.accounts import Login
from drover.wire.control import Account
from drover.wire.devices import Device
from drover.wire.holds import Pause, PauseSubject
from drover.wire.tasks import TaskStats


@dataclass(frozen=True, kw_only=True)
class Figures:
    """Tasks by status, what is paused, and how many pending tasks wait for that or for a disabled account.

    `restored` of them wait for a release since a backup was restored, and `restored_blind` of those cannot look whether
    they were done.
    """

    tasks: TaskStats
    pauses: list[Pause]
    held: int
    restored: int
    restored_blind: int


def figures(conn: Connection, *, now: datetime) -> Figures:
    """The figures as they are now."""
    restored, restored_blind = release.counts(conn)
    return Figures(
        restored=restored,
        restored_blind=restored_blind,
        tasks=tasks.stats(conn),
        pauses=[pause for _key, pause in pauses.active(conn, now=now)],
        held=account_pace.count_held(conn, queue.lengths(conn), now=now),
    )


def accounts(conn: Connection, found: Sequence[Account], *, day: str, now: datetime) -> list[Account]:
    """The registered accounts with what they used on that day, and with what pauses them."""
    keys = [account_key(account.platform, account.username, account.serial) for account in found]
    used = account_pace.used_on(conn, set(keys), day)
    paused = pauses.longest(conn, PauseSubject.ACCOUNT, keys, now=now)
    return [
        replace(account, used_today=used.get(key, {}), pause=paused.get(key))
        for account, key in zip(found, keys, strict=True)
    ]


def devices(conn: Connection, found: Sequence[Device], *, now: datetime) -> list[Device]:
    """The devices with the lengths of their queues, with what pauses them, and as whom their apps are logged in."""
    lengths = queue.lengths(conn)
    known: dict[str, list[Login]] = {}
    for login in logins.all(conn, found[0].serial if len(found) == 1 else None):
        known.setdefault(login.serial, []).append(login)
    return [
        replace(device, queued=lengths.get(device.serial, 0), logins=known.get(device.serial, []))
        for device in pauses.shown(conn, found, now=now)
    ]
