"""The one place where the supervisor reads its clocks. Timers of the event loop use the loop's own clock."""

import time
from datetime import UTC, datetime

from drover.policy.clock import Reading


def now() -> datetime:
    """The wall clock, aware UTC: for stamps."""
    return datetime.now(UTC)


def monotonic_s() -> float:
    """Seconds that only ever pass: for durations."""
    return time.monotonic()


def reading() -> Reading:
    """Both at one moment."""
    return Reading(wall=now(), monotonic_s=monotonic_s())
