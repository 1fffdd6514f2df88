"""When a profile proves one post more, and when it only looks so."""

import pytest

from drover.apps.grid import Grid, one_more
from drover.phone.counts import count

FULL = (120, 45, 9, 1200, 33, 0, 5, 8, 2)


@pytest.mark.parametrize(
    ("before", "after", "proven"),
    [
        (Grid(posts=11), Grid(posts=12), True),
        (Grid(posts=11), Grid(posts=11), False),
        (Grid(posts=12), Grid(posts=11), False),
        (Grid(posts=12_300, rounded=True), Grid(posts=12_300, rounded=True), False),
        (Grid(posts=12_300, rounded=True), Grid(posts=12_400, rounded=True), True),
        (Grid(whole=True), Grid(views=(0,), whole=True), True),
        (Grid(whole=True), Grid(whole=True), False),
        (Grid(whole=True), Grid(views=FULL), False),
        (Grid(views=(5, 7), whole=True), Grid(views=(0, 5, 7), whole=False), True),
        (Grid(views=(5, 7), whole=True), Grid(views=(6, 9), whole=True), False),
        (Grid(views=(5, 7), whole=True), Grid(views=(5, 7, 8, 9), whole=True), False),
        (Grid(views=FULL), Grid(views=(0, *FULL[:-1])), True),
        (Grid(views=FULL), Grid(views=(0, *(value + 1 for value in FULL[:-1]))), True),
        (Grid(views=FULL), Grid(views=FULL), False),
        (Grid(views=FULL), Grid(views=tuple(value + 3 for value in FULL)), False),
        (Grid(views=(0,) * 9), Grid(views=(0,) * 9), False),
        (Grid(views=(None,) * 9), Grid(views=(None,) * 9), False),
        (Grid(views=FULL), Grid(views=FULL[:6]), False),
        (Grid(views=FULL), Grid(), False),
    ],
)
def test_one_more(before: Grid, after: Grid, proven: bool) -> None:
    assert one_more(before, after) is proven


@pytest.mark.parametrize(
    ("label", "number"),
    [("0", 0), ("1,281", 1281), ("24.2K", 24200), ("3,8 M", 3800000), ("1.2万", 12000), ("1.5 mil", 1500), ("x", 0)],
)
def test_count(label: str, number: int) -> None:
    assert count(label) == number
