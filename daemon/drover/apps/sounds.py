"""Sounds on the app's screens: the chip of the editor, the rows of a list, the button that uses one, sliders. Pure."""

from dataclasses import dataclass
from typing import Final

from drover.apps.view import View
from drover.phone.hierarchy import Node

_HIGH: Final = 0.25


@dataclass(frozen=True, kw_only=True)
class Chip:
    """The editor's chip for the sound: `target` opens the list; `remove` takes the sound off where one is attached."""

    target: Node
    attached: bool
    remove: Node | None


def chip(view: View) -> Chip | None:
    """The chip at the top of the editor, if the version has one."""
    for node in (*view.shown("sound_mark"), *view.shown("add_sound")):
        target = view.target(node)
        if target is None or target.bounds.center[1] > _HIGH * view.height or target.bounds.width > 0.9 * view.width:
            continue
        empty = any(view.means(part, "add_sound") for part in _within(view, target))
        return Chip(target=target, attached=not empty, remove=None if empty else _remove(view, target))
    return None


def _within(view: View, box: Node) -> list[Node]:
    return [node for node in view.labelled if box.bounds.contains(node.bounds)]


def _remove(view: View, chip_box: Node) -> Node | None:
    """What says Close right beside the chip, or in its right end."""
    for node, target in view.buttons("close"):
        beside = node.bounds.left >= chip_box.bounds.center[0] and node.bounds.overlaps_rows_of(chip_box.bounds)
        if beside and target is not chip_box:
            return target
    return None


def rows(view: View) -> list[Node]:
    """The sounds of a list, from the top: wide rows with words, under the tabs and fields."""
    found = [node for node in view.clickable if _row_like(view, node)]
    outer = [node for node in found if not any(other in node.ancestors() for other in found)]
    return sorted(outer, key=lambda node: node.bounds.top)


def _row_like(view: View, node: Node) -> bool:
    box = node.bounds
    if box.width < 0.5 * view.width or not 0.03 < box.height / view.height < 0.2 or box.top < 0.1 * view.height:
        return False
    lowest_field = max((field.bounds.bottom for field in view.fields), default=0)
    words = [part for part in node.walk() if part.visible and view.words(part)]
    other = ("results_top", "results_sounds", "results_users", "use_sound", "done", "volume", "search", "sound_list")
    return bool(words) and box.top >= lowest_field and not any(view.means(part, *other) for part in words)


def use_button(view: View) -> Node | None:
    """What uses the sound of a page."""
    return max((target for _, target in view.buttons("use_sound")), key=lambda node: node.bounds.bottom, default=None)


def take_button(view: View, row: Node) -> Node | None:
    """What takes the sound of a row that plays: words for it, or a small button at the row's right end."""
    for _, target in view.buttons("take_sound", "use_sound", "done"):
        if target.bounds.overlaps_rows_of(row.bounds) or target.bounds.top > row.bounds.bottom:
            return target
    inside = [
        node
        for node in view.clickable
        if node is not row and row.bounds.contains(node.bounds) and node.bounds.center[0] > 0.75 * view.width
    ]
    return max(inside, key=lambda node: node.bounds.right, default=None)


def sliders(view: View) -> dict[str, Node]:
    """The sliders of the volumes: `original` and `added`, by the words beside or above them, else by their order."""
    bars = sorted((node for node in view.nodes if node.cls.endswith("SeekBar")), key=lambda node: node.bounds.top)
    named: dict[str, Node] = {}
    for bar in bars:
        for name, meaning in (("original", "original_volume"), ("added", "added_volume")):
            if name not in named and any(_names(node, bar) for node in view.shown(meaning)):
                named[name] = bar
    if not named and len(bars) == 2:
        return {"original": bars[0], "added": bars[1]}
    return named


def slider_value(bar: Node) -> float | None:
    """What a slider says of itself (`50.0`); None where it says nothing."""
    try:
        return float(bar.text)
    except ValueError:
        return None


def _names(label: Node, bar: Node) -> bool:
    gap = bar.bounds.top - label.bounds.bottom
    return label.bounds.overlaps_rows_of(bar.bounds) or 0 <= gap < 2 * max(label.bounds.height, bar.bounds.height)
