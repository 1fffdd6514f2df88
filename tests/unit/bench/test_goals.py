"""Whether a figure reaches its goal, and how the goal is shown."""

from pathlib import Path

import msgspec
import pytest

from tests.bench import goals
from tests.bench.goals import Goal
from tests.bench.measure import Figure


def figure(value: float, baseline: float | None = None) -> Figure:
    return Figure(name="x", value=value, unit="ms", baseline=baseline)


@pytest.mark.parametrize(
    ("goal", "of", "met"),
    [
        (Goal(at_most=2), figure(2), True),
        (Goal(at_most=2), figure(2.01), False),
        (Goal(at_least=2), figure(2), True),
        (Goal(at_least=2), figure(1.99), False),
        (Goal(ratio_at_most=1.1), figure(11, 10), True),
        (Goal(ratio_at_most=1.1), figure(12, 10), False),
        (Goal(ratio_at_least=1), figure(9, 10), False),
        (Goal(at_most=2, ratio_at_most=1), figure(1, 2), True),
        (Goal(at_most=2, ratio_at_most=1), figure(1, 0.5), False),
        (Goal(at_most=2, ratio_at_most=1), figure(1), None),
        (Goal(at_most=2, ratio_at_most=1), figure(3), False),
    ],
)
def test_met(goal: Goal, of: Figure, met: bool | None) -> None:
    """None: not missed as far as it could be judged, and its baseline was not measured."""
    assert goal.met(of) is met


def test_text_names_every_bound() -> None:
    assert Goal(at_least=4000, ratio_at_least=1).text("/s") == "≥ 4000 /s, ≥ 1 × baseline"
    assert Goal(at_most=1.1).text("ms") == "≤ 1.1 ms"


def test_the_goals_are_read_and_each_has_a_bound() -> None:
    found = goals.read()
    assert len(found) > 30
    assert all(goal.text("x") for goal in found.values())


def test_a_misspelt_bound_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "goals.toml"
    path.write_text('"x" = { at_mots = 1 }')
    with pytest.raises(msgspec.ValidationError, match="at_mots"):
        goals.read(path)
