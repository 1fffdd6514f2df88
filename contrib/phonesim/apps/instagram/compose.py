"""What an account is about to publish: data only."""

from typing import Literal

import msgspec

Placement = Literal["feed", "reel", "story"]


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """The files chosen so far, by their row in the media store, and what is said about them."""

    placement: Placement = "feed"
    way: str = "add_button"
    chosen: tuple[int, ...] = ()
    several: bool = False
    """Whether "Select multiple" is on."""
    caption: str = ""


NOTHING = Draft()
