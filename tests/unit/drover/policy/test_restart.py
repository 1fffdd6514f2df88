"""Restarts of a worker: backoff, reset after a stable while, quarantine and its end."""

from itertools import pairwise
from random import Random

import pytest

from drover.policy.restart import Restart, WorkerRestarts


def crash(restarts: WorkerRestarts, now: float, *, up_s: float, rng: Random) -> tuple[float, Restart]:
    """The worker starts, lives that long and dies: (time of the next start, the policy's answer)."""
    restarts.started(now)
    answer = restarts.died(now + up_s, rng)
    return now + up_s + answer.delay_s, answer


def test_r05_backoff_doubles_from_1_to_60_s_within_20_percent() -> None:
    restarts, rng, now = WorkerRestarts(), Random(1), 0.0
    for expected in (1, 2, 4, 8):
        now, answer = crash(restarts, now, up_s=0, rng=rng)
        assert answer.delay_s == pytest.approx(expected, rel=0.2)
        assert not answer.quarantined


def test_r05_backoff_ends_at_60_s() -> None:
    restarts, rng, delays = WorkerRestarts(), Random(1), list[float]()
    for death in range(12):  # each long after the other, so that none quarantines; never up long enough to be stable
        restarts.started(death * 1000.0)
        delays.append(restarts.died(death * 1000.0 + 59, rng).delay_s)
    assert delays[5] == pytest.approx(32, rel=0.2)
    assert all(delay == pytest.approx(60, rel=0.2) for delay in delays[6:])


def test_backoff_begins_anew_only_after_a_stable_while() -> None:
    restarts, rng = WorkerRestarts(), Random(1)
    crash(restarts, 0, up_s=0, rng=rng)
    crash(restarts, 700, up_s=0, rng=rng)
    assert crash(restarts, 1400, up_s=59.9, rng=rng)[1].delay_s == pytest.approx(4, rel=0.2)
    assert crash(restarts, 2100, up_s=60, rng=rng)[1].delay_s == pytest.approx(1, rel=0.2)


def test_r10_five_deaths_in_ten_minutes_quarantine_and_probe_every_five() -> None:
    restarts, rng, now = WorkerRestarts(), Random(1), 0.0
    answers: list[Restart] = []
    for _ in range(8):
        now, answer = crash(restarts, now, up_s=1, rng=rng)
        answers.append(answer)
    assert [answer.quarantined for answer in answers] == [False] * 4 + [True] * 4
    assert [answer.delay_s for answer in answers[4:]] == [300.0] * 4


def test_five_deaths_over_more_than_ten_minutes_do_not() -> None:
    restarts, rng = WorkerRestarts(), Random(1)
    assert not any(crash(restarts, n * 150.0, up_s=1, rng=rng)[1].quarantined for n in range(20))


def test_r10_a_probe_that_stays_up_ends_the_quarantine() -> None:
    restarts, rng, now = WorkerRestarts(), Random(1), 0.0
    for _ in range(6):
        now, _answer = crash(restarts, now, up_s=1, rng=rng)
    restarts.started(now)
    assert not restarts.reset_if_stable(now + 59)
    assert restarts.quarantined
    assert restarts.reset_if_stable(now + 60)
    assert not restarts.quarantined
    answer = restarts.died(now + 61, rng)
    assert not answer.quarantined
    assert answer.delay_s == pytest.approx(1, rel=0.2)


@pytest.mark.parametrize("up_s", [0.0, 0.5, 30.0, 59.0, 61.0, 200.0])
def test_r10_at_most_70_starts_in_the_first_hour(up_s: float) -> None:
    restarts, rng, now, starts = WorkerRestarts(), Random(3), 0.0, list[float]()
    while now < 3600:
        starts.append(now)
        now, _answer = crash(restarts, now, up_s=up_s, rng=rng)
    assert len(starts) <= 70
    assert all(later - earlier >= 0.8 for earlier, later in pairwise(starts))
