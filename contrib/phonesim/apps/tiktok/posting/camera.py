"""The camera, nested and named as recorded on 43.1.4. Its modes have no clickable node above their words.

The thumbnail at the bottom left, which opens the picker, has no text. Nothing is recorded or photographed here.
"""

from phonesim.apps.posting.pictures import picture_of
from phonesim.apps.posting.state import Composition
from phonesim.apps.tiktok.posting.tools import sound_chip, tool_column
from phonesim.apps.tiktok.scene import Scene, shell
from phonesim.ui.controls import NOTHING, WHITE, framed, icon, text
from phonesim.ui.view import Action, Bounds, Style, View, view

RECORDED_BOTTOM = 2337
"""Where the recorded display's content ended: what stands below its middle keeps its distance from there."""
_LENGTHS = (("10m", 46, 188), ("60s", 188, 316), ("15s", 316, 444))
LOOK_AGAIN_S = 0.25
"""Rows of the media store come without a sign: what shows them is drawn again this often."""


def camera(scene: Scene, made: Composition) -> View:
    """The page by itself."""
    return shell(scene.frame, camera_layer(scene, made), fill="#000000")


def camera_layer(scene: Scene, made: Composition) -> View:
    """The camera's frames with all its controls; the picker lies over them in the same tree."""
    whole: Bounds = (0, 0, 1080, scene.frame.bottom)
    finder = view("SurfaceView", (0, 161, 1080, _low(scene, 2081)), style=Style(artwork="camera"))
    tap = Action("discard")
    parts = [
        finder,
        _record(scene, whole),
        _thumbnail(scene, whole),
        sound_chip(scene, made.sound),
        icon((32, 193, 148, 309), "close", id="jix", desc="@2131888272", flags="Cf", color=WHITE, action=tap),
        _lengths(scene),
        mode_bar(scene, "camera"),
        tool_column(scene, ("flip", "flash"), ("timer", "layout", "ratio", "retouch")),
    ]
    body = view("FrameLayout", whole, *parts, id="hxl")
    return framed(whole, body, "r9l", "", "nor", "zck", "", "nor", "s8e")


def _low(scene: Scene, y: int) -> int:
    """A recorded height in the lower half, on this display."""
    return y - RECORDED_BOTTOM + scene.frame.bottom


def _record(scene: Scene, whole: Bounds) -> View:
    top = _low(scene, 1752)
    box: Bounds = (395, top, 684, top + 289)
    ring = view("FrameLayout", (435, top + 40, 645, top + 250), id="d9a", style=Style(fill=WHITE, radius=105))
    button = view("Button", box, id="r3r", desc="@2131888184", flags="Cf", action=NOTHING)
    return view("FrameLayout", (388, _low(scene, 1640), 692, whole[3]), button, ring, id="eaa")


def _thumbnail(scene: Scene, whole: Bounds) -> View:
    """The newest file of the gallery, without a word."""
    scene.phone.before(scene.phone.clock() + LOOK_AGAIN_S)
    newest = next(iter([item for item in scene.phone.media.items() if item.kind != "audio"]), None)
    top = _low(scene, 2081)
    small: Bounds = (53, top + 40, 158, top + 145)
    style = picture_of(newest) if newest is not None else Style(fill="#3a3a3e")
    picture = view("ImageView", small, id="kwk", style=style)
    inner = view("RelativeLayout", small, view("RelativeLayout", small, picture, id="h9s"))
    row: Bounds = (0, top + 27, 1080, top + 158)
    parts = [
        view("FrameLayout", (0, top, 210, top + 158), id="ymg", flags="Cf", action=Action("open_picker")),
        view("RelativeLayout", row, view("FrameLayout", small, inner, id="ce9"), id="n4r"),
    ]
    return view(
        "FrameLayout", whole, view("RelativeLayout", (0, top - 577, 1080, top + 158), *parts, id="rzd"), id="tty"
    )


def _lengths(scene: Scene) -> View:
    """10m, 60s, 15s, PHOTO, TEXT; the chosen one is selected, none is clickable."""
    top = _low(scene, 1655)
    words = [*_LENGTHS, (scene.labels["mode_photo"], 444, 637), (scene.labels["mode_text"], 637, 793)]
    cells = [
        _word(word, (left, top, right, top + 87), selected=i == 3, action=None)
        for i, (word, left, right) in enumerate(words)
    ]
    box: Bounds = (0, top - 27, 1080, top + 115)
    row = view("FrameLayout", box, view("LinearLayout", box, *cells, id="e52"), id="u4u")
    return view("FrameLayout", box, view("LinearLayout", box, row), id="u4y")


def mode_bar(scene: Scene, selected: str) -> View:
    """POST, CREATE and LIVE; POST is the camera, CREATE the templates."""
    top = _low(scene, 2115)
    shift = -186 if selected == "templates" else 0
    words = (("mode_post", 457, 623, "camera"), ("mode_create", 623, 830, "templates"), ("mode_live", 830, 990, ""))
    cells = [
        _word(
            scene.labels[key],
            (left + shift, top, right + shift, top + 118),
            selected=page == selected,
            action=Action("mode", page) if page else None,
        )
        for key, left, right, page in words
    ]
    box: Bounds = (198, top - 5, 1080, top + 124)
    wide: Bounds = (0, top - 5, 1080, top + 124)
    row = view("FrameLayout", box, view("LinearLayout", box, *cells, id="e52"), id="v5h")
    held = view("LinearLayout", wide, view("ViewGroup", wide, row))
    return view("FrameLayout", wide, held, id="c12", style=Style(fill="#000000" if selected == "templates" else ""))


def _word(word: str, box: Bounds, *, selected: bool, action: Action | None) -> View:
    """A mode: it takes touches, but accessibility does not know."""
    flags = ("S" if selected else "") + ("T" if action is not None else "")
    ink = WHITE if selected else "#b0b0b4"
    label = text(box, word, id="v5w", flags=flags, size=38, bold=selected, align="center", color=ink, action=action)
    return view("ViewGroup", box, view("ViewGroup", box, label))
