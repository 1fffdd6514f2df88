"""One figure, and the arithmetic that the benches share."""

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A measured value; `baseline` is something simpler measured in the same run, in the same unit."""

    name: str
    value: float
    unit: str
    baseline: float | None = None
    baseline_name: str = ""


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest value that at least this percentage does not exceed."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * int(percent * 10) // 1000) - 1)]


def median_seconds(work: Callable[[], object], runs: int) -> float:
    """The median time of the call, in seconds."""
    times: list[float] = []
    for _ in range(runs):
        begun = time.perf_counter()
        work()
        times.append(time.perf_counter() - begun)
    return statistics.median(times)
