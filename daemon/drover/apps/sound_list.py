"""An app's list of sounds: its field, its rows, which of them a task means, what takes the one that plays. Pure.

Where an app has readable ids its rows are known by them or by how they describe themselves; else by their structure.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from drover.apps.direction import across, reading_order, share
from drover.apps.lexicon import normal
from drover.apps.view import View
from drover.apps.zones import span
from drover.phone.hierarchy import Node

_WORD: Final = re.compile(r"\w+")
_DOT: Final = re.compile(r"\s[•·]\s")
_NO_SOUND: Final = (
    *("results_top", "results_sounds", "results_users"),
    *("use_sound", "done", "volume", "search", "sound_list", "original_volume"),
)


@dataclass(frozen=True, kw_only=True)
class Sound:
    """A row of the list: a tap on `target` plays or takes it.

    `says` is what stands on it, the likeliest title first; `titles` what of it may be the title: that one alone where
    the app tells it by an id, else each.
    """

    target: Node
    says: tuple[str, ...]
    titles: tuple[str, ...]

    @property
    def label(self) -> str:
        """As remarks and steps name it."""
        return f"“{' – '.join(self.says[:2])}”"


def listed(view: View) -> list[Sound]:
    """The sounds on the screen, from the top."""
    targets = _known_rows(view)
    if not targets and not _by_ids(view):
        targets = _wide_rows(view)
    return [_sound(view, target) for target in sorted(targets, key=lambda node: node.bounds.top)]


def search_field(view: View) -> Node | None:
    """What a name is typed into; a button that opens the field where there is none yet."""
    if "sound_search" in view.app.ids:
        return next(iter(view.with_id("sound_search")), None)
    buttons = [target for _, target in view.buttons("search_sounds", "search")]
    return next(iter((*view.fields, *buttons)), None)


def take_button(view: View, row: Node) -> Node | None:
    """What takes the sound of a row that plays: known by its id, else by words, or a small button at the row's end."""
    if "take_sound" in view.app.ids:
        return next(_free(view, view.with_id("take_sound")), None)
    for _, target in view.buttons("take_sound", "use_sound", "done"):
        if target.bounds.overlaps_rows_of(row.bounds) or target.bounds.top > row.bounds.bottom:
            return target
    inside = [
        node
        for node in view.clickable
        if node is not row and row.bounds.contains(node.bounds) and share(view, node) > 0.75
    ]
    return max(inside, key=lambda node: across(view, node.bounds)[1], default=None)


def plays_another(view: View, take: Node, sound: Sound) -> bool:
    """Whether the bar with the button says another sound: the list may have moved under the tap on a row."""
    if "take_sound" not in view.app.ids:
        return False
    adjacent = [node for node in view.labelled if not node.clickable and node.bounds.overlaps_rows_of(take.bounds)]
    texts = [_plain(word) for node in (take, *adjacent) for word in view.words(node)]
    return bool(texts) and not any(_plain(sound.says[0]) in word for word in texts)


def done_button(view: View) -> Node | None:
    """What ends the choice of the part of a sound that plays."""
    labelled = (node for node, _ in view.buttons("done"))
    return next(_free(view, (*view.with_id("sound_done"), *labelled)), None)


# --- which one is meant ---


def called(sounds: Sequence[Sound], name: str) -> Sound | None:
    """The first sound of exactly this name, alone or with its artist; "Rain (sped up)" is another than "Rain"."""
    wanted = _plain(name)
    return next((sound for sound in sounds if wanted in _names(sound)), None)


def saying(sounds: Sequence[Sound], words: str) -> Sound | None:
    """The first sound on whose row each of these words stands."""
    wanted = set(_plain(words).split())
    return next((sound for sound in sounds if wanted <= set(_plain(" ".join(sound.says)).split())), None)


def _names(sound: Sound) -> Iterator[str]:
    for title in sound.titles:
        yield _plain(title)
        for other in sound.says:
            yield from (_plain(f"{title} {other}"), _plain(f"{other} {title}"))


def _plain(text: str) -> str:
    """Case, punctuation and the dash between title and artist do not matter; a name of signs only stays."""
    folded = normal(text)
    return " ".join(_WORD.findall(folded)) or folded


# --- rows ---


def _known_rows(view: View) -> list[Node]:
    """By an id, by the description, or around a title; the bar of what plays describes itself like a row."""
    nodes = (*view.with_id("sound_row"), *view.shown("sound_row"))
    titles = view.with_id("sound_title") if _by_ids(view) else []
    bars = view.with_id("take_sound")
    found = (*((view.target(node) or node) for node in nodes), *map(view.target, titles))
    rows = dict.fromkeys(target for target in found if target is not None)
    return [
        row
        for row in rows
        if row.bounds.width >= 0.5 * view.width
        and not any(row is bar or row.bounds.contains(bar.bounds) for bar in bars)
        and not any(row in bar.ancestors() for bar in bars)
    ]


def _by_ids(view: View) -> bool:
    """Whether the app keeps the ids of all that such a list has."""
    return "take_sound" in view.app.ids


def _wide_rows(view: View) -> list[Node]:
    """Wide rows with words, under the tabs and fields."""
    found = [node for node in view.clickable if _row_like(view, node)]
    return [node for node in found if not any(other in node.ancestors() for other in found)]


def _row_like(view: View, node: Node) -> bool:
    box = node.bounds
    if box.width < 0.5 * view.width or not 0.03 < box.height / span(view) < 0.2 or box.top < 0.1 * span(view):
        return False
    lowest_field = max((field.bounds.bottom for field in view.fields), default=0)
    words = [part for part in node.walk() if part.visible and view.words(part)]
    return bool(words) and box.top >= lowest_field and not any(view.means(part, *_NO_SOUND) for part in words)


def _sound(view: View, target: Node) -> Sound:
    inside = [node for node in view.labelled if node is not target and target.bounds.contains(node.bounds)]
    title, artist = _by_id(view, inside, "sound_title"), _by_id(view, inside, "sound_artist")
    if title:
        # Its length, or how often it was used, stands behind the artist.
        below = next((node.label for node in inside if _DOT.search(node.label)), "")
        says = tuple(filter(None, (title, _DOT.split(artist or below)[0])))
        return Sound(target=target, says=says, titles=(title,))
    ordered = sorted(inside, key=lambda node: reading_order(view, node)) or [target]
    says = tuple(dict.fromkeys(word for node in ordered for word in view.words(node)))
    return Sound(target=target, says=says, titles=says)


def _by_id(view: View, nodes: Iterable[Node], meaning: str) -> str:
    known = set(view.with_id(meaning))
    return next((node.label for node in nodes if node in known), "")


def _free(view: View, nodes: Iterable[Node]) -> Iterator[Node]:
    """What takes their taps, where nothing lies over it."""
    targets = (view.target(node) for node in nodes)
    return (target for target in targets if target is not None and target.enabled and not view.covered(target))
