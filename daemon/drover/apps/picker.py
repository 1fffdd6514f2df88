"""An app's own picker of media: its tiles, what is selected, what goes on; and the camera's way into it. Pure."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from drover.apps.direction import across, reading_order, share
from drover.apps.view import View
from drover.apps.zones import from_bottom, from_top, span
from drover.phone.hierarchy import Bounds, Node

_DURATION: Final = re.compile(r"(?:(\d+):)?(\d{1,2}):(\d{2})")
_NUMBER: Final = re.compile(r"\d{1,2}")
_BRACKETED: Final = re.compile(r"[(（](\d{1,2})[)）]")


@dataclass(frozen=True, kw_only=True)
class Tile:
    """One item of the picker. A tap on `target` opens it; one on `mark`, where there is a mark, selects it.

    `number` is its place among the selected, `duration_s` what a video's tile says.
    """

    target: Node
    mark: Node | None
    number: int | None
    duration_s: int | None


def tiles(view: View) -> list[Tile]:
    """The items on the screen in reading order, the newest first. What lies under the picker is left out."""
    top, bottom = _body(view)
    groups: dict[tuple[int, int], list[Node]] = defaultdict(list)
    for node in view.clickable:
        if _tile_like(node.bounds, view) and top <= node.bounds.top < bottom:
            groups[(id(node.parent), round(node.bounds.width * 20 / view.width))].append(node)
    # The first of a grid begins at the screen's edge: a button of the camera underneath does not.
    edge = 0.06 * view.width
    grids = [group for group in groups.values() if min(across(view, node.bounds)[0] for node in group) < edge]
    grid = max(grids, key=len, default=[])
    return [_tile(view, node) for node in sorted(grid, key=lambda node: reading_order(view, node))]


def _body(view: View) -> tuple[int, int]:
    """From under the row of kinds down to the button that goes on."""
    kinds = view.shown("picker_all", "picker_videos", "picker_photos")
    # The camera underneath may name its modes alike, further down.
    first = min(kinds, key=lambda node: node.bounds.top, default=None)
    low = [node.bounds.top for node in view.shown("next") if from_bottom(view, node) < 0.4]
    if first is None or from_top(view, first) >= 0.4:
        return 0, min(low, default=view.height)
    row = [node.bounds.bottom for node in kinds if node.bounds.overlaps_rows_of(first.bounds)]
    return max(row), min(low, default=view.height)


def _tile_like(box: Bounds, view: View) -> bool:
    wide = 0.2 * view.width < box.width < 0.36 * view.width
    return wide and 0.2 * box.width < box.height < 1.8 * box.width


def _tile(view: View, node: Node) -> Tile:
    inside = [other for other in view.nodes if other is not node and node.bounds.contains(other.bounds)]
    marks = [other for other in inside if other.clickable and other.bounds.width < 0.5 * node.bounds.width]
    return Tile(
        target=node,
        mark=min(marks, key=lambda mark: mark.bounds.area, default=None),
        number=next((int(word) for word in _words(view, inside) if _NUMBER.fullmatch(word)), None),
        duration_s=next((_seconds(word) for word in _words(view, inside) if _DURATION.fullmatch(word)), None),
    )


def _words(view: View, nodes: Iterable[Node]) -> Iterable[str]:
    return (word for node in nodes for word in view.words(node))


def _seconds(word: str) -> int:
    hours, minutes, seconds = _DURATION.fullmatch(word).groups(default="0")  # type: ignore[union-attr]
    return int(hours) * 3600 + int(minutes) * 60 + int(seconds)


def next_button(view: View) -> Node | None:
    """What goes on from picker or editor, if it can be tapped now; never what publishes a story."""
    stories = {target for _, target in view.buttons("your_story")} | set(view.with_id("quick_publish"))
    found = [
        target
        for _, target in view.buttons("next")
        if target.enabled and target not in stories and not view.covered(target)
    ]
    return max(found, key=lambda node: (node.bounds.bottom, across(view, node.bounds)[1]), default=None)


def selected_count(view: View) -> int:
    """How many items are selected, by the button that goes on (`Next (2)`) or by the numbers on the tiles."""
    for node in view.shown("next"):
        match = _BRACKETED.search(node.label)
        if match:
            return int(match[1])
    return max((tile.number or 0 for tile in tiles(view)), default=0)


def kind_tab(view: View, meaning: str) -> Node | None:
    """The tab that shows one kind only; None if it is chosen already or not there."""
    for node in view.shown(meaning):
        target = view.target(node)
        if target is not None and not any(part.selected for part in (node, target)):
            return target
    return None


def thumbnail(view: View) -> Node | None:
    """The camera's way into the gallery: low on the left, and it says nothing."""
    known = next((node for node in view.with_id("gallery") if node.clickable), None)
    if known is not None:
        return known
    found = [
        node
        for node in view.clickable
        if share(view, node) < 0.3
        and from_bottom(view, node) < 0.28
        and node.bounds.width < 0.3 * view.width
        and node.bounds.height < 0.2 * span(view)
        and not any(view.words(part) for part in node.walk())
    ]
    return max(found, key=lambda node: (node.bounds.bottom, -across(view, node.bounds)[0]), default=None)


def create_button(view: View) -> Node | None:
    """The middle of the app's navigation at the bottom."""
    low = [target for _, target in view.buttons("tab_create") if from_bottom(view, target) < 0.25]
    return next(iter(low), None) or _middle_of_five(view)


def _middle_of_five(view: View) -> Node | None:
    rows: dict[int, list[Node]] = defaultdict(list)
    for node in view.clickable:
        if view.height - node.bounds.bottom < 0.12 * span(view) and node.bounds.width < 0.25 * view.width:
            rows[node.bounds.top].append(node)
    row = next((row for row in rows.values() if len(row) == 5), None)
    middle = sorted(row, key=lambda node: node.bounds.left)[2] if row else None
    if middle is None:
        return None
    words = [part for part in middle.walk() if view.words(part)]
    # A plus sign without a word, or the word that the camera uses for it; other words are another app's tab.
    return middle if all(view.means(part, "mode_create") for part in words) else None


def post_mode(view: View) -> Node | None:
    """The word under the camera that leads from the templates back to the camera; it may take its tap itself."""
    low = [node for node in view.shown("mode_post") if from_bottom(view, node) < 0.25]
    return next((view.target(node) or node for node in low), None)
