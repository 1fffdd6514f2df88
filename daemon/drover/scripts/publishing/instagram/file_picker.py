"""Chooses our files in Instagram's picker: they are its newest items, in their order, checked as far as tiles tell."""

from typing import Final

from drover.apps import Screen, composer
from drover.apps.composer import Destination, Tile
from drover.apps.view import View
from drover.phone.hierarchy import Node
from drover.scripts.navigation import Navigator, NotReachedError, Sight
from drover.scripts.publishing.failures import fail_not_ours, refuse_newer
from drover.scripts.publishing.publisher import Publication
from drover.wire.media import MediaKind

PICKERS: Final = (Screen.GALLERY_PICKER, Screen.STORY_PICKER, Screen.CAMERA)
_LOAD_S: Final = 15.0
_CHOSEN_S: Final = 5.0
_ROWS: Final = 8


def pick(nav: Navigator, publication: Publication, wanted: Destination) -> None:
    """Select every item, and go on where a picker does not by itself; raises ScriptFailed if they are not ours."""
    _go_to(nav, wanted)
    refuse_newer(nav, publication)
    count = len(publication.items)
    if count > 1:
        _choose_several(nav, publication)
    else:
        nav.ctx.step("choosing the file in the picker", 38)
        tile = _newest(nav)
        _check(nav, tile, publication.kind)
        if tile.selected is not True:
            nav.tap(tile.target)
    if count > 1 or wanted is Destination.FEED:
        nav.tap(_next(nav))


def _go_to(nav: Navigator, wanted: Destination) -> None:
    """Have the picker be the one for this kind of post."""

    def there(sight: Sight) -> Sight | None:
        right = composer.shown_destination(View(nav.app, sight.tree)) is wanted
        return sight if right and sight.seen.screen in PICKERS else None

    sight = nav.reach(lambda now: now if now.seen.screen in PICKERS else None, what="the picker", timeout_s=_LOAD_S)
    if there(sight):
        return
    nav.ctx.step(f"choosing {wanted} in the picker", 36)
    nav.tap(_destination(nav, wanted))
    nav.reach(there, what=f"the picker for a {wanted}", timeout_s=_LOAD_S)


def _destination(nav: Navigator, wanted: Destination) -> Node:
    """The word for the kind of post, in a bar that is moved to either side where it is wider than the screen."""
    for way in (1, -1, -1, 0):
        view = View(nav.app, nav.look().tree)
        found = composer.destination(view, wanted)
        if found is not None:
            return found
        words = [node for kind in Destination if (node := composer.destination(view, kind)) is not None]
        if not words or not way:
            break
        x = words[0].bounds.center[0]
        nav.drag(words[0], (min(max(x + way * view.width // 3, 10), view.width - 10) - x, 0))
    raise NotReachedError(f"the choice of {wanted} in the picker", nav.look())


def _tiles(nav: Navigator) -> list[Tile]:
    return nav.reach(
        lambda sight: composer.tiles(View(nav.app, sight.tree)) or None, what="the picker's items", timeout_s=_LOAD_S
    )


def _newest(nav: Navigator) -> Tile:
    return _tiles(nav)[0]


def _choose_several(nav: Navigator, publication: Publication) -> None:
    switch = composer.select_multiple(View(nav.app, nav.look().tree))
    if switch is None:
        raise NotReachedError("the picker's way to select several", nav.look())
    nav.tap(switch)
    for index in range(len(publication.items)):
        nav.ctx.step(f"choosing file {index + 1} of {len(publication.items)}", 38)
        _choose(nav, index, publication.kind)


def _choose(nav: Navigator, index: int, kind: MediaKind) -> None:
    """Select the item at this place. The newest may be selected already: what the picker previews is."""
    for _ in range(_ROWS):
        found = _tiles(nav)
        chosen = _selected(found)
        if index == 0 and found[0].selected:
            _check(nav, found[0], kind)
            return
        place = _after_selected(found) if index else 0
        if place is None:
            # Tiles that do not say whether they are selected are counted from the first.
            place = index
        if place < len(found):
            _check(nav, found[place], kind)
            nav.tap(found[place].target)
            _wait_chosen(nav, chosen, place)
            return
        if len(found) < 2 or _after_selected(found) is None:
            break
        low, high = found[-1].target, found[0].target
        nav.drag(low, (0, high.bounds.center[1] - low.bounds.center[1]))
    raise NotReachedError(f"item {index + 1} of the picker", nav.look())


def _selected(found: list[Tile]) -> int:
    return sum(tile.selected is True for tile in found)


def _after_selected(found: list[Tile]) -> int | None:
    """The place after the last selected tile; None if no tile says that it is selected."""
    places = [place for place, tile in enumerate(found) if tile.selected]
    return places[-1] + 1 if places else None


def _wait_chosen(nav: Navigator, before: int, place: int) -> None:
    """Until one tile more says that it is selected; pickers whose tiles never say it are believed."""

    def one_more(sight: Sight) -> bool | None:
        found = composer.tiles(View(nav.app, sight.tree))
        return True if _selected(found) == before + 1 else None

    try:
        nav.reach(one_more, what=f"item {place + 1} to be selected", timeout_s=_CHOSEN_S, patient=True)
    except NotReachedError:
        if any(tile.selected is not None for tile in composer.tiles(View(nav.app, nav.look().tree))):
            raise


def _next(nav: Navigator) -> Node:
    return nav.reach(
        lambda sight: composer.next_button(View(nav.app, sight.tree)) if sight.seen.screen in PICKERS else None,
        what="the picker's Next",
        timeout_s=_LOAD_S,
        patient=True,
    )


def _check(nav: Navigator, tile: Tile, kind: MediaKind) -> None:
    """A tile that says what it is and is something else is another file."""
    if tile.video is not None and tile.video is not (kind is MediaKind.VIDEO):
        fail_not_ours(nav, "is a video" if tile.video else "is a photo")
