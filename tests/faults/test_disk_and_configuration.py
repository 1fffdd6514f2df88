"""The disk fills up; the configuration is changed while the daemon works."""

import pytest

from tests.chaos import r14_disk_full, r14_no_inodes, r19_reload

pytestmark = pytest.mark.timeout(300)


def test_r14_a_full_disk_refuses_loses_nothing_and_recovers() -> None:
    try:
        found = r14_disk_full.run(1, phones=2, per_s=1, full_s=2, timed=False)
    except r14_disk_full.NoSmallDiskError as error:
        pytest.skip(f"no file system can be mounted here: {error}")
    assert (found.violations, found.trials) == ([], 2)


def test_case_b5_without_inodes_tasks_complete_and_no_worker_dies() -> None:
    try:
        found = r14_no_inodes.run(1, phones=2, tasks=6)
    except r14_disk_full.NoSmallDiskError as error:
        pytest.skip(f"no file system can be mounted here: {error}")
    assert (found.violations, found.trials) == ([], 1)


def test_r19_a_configuration_is_taken_whole_or_not_at_all() -> None:
    found = r19_reload.run(20)
    assert (found.violations, found.trials) == ([], 2 * len(r19_reload.BAD) + 22)
