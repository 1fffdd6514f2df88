"""How long a phone that comes and goes is held back before it is used again. Times are monotonic seconds, passed in.

The first absence in a quiet while is forgiven; then 1, 2, 4 … 60 s. What happens while it is held back does not count,
so that a phone that flaps each second is tried a dozen times an hour and not a thousand.
"""

from random import Random
from typing import Final

FIRST_S: Final = 1.0
MAX_S: Final = 60.0
JITTER: Final = 0.2
STABLE_S: Final = 60.0


class Flapping:
    """One phone's comings and goings."""

    def __init__(self) -> None:
        self.absences = 0
        self._admitted_at: float | None = None
        self._until: float | None = None

    def went(self, now: float) -> None:
        """A phone in use is gone."""
        if self._admitted_at is not None and now - self._admitted_at >= STABLE_S:
            self.absences = 0
        self._admitted_at = None
        self.absences += 1

    def came(self, now: float, rng: Random) -> float:
        """It is back: for how many seconds it is held back from now, 0 to use it at once."""
        if self.absences <= 1:
            return 0.0
        if self._until is None:
            self._until = now + min(MAX_S, FIRST_S * 2.0 ** min(self.absences - 2, 16)) * rng.uniform(
                1.0 - JITTER, 1.0 + JITTER
            )
        return max(self._until - now, 0.0)

    def admitted(self, now: float) -> None:
        """It is used again."""
        self._admitted_at = now
        self._until = None
