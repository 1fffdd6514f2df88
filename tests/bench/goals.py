"""What each figure should reach (goals.toml), and whether it does."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec

from tests.bench.measure import Figure

FILE: Final = Path(__file__).with_name("goals.toml")


class Goal(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Bounds of a value in the figure's own unit, and of its ratio to the baseline. At least one is given."""

    at_least: float | None = None
    at_most: float | None = None
    ratio_at_least: float | None = None
    ratio_at_most: float | None = None

    def met(self, figure: Figure) -> bool | None:
        """Whether all bounds hold; None where none is broken, and one could not be judged without a baseline."""
        bounds = (
            _within(figure.value, self.at_least, self.at_most),
            _within(figure.ratio, self.ratio_at_least, self.ratio_at_most),
        )
        if False in bounds:
            return False
        return None if None in bounds else True

    def text(self, unit: str) -> str:
        """As the table shows it."""
        bounds = (
            ("≥", self.at_least, f" {unit}"),
            ("≤", self.at_most, f" {unit}"),
            ("≥", self.ratio_at_least, " × baseline"),
            ("≤", self.ratio_at_most, " × baseline"),
        )
        return ", ".join(f"{sign} {bound:g}{what}" for sign, bound, what in bounds if bound is not None)


def read(path: Path = FILE) -> Mapping[str, Goal]:
    """The goals by the figures' names."""
    return msgspec.toml.decode(path.read_bytes(), type=dict[str, Goal])


def _within(value: float | None, least: float | None, most: float | None) -> bool | None:
    if least is None and most is None:
        return True
    if value is None:
        return None
    return (least is None or value >= least) and (most is None or value <= most)
