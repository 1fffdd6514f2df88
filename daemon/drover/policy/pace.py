"""How fast an account may act: a limit a local day for each script, and a pause between its tasks.

Clock, zone and dice are passed in. What was used and which pauses run is the store's; here it is decided upon.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from random import Random

from drover.policy.records import Decision, Requeue
from drover.policy.schedule import day_start

UNPACED = ""
"""The lane of a task that only looks at what an earlier attempt of it left open: nothing holds it back."""


def account_key(platform: str, username: str | None, serial: str) -> str:
    """The one key of an account, `platform:handle` in lower case, whatever the spelling of its name.

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


def lane_of(script_name: str, platform: str, username: str | None, serial: str, *, settle: bool = False) -> str:
    """The lane in which a pending task waits: tasks of one account and script are held back together."""
    return UNPACED if settle else f"{script_name}:{account_key(platform, username, serial)}"


def split_lane(lane: str) -> tuple[str, str]:
    """(script, account key) of a lane."""
    script, _, account = lane.partition(":")
    return script, account


@dataclass(frozen=True, kw_only=True)
class Use:
    """What the store knows of a lane: effects that count on the present day, and until when its account pauses."""

    today: int = 0
    paused_until: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Hold:
    """A lane begins nothing until then. `limit` is the number that was reached; None for a pause between tasks."""

    until: datetime
    script_name: str
    account: str
    limit: int | None = None

    @property
    def who(self) -> str:
        """The account in words."""
        handle = handle_of(self.account)
        return f"@{handle}" if handle else f"the account on phone {phone_of(self.account)[1]}"


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

    def hold(self, lane: str, use: Use, now: datetime) -> Hold | None:
        """Why the lane must not begin anything now; of two reasons the one that lasts longer."""
        if lane == UNPACED:
            return None
        script, account = split_lane(lane)
        found: list[Hold] = []
        if use.paused_until is not None and use.paused_until > now:
            found.append(Hold(until=use.paused_until, script_name=script, account=account))
        limit = self.limits.get(script, 0)
        if 0 < limit <= use.today:
            tomorrow = now.astimezone(self.zone).date() + timedelta(days=1)
            found.append(Hold(until=day_start(tomorrow, self.zone), script_name=script, account=account, limit=limit))
        return max(found, key=lambda hold: hold.until, default=None)


def pauses_after(decision: Decision) -> bool:
    """Whether the account pauses after an attempt that ended so: not where it only begins again, nothing having
    been done, because that waits for its own while."""
    return not isinstance(decision, Requeue) or decision.settle
