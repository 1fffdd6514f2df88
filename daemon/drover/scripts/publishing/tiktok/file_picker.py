"""Chooses our files in the app's own picker: its newest items, in their order, checked as far as the screen tells."""

from typing import Final

from drover.apps import Screen
from drover.apps.picker import Tile
from drover.apps.publish_controls import next_button, picker_selected, picker_tab, picker_tiles
from drover.apps.view import View
from drover.phone.hierarchy import Node
from drover.phone.mediastore import GalleryItem
from drover.scripts.navigation import Navigator, NotReachedError, Sight
from drover.scripts.publishing.failures import fail_not_ours, refuse_newer
from drover.scripts.publishing.publisher import Publication
from drover.wire.media import MediaKind

_LOAD_S: Final = 15.0
_CHOSEN_S: Final = 4.0
_SWIPES: Final = 12
_SLACK_S: Final = 1.5
_TABS: Final = {MediaKind.VIDEO: "picker_videos", MediaKind.IMAGE: "picker_photos"}


def pick(nav: Navigator, publication: Publication) -> None:
    """Select every item and go on; raises ScriptFailed if the newest items are not ours."""
    nav.reach(_picker, what="the picker", timeout_s=_LOAD_S)
    refuse_newer(nav, publication)
    _show_kind(nav, publication.kind)
    for index, item in enumerate(publication.items):
        nav.ctx.step(f"choosing file {index + 1} of {len(publication.items)}", 38)
        if _choose(nav, index, item):
            return
    button = nav.reach(
        lambda sight: _complete(nav, sight, len(publication.items)), what=f"Next with {len(publication.items)} chosen"
    )
    nav.tap(button)


def _picker(sight: Sight) -> Sight | None:
    return sight if sight.seen.screen is Screen.GALLERY_PICKER else None


def _complete(nav: Navigator, sight: Sight, count: int) -> Node | None:
    return next_button(nav.app, sight.tree) if picker_selected(nav.app, sight.tree) == count else None


def _show_kind(nav: Navigator, kind: MediaKind) -> None:
    """Only videos, or only photos, where the picker can; it is no loss where it cannot."""
    tab = picker_tab(nav.app, nav.look().tree, _TABS[kind])
    if tab is None:
        return
    nav.tap(tab)
    nav.find(
        lambda sight: (_picker(sight) and picker_tab(nav.app, sight.tree, _TABS[kind]) is None) or None,
        what=f"the picker's {kind.value}s",
        timeout_s=_CHOSEN_S,
    )


def _choose(nav: Navigator, index: int, item: GalleryItem) -> bool:
    """Select one item; True if that alone led on to the editor, as in pickers that take a single item."""
    tile = _find(nav, index)
    _check(nav, tile, item)
    nav.tap(tile.mark or tile.target)
    if _chosen(nav, index):
        return nav.look().seen.screen in (Screen.EDITOR, Screen.POST_FORM)
    if index == 1 and _several(nav):
        nav.tap((again := _find(nav, index)).mark or again.target)
        if _chosen(nav, index):
            return False
    raise NotReachedError(f"file {index + 1} to be selected in the picker", nav.look())


def _find(nav: Navigator, index: int) -> Tile:
    """The tile of the item at this place: the first, or the one after that which bears the number before."""
    for _ in range(_SWIPES):
        found = nav.reach(lambda sight: picker_tiles(nav.app, sight.tree) or None, what="the picker's items")
        place = _place(found, index)
        if place < len(found):
            return found[place]
        nav.phone.swipe_up(nav.look().tree)
    raise NotReachedError(f"item {index + 1} of the picker", nav.look())


def _place(found: list[Tile], index: int) -> int:
    after = next((place + 1 for place, tile in enumerate(found) if index and tile.number == index), None)
    return index if after is None else after


def _check(nav: Navigator, tile: Tile, item: GalleryItem) -> None:
    """A video's tile says its length, a picture's says none: another length is another file."""
    shown = tile.duration_s
    if item.kind is MediaKind.IMAGE and shown is not None:
        fail_not_ours(nav, "is a video")
    if shown is not None and item.duration_s is not None and abs(shown - item.duration_s) > _SLACK_S:
        fail_not_ours(nav, f"lasts {shown} s and the file {item.duration_s:.0f} s")


def _chosen(nav: Navigator, index: int) -> bool:
    """Whether the picker counts the item now, or has led on."""

    def decide(sight: Sight) -> bool | None:
        if sight.seen.screen in (Screen.EDITOR, Screen.POST_FORM):
            return True
        return True if picker_selected(nav.app, sight.tree) == index + 1 else None

    return nav.find(decide, what="the item to be selected", timeout_s=_CHOSEN_S) is not None


def _several(nav: Navigator) -> bool:
    """Have the picker take several items, where it must be told so: it counts one and would not count the second."""
    tree = nav.look().tree
    switch = next((target for _, target in View(nav.app, tree).buttons("select_multiple")), None)
    if switch is None or picker_selected(nav.app, tree) != 1:
        return False
    nav.tap(switch)
    return True
