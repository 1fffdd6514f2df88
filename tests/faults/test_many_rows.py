"""Operations on many rows, while small writes go on."""

import pytest

from tests.chaos import r25_writer
from tests.chaos.r25_operations import Sizes

pytestmark = pytest.mark.timeout(300)

SMALL = Sizes(tasks=12_000, batch=2500, posts=4, each=600, accounts=400, files=4)
GENEROUS_S = 2.0
"""On a machine that runs other tests meanwhile; the promise's 200 ms are judged at full length by `make chaos`."""


def test_r25_small_writes_go_on_while_many_rows_are_changed() -> None:
    found = r25_writer.run(sizes=SMALL, p99_s=GENEROUS_S)
    assert found.violations == []
    assert found.trials > 50
