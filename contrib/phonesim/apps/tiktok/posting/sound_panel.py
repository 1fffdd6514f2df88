"""The panel in which a sound is chosen for the post, and the sheet with the volumes.

No recording is known of either: they follow descriptions. A slider is a SeekBar whose value stands beside it.
"""

from phonesim.apps.navigation import Overlay
from phonesim.apps.posting import sounds
from phonesim.apps.posting.sliders import HEIGHT, done, sliders
from phonesim.apps.posting.state import SOUND_SEARCH, Composition, Sound
from phonesim.apps.tiktok.scene import Scene, shell
from phonesim.apps.tiktok.sheets import dialog_window
from phonesim.ui.chrome import KEYBOARD
from phonesim.ui.controls import CLOSE, DIM, GREY, INK, LIST, RED, WHITE, heading, icon, text
from phonesim.ui.view import Action, Bounds, Style, View, Window, view

_ROW = 170


def sound_panel(scene: Scene, made: Composition) -> View:
    """Search field, results with a check mark each, and below the original sound and the volumes."""
    frame = scene.frame
    typing = scene.field == SOUND_SEARCH
    low = frame.bottom - (KEYBOARD if typing else 170)
    words = scene.posting.sound_search
    found = sounds.listed(scene.phone, scene.posting)
    shown = [sound for i, sound in enumerate(found) if 330 + (i + 1) * _ROW <= low]
    rows = [_row(scene, sound, 330 + i * _ROW) for i, sound in enumerate(shown)]
    parts = [_bar(scene, words), view(LIST, (0, 320, 1080, low), *rows, id="k7f", flags="fs")]
    if not typing:
        parts.append(_foot(scene, made))
    return shell(frame, view("LinearLayout", (0, 84, 1080, frame.bottom), *parts, id="f0u"))


def _bar(scene: Scene, words: str) -> View:
    labels = scene.labels
    flags = "CfLF" if scene.field == SOUND_SEARCH else "CfL"
    style = Style(
        fill=GREY, radius=14, inset=24, size=40, text=words or labels["search_sounds"], color=INK if words else DIM
    )
    box: Bounds = (130, 140, 1040, 260)
    field = view(
        "EditText", box, id="d4s", text=words or labels["search_sounds"], flags=flags, field=SOUND_SEARCH, style=style
    )
    back = icon((20, 140, 120, 260), "back", desc=labels["back"], flags="Cf", action=Action("leave_form"))
    return view("FrameLayout", (0, 110, 1080, 290), back, field, id="k7d")


def _row(scene: Scene, sound: Sound, top: int) -> View:
    """A touch plays it; only the check mark that it shows then takes it."""
    chosen = scene.posting.candidate is not None and scene.posting.candidate.id == sound.id
    area: Bounds = (210, top + 30, 850, top + 90)
    parts = [
        view("ImageView", (42, top + 20, 172, top + 150), id="cover", style=Style(artwork=f"sound:{sound.id}")),
        text(area, sound.name, id="tv_title", size=42, bold=chosen, color=RED if chosen else INK),
        text((210, top + 95, 850, top + 145), sound.artist, id="desc", size=34, color=DIM),
    ]
    if chosen:
        box: Bounds = (900, top + 35, 1040, top + 135)
        style = Style(fill=RED, radius=14, icon="check", size=60, color=WHITE)
        take = Action("take_sound", sound.id)
        parts.append(
            view("Button", box, id="k7x", desc=scene.labels["use_sound"], flags="Cf", action=take, style=style)
        )
    return view("FrameLayout", (0, top, 1080, top + _ROW), *parts, flags="Cf", action=Action("try_sound", sound.id))


def _foot(scene: Scene, made: Composition) -> View:
    """The original sound on or off, and the way to the volumes."""
    bottom = scene.frame.bottom
    top = bottom - 170
    labels = scene.labels
    box: Bounds = (32, top + 20, 640, bottom - 20)
    style = Style(fill=RED if made.original_on else WHITE, outline=DIM, radius=31, icon="check", size=40, color=WHITE)
    check = view(
        "CheckBox", (32, top + 53, 95, top + 116), id="nbk", flags="fkK" if made.original_on else "fk", style=style
    )
    words = text((120, top + 50, 620, top + 120), labels["original_sound"], size=40)
    parts = [view("RelativeLayout", box, check, words, flags="Cf", action=Action("toggle_original"))]
    volume: Bounds = (700, top + 20, 1048, bottom - 20)
    label = heading(volume, labels["volume"], size=40)
    parts.append(
        view("LinearLayout", volume, label, flags="Cf", action=Action("volume"), style=Style(fill=GREY, radius=14))
    )
    return view("FrameLayout", (0, top, 1080, bottom), *parts, id="k7v", style=Style(fill=WHITE))


def volume_sheet(scene: Scene, overlay: Overlay) -> Window:
    """A slider for the original sound, one for the added sound if there is one."""
    made = scene.posting.composition or Composition(way="")
    labels = scene.labels
    top = scene.frame.bottom - 260 - HEIGHT * (2 if made.sound else 1)
    rows = sliders(made, labels["original_sound"], labels["added_sound"], top + 120)
    title = heading((300, top + 20, 780, top + 110), labels["volume"], id="title", size=46)
    plate: Bounds = (0, top, 1080, scene.frame.bottom)
    style = Style(fill=WHITE, radius=36, flat_bottom=True)
    sheet = view("FrameLayout", plate, title, done(labels["done"], top), *rows, id="f0u", style=style)
    return dialog_window(scene, sheet, outside=CLOSE)
