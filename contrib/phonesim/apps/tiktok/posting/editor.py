"""The editor, as recorded on 43.1.4: Your Story publishes a story at once, Next goes on to the form."""

from phonesim.apps.posting.pictures import picture_of
from phonesim.apps.posting.state import Composition
from phonesim.apps.tiktok.posting.camera import RECORDED_BOTTOM
from phonesim.apps.tiktok.posting.tools import editor_chip, tool_column
from phonesim.apps.tiktok.scene import Scene, shell
from phonesim.ui.controls import RED, WHITE, framed, heading, icon, text
from phonesim.ui.view import Action, Bounds, Style, View, view

BACK = Action("leave_form")
_TOOLS = ("edit_tool", "video_templates", "text_tool", "stickers", "effects", "filters")


def editor(scene: Scene, made: Composition) -> View:
    """The first file in full, the sound above it, tools at the right, the two ways on below."""
    whole: Bounds = (0, 0, 1080, scene.frame.bottom)
    style = picture_of(made.files[0]) if made.files else Style(fill="#202124")
    canvas = view("SurfaceView", (0, 161, 1080, scene.frame.bottom - 256), style=style)
    back = icon((32, 193, 137, 298), "back", id="b98", desc="@2131888269", flags="Cf", color=WHITE, action=BACK)
    parts = [
        framed(whole, canvas, "", "fy1"),
        framed(whole, editor_chip(scene, made.sound), "l9o"),
        framed(whole, _ways_on(scene, whole), "", "fzn", "", "fye"),
        view("ViewGroup", (0, 193, 1080, 561), back, id="w3k"),
        tool_column(scene, ("settings", "share"), _TOOLS),
    ]
    body = view("FrameLayout", whole, view("FrameLayout", whole, *parts, id="fy8"), id="fy9")
    return shell(scene.frame, framed(whole, body, "rzh", "", "nor", "s8e"), fill="#000000")


def _ways_on(scene: Scene, whole: Bounds) -> View:
    """Your Story, three levels under nothing clickable but its frame, and Next under its own."""
    top = 2123 - RECORDED_BOTTOM + scene.frame.bottom
    story: Bounds = (32, top, 534, top + 116)
    inner: Bounds = (135, top + 14, 430, top + 101)
    avatar = view("FrameLayout", (135, top + 14, 222, top + 101), _picture(scene, top), id="qxs")
    words = text((238, top + 31, 430, top + 84), scene.labels["your_story"], id="y0i", size=34, bold=True)
    held = view("LinearLayout", inner, avatar, words)
    left = view(
        "FrameLayout", story, held, id="qxr", flags="Cf", action=Action("story"), style=Style(fill=WHITE, radius=16)
    )
    on: Bounds = (545, top, 1048, top + 116)
    word = heading((560, top + 31, 1033, top + 84), scene.labels["next"], id="ntq", size=42, color=WHITE)
    right = view(
        "LinearLayout", on, word, id="ntn", flags="Cf", action=Action("to_form"), style=Style(fill=RED, radius=16)
    )
    row: Bounds = (0, top - 5, 1080, top + 116)
    low: Bounds = (0, top - 5, 1080, whole[3])
    line = framed(low, view("LinearLayout", row, left, right, id="l56"), "sa7", "bvc")
    return view("LinearLayout", whole, line)


def _picture(scene: Scene, top: int) -> View:
    box: Bounds = (147, top + 26, 210, top + 89)
    return view("ImageView", box, id="k9u", style=Style(avatar=scene.world.active))
