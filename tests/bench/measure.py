"""One figure, and the arithmetic that the benches share."""

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A measured value; `baseline` is something simpler measured in the same run, in the same unit.

    `peer_of` is the name of our figure that this one, a peer's, is compared with; `note` says what a reader must know.
    """

    name: str
    value: float
    unit: str
    baseline: float | None = None
    baseline_name: str = ""
    peer_of: str = ""
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """The value over its baseline; None without one."""
        return self.value / self.baseline if self.baseline else None

    @property
    def more_is_better(self) -> bool:
        """Whether it is a rate; all other units are costs."""
        return self.unit == "/s"


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest value that at least this percentage does not exceed."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * int(percent * 10) // 1000) - 1)]


def seconds_of(work: Callable[[], object]) -> float:
    """How long the call takes."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def median_seconds(work: Callable[[], object], runs: int) -> float:
    """The median time of the call, in seconds."""
    return statistics.median(seconds_of(work) for _ in range(runs))


def tails(name: str, values_ms: Sequence[float], *, peer_of: str = "", note: str = "") -> list[Figure]:
    """p50 and p99 of times in milliseconds, as two figures; `peer_of` is our figure's name without the percentile."""
    return [
        Figure(
            name=f"{name}, p{percent}",
            value=percentile(values_ms, percent),
            unit="ms",
            peer_of=f"{peer_of}, p{percent}" if peer_of else "",
            note=note,
        )
        for percent in (50, 99)
    ]
