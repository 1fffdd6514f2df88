"""A phone that comes and goes is held back for longer and longer, and forgiven after a quiet minute."""

from random import Random

import pytest

from drover.policy.flapping import Flapping


def come_back(flapping: Flapping, now: float, rng: Random) -> tuple[float, float]:
    """It goes now, is back at once and stays: (when it is used again, for how long it was held back)."""
    flapping.went(now)
    hold = flapping.came(now, rng)
    flapping.admitted(now + hold)
    return now + hold, hold


def test_r05_the_first_absence_is_forgiven_and_the_next_cost_1_2_4_to_60_s() -> None:
    flapping, rng, now = Flapping(), Random(1), 0.0
    holds: list[float] = []
    for _ in range(10):
        now, hold = come_back(flapping, now, rng)
        holds.append(hold)
    assert holds[0] == 0
    for hold, expected in zip(holds[1:], (1, 2, 4, 8, 16, 32, 60, 60, 60), strict=True):
        assert hold == pytest.approx(expected, rel=0.2)


def test_what_it_does_while_held_back_neither_shortens_nor_lengthens_it() -> None:
    flapping, rng = Flapping(), Random(1)
    come_back(flapping, 0, rng)
    flapping.went(0)
    until = flapping.came(0, rng)
    assert flapping.came(0.5, rng) == pytest.approx(until - 0.5)
    assert flapping.came(5, rng) == 0


def test_a_quiet_minute_is_a_new_beginning() -> None:
    flapping, rng, now = Flapping(), Random(1), 0.0
    for _ in range(5):
        now, _hold = come_back(flapping, now, rng)
    assert come_back(flapping, now + 59.9, rng)[1] > 10
    assert come_back(flapping, now + 300, rng)[1] == 0


def test_r05_a_phone_that_flaps_each_second_is_used_at_most_70_times_in_an_hour() -> None:
    flapping, rng, starts, there = Flapping(), Random(3), 0, False
    for second in range(3600):
        if there:
            flapping.went(second)
            there = False
        elif flapping.came(second, rng) == 0:
            flapping.admitted(second)
            there, starts = True, starts + 1
    assert 50 < starts <= 70
