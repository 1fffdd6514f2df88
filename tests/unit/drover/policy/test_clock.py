"""A jump is told from time that passed, and a short wait lasts as long as it would have without it."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drover.policy.clock import Jump, Reading, corrected, jump_between

NOON = datetime(2027, 1, 1, 12, tzinfo=UTC)
DAY_S = 86_400.0


def s(seconds: float) -> timedelta:
    return timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("wall_s", "passed_s", "by_s"), [(30, 30, 0), (31, 30, 0), (86_430, 30, DAY_S), (-3600, 30, -3630)]
)
def test_case_b10_a_jump_is_what_the_monotonic_clock_does_not_show(wall_s: float, passed_s: float, by_s: float) -> None:
    jump = jump_between(Reading(wall=NOON, monotonic_s=5), Reading(wall=NOON + s(wall_s), monotonic_s=5 + passed_s))
    assert (jump.by if jump else s(0)) == s(by_s)


def jumped(by_s: float, passed_s: float) -> Jump:
    return Jump(before=NOON, now=NOON + s(passed_s + by_s), by=s(by_s))


@given(
    st.floats(-10 * DAY_S, 10 * DAY_S).filter(lambda by_s: abs(by_s) > 601),
    st.floats(0, 30),
    st.floats(31, 600),
)
def test_case_b10_a_wait_of_before_lasts_as_long_as_it_would_have(by_s: float, passed_s: float, left_s: float) -> None:
    jump = jumped(by_s, passed_s)
    found = corrected(NOON + s(left_s), jump, longest_s=600)
    assert abs((found - jump.now).total_seconds() - (left_s - passed_s)) < 0.001


@given(st.floats(-10 * DAY_S, 10 * DAY_S).filter(lambda by_s: abs(by_s) > 630), st.floats(0.01, 600))
def test_case_b10_a_wait_of_after_the_jump_stays(by_s: float, left_s: float) -> None:
    jump = jumped(by_s, 20)
    assert corrected(jump.now + s(left_s), jump, longest_s=600) == jump.now + s(left_s)


@given(st.floats(-10 * DAY_S, 10 * DAY_S), st.floats(-10 * DAY_S, 10 * DAY_S))
def test_case_b10_nothing_waits_longer_than_the_longest(by_s: float, at_s: float) -> None:
    jump = jumped(by_s, 20)
    assert corrected(jump.now + s(at_s), jump, longest_s=600) <= jump.now + s(600)


@given(st.floats(-10 * DAY_S, 10 * DAY_S), st.floats(-10 * DAY_S, 600))
def test_case_b10_without_a_jump_only_what_is_too_far_ahead_is_cut(now_s: float, at_s: float) -> None:
    now = NOON + s(now_s)
    assert corrected(now + s(at_s), Jump(before=now, now=now), longest_s=600) == now + s(at_s)


def test_case_b10_a_wait_that_was_over_is_over() -> None:
    assert corrected(NOON - s(5), jumped(DAY_S, 20), longest_s=600) <= NOON
    jump = jumped(-DAY_S, 20)
    assert corrected(NOON - s(5), jump, longest_s=600) <= jump.now
