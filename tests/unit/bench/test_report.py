"""The table and the JSON say the same."""

import io
import json

from rich.console import Console

from tests.bench import report
from tests.bench.goals import Goal
from tests.bench.measure import Figure
from tests.bench.report import Report
from tests.bench.rounds import Measured

FIGURES = [
    Figure(name="POST, rate", value=400, unit="/s", baseline=2900, baseline_name="huey, SQLite"),
    Figure(name="step, p50", value=1.5, unit="ms", note="as a subscriber hears of it"),
    Figure(name="calls", value=12, unit="calls"),
]
GOALS = {"POST, rate": Goal(at_least=4000), "step, p50": Goal(at_most=2), "not measured": Goal(at_most=1)}


def made(failed: dict[str, str] | None = None) -> Report:
    values = {figure.name: [figure.value] * 5 for figure in FIGURES}
    measured = Measured(figures=FIGURES, values=values, failed=failed or {})
    return report.make(measured, GOALS, rounds=5, seconds=60, load=0.3)


def test_json_has_each_figure_with_its_baseline_ratio_and_goal() -> None:
    data = json.loads(report.to_json(made()))
    assert (data["rounds"], data["load"], data["failed"]) == (5, 0.3, {})
    rate, step, calls = data["figures"]
    assert (rate["name"], rate["value"], rate["unit"]) == ("POST, rate", 400, "/s")
    assert (rate["baseline"], rate["baseline_name"]) == (2900, "huey, SQLite")
    assert round(rate["ratio"], 3) == 0.138
    assert (rate["goal"], rate["met"]) == ("≥ 4000 /s", False)
    assert (step["baseline"], step["ratio"], step["goal"], step["met"]) == (None, None, "≤ 2 ms", True)
    assert (calls["goal"], calls["met"]) == ("", None)
    assert calls["rounds"] == [12] * 5


def test_the_table_says_what_misses_its_goal_and_what_was_not_measured() -> None:
    text = io.StringIO()
    report.show(made({"bulk": "OSError: no space"}), Console(file=text, width=160))
    lines = text.getvalue().splitlines()
    (rate,) = [line for line in lines if "POST, rate" in line]
    (step,) = [line for line in lines if "step, p50" in line and "│" in line]
    assert "NO" in rate
    assert "0.14" in rate
    assert "huey, SQLite" in rate
    assert "yes" in step
    assert "step, p50: as a subscriber hears of it" in lines
    assert "bulk was not measured: OSError: no space" in lines
