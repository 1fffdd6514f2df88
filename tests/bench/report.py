"""What a run found, as one table for people and as JSON with the same figures."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import msgspec
from rich.console import Console
from rich.table import Table

from tests.bench.goals import Goal
from tests.bench.measure import Figure
from tests.bench.rounds import Measured


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One line. `met` is None where there is no goal, or where a part of it could not be judged."""

    name: str
    value: float
    unit: str
    baseline: float | None
    baseline_name: str
    ratio: float | None
    goal: str
    met: bool | None
    rounds: Sequence[float]
    note: str


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """A whole run; `load` is the machine's load average (1 min) before it, which says whether others were at work."""

    made_at: datetime
    rounds: int
    seconds: float
    load: float
    failed: Mapping[str, str]
    figures: Sequence[Row]


def make(measured: Measured, goals: Mapping[str, Goal], *, rounds: int, seconds: float, load: float) -> Report:
    """The figures of a run next to their goals; a goal whose figure was not measured has no row."""
    rows = [_row(figure, goals.get(figure.name), measured.values[figure.name]) for figure in measured.figures]
    return Report(
        made_at=datetime.now(UTC), rounds=rounds, seconds=seconds, load=load, failed=measured.failed, figures=rows
    )


def _row(figure: Figure, goal: Goal | None, values: Sequence[float]) -> Row:
    return Row(
        name=figure.name,
        value=figure.value,
        unit=figure.unit,
        baseline=figure.baseline,
        baseline_name=figure.baseline_name,
        ratio=figure.ratio,
        goal=goal.text(figure.unit) if goal else "",
        met=goal.met(figure) if goal else None,
        rounds=values,
        note=figure.note,
    )


def to_json(report: Report) -> bytes:
    return msgspec.json.format(msgspec.json.encode(report), indent=1)


def show(report: Report, console: Console) -> None:
    table = Table(title=f"Drover bench: medians of {report.rounds} rounds, load {report.load:.1f} before")
    for heading in ("name", "value", "baseline of the same run", "ratio", "goal", "met"):
        table.add_column(heading, overflow="fold")
    for row in report.figures:
        table.add_row(*_cells(row))
    console.print(table)
    for name, note in {row.name: row.note for row in report.figures if row.note}.items():
        console.print(f"{name}: {note}", markup=False, highlight=False)
    for name, why in report.failed.items():
        console.print(f"{name} was not measured: {why}", markup=False, highlight=False)


def _cells(row: Row) -> tuple[str, ...]:
    met = {True: "yes", False: "[bold red]NO[/]", None: "not judged" if row.goal else ""}[row.met]
    baseline = "" if row.baseline is None else f"{row.baseline:.4g} {row.unit} ({row.baseline_name})"
    ratio = "" if row.ratio is None else f"{row.ratio:.2f}"
    return row.name, f"{row.value:.4g} {row.unit}", baseline, ratio, row.goal, met
