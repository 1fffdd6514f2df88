"""Supervisor and workers are killed, in every way and at every point; `make chaos` does it a hundred times."""

import pytest

from tests.chaos import r01_supervisor, r02_worker, r09_worker_ends, r10_crash_loop

pytestmark = pytest.mark.timeout(300)


def test_r01_supervisor_killed_under_load_and_at_each_point() -> None:
    points = ("intent to tap", "tap to sent")  # R2 does all four
    found = r01_supervisor.run(1, phones=2, per_s=4, waiting=200, points=points, timed=False)
    assert (found.violations, found.trials) == ([], 3)


def test_r02_worker_killed_at_each_point() -> None:
    found = r02_worker.run(4, others=1, per_s=1, timed=False)
    assert (found.violations, found.trials) == ([], 4)


def test_r09_worker_ended_in_any_way_is_restarted() -> None:
    found = r09_worker_ends.run(1, timed=False)
    assert (found.violations, found.trials) == ([], 4)


def test_r10_worker_that_always_crashes_is_quarantined() -> None:
    found = r10_crash_loop.run(1, recover=False)
    assert (found.violations, found.trials) == ([], 1)
