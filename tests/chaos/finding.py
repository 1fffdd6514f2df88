"""What one chaos run found: trials, what was violated in words, and the figure that the promise speaks of."""

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(kw_only=True)
class Finding:
    """One row of the table. Empty `violations` and at least one trial mean that the promise held."""

    promise: str
    trials: int = 0
    violations: list[str] = field(default_factory=list[str])
    figure: str = ""

    def check(self, holds: bool, violation: str) -> None:
        """Note what was violated."""
        if not holds:
            self.violations.append(violation)

    @property
    def held(self) -> bool:
        return self.trials > 0 and not self.violations


def median_and_most(seconds: Sequence[float]) -> str:
    """For a figure."""
    return f"median {sorted(seconds)[len(seconds) // 2]:.2f} s, max {max(seconds):.2f} s"
