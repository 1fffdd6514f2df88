"""Which tests may run apart, and in which order: the tables name what exists."""

from pathlib import Path

import pytest

from tests.support.sharing import APART, BY_ENGINE, COMPUTING, FIRST, unit

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("prefix", [*APART, *FIRST, BY_ENGINE, COMPUTING])
def test_each_prefix_names_files(prefix: str) -> None:
    assert any(ROOT.glob(f"{prefix}*"))


@pytest.mark.parametrize(
    ("nodeid", "together"),
    [
        ("tests/unit/test_a.py::test_x[1::2]", "tests/unit/test_a.py"),
        ("tests/faults/test_a.py::test_x", "tests/faults/test_a.py::test_x"),
        ("tests/integration/scripts/test_a.py::test_x[fr-adb]", "tests/integration/scripts/test_a.py on adb"),
        ("tests/integration/scripts/test_a.py::test_x[adb-1]", "tests/integration/scripts/test_a.py on adb"),
        ("tests/integration/scripts/test_a.py::test_x[en-uiautomator2-adb]", "tests/integration/scripts/test_a.py"),
    ],
)
def test_what_runs_in_one_process(nodeid: str, together: str) -> None:
    assert unit(nodeid) == together
