"""How long a phone that comes and goes is held back before it is used again. Times are monotonic seconds, passed in.

The first absence in a quiet while is forgiven; then 1, 2, 4 … 60 s. What happens while it is held back does not count,
so that a phone that flaps each second is tried a dozen times an hour and not a thousand.
"""

from dataclasses import dataclass, replace
from typing import Final

FIRST_S: Final = 1.0
MAX_S: Final = 60.0
JITTER: Final = 0.2
STABLE_S: Final = 60.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Flapping:
    """One phone's comings and goings. `until`: when it is used again, while it is held back."""

    absences: int = 0
    admitted_at: float | None = None
    until: float | None = None

    def went(self, now: float) -> "Flapping":
        """A phone in use is gone."""
        stable = self.admitted_at is not None and now - self.admitted_at >= STABLE_S
        return replace(self, admitted_at=None, absences=1 if stable else self.absences + 1)

    def came(self, now: float, jitter: float) -> "Flapping":
        """It is back, and may have to wait (`until`): for its time times `jitter`, 1 ± JITTER."""
        if self.absences <= 1 or self.until is not None:
            return self
        hold_s = min(MAX_S, FIRST_S * 2.0 ** min(self.absences - 2, 16))
        return replace(self, until=now + hold_s * jitter)

    def hold_s(self, now: float) -> float:
        """For how many seconds it is still held back, 0 to use it at once."""
        return 0.0 if self.absences <= 1 or self.until is None else max(self.until - now, 0.0)

    def admitted(self, now: float) -> "Flapping":
        """It is used again."""
        return replace(self, admitted_at=now, until=None)
