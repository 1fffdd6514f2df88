"""Processes that are stuck, drains, stop requests, leases that end, and messages that come too late."""

import pytest

from tests.chaos import r07_stuck_processes, r08_drain, r11_leases, r12_late_messages, r13_stop

pytestmark = pytest.mark.timeout(300)


def test_r07_stuck_worker_and_daemon_are_restarted() -> None:
    found = r07_stuck_processes.run(1, watchdog_s=6, who=("worker",))
    assert (found.violations, found.trials) == ([], 2)


def test_r08_drain_is_bounded_and_ends_by_the_rules() -> None:
    found = r08_drain.run(1, drain_s=1, phones=1, per_s=2, timed=False)
    assert (found.violations, found.trials) == ([], 2)


def test_r11_leases_end_when_their_owner_is_killed() -> None:
    found = r11_leases.run(1, timed=False)
    assert (found.violations, found.trials) == ([], 3)


def test_r12_late_messages_change_nothing_that_has_ended() -> None:
    found = r12_late_messages.run(2000)
    assert found.violations == []


def test_r13_a_stop_is_quick_and_counts_as_no_failure() -> None:
    found = r13_stop.run(3, timed=False)
    assert (found.violations, found.trials) == ([], 3)
