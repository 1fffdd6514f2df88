"""What a tap on Follow or Unfollow does on an app's server, faults and reserved handles heeded; when labels show it.

It draws nothing: which dialog answers is the app's business.
"""

from enum import StrEnum

from phonesim.apps.app import Phone
from phonesim.world import Relation, World, traits_of

LATE_S = 2.0


class Outcome(StrEnum):
    """What came of a tap on Follow."""

    CHANGED = "changed"  # followed, or asked to
    NOTHING = "nothing"  # swallowed, or followed already
    LIMITED = "limited"  # the app answers that this is too fast
    BLOCKED = "blocked"  # a blocker that waited for this tap is here now


class Following:
    """The follows of one app. Not thread-safe: its display holds the lock."""

    def __init__(self, phone: Phone, world: World, blockers: tuple[str, ...]) -> None:
        self._phone = phone
        self._world = world
        self._blockers = blockers
        self._late: dict[str, tuple[Relation, float]] = {}

    def follow(self, handle: str) -> Outcome:
        """Count the tap and follow, unless a fault or the handle forbids it."""
        faults, traits = self._phone.faults, traits_of(handle)
        self._world.tapped("follow", handle)
        waiting = next((name for name in self._blockers if faults.active(name, "follow")), "")
        if waiting:
            faults.trip(waiting)
            return Outcome.BLOCKED
        if faults.active("follow_ignored") or "ignored" in traits:
            return Outcome.NOTHING
        if faults.active("follow_limit") or "limited" in traits:
            return Outcome.LIMITED
        before = self._world.relation(handle)
        if not self._world.follow(handle):
            return Outcome.NOTHING
        delay = faults.seconds("follow_late", LATE_S) or (LATE_S if "late" in traits else 0.0)
        self._late[handle] = (before, self._phone.clock() + delay)
        return Outcome.CHANGED

    def unfollow(self, handle: str) -> None:
        """Count the tap and unfollow, or take back a request."""
        self._world.tapped("unfollow", handle)
        self._world.unfollow(handle)

    def shown(self) -> dict[str, Relation]:
        """Relations whose label has not caught up yet."""
        return {handle: before for handle, (before, until) in self._late.items() if self._phone.before(until)}

    def forget(self) -> None:
        """The app ended: its next start reads the server."""
        self._late = {}
