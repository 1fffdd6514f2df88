"""Sounds on the app's screens: what the editor shows of them, the button of a sound's page, sliders. Pure."""

from dataclasses import dataclass
from typing import Final

from drover.apps.direction import across, share
from drover.apps.view import View
from drover.apps.zones import from_top
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
        if target is None or from_top(view, target) > _HIGH or target.bounds.width > 0.9 * view.width:
            continue
        empty = any(view.means(part, "add_sound") for part in _within(view, target))
        return Chip(target=target, attached=not empty, remove=None if empty else _remove(view, target))
    return None


def _within(view: View, box: Node) -> list[Node]:
    return [node for node in view.labelled if box.bounds.contains(node.bounds)]


def _remove(view: View, chip_box: Node) -> Node | None:
    """What says Close right next to the chip, or in its end."""
    for node, target in view.buttons("close"):
        adjacent = share(view, node) >= share(view, chip_box) and node.bounds.overlaps_rows_of(chip_box.bounds)
        if adjacent and target is not chip_box:
            return target
    return None


def tool(view: View) -> Node | None:
    """The editor's tool that adds a sound.

    Its words count first: one id may serve two tools, of which the first adds and the other sets volumes.
    """
    buttons = [target for _, target in view.buttons("add_sound") if target.enabled and not view.covered(target)]
    known = [target for node in view.with_id("add_sound") if (target := view.target(node)) is not None]
    return next(iter((*buttons, *known, *_pair(view)[:1])), None)


def volume_tool(view: View) -> Node | None:
    """What opens the volumes."""
    return next(iter((*(target for _, target in view.buttons("volume")), *_pair(view)[1:])), None)


def _pair(view: View) -> list[Node]:
    """The two tools of one id; nothing where there is one, which may be either."""
    found = sorted(view.with_id("sound_tools"), key=lambda node: across(view, node.bounds)[0])
    return found if len(found) == 2 else []


def mute_button(view: View) -> Node | None:
    """What turns the video's own sound off."""
    return next((target for _, target in view.buttons("mute") if not view.covered(target)), None)


def attached(view: View) -> Node | None:
    """The sound that a form shows as the post's, as what opens the list again; None where it shows none."""
    return next((view.target(node) for node in view.with_id("sound_attached")), None)


def detach_button(view: View) -> Node | None:
    """What takes the sound off a form."""
    return next((view.target(node) for node in view.with_id("sound_remove")), None)


def use_button(view: View) -> Node | None:
    """What uses the sound of a page."""
    return max((target for _, target in view.buttons("use_sound")), key=lambda node: node.bounds.bottom, default=None)


def sliders(view: View) -> dict[str, Node]:
    """The sliders of the volumes: `original` and `added`, by the words next to or above them, else by their order.

    Of two the one without a known word is the other: some versions write the sound's own name over it.
    """
    bars = sorted((node for node in view.nodes if node.cls.endswith("SeekBar")), key=lambda node: node.bounds.top)
    named: dict[str, Node] = {}
    for bar in bars:
        for name, meaning in (("original", "original_volume"), ("added", "added_volume")):
            if name not in named and any(_names(node, bar) for node in view.shown(meaning)):
                named[name] = bar
    if len(bars) == 2 and not named:
        return {"original": bars[0], "added": bars[1]}
    if len(bars) == 2 and len(named) == 1:
        other = next(bar for bar in bars if bar not in named.values())
        named["added" if "original" in named else "original"] = other
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
