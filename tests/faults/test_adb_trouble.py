"""The adb server dies, a phone flaps, a phone stops answering in the middle of a call."""

import pytest

from tests.chaos import r04_adb_server, r05_flapping, r06_stuck_calls

pytestmark = pytest.mark.timeout(300)


def test_r04_phones_are_back_soon_after_the_adb_server_died() -> None:
    found = r04_adb_server.run(1, phones=2, per_s=1, refuse_s=1, timed=False)
    assert (found.violations, found.trials) == ([], 3)


def test_r05_a_flapping_phone_delays_no_other() -> None:
    found = r05_flapping.run(8, phones=2, per_s=1, timed=False)
    assert found.violations == []


def test_r06_nothing_hangs_when_adb_stops_answering() -> None:
    found = r06_stuck_calls.run(3, timed=False)
    assert found.violations == []
    assert found.trials >= 2  # the last call of a task is not always reached: some wait by asking again
