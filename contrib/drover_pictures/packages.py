"""Which package imports which: the rows of import-linter's contracts, the imports of the code, their libraries."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from drover_pictures import svg
from drover_pictures.layout import Edge, Size, place
from drover_pictures.source import Source, SourceError

DAEMON, SUPERVISOR = "drover.wire", "drover.supervisor.app"
"""One package of each graph: the contract that has a layer for it gives the rows."""

CLIENTS: Final = ("drover_shim", "drover_ctl")
EVERYWHERE: Final = {"msgspec", "structlog"}
"""Libraries that nearly every package uses, not worth a line in each."""

COLOURS: Final = ("#eef4ff", "#eefaf0", "#fff6e5", "#f7f0ff", "#fdeeee", "#eafaf9", "#f3f4f6")
WIDTH, MARGIN, LINE_HEIGHT, LETTER = 196.0, 24.0, 14.0, 5.9


@dataclass(frozen=True, kw_only=True)
class Box:
    """A package, or the modules that stand together in a row; `members` are the names that it stands for."""

    title: str
    members: tuple[str, ...]
    says: tuple[str, ...]
    libraries: tuple[str, ...]

    @property
    def size(self) -> Size:
        return Size(width=WIDTH, height=28 + LINE_HEIGHT * (len(self.says) + len(self.libraries)))


def draw(source: Source) -> str:
    """The packages of the whole product."""
    rows = source.layers(DAEMON)
    rows[0] = [*rows[0], *CLIENTS]
    says = (
        "Rows are import-linter's layers. An import that follows from other arrows is not drawn.",
        "In grey: libraries.",
    )
    return _picture(source, rows, "", "Packages: an arrow points to what is imported", " ".join(says))


def draw_supervisor(source: Source) -> str:
    """The folders of the supervisor with their modules."""
    rows = source.layers(SUPERVISOR)
    shared = ", ".join(name.removeprefix("drover.") for name in sorted(_shared(source, rows)))
    says = f"Every folder imports {shared}; in grey what else it imports."
    return _picture(source, rows, "drover.supervisor.", "Inside drover.supervisor", says)


def _picture(source: Source, rows: Sequence[Sequence[str]], prefix: str, title: str, says: str) -> str:
    shapes, width, bottom = _graph(source, rows, prefix, MARGIN + 44)
    titles = [
        svg.text(MARGIN, MARGIN + 14, title, size=17, bold=True),
        svg.text(MARGIN, MARGIN + 32, says, fill=svg.GREY),
    ]
    wide = max(width, len(says) * LETTER) + 2 * MARGIN
    return svg.document(wide, bottom + MARGIN, title, titles + shapes)


def _graph(source: Source, rows: Sequence[Sequence[str]], prefix: str, top: float) -> tuple[list[str], float, float]:
    """The shapes of one graph from `top` on, its width, and where it ends."""
    grid = [_boxes(source, row, prefix) for row in rows]
    boxes = {box.title: box for row in grid for box in row}
    titles = [[box.title for box in row] for row in grid]
    placed = place(titles, {title: box.size for title, box in boxes.items()}, _edges(source, grid, prefix))
    shapes = [
        svg.curve([(x + MARGIN, y + top) for x, y in points])
        if points[0][1] != points[-1][1]
        else svg.line([(x + MARGIN, y + top) for x, y in points])
        for points in placed.arrows.values()
    ]
    for number, row in enumerate(titles):
        for title in row:
            x, y = placed.corners[title]
            shapes += _shown(boxes[title], x + MARGIN, y + top, COLOURS[number % len(COLOURS)])
    return shapes, placed.width, top + placed.height


def _boxes(source: Source, row: Sequence[str], prefix: str) -> list[Box]:
    """A box for each package of the row and for a single module; several modules share one."""
    packages = [name for name in row if source.module(name).is_package]
    modules = [name for name in row if name not in packages]
    boxes = [_box(source, (name,), name.removeprefix("drover.supervisor."), prefix) for name in packages]
    if len(modules) == 1:
        boxes.append(_box(source, (modules[0],), modules[0].removeprefix("drover.supervisor.") + ".py", prefix))
    elif modules:
        boxes.append(_box(source, tuple(modules), "single modules", prefix, number=len(modules)))
    return boxes


def _box(source: Source, members: tuple[str, ...], title: str, prefix: str, *, number: int = 1) -> Box:
    names = sorted(name for name in source.modules if _within(name, members))
    if number > 1:
        title, said = f"{number} modules", ", ".join(name.rpartition(".")[2] for name in members)
    else:
        said = source.module(members[0]).summary.replace("`", "")
        if prefix and source.module(members[0]).is_package:
            said = ", ".join(_inside(names, members[0]))
    also = _others(source, names) - _shared(source, source.layers(SUPERVISOR)) if prefix else _libraries(source, names)
    grey = ", ".join(sorted(name.removeprefix("drover.") for name in also))
    return Box(title=title, members=members, says=_wrapped(said), libraries=_wrapped(grey))


def _libraries(source: Source, names: Sequence[str]) -> set[str]:
    """What these modules import that is not ours and not the standard library's."""
    used = {top for name in names for top in source.imports(name) if "." not in top}
    return used - {"drover", *CLIENTS} - EVERYWHERE


def _others(source: Source, names: Sequence[str]) -> set[str]:
    """The packages next to the supervisor that these modules of it import."""
    used = {".".join(target.split(".")[:2]) for name in names for target in source.imports(name) if "." in target}
    return {name for name in used if source.module(name).is_package} - {"drover.supervisor"}


def _shared(source: Source, rows: Sequence[Sequence[str]]) -> set[str]:
    """The packages that every folder of the supervisor imports."""
    folders = [name for row in rows for name in row if source.module(name).is_package]
    return set.intersection(
        *(_others(source, [name for name in source.modules if _within(name, (folder,))]) for folder in folders)
    )


def _inside(names: Sequence[str], package: str) -> list[str]:
    """The modules and folders right inside a package."""
    inside = {name.removeprefix(package + ".").split(".")[0] for name in names if name != package}
    return sorted(inside)


def _edges(source: Source, grid: Sequence[Sequence[Box]], prefix: str) -> list[Edge]:
    """Who imports whom among the boxes, without what follows from other arrows; SourceError for a package in none."""
    boxes = [box for row in grid for box in row]
    rank = {box.title: number for number, row in enumerate(grid) for box in row}
    found: set[Edge] = set()
    for name in source.modules:
        if not name.startswith(prefix) or name in ("drover", "drover.supervisor"):
            continue
        own = _owner(name, boxes)
        for target in source.imports(name):
            if target.startswith(prefix) and "." in target:
                found.add((own, _owner(target, boxes)))
    found = {(upper, lower) for upper, lower in found if upper != lower}
    return sorted(edge for edge in found if rank[edge[0]] == rank[edge[1]] or not _implied(edge, found, rank))


def _implied(edge: Edge, edges: set[Edge], rank: dict[str, int]) -> bool:
    """Whether another way down leads from the one to the other."""
    upper, lower = edge
    steps = [b for a, b in edges if a == upper and b != lower and rank[upper] < rank[b] < rank[lower]]
    return any((step, lower) in edges or _implied((step, lower), edges, rank) for step in steps)


def _owner(module: str, boxes: Sequence[Box]) -> str:
    for box in boxes:
        if _within(module, box.members):
            return box.title
    raise SourceError(f"{module} is in no layer of pyproject.toml: give its package a place there")


def _within(module: str, members: Sequence[str]) -> bool:
    return any(module == member or module.startswith(f"{member}.") for member in members)


def _wrapped(words: str) -> tuple[str, ...]:
    return tuple(textwrap.wrap(words, width=int((WIDTH - 20) / LETTER), break_long_words=False))


def _shown(box: Box, x: float, y: float, colour: str) -> list[str]:
    shapes = [
        svg.rect(x, y, box.size.width, box.size.height, fill=colour),
        svg.text(x + 10, y + 18, box.title, size=13, bold=True),
    ]
    for number, words in enumerate(box.says + box.libraries):
        fill = svg.INK if number < len(box.says) else svg.GREY
        shapes.append(svg.text(x + 10, y + 33 + number * LINE_HEIGHT, words, fill=fill))
    return shapes
