"""A wall clock that jumps: how far, by the monotonic clock, and what becomes of the stamps of short waits. Pure.

Stamps are kept by the wall clock, because they outlive the daemon. While it lives a wait lasts as long as the monotonic
clock says: its stamp moves with each jump. None is further ahead than the longest wait that anything of its kind has.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

NOTICED: Final = timedelta(seconds=2)
"""Of less no wait is much longer or shorter."""


@dataclass(frozen=True, kw_only=True)
class Reading:
    """Both clocks at one moment; `monotonic_s` in seconds."""

    wall: datetime
    monotonic_s: float


@dataclass(frozen=True, kw_only=True)
class Jump:
    """The wall clock went `by` further than time did, between a look at `before` and one at `now`, both by itself.

    Without a jump `by` is nothing: then stamps are only cut.
    """

    before: datetime
    now: datetime
    by: timedelta = timedelta()

    @property
    def earliest(self) -> datetime:
        """No stamp up to then is changed."""
        return min(self.before, self.now)


def jump_between(earlier: Reading, later: Reading) -> Jump | None:
    """How the wall clock jumped between two looks; None if it did not."""
    by = later.wall - earlier.wall - timedelta(seconds=later.monotonic_s - earlier.monotonic_s)
    return Jump(before=earlier.wall, now=later.wall, by=by) if abs(by) >= NOTICED else None


def corrected(until: datetime, jump: Jump, *, longest_s: float) -> datetime:
    """When a wait ends that was stamped to end at `until` and is of a kind that lasts at most so long.

    What was stamped between the jump and now is by the new clock already. Where the jump is shorter than the longest
    wait no one can tell which stamps those are: one may end early or late by the jump.
    """
    limit = jump.now + timedelta(seconds=longest_s)
    if jump.by:
        distinct = abs(jump.by) > timedelta(seconds=longest_s)
        is_new = distinct and (jump.now < until <= limit)
        if until > jump.before + min(jump.by, timedelta()) and not is_new:
            until += jump.by
    return min(until, limit)
