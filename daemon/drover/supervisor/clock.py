"""The one place where the supervisor's loop reads its clocks, for whatever decides by them."""

import time
from datetime import UTC, datetime

from drover.policy.clock import Reading


def reading() -> Reading:
    """Both clocks now."""
    return Reading(wall=datetime.now(UTC), monotonic_s=time.monotonic())
