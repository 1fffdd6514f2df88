"""When a worker that died is started again. Durations and times are monotonic seconds, passed in."""

from collections import deque
from dataclasses import dataclass
from random import Random
from typing import Final

FIRST_S: Final = 1.0
MAX_S: Final = 60.0
JITTER: Final = 0.2
STABLE_S: Final = 60.0
QUARANTINE_DEATHS: Final = 5
QUARANTINE_WINDOW_S: Final = 600.0
PROBE_S: Final = 300.0


@dataclass(frozen=True, kw_only=True)
class Restart:
    """Start the worker again in `delay_s`; while `quarantined` that start is a probe."""

    delay_s: float
    quarantined: bool


class WorkerRestarts:
    """The restarts of one device's worker: backoff that a stable while resets, quarantine after many deaths."""

    def __init__(self) -> None:
        self.quarantined = False
        self._failures = 0
        self._started_at: float | None = None
        self._deaths: deque[float] = deque()

    def started(self, now: float) -> None:
        """A worker process began at `now`."""
        self._started_at = now

    def died(self, now: float, rng: Random) -> Restart:
        """The worker ended at `now`, however: when to start the next. A death while started is counted once."""
        self.reset_if_stable(now)
        self._started_at = None
        self._failures += 1
        self._deaths.append(now)
        while self._deaths[0] <= now - QUARANTINE_WINDOW_S:
            self._deaths.popleft()
        self.quarantined = self.quarantined or len(self._deaths) >= QUARANTINE_DEATHS
        base = PROBE_S if self.quarantined else min(MAX_S, FIRST_S * 2.0 ** min(self._failures - 1, 16))
        jitter = 1.0 if self.quarantined else rng.uniform(1.0 - JITTER, 1.0 + JITTER)
        return Restart(delay_s=base * jitter, quarantined=self.quarantined)

    def excused(self) -> Restart:
        """The worker was ended because a person wanted it: the next starts at once, and nothing is held against it."""
        self._started_at = None
        return Restart(delay_s=0.0, quarantined=self.quarantined)

    def reset_if_stable(self, now: float) -> bool:
        """Whether the running worker has been up for a stable while; if so the backoff and any quarantine are over."""
        if self._started_at is None or now - self._started_at < STABLE_S:
            return False
        self._failures = 0
        if self.quarantined:
            self.quarantined = False
            self._deaths.clear()
        return True
