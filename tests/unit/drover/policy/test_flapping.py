"""A phone that comes and goes is held back for longer and longer, and forgiven after a quiet minute."""

from random import Random

import pytest

from drover.policy.flapping import JITTER, Flapping


def come_back(flapping: Flapping, now: float, rng: Random) -> tuple[Flapping, float, float]:
    """It goes now, is back at once and stays: (it, when it is used again, for how long it was held back)."""
    flapping = flapping.went(now).came(now, jitter(rng))
    hold = flapping.hold_s(now)
    return flapping.admitted(now + hold), now + hold, hold


def jitter(rng: Random) -> float:
    return rng.uniform(1.0 - JITTER, 1.0 + JITTER)


def test_r05_the_first_absence_is_forgiven_and_the_next_cost_1_2_4_to_60_s() -> None:
    flapping, rng, now = Flapping(), Random(1), 0.0
    holds: list[float] = []
    for _ in range(10):
        flapping, now, hold = come_back(flapping, now, rng)
        holds.append(hold)
    assert holds[0] == 0
    for hold, expected in zip(holds[1:], (1, 2, 4, 8, 16, 32, 60, 60, 60), strict=True):
        assert hold == pytest.approx(expected, rel=0.2)


def test_what_it_does_while_held_back_neither_shortens_nor_lengthens_it() -> None:
    rng = Random(1)
    flapping, *_ = come_back(Flapping(), 0, rng)
    flapping = flapping.went(0).came(0, jitter(rng))
    until = flapping.hold_s(0)
    flapping = flapping.came(0.5, jitter(rng))
    assert flapping.hold_s(0.5) == pytest.approx(until - 0.5)
    assert flapping.came(5, jitter(rng)).hold_s(5) == 0


def test_a_quiet_minute_is_a_new_beginning() -> None:
    flapping, rng, now = Flapping(), Random(1), 0.0
    for _ in range(5):
        flapping, now, _hold = come_back(flapping, now, rng)
    assert come_back(flapping, now + 59.9, rng)[2] > 10
    assert come_back(flapping, now + 300, rng)[2] == 0


def test_r05_a_phone_that_flaps_each_second_is_used_at_most_70_times_in_an_hour() -> None:
    flapping, rng, starts, there = Flapping(), Random(3), 0, False
    for second in range(3600):
        if there:
            flapping, there = flapping.went(second), False
            continue
        flapping = flapping.came(second, jitter(rng))
        if flapping.hold_s(second) == 0:
            flapping, there, starts = flapping.admitted(second), True, starts + 1
    assert 50 < starts <= 70
