"""The sound of a post: taken off, put on, found by name, its volumes; and the page of a sound that is used.

No recording of these sheets is known. What is not found ends the task before anything is posted, with its reason.
"""

from typing import Final

from drover.apps import Screen
from drover.apps import sounds as shown
from drover.apps.view import View
from drover.phone.hierarchy import Node
from drover.scripts.navigation import Navigator, NotReachedError, Sight
from drover.scripts.publishing.failures import fail_without
from drover.scripts.publishing.sound_choice import Wish, added, choose, find, named, take
from drover.scripts.publishing.volumes import set_volumes
from drover.wire.post import PostConfig

_CHIP_S: Final = 6.0
_SHEET_S: Final = 8.0
_TAB_S: Final = 15.0
_TAKE_S: Final = 3.0


def use_button(nav: Navigator, sight: Sight) -> Node | None:
    """What uses the sound, on its page."""
    return shown.use_button(View(nav.app, sight.tree)) if sight.seen.screen is Screen.SOUND_PAGE else None


def open_found(nav: Navigator, config: PostConfig) -> None:
    """Open the sound of this name that the search lists."""
    results = nav.reach(
        lambda sight: sight if sight.seen.screen is Screen.SEARCH_RESULTS else None,
        what="search results",
        timeout_s=_TAB_S,
    )
    view = View(nav.app, results.tree)
    tab = next((view.target(node) or node for node in view.shown("results_sounds")), None)
    if tab is None:
        fail_without(nav, "the search shows no tab of sounds; give the sound's link as sound_name")
    nav.tap(tab)
    nav.tap(find(nav, named(config), on=lambda sight: _on_tab(nav, sight)).target)


def _on_tab(nav: Navigator, sight: Sight) -> bool:
    """Whether the tab of sounds is the chosen one, or none can be told."""
    view = View(nav.app, sight.tree)
    chosen = [node for node in view.shown("results_sounds") if node.selected]
    others = [node for node in view.shown("results_top", "results_videos", "results_users") if node.selected]
    return bool(chosen) or not others


def arrange(nav: Navigator, config: PostConfig) -> None:
    """Give the post in the editor the sound that the task asks for. Volumes count only where a sound is added."""
    wish = added(config)
    if config.add_sound == "0":
        _take_off(nav)
    elif wish is not None:
        _put_on(nav, wish)
    if wish is not None or config.post_way == "useSound":
        set_volumes(nav, config, open_sliders=lambda: _open_volumes(nav), editor=_in_editor)


def _in_editor(sight: Sight) -> bool:
    return sight.seen.screen is Screen.EDITOR


def refuse_without_editor(nav: Navigator, config: PostConfig) -> None:
    """Where a share leads straight to the form there is no sound to take off, and no way to add one."""
    if config.add_sound in ("1", "custom"):
        fail_without(nav, "the share led straight to the form, where no sound can be added; use post_way addButton")


def _chip(nav: Navigator) -> shown.Chip | None:
    return nav.find(
        lambda sight: shown.chip(View(nav.app, sight.tree)) if sight.seen.screen is Screen.EDITOR else None,
        what="the editor's sound",
        timeout_s=_CHIP_S,
    )


def _take_off(nav: Navigator) -> None:
    chip = _chip(nav)
    if chip is None or not chip.attached:
        return
    nav.ctx.step("taking the sound off", 42)
    if chip.remove is None:
        fail_without(nav, "the editor shows a sound and nothing that takes it off; leave add_sound at -1")
    nav.tap(chip.remove)
    nav.reach(
        lambda sight: True if (now := shown.chip(View(nav.app, sight.tree))) and not now.attached else None,
        what="the editor without a sound",
        timeout_s=_SHEET_S,
        patient=True,
    )


def _put_on(nav: Navigator, wish: Wish) -> None:
    chip = _chip(nav)
    if chip is None:
        fail_without(nav, "the editor shows nothing that adds a sound; leave add_sound at -1")
    if chip.attached and not wish.words:
        return
    nav.tap(chip.target)
    nav.reach(
        lambda sight: True if sight.seen.screen is not Screen.EDITOR else None, what="the list of sounds", patient=True
    )
    sound = choose(nav, wish)
    try:
        take(nav, sound, _in_editor, take_s=_TAKE_S)
    except NotReachedError as error:
        # Some versions attach what is tapped and keep the list: BACK closes it. In the editor it would ask to discard.
        if not _in_editor(error.last):
            nav.phone.back()
    back = _chip(nav)
    if back is None or not back.attached:
        fail_without(nav, "the editor shows no sound after one was chosen")


def _open_volumes(nav: Navigator) -> bool:
    """From the editor's own tools, or from the foot of the list of sounds."""
    if _tap_volume(nav):
        return True
    chip = _chip(nav)
    if chip is None:
        return False
    nav.tap(chip.target)
    return _tap_volume(nav)


def _tap_volume(nav: Navigator) -> bool:
    button = nav.find(
        lambda sight: shown.volume_tool(View(nav.app, sight.tree)), what="the button for volumes", timeout_s=_TAKE_S
    )
    if button is not None:
        nav.tap(button)
    return button is not None
