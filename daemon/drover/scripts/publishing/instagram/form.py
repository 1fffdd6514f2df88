"""Fills Instagram's form and aims at what publishes: caption read back, its full-screen editor and lists closed."""

from typing import Final

from drover.apps import Screen, composer
from drover.apps.composer import Destination
from drover.apps.view import View
from drover.phone.hierarchy import Node
from drover.phone.typed_text import same_text
from drover.scripts.navigation import Navigator, Sight
from drover.scripts.publishing.text_field import TextField, focus, write

_FORM_S: Final = 15.0
_FREE_S: Final = 4.0


def write_caption(nav: Navigator, text: str) -> None:
    """Type the caption, read it back, and have the form stand with its button free; nothing for no words."""
    if text:
        write(nav, _caption(nav), text)
        _close_editor(nav, text)


def _caption(nav: Navigator) -> TextField:
    return TextField(
        name="caption",
        node=lambda sight: composer.caption_field(View(nav.app, sight.tree)),
        text=lambda sight: composer.caption_text(View(nav.app, sight.tree)),
    )


def aim(nav: Navigator, wanted: Destination, text: str) -> Node:
    """The button that publishes, free to tap, on a form that still holds the caption."""

    def button(sight: Sight) -> Node | None:
        view = View(nav.app, sight.tree)
        if wanted is Destination.STORY:
            return composer.story_button(view) if sight.seen.screen is Screen.STORY_EDITOR else None
        if sight.seen.screen is not Screen.POST_FORM or not _holds(view, text):
            return None
        return composer.share_button(view)

    what = "“Your story” in the story's editor" if wanted is Destination.STORY else "Share on the form with its caption"
    return nav.reach(button, what=what, timeout_s=_FORM_S, patient=True)


def _holds(view: View, text: str) -> bool:
    """Whether the caption is what was typed. A form scrolled past its field is believed: it was read back before."""
    shown = composer.caption_text(view)
    return shown is None or same_text(shown, text)


def _close_editor(nav: Navigator, text: str) -> None:
    """End the editing by the word in the title bar. A list of names or hashtags that lies over the button is closed by

    a space after the word that it completes; only then by BACK, which on a form would ask to discard it.
    """
    _tap_done(nav)
    if _free(nav):
        return
    focus(nav, _caption(nav))
    nav.phone.type_text(f"{text} ")
    _tap_done(nav)
    if not _free(nav):
        nav.phone.back()
    nav.reach(lambda sight: _button(nav, sight), what="Share on the form", timeout_s=_FORM_S, patient=True)


def _tap_done(nav: Navigator) -> None:
    done = composer.caption_done(View(nav.app, nav.look().tree))
    if done is not None:
        nav.tap(done)


def _free(nav: Navigator) -> bool:
    return nav.find(lambda sight: _button(nav, sight), what="Share on the form", timeout_s=_FREE_S) is not None


def _button(nav: Navigator, sight: Sight) -> Node | None:
    """Share, with the editing of the caption over."""
    view = View(nav.app, sight.tree)
    if sight.seen.screen is not Screen.POST_FORM or composer.caption_done(view) is not None:
        return None
    return composer.share_button(view)
