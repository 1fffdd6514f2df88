"""What a phone's screen shows, held against the data of an app: for people who fix that data or write scripts."""

import msgspec

Box = tuple[int, int, int, int]
"""Left, top, right, bottom, in pixels."""


class LabelMatch(msgspec.Struct, frozen=True, kw_only=True):
    """A label on the screen that the app's data knows."""

    meaning: str
    language: str
    written: str
    bounds: Box
    tappable: bool


class NearMiss(msgspec.Struct, frozen=True, kw_only=True):
    """A rule that nearly fits: what it asks for and what of that is not there; `hindered` is there and must not be."""

    screen: str
    holds: list[str]
    missing: list[str]
    hindered: list[str] = []


class ScreenCheck(msgspec.Struct, frozen=True, kw_only=True, tag="screen_check"):
    """The screen by its name, and why. `missing` are labels of this screen's rules that are not there; `near` are the
    nearest rules where no screen was recognised; `strange` are labels of buttons that the data does not know."""

    serial: str
    platform: str
    packages: list[str]
    screen: str
    behind: str = ""
    popup: str = ""
    blocker: str = ""
    language: str = ""
    handle: str = ""
    matched: list[LabelMatch] = []
    missing: list[str] = []
    near: list[NearMiss] = []
    strange: list[str] = []
