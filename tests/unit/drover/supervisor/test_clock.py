"""The clocks of the supervisor: one for stamps, one for durations, both of one moment."""

from datetime import UTC, datetime, timedelta

import pytest

from drover.policy.clock import jump_between
from drover.supervisor import clock


def test_a_reading_is_of_this_moment_by_both_clocks() -> None:
    before = clock.now(), clock.monotonic_s()
    read = clock.reading()
    after = clock.now(), clock.monotonic_s()
    assert before[0] <= read.wall <= after[0]
    assert before[1] <= read.monotonic_s <= after[1]
    assert (read.wall.utcoffset(), read.wall.tzinfo) == (timedelta(), UTC)


def test_a_wall_clock_that_jumps_moves_no_duration(monkeypatch: pytest.MonkeyPatch) -> None:
    def tomorrow() -> datetime:
        return datetime.now(UTC) + timedelta(days=1)

    before = clock.reading()
    monkeypatch.setattr(clock, "now", tomorrow)
    jump = jump_between(before, clock.reading())
    assert jump is not None
    assert round(jump.by / timedelta(hours=1)) == 24
