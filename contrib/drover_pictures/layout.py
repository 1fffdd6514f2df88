"""Places boxes in given rows and leads arrows between them: few crossings, nothing over anything. Pure geometry.

A small form of Sugiyama's method: an arrow over several rows gets a place in each row between, rows are ordered by the
mean place of their neighbours, and boxes move towards their neighbours as far as their row allows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

GAP_X: Final = 18.0
GAP_Y: Final = 44.0
LANE: Final = 14.0
"""How wide the place is that an arrow has in a row that it passes."""

SWEEPS: Final = 24

Edge = tuple[str, str]
Point = tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class Size:
    width: float
    height: float


@dataclass
class Placed:
    """Where everything is: the left upper corner of each box, the points of each arrow, and the whole."""

    corners: dict[str, Point] = field(default_factory=dict[str, Point])
    arrows: dict[Edge, list[Point]] = field(default_factory=dict[Edge, list[Point]])
    width: float = 0.0
    height: float = 0.0


def place(rows: Sequence[Sequence[str]], sizes: Mapping[str, Size], edges: Sequence[Edge]) -> Placed:
    """Boxes in these rows, the first on top. An edge leads downward or stays in its row; ValueError for others."""
    rank = {name: number for number, row in enumerate(rows) for name in row}
    chains = {edge: _chain(edge, rank) for edge in edges if rank[edge[0]] != rank[edge[1]]}
    grid = [list(row) for row in rows]
    widths = {name: sizes[name].width for name in rank}
    for chain in chains.values():
        for name in chain[1:-1]:
            widths[name] = LANE
            grid[int(name.rpartition("@")[2])].append(name)
    links = [link for chain in chains.values() for link in pairwise(chain)]
    grid = _ordered(grid, links)
    centres = _spread(grid, widths, links)
    return _drawn(grid, sizes, widths, centres, chains, [edge for edge in edges if edge not in chains])


def _chain(edge: Edge, rank: Mapping[str, int]) -> list[str]:
    """The edge's own places from row to row, its ends included."""
    upper, lower = edge
    if rank[upper] > rank[lower]:
        raise ValueError(f"{upper} imports {lower}, which lies above it")
    between = [f"{upper}>{lower}@{row}" for row in range(rank[upper] + 1, rank[lower])]
    return [upper, *between, lower]


def _ordered(grid: list[list[str]], links: Sequence[Edge]) -> list[list[str]]:
    best, fewest = grid, _crossings(grid, links)
    for sweep in range(SWEEPS):
        grid = _swept(grid, links, down=sweep % 2 == 0)
        if (crossings := _crossings(grid, links)) < fewest:
            best, fewest = grid, crossings
    return best


def _swept(grid: list[list[str]], links: Sequence[Edge], *, down: bool) -> list[list[str]]:
    """Each row in the order of the mean places of its neighbours in the row before it (after it, going up)."""
    done = [list(row) for row in grid]
    numbers = range(1, len(grid)) if down else range(len(grid) - 2, -1, -1)
    for number in numbers:
        adjacent = done[number - 1 if down else number + 1]
        place_of = {name: index / max(len(adjacent) - 1, 1) for index, name in enumerate(adjacent)}
        own = {name: index / max(len(done[number]) - 1, 1) for index, name in enumerate(done[number])}
        means = {name: _mean(_neighbours(name, links, down=down), place_of, own[name]) for name in done[number]}
        done[number].sort(key=means.__getitem__)
    return done


def _neighbours(name: str, links: Sequence[Edge], *, down: bool) -> list[str]:
    return [upper for upper, lower in links if lower == name] if down else [low for up, low in links if up == name]


def _mean(names: Sequence[str], values: Mapping[str, float], otherwise: float) -> float:
    return sum(values[name] for name in names) / len(names) if names else otherwise


def _crossings(grid: Sequence[Sequence[str]], links: Sequence[Edge]) -> int:
    place_of = {name: index for row in grid for index, name in enumerate(row)}
    rank = {name: number for number, row in enumerate(grid) for name in row}
    total = 0
    for number in range(len(grid)):
        ends = sorted((place_of[upper], place_of[lower]) for upper, lower in links if rank[upper] == number)
        total += sum(a[1] > b[1] for index, a in enumerate(ends) for b in ends[index + 1 :])
    return total


def _spread(grid: Sequence[Sequence[str]], widths: Mapping[str, float], links: Sequence[Edge]) -> dict[str, float]:
    """The centre of each place: as near to its neighbours as its row allows."""
    centres: dict[str, float] = {}
    for row in grid:
        centres |= _packed(row, widths, {name: 0.0 for name in row})
    for _ in range(SWEEPS):
        for row in (*grid, *reversed(grid)):
            wanted = {
                name: _mean(
                    _neighbours(name, links, down=True) + _neighbours(name, links, down=False), centres, centres[name]
                )
                for name in row
            }
            centres |= _packed(row, widths, wanted)
    return centres


def _packed(row: Sequence[str], widths: Mapping[str, float], wanted: Mapping[str, float]) -> dict[str, float]:
    """Centres in this order without overlap: the mean of pushing right from the left and left from the right."""
    right: list[float] = []
    for name in row:
        least = right[-1] + _apart(row[len(right) - 1], name, widths) if right else wanted[name]
        right.append(max(wanted[name], least))
    left: list[float] = []
    for name in reversed(row):
        most = left[-1] - _apart(name, row[len(row) - len(left)], widths) if left else wanted[name]
        left.append(min(wanted[name], most))
    return {name: (a + b) / 2 for name, a, b in zip(row, right, reversed(left), strict=True)}


def _apart(one: str, other: str, widths: Mapping[str, float]) -> float:
    return (widths[one] + widths[other]) / 2 + GAP_X


def _drawn(
    grid: Sequence[Sequence[str]],
    sizes: Mapping[str, Size],
    widths: Mapping[str, float],
    centres: Mapping[str, float],
    chains: Mapping[Edge, Sequence[str]],
    adjacent: Sequence[Edge],
) -> Placed:
    origin = min(centres[name] - widths[name] / 2 for row in grid for name in row)
    placed = Placed()
    spans: dict[str, tuple[float, float]] = {}  # upper and lower edge of each place
    top = 0.0
    for row in grid:
        height = max(sizes[name].height for name in row if name in sizes)
        for name in row:
            own = sizes[name].height if name in sizes else height
            spans[name] = (top, top + own) if name not in sizes else (y := top + (height - own) / 2, y + own)
            if name in sizes:
                placed.corners[name] = (centres[name] - widths[name] / 2 - origin, spans[name][0])
        top += height + GAP_Y
    placed.height = top - GAP_Y
    placed.width = max(centres[name] + widths[name] / 2 for row in grid for name in row) - origin
    ends = _ends(chains, sizes, centres)
    for edge, chain in chains.items():
        points: list[Point] = [(ends[edge, 0] - origin, spans[chain[0]][1])]
        for name in chain[1:-1]:
            points += [(centres[name] - origin, spans[name][0]), (centres[name] - origin, spans[name][1])]
        points.append((ends[edge, 1] - origin, spans[chain[-1]][0]))
        placed.arrows[edge] = points
    for edge in adjacent:
        placed.arrows[edge] = _sideways(edge, sizes, placed.corners)
    return placed


def _ends(
    chains: Mapping[Edge, Sequence[str]], sizes: Mapping[str, Size], centres: Mapping[str, float]
) -> dict[tuple[Edge, int], float]:
    """Where each arrow leaves its first box and enters its last: side by side, in the order of where they go."""
    found: dict[tuple[Edge, int], float] = {}
    for end in (0, 1):
        for name in sizes:
            own = [edge for edge in chains if edge[end] == name]
            goes = {edge: centres[chains[edge][1 if end == 0 else -2]] for edge in own}
            for number, edge in enumerate(sorted(own, key=goes.__getitem__), start=1):
                share = number / (len(own) + 1) - 0.5
                found[edge, end] = centres[name] + share * sizes[name].width * 0.8
    return found


def _sideways(edge: Edge, sizes: Mapping[str, Size], corners: Mapping[str, Point]) -> list[Point]:
    """Within a row: from the side of one box to the facing side of the other."""
    (x0, y0), (x1, y1) = corners[edge[0]], corners[edge[1]]
    middle = max(y0, y1) + min(sizes[edge[0]].height, sizes[edge[1]].height) / 2
    if x0 < x1:
        return [(x0 + sizes[edge[0]].width, middle), (x1, middle)]
    return [(x0, middle), (x1 + sizes[edge[1]].width, middle)]
