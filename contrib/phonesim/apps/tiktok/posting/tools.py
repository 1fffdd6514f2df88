"""What camera and editor share: the column of tools at the right edge and the chip with the sound."""

from phonesim.apps.posting.state import Sound
from phonesim.apps.tiktok.scene import Scene
from phonesim.ui.controls import WHITE, icon, text
from phonesim.ui.view import Action, Bounds, Style, View, view

_TOOL = 137
OPEN_SOUNDS = Action("sounds")


def tool_column(scene: Scene, first: tuple[str, ...], others: tuple[str, ...]) -> View:
    """Two tools above a line, the others in a scroller, a menu below; described buttons without text."""
    height = scene.frame.bottom
    top = 502
    low = top + _TOOL * len(others)
    box: Bounds = (933, 193, 1080, 467)
    head = view("LinearLayout", box, *(_tool(scene, key, 193 + i * _TOOL) for i, key in enumerate(first)), id="h52")
    column: Bounds = (933, top, 1080, low)
    rest = view("LinearLayout", column, *(_tool(scene, key, top + i * _TOOL) for i, key in enumerate(others)), id="tte")
    more: Bounds = (969, low + 26, 1043, low + 84)
    parts = [
        head,
        view("View", (980, 483, 1033, 486), id="lk6", style=Style(fill="#d0d0d2")),
        view("ScrollView", column, rest, id="ttf", flags="f"),
        icon(more, "down", id="w8r", desc=scene.labels["dropdown"], flags="Cf", size=50, color=WHITE),
    ]
    return view("LinearLayout", (686, 0, 1080, height), *parts)


def _tool(scene: Scene, key: str, top: int) -> View:
    box: Bounds = (933, top, 1080, top + _TOOL)
    glyph = view("ImageView", (964, top + 26, 1048, top + 110), id="w85", flags="f")
    inner = view("FrameLayout", box, glyph, id="ce1")
    picture = icon((944, top, 1070, top + 126), _PICTURES.get(key, "gear"), id="kkb", size=64, color=WHITE)
    return view("Button", box, inner, picture, desc=scene.labels[key], flags="CfL", action=Action("tool", key))


_PICTURES = {"share": "share", "flip": "friends", "flash": "tick", "edit_tool": "menu", "text_tool": "comment"}


def sound_chip(scene: Scene, sound: Sound | None) -> View:
    """The camera's: words that are selected and focused, deep under a clickable frame."""
    box: Bounds = (372, 198, 707, 314)
    words = sound.label if sound else scene.labels["add_sound"]
    label = text((456, 198, 686, 314), words, id="ycm", flags="fFS", size=38, bold=True, color=WHITE)
    inner = view(
        "Button", (377, 198, 702, 314), _note(scene, (377, 232, 456, 279)), label, id="d8a", desc=words, flags="f"
    )
    button = view("Button", box, inner, id="d8c", flags="Cf", action=OPEN_SOUNDS)
    held = view("LinearLayout", box, button, id="d83", flags="Cf", action=OPEN_SOUNDS)
    return view("FrameLayout", (0, 0, 1080, 314), held, id="d87")


def editor_chip(scene: Scene, sound: Sound | None) -> View:
    """The editor's: with a sound there is an X whose description is unresolved."""
    words = sound.label if sound else scene.labels["add_sound"]
    label = text((362, 198, 698, 314), words, id="ycm", flags="fF", size=38, bold=True, color=WHITE)
    inner = view("LinearLayout", (283, 198, 698, 314), _note(scene, (283, 232, 362, 279)), label, id="d8a", flags="f")
    parts = [view("LinearLayout", (278, 198, 703, 314), inner, id="d8c", flags="Cf", action=OPEN_SOUNDS)]
    if sound is not None:
        line = view("View", (703, 232, 706, 279), id="d86", style=Style(fill=WHITE))
        cross = icon((706, 229, 801, 282), "close", id="d82", desc=scene.labels["close"], size=40, color=WHITE)
        tap = Action("remove_sound")
        parts.append(
            view(
                "LinearLayout", (703, 198, 801, 314), line, cross, id="d81", desc="@2131888108", flags="Cf", action=tap
            )
        )
    held = view("LinearLayout", (278, 198, 801, 314), *parts, id="d83")
    return view("FrameLayout", (0, 0, 1080, 314), held, id="d87")


def _note(scene: Scene, box: Bounds) -> View:
    picture: Bounds = (box[0] + 37, box[1], box[2], box[1] + 42)
    return view("ViewGroup", box, icon(picture, "music", id="d88", desc=scene.labels["music"], size=42, color=WHITE))
