"""Instagram's way of making a post: pickers, what goes on, the caption, what publishes, what is pending. Pure.

Its resource ids are stable and come first; words stand in where a version renamed one. What saves a draft is never
offered, nor what lies under something else.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from drover.apps import form
from drover.apps.direction import across, reading_order, share
from drover.apps.upload import Upload
from drover.apps.view import LISTS, View
from drover.apps.zones import from_bottom, from_top, span
from drover.phone.hierarchy import Node
from drover.phone.writing import numerals

_DURATION: Final = re.compile(r"\d{1,2}:\d{2}(?::\d{2})?")
_NUMBER: Final = re.compile(r"\d{1,2}")
_STATUS_LENGTH: Final = 40
_PERCENT: Final = re.compile(r"(\d{1,3})(?:[.,]\d+)?\s?[%％]?")


class Destination(StrEnum):
    """Where a post goes. The values are parts of meanings in the data file: `dest_feed`, `create_feed`, ..."""

    FEED = "feed"
    REEL = "reel"
    STORY = "story"


@dataclass(frozen=True, kw_only=True)
class Tile:
    """One item of a picker. `selected` and `video` are None where the tile does not say."""

    target: Node
    selected: bool | None
    video: bool | None


# --- pickers ---


def tiles(view: View) -> list[Tile]:
    """The items of the picker in reading order, the newest first; what opens the camera is none."""
    found: dict[Node, None] = {}
    for node in (*view.with_id("tile"), *view.shown("tile_video", "tile_photo")):
        target = view.target(node)
        if target is not None and target.bounds.width < 0.5 * view.width:
            found.setdefault(target)
    inner = [target for target in found if not any(other in target.ancestors() for other in found)]
    return [_tile(view, node) for node in sorted(inner, key=lambda node: reading_order(view, node))]


def _tile(view: View, target: Node) -> Tile:
    inside = [node for node in view.nodes if node is target or _belongs(target, node)]
    words = [word for node in inside for word in view.words(node)]
    meanings = {name for word in words for name, _ in view.app.lexicon.meanings(word)}
    chosen = any(node.selected or node.checked for node in inside) or any(map(_NUMBER.fullmatch, words))
    # "Not selected" holds the word that says selected.
    said = False if "tile_unselected" in meanings else (True if "tile_selected" in meanings else None)
    lasting = any(map(_DURATION.fullmatch, words))
    video = True if lasting or "tile_video" in meanings else (False if "tile_photo" in meanings else None)
    return Tile(target=target, selected=True if chosen else said, video=video)


def _belongs(target: Node, node: Node) -> bool:
    """Whether the node lies on the tile: a picker draws durations and numbers next to the button, not within it."""
    return node.bounds.area < target.bounds.area and target.bounds.contains(node.bounds)


def destination(view: View, wanted: Destination) -> Node | None:
    """The word under the picker that leads to the wanted kind of post."""
    known = _first(view, view.with_id(f"dest_{wanted}"))
    low = [target for node, target in view.buttons(f"dest_{wanted}") if from_bottom(view, node) < 0.2]
    return known or next(iter(low), None)


def shown_destination(view: View) -> Destination | None:
    """Which kind of post the picker in front is for, by its title."""
    return next((kind for kind in Destination if view.shown(f"picker_{kind}")), None)


def select_multiple(view: View) -> Node | None:
    """What turns on the selection of several items."""
    return _first(view, view.with_id("select_multiple")) or _first(view, view.shown("select_several"))


def create_option(view: View, wanted: Destination) -> Node | None:
    """The row of the sheet "Create" that makes the wanted kind of post."""
    rows = [target for _, target in view.buttons(f"create_{wanted}") if target.bounds.width > 0.5 * view.width]
    return next(iter(rows), None)


def create_button(view: View) -> Node | None:
    """What begins a new post: the tab where there is one, else the button of the own profile."""
    tab = _first(view, view.with_id("create_tab"))
    # The own profile may say the same of a new highlight, further down.
    named = (target for _, target in view.buttons("create_new"))
    return tab or min(named, key=lambda node: node.bounds.top, default=None)


def gallery_button(view: View) -> Node | None:
    """The camera's way into the picker; None where the picker lies over the camera already."""
    if tiles(view):
        return None
    return _first(view, view.with_id("gallery")) or _first(view, view.shown("gallery"))


# --- going on ---


def next_button(view: View) -> Node | None:
    """What goes on from a picker or an editor; never what publishes or saves."""
    found = [*_targets(view, view.with_id("next")), *(target for _, target in view.buttons("next"))]
    good = [
        node
        for node in dict.fromkeys(found)
        if node.enabled and not view.covered(node) and not _says(view, node, "share", "drafts", "your_story")
    ]
    return max(good, key=lambda node: (across(view, node.bounds)[1], node.bounds.bottom), default=None)


def story_button(view: View) -> Node | None:
    """What publishes a story: "Your story" at the bottom of its editor, by itself and not in a list of audiences."""
    found = [*_targets(view, view.with_id("share_story")), *(target for _, target in view.buttons("your_story"))]
    low = [
        node
        for node in dict.fromkeys(found)
        if from_bottom(view, node) < 0.25 and node.enabled and not view.covered(node) and _alone(view, node)
    ]
    return next(iter(low), None)


# --- the form ---


def caption_field(view: View) -> Node | None:
    """The field of the caption, by its id or as the only field of the form."""
    known = next(iter(view.with_id("caption")), None)
    if known is not None:
        return known
    return view.fields[0] if len(view.fields) == 1 else None


def caption_text(view: View) -> str | None:
    """What the field holds; empty for its placeholder, None without a field."""
    field = caption_field(view)
    if field is None:
        return None
    placeholder = any(name == "caption_hint" for name, _ in view.app.lexicon.meanings(field.text))
    return "" if placeholder else field.text


def caption_done(view: View) -> Node | None:
    """What ends the editing of a caption in the title bar, where the version has such a word."""
    high = [
        target
        for node, target in view.buttons("caption_done")
        if from_top(view, node) < 0.2 and share(view, node) > 0.6
    ]
    return next(iter(high), None)


def share_button(view: View) -> Node | None:
    """The button that publishes the form; None while something lies over it.

    The bar around it is clickable too and spans "Save draft": only a button that says nothing but Share counts.
    """
    found = [*_targets(view, view.with_id("share")), *(target for _, target in view.buttons("share"))]
    good = [
        node
        for node in dict.fromkeys(found)
        if node.enabled
        and node.bounds.height < 0.15 * span(view)
        and _says(view, node, "share")
        and _alone(view, node)
        and not view.covered(node)
    ]
    return max(good, key=lambda node: node.bounds.bottom, default=None)


def publish_answer(view: View) -> Node | None:
    """The answer that publishes, on the sheet that some versions bring after Share."""
    known = next((node for node in view.with_id("publish_answer") if node.clickable), None)
    return known or form.answer(view, "publish_now", "share")


# --- afterwards ---


def pending(view: View) -> Upload:
    """What the feed or a bar over any screen says of uploads. One that the app will try again is still on its way."""
    status = _known_status(view)
    status += [node for node in view.shown("uploading", "upload_waiting") if _may_be_status(view, node)]
    status += [node for node in view.shown("upload_failed") if _may_be_status(view, node)]
    return _told(view, status)


def pending_on_profile(view: View) -> Upload:
    """The same on a profile, whose own words stand at the top and may say the same: only what has the app's id."""
    return _told(view, _known_status(view))


def _known_status(view: View) -> list[Node]:
    bars = (node for node in view.with_id("pending_bar") if _by_a_bar(view, node))
    return [*view.with_id("pending_status"), *bars]


def _told(view: View, status: Iterable[Node]) -> Upload:
    told = [node for node in status if node.label and not view.means(node, "uploaded")]
    failed = [node for node in told if view.means(node, "upload_failed") and not view.means(node, "upload_waiting")]
    running = [node for node in told if node not in failed]
    numbers = [*running, *(node for node in view.with_id("pending_percent") if running)]
    found = (_PERCENT.search(numerals(node.text)) for node in numbers)
    percents = [int(match[1]) for match in found if match and int(match[1]) <= 100]
    said = tuple(node.label for node in dict.fromkeys(failed))
    return Upload(running=bool(running), percent=max(percents, default=None), failed=said)


def at_top_of_feed(view: View) -> bool:
    """Whether the home feed stands where it says what is on its way: at its top, not scrolled down."""
    return bool(view.with_id("feed_top"))


def _may_be_status(view: View, node: Node) -> bool:
    """Other people's words may say the same: a status is short, and stands at the top or by a bar that grows."""
    short = len(node.label) <= _STATUS_LENGTH
    return short and (from_top(view, node) < 0.3 or _by_a_bar(view, node))


def _by_a_bar(view: View, node: Node) -> bool:
    bars = (bar for bar in view.nodes if bar.cls.endswith("ProgressBar"))
    return any(abs(bar.bounds.center[1] - node.bounds.center[1]) < 0.06 * view.height for bar in bars)


def has_story(view: View) -> bool | None:
    """Whether the own profile shows a story of the account; None where neither words nor badge say so."""
    if view.shown("story_there"):
        return True
    return False if view.shown("no_story") or view.with_id("no_story_badge") else None


def own_picture(view: View) -> str:
    """How the own profile describes the account's picture, which tells of a story in words of any language."""
    described = (node.desc for node in (*view.with_id("own_picture"), *view.shown("no_story", "story_there")))
    return next((desc for desc in described if desc), "")


def story_opener(view: View) -> Node | None:
    """The account's picture on its own profile, which opens its stories where there are some."""
    return _first(view, view.with_id("own_picture")) or _first(view, view.shown("story_there"))


def chooser_row(view: View, wanted: Destination) -> Node | None:
    """The row of a chooser, Android's or the app's, that shares to the wanted place."""
    return next((target for _, target in view.buttons(f"share_to_{wanted}")), None)


def just_once(view: View) -> Node | None:
    """What Android's chooser wants tapped after a choice; `view` is one with Android's own words."""
    known = next((node for node in view.with_id("just_once") if node.enabled and node.clickable), None)
    return known or next((target for _, target in view.buttons("just_once") if target.enabled), None)


def _first(view: View, nodes: Iterable[Node]) -> Node | None:
    return next((view.target(node) or node for node in nodes), None)


def _targets(view: View, nodes: Iterable[Node]) -> Iterator[Node]:
    return (target for node in nodes if (target := view.target(node)) is not None)


def _says(view: View, target: Node, *meanings: str) -> bool:
    return any(view.means(node, *meanings) for node in _inside(view, target))


def _alone(view: View, target: Node) -> bool:
    """Whether it spans no other button: a bar around two of them is no button."""
    others = [node for node in view.clickable if node is not target and target.bounds.contains(node.bounds)]
    inside = [node for node in others if node.bounds != target.bounds]
    listed = any(up.cls.endswith(LISTS) for up in target.ancestors())
    return not inside and not listed and not _says(view, target, "drafts", "close_friends")


def _inside(view: View, target: Node) -> list[Node]:
    return [node for node in view.nodes if node is target or target.bounds.contains(node.bounds)]
