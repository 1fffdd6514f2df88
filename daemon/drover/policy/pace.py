"""How fast an account may act: a limit a local day for each script, and a pause between its tasks.

Clock, zone and chance are passed in. The store keeps what was used and which pauses run; the decisions are here.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from random import Random
from typing import Final

from drover.policy.records import Decision, Requeue
from drover.policy.schedule import day_start
from drover.wire.holds import PERSON, HoldKind, Pause, PauseSubject

LOOKS = "?"
"""Stands for the script in the account queue of a task that only looks at what an earlier attempt of it left open.

Pace and limits do not hold it, because what may have happened is to be known soon; pauses and trouble of its account
do."""

_MARK = re.compile("[@#:]")

RESTORED: Final = "!restored"
"""The account queue of what is held since a backup was restored: dispatch passes over it."""

RESTORED_HOLD: Final = "restored"
"""`held` of a task that a restored backup brought and that has not proven its effect: it may have been done since."""


def account_key(platform: str, username: str | None, serial: str) -> str:
    """The one key of an account, `platform:handle` in lower case, for any spelling of its name.

    Without a name: `platform#serial`, whichever account the app on that phone is logged in as. It stands for an account
    only until that is known (`store/logins.py`).
    """
    handle = "" if username is None else username.strip().removeprefix("@").lower()
    return f"{platform}:{handle}" if handle else f"{platform}#{serial}"


def handle_of(key: str) -> str:
    """The handle of an account key; "" where the key does not know it."""
    return "" if "#" in key else key.partition(":")[2]


def phone_of(key: str) -> tuple[str, str]:
    """(platform, serial) of a key that does not know its account."""
    platform, _, serial = key.partition("#")
    return platform, serial


def account_queue_of(
    script_name: str,
    platform: str,
    username: str | None,
    serial: str,
    *,
    reconcile: bool = False,
    held: str = "",
    account: str = "",
) -> str:
    """The account queue in which a pending task waits: tasks of one account and script are held back together.

    `reconcile` is for one that counted when its earlier attempt tapped; it looks as the `account` of that attempt,
    where its key knows it. `held` is for one that waits for a person.
    """
    if held:
        return RESTORED
    key = account if reconcile and handle_of(account) else account_key(platform, username, serial)
    return f"{LOOKS if reconcile else script_name}:{key}"


def split_account_queue(account_queue: str) -> tuple[str, str]:
    """(script, account key) of an account queue."""
    script, _, account = account_queue.partition(":")
    return script, account


def renamed_account(account_queue: str, old: str, new: str) -> str:
    """The same queue of a device whose name changed: what it was under the account key `old` it is under `new`."""
    script, account = split_account_queue(account_queue)
    return f"{script}:{new}" if account == old else account_queue


def split_key(account: str) -> tuple[str, str, str]:
    """(platform, user name, serial) of an account key; the one of the last two that it does not hold is ""."""
    platform, name = _MARK.split(account, maxsplit=1)
    return (platform, "", name) if account[len(platform)] == "#" else (platform, name, "")


@dataclass(frozen=True, kw_only=True)
class Use:
    """What the store knows of an account queue: effects that count today, and until when its account pauses."""

    today: int = 0
    paused_until: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Hold:
    """An account queue, or all of a phone, begins nothing until then; None: until a person releases it.

    `limit` is the number that was reached, `pause` what a person or Drover paused, `disabled` whether the account is.
    With none of them it is the pause between two tasks of the account.
    """

    until: datetime | None
    script_name: str = ""
    account: str = ""
    limit: int | None = None
    pause: Pause | None = None
    disabled: bool = False

    @property
    def kind(self) -> HoldKind:
        """The word that a held task shows."""
        if self.pause is not None:
            if self.pause.subject is PauseSubject.DEVICE:
                return HoldKind.DEVICE_PAUSED
            return HoldKind.PAUSED if self.pause.by == PERSON else HoldKind.TROUBLE
        if self.disabled:
            return HoldKind.DISABLED
        return HoldKind.PACE if self.limit is None else HoldKind.LIMIT

    @property
    def who(self) -> str:
        """The account in words."""
        _platform, name, serial = split_key(self.account)
        return f"@{name}" if name else f"the account on phone {serial}"

    @property
    def name(self) -> str:
        """The account's user name, "" where no one knows it."""
        return split_key(self.account)[1]

    def lasts_until(self, now: datetime) -> bool:
        """Whether it still holds then."""
        return self.until is None or self.until > now


_RANK = (
    HoldKind.PACE,
    HoldKind.LIMIT,
    HoldKind.DISABLED,
    HoldKind.PAUSED,
    HoldKind.DEVICE_PAUSED,
    HoldKind.TROUBLE,
)
"""Of holds that last equally long the last one here is shown: trouble first, because it asks most of a person."""


def longest(found: Iterable[Hold | None]) -> Hold | None:
    """The hold that lasts longest, None where there is none."""
    holds = [hold for hold in found if hold is not None]
    return max(holds, key=_length, default=None)


def _length(hold: Hold) -> tuple[bool, float, int]:
    until = 0.0 if hold.until is None else hold.until.timestamp()
    return hold.until is None, until, _RANK.index(hold.kind)


@dataclass(frozen=True, kw_only=True)
class Pace:
    """The rules. A script without a limit, or with 0, may run as often as it likes."""

    zone: tzinfo
    limits: Mapping[str, int] = field(default_factory=dict[str, int])
    pause_min_s: float = 0.0
    pause_max_s: float = 0.0

    def day(self, now: datetime) -> str:
        """The local day on which something that happens now counts, "YYYY-MM-DD"."""
        return now.astimezone(self.zone).date().isoformat()

    def draw_pause(self, rng: Random) -> float:
        """Seconds that an account pauses after a task; drawn once for each, and then kept."""
        return rng.uniform(self.pause_min_s, self.pause_max_s)

    def hold(self, account_queue: str, use: Use, now: datetime) -> Hold | None:
        """Why its pace keeps the account queue from beginning now; of two reasons the one that lasts longer."""
        if account_queue == RESTORED:
            return None
        script, account = split_account_queue(account_queue)
        if script == LOOKS:
            return None
        found: list[Hold] = []
        if use.paused_until is not None and use.paused_until > now:
            found.append(Hold(until=use.paused_until, script_name=script, account=account))
        limit = self.limits.get(script, 0)
        if 0 < limit <= use.today:
            tomorrow = now.astimezone(self.zone).date() + timedelta(days=1)
            found.append(Hold(until=day_start(tomorrow, self.zone), script_name=script, account=account, limit=limit))
        return longest(found)


def pauses_after(decision: Decision) -> bool:
    """Whether the account pauses after an attempt that ended so: not where it only begins again, nothing having
    been done, because that waits for its own while."""
    return not isinstance(decision, Requeue) or decision.reconcile
