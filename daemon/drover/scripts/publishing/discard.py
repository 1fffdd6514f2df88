"""Leaves an unfinished post so that neither draft nor post remains: BACK, and Discard where the app asks."""

import time
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from drover.apps import Screen
from drover.apps.publish_controls import discard_answer
from drover.phone.engine import PhoneError
from drover.phone.hit_test import landing
from drover.scripts.navigation import Navigator

_LEAVE_S: Final = 4.0
_EDITORS: Final = (Screen.EDITOR, Screen.STORY_EDITOR)
# What hides the screen below it, a popup or one that no one knows, may hide one of publishing's.
_UNFINISHED: Final = frozenset(
    {
        Screen.POST_FORM,
        Screen.EDITOR,
        Screen.GALLERY_PICKER,
        Screen.STORY_PICKER,
        Screen.CAMERA,
        Screen.CREATE_TAB,
        Screen.CREATE_SHEET,
        Screen.CHOOSER,
        Screen.STORY_EDITOR,
        Screen.PUBLISH_QUESTION,
        Screen.DISCARD_QUESTION,
        Screen.SOUND_LIST,
        Screen.SOUND_CLIP,
        Screen.VOLUMES,
        Screen.POPUP,
        Screen.LINK_SHEET,
        Screen.LINK_ENTRY,
        Screen.PRODUCT_LIST,
        Screen.PRODUCT_NAME,
        Screen.UNKNOWN,
    }
)


@dataclass(frozen=True, kw_only=True)
class Left:
    """`done`: none of the publishing screens is left.

    `unsent`: on the way the app asked whether to discard the post, or showed its editor behind the form. It has
    neither for what was sent.
    """

    done: bool
    unsent: bool = False


def leave_unfinished(nav: Navigator, also: Collection[Screen] = ()) -> bool:
    """Whether nothing of an unfinished post is left in front, after `leave`."""
    return leave(nav, also).done


def leave(nav: Navigator, also: Collection[Screen] = ()) -> Left:
    """Go back until none of the app's publishing screens is left, in about four seconds.

    `also` are screens that this app's may be taken for.
    """
    end = time.monotonic() + _LEAVE_S
    first, unsent = None, False
    while time.monotonic() < end:
        sight = nav.look()
        if sight.seen.screen not in _UNFINISHED and sight.seen.screen not in also:
            return Left(done=True, unsent=unsent)
        first = first or sight.seen.screen
        answer = discard_answer(nav.app, sight.tree)
        unsent = unsent or answer is not None or (sight.seen.screen in _EDITORS and sight.seen.screen is not first)
        try:
            if answer is not None and landing(answer) is not None:
                nav.phone.tap(answer)
            else:
                nav.phone.back()
        except PhoneError:
            # Whether it arrived shows on the next screen.
            continue
    return Left(done=False)
