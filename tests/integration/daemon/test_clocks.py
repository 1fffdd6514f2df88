"""The daemon under a wall clock that jumps (libfaketime): a short run of R17."""

import pytest

from tests.chaos import r17_clocks

pytestmark = pytest.mark.timeout(300)


@pytest.mark.skipif(r17_clocks.FAKETIME is None, reason=r17_clocks.MISSING)
def test_case_b10_r17_jumps_of_the_clock_and_a_suspended_host() -> None:
    found = r17_clocks.run(1, changes=())
    assert (found.violations, found.trials) == ([], 3)
