"""The few shapes that the pictures are made of, as SVG text. Knows nothing of what they show."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final
from xml.sax.saxutils import escape

SANS: Final = "Helvetica, Arial, 'DejaVu Sans', sans-serif"
MONO: Final = "'DejaVu Sans Mono', Menlo, Consolas, monospace"
INK, GREY, LINE, PAPER = "#1f2328", "#59636e", "#8b949e", "#ffffff"

Point = tuple[float, float]


def document(width: float, height: float, title: str, body: Sequence[str]) -> str:
    """A whole picture on white paper; `title` is what a screen reader says."""
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_n(width)}" height="{_n(height)}" '
        f'viewBox="0 0 {_n(width)} {_n(height)}" font-family="{SANS}">'
    )
    arrow = (
        '<defs><marker id="arrow" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" '
        f'orient="auto-start-reverse"><path d="M0 0L10 5L0 10z" fill="{LINE}"/></marker></defs>'
    )
    paper = rect(0, 0, width, height, fill=PAPER, stroke="none")
    return "\n".join([head, f"<title>{escape(title)}</title>", arrow, paper, *body, "</svg>"]) + "\n"


def rect(
    x: float, y: float, width: float, height: float, *, fill: str, stroke: str = LINE, dashed: bool = False
) -> str:
    dash = ' stroke-dasharray="5 4"' if dashed else ""
    return (
        f'<rect x="{_n(x)}" y="{_n(y)}" width="{_n(width)}" height="{_n(height)}" rx="6" '
        f'fill="{fill}" stroke="{stroke}"{dash}/>'
    )


def text(
    x: float, y: float, words: str, *, size: float = 11, fill: str = INK, bold: bool = False, anchor: str = "start"
) -> str:
    weight = ' font-weight="bold"' if bold else ""
    return (
        f'<text x="{_n(x)}" y="{_n(y)}" font-size="{_n(size)}" fill="{fill}" text-anchor="{anchor}"{weight}>'
        f"{escape(words)}</text>"
    )


def curve(points: Sequence[Point], *, both: bool = False, dashed: bool = False) -> str:
    """An arrow through these points, leaving and entering each of them upright."""
    steps = [f"M{_n(points[0][0])} {_n(points[0][1])}"]
    for (x0, y0), (x1, y1) in pairwise(points):
        middle = (y0 + y1) / 2
        steps.append(f"C{_n(x0)} {_n(middle)} {_n(x1)} {_n(middle)} {_n(x1)} {_n(y1)}")
    return _arrow("".join(steps), both=both, dashed=dashed)


def line(points: Sequence[Point], *, both: bool = False, dashed: bool = False) -> str:
    """An arrow along straight lines."""
    steps = " L".join(f"{_n(x)} {_n(y)}" for x, y in points)
    return _arrow(f"M{steps}", both=both, dashed=dashed)


def _arrow(path: str, *, both: bool, dashed: bool) -> str:
    start = ' marker-start="url(#arrow)"' if both else ""
    dash = ' stroke-dasharray="5 4"' if dashed else ""
    return f'<path d="{path}" fill="none" stroke="{LINE}" stroke-width="1.3"{start} marker-end="url(#arrow)"{dash}/>'


def _n(value: float) -> str:
    """A number as short as one decimal allows."""
    return f"{value:.1f}".removesuffix(".0")
