"""Sets the volumes of a post: its own sound's and the added one's, by the sliders that an app shows."""

from collections.abc import Callable
from typing import Final

from drover.apps import sounds as shown
from drover.apps.direction import right_to_left
from drover.apps.sound_list import done_button
from drover.apps.view import View
from drover.scripts.navigation import Navigator, Sight
from drover.scripts.publishing.failures import fail_without
from drover.wire.post import PostConfig

DEFAULT: Final = 50
NO_VOLUMES: Final = f"nothing here sets volumes; leave origin_sound_volume and add_sound_volume at {DEFAULT}"
_SHEET_S: Final = 8.0
_SLIDES: Final = 4
"""Taps on one slider, and steps back from its sheet."""


def asked(config: PostConfig) -> bool:
    """Whether the task asks for other volumes than the default."""
    return {config.origin_sound_volume, config.add_sound_volume} != {DEFAULT}


def set_volumes(
    nav: Navigator,
    config: PostConfig,
    *,
    open_sliders: Callable[[], bool],
    editor: Callable[[Sight], bool],
    mixed: bool = False,
) -> None:
    """Set both sliders and return to the editor.

    A version that shows none is only a failure if the task asks for other than the default. Where the post must be
    `mixed` of two sounds, one slider alone says that the added one is not there.
    """
    wanted = {"original": config.origin_sound_volume, "added": config.add_sound_volume}
    if not (open_sliders() and _sliders_come(nav)):
        if asked(config):
            fail_without(nav, NO_VOLUMES)
    else:
        if mixed and "added" not in shown.sliders(View(nav.app, nav.look().tree)):
            fail_without(nav, "the volumes show no added sound after one was chosen")
        nav.ctx.step("setting the volumes", 44)
        for name, percent in wanted.items():
            _slide(nav, name, percent)
    _back_to_editor(nav, editor)


def _sliders_come(nav: Navigator) -> bool:
    sliders = nav.find(
        lambda sight: shown.sliders(View(nav.app, sight.tree)) or None,
        what="the sliders of the volumes",
        timeout_s=_SHEET_S,
    )
    return sliders is not None


def _slide(nav: Navigator, name: str, percent: int) -> None:
    """Tap the slider at its place, and again next to it while it shows another value: its ends are padded."""
    aimed = float(percent)
    for _ in range(_SLIDES):
        view = View(nav.app, nav.look().tree)
        bar = shown.sliders(view).get(name)
        if bar is None:
            return
        nav.tap_along(bar, 1 - aimed / 100 if right_to_left(view) else aimed / 100)
        now = shown.sliders(View(nav.app, nav.look().tree)).get(name)
        value = shown.slider_value(now) if now is not None else None
        if value is None or value == percent:
            return
        aimed += percent - value


def _back_to_editor(nav: Navigator, editor: Callable[[Sight], bool]) -> None:
    """Close the sheet and the list, by Done where there is one; BACK in the editor would ask to discard the post."""
    for _ in range(_SLIDES):
        sight = nav.look()
        view = View(nav.app, sight.tree)
        if editor(sight) and not shown.sliders(view):
            return
        done = done_button(view)
        if done is not None:
            nav.tap(done)
        else:
            nav.phone.back()
    nav.reach(lambda sight: editor(sight) or None, what="the editor", timeout_s=_SHEET_S)
