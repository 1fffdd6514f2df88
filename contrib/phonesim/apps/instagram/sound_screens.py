"""Choosing a sound: the list over the editor, the part that plays, the volumes. No recording is known of any.

Ids and words are those that others' scripts and notes name; their places are made up.
"""

from phonesim.apps.instagram.scene import BLUE, DIM, GREY, INK, Scene, group, modal_shell
from phonesim.apps.instagram.windows import sheet
from phonesim.apps.navigation import Overlay
from phonesim.apps.posting import sounds
from phonesim.apps.posting.sliders import HEIGHT, done, sliders
from phonesim.apps.posting.state import SOUND_SEARCH, Composition, Sound
from phonesim.ui.chrome import KEYBOARD, STATUS
from phonesim.ui.controls import BACK, LIST, NOTHING, WHITE, icon, icon_button, text, text_button
from phonesim.ui.view import Action, Bounds, Style, View, Window, view

_TOP = STATUS + 120
_ROW = 170
_BAR = 190
_LENGTH = "0:56"


def sound_list(scene: Scene, made: Composition) -> View:
    """A sheet with a field, tabs until something is typed, rows, and the bar of the sound that plays."""
    bottom = scene.frame.bottom
    whole: Bounds = (0, STATUS, 1080, bottom)
    back = BACK
    dimmer = view("Button", whole, id="background_dimmer", flags="Cf", action=back, style=Style(fill="#8d8f92"))
    handle = view(
        "ImageView", (501, _TOP, 579, _TOP + 50), id="bottom_sheet_drag_handle_prism", flags="Cf", action=back
    )
    parts = [handle, _field(scene)]
    top = _TOP + 190
    if not scene.posting.sound_search:
        parts.append(_tabs(scene, top))
        top += 120
    low = bottom - (KEYBOARD if scene.field == SOUND_SEARCH else _BAR)
    parts += _loading(scene) if scene.loading else [_rows(scene, top, low)]
    playing = scene.posting.candidate
    if playing is not None:
        parts.append(_playing(scene, playing, bottom - _BAR))
    plate: Bounds = (0, _TOP, 1080, bottom)
    style = Style(fill=WHITE, radius=36, flat_bottom=True)
    body = view(
        "FrameLayout", plate, *parts, id="layout_container_bottom_sheet", flags="Cf", action=NOTHING, style=style
    )
    return modal_shell(scene, dimmer, body)


def _loading(scene: Scene) -> list[View]:
    return [view("ProgressBar", (490, 900, 590, 1000), style=Style(icon="spinner", size=90, color=DIM))]


def _field(scene: Scene) -> View:
    words, typing = scene.posting.sound_search, scene.field == SOUND_SEARCH
    return view(
        "EditText",
        (40, _TOP + 60, 1040, _TOP + 170),
        id="row_search_edit_text",
        text=words or scene.labels["search_sounds"],
        flags="CfF" if typing else "Cf",
        field=SOUND_SEARCH,
        style=Style(fill=GREY, radius=30, size=40, inset=40, color=INK if words else DIM),
    )


def _tabs(scene: Scene, top: int) -> View:
    tabs = [
        view(
            "LinearLayout",
            (i * 270, top, (i + 1) * 270, top + 110),
            text((i * 270, top, (i + 1) * 270, top + 110), scene.labels[key], size=34, align="center", bold=not i),
            flags="CfS" if not i else "Cf",
            action=NOTHING,
        )
        for i, key in enumerate(("for_you", "trending", "saved", "original_audio"))
    ]
    return view("HorizontalScrollView", (0, top, 1080, top + 110), *tabs, flags="f")


def _rows(scene: Scene, top: int, low: int) -> View:
    found = sounds.listed(scene.phone, scene.posting)
    rows = [_row(scene, sound, top + i * _ROW) for i, sound in enumerate(found) if top + (i + 1) * _ROW <= low]
    return view(LIST, (0, top, 1080, low), *rows, id="content_list", flags="fs")


def _row(scene: Scene, sound: Sound, top: int) -> View:
    """A touch plays it. The bookmark at its end keeps it, and takes nothing."""
    labels = scene.labels
    save = icon_button(
        (930, top + 45, 1010, top + 125), "plus", desc=labels.filled("save_track", sound.name), action=NOTHING
    )
    parts = [
        view("ImageView", (40, top + 20, 170, top + 150), id="album_art", style=Style(artwork=f"sound:{sound.id}")),
        text((210, top + 30, 900, top + 90), sound.name, id="song_title", size=42, bold=True),
        text((210, top + 95, 900, top + 145), f"{sound.artist} • {_LENGTH}", id="artist_name", size=34, color=DIM),
        save,
    ]
    return view(
        "ViewGroup",
        (0, top, 1080, top + _ROW),
        *parts,
        id="track_container",
        desc=labels.filled("select_track", sound.name, sound.artist, _LENGTH),
        flags="Cf",
        action=Action("try_sound", sound.id),
    )


def _playing(scene: Scene, sound: Sound, top: int) -> View:
    """The bar: title and artist, play, and the arrow that takes it."""
    arrow: Bounds = (940, top + 40, 1050, top + 150)
    area: Bounds = (790, top + 40, 900, top + 150)
    picture = icon(arrow, "play", size=60, color=BLUE)
    tap = Action("take_sound", sound.id)
    parts = [
        view("ImageView", (40, top + 30, 170, top + 160), id="album_art", style=Style(artwork=f"sound:{sound.id}")),
        text((210, top + 40, 760, top + 100), sound.name, size=42, bold=True),
        text((210, top + 105, 760, top + 155), sound.artist, size=34, color=DIM),
        icon_button(area, "play", id="play_pause_button", desc=scene.labels["play_track"], action=NOTHING),
        view("FrameLayout", arrow, picture, id="select_button_tap_target", flags="Cf", action=tap),
    ]
    box: Bounds = (0, top, 1080, top + _BAR)
    return view("ViewGroup", box, *parts, id="audio_bar", flags="Cf", action=NOTHING, style=Style(fill=GREY))


def sound_clip(scene: Scene, made: Composition) -> View:
    """Which part plays: Cancel, a scale, and Done, which for pictures is a sheet's."""
    labels, bottom = scene.labels, scene.frame.bottom
    sound = sounds.by_id(scene.page.target)
    feed = scene.posting.placement == "feed"
    done = text_button(
        (800, 60, 1050, 170),
        labels["done"] if feed else "",
        id="bottom_sheet_done_button" if feed else "music_editor_done_button",
        desc="" if feed else labels["done"],
        action=Action("clip_done", sound.id),
        size=44,
    )
    cancel = icon_button(
        (30, 60, 140, 170),
        "close",
        id="bottom_sheet_cancel_button" if feed else "music_editor_cancel_button",
        desc=labels["cancel"],
        action=BACK,
    )
    scale: Bounds = (0, bottom - 400, 1080, bottom - 200)
    parts = [
        cancel,
        done,
        text((200, 300, 900, 360), sound.name, size=44, bold=True),
        text((200, 370, 900, 420), sound.artist, size=36, color=DIM),
        text((60, bottom - 480, 600, bottom - 420), labels.filled("clip_length", 15), size=36),
        view(LIST, scale, id="scrubber_recycler_view", flags="fs", style=Style(fill=GREY)),
    ]
    return modal_shell(scene, view("FrameLayout", (0, 0, 1080, bottom), *parts, id="music_editor"))


def volumes(scene: Scene, overlay: Overlay) -> Window:
    """A slider for the camera's sound, and one under the name of the sound that was added."""
    made = scene.posting.composition or Composition(way="")
    top = scene.frame.bottom - 160 - HEIGHT * (2 if made.sound else 1)
    rows = sliders(made, scene.labels["camera_audio"], made.sound.name if made.sound else "", top + 120)
    return sheet(scene, top, done(scene.labels["done"], top), *rows)


def sound_page(scene: Scene) -> View:
    """A sound's own page, with "Use audio" at its foot, unless it is gone."""
    bottom = scene.frame.bottom
    back = icon((0, STATUS, 136, STATUS + 136), "back", desc=scene.labels["back"], flags="Cf", action=BACK)
    if scene.phone.faults.active("sound_gone") and not scene.loading:
        gone = text((60, 900, 1020, 980), scene.labels["audio_gone"], size=44, align="center")
        return modal_shell(scene, back, gone)
    if scene.loading:
        return modal_shell(scene, back, *_loading(scene))
    sound = sounds.by_id(scene.page.target)
    used = scene.labels.filled("audio_used", scene.labels.count(int(sound.id) % 90_000))
    box: Bounds = (290, bottom - 190, 790, bottom - 70)
    picture = icon((330, bottom - 165, 400, bottom - 95), "play", id="use_in_camera_icon", size=50, color=WHITE)
    label = text((410, bottom - 160, 760, bottom - 100), scene.labels["use_audio"], id="use_in_camera_label", size=42)
    tap = Action("use_sound", sound.id)
    style = Style(fill=BLUE, radius=60)
    use = view("LinearLayout", box, picture, label, id="use_in_camera_button", flags="Cf", action=tap, style=style)
    parts = [
        back,
        view("ImageView", (40, 260, 300, 520), style=Style(artwork=f"sound:{sound.id}")),
        text((340, 280, 1040, 350), sound.name, size=52, bold=True),
        text((340, 360, 1040, 420), sound.artist, size=40, color=DIM),
        text((340, 430, 1040, 480), used, size=36, color=DIM),
        view("FrameLayout", (0, bottom - 220, 1080, bottom - 40), use, id="use_in_camera_button_scene_root"),
    ]
    return modal_shell(scene, *parts)


def reel_camera(scene: Scene) -> View:
    """The camera to which "Use audio" leads; its corner opens the picker."""
    labels, bottom = scene.labels, scene.frame.bottom
    corner: Bounds = (40, bottom - 170, 170, bottom - 40)
    box: Bounds = (430, bottom - 460, 650, bottom - 240)
    style = Style(fill=WHITE, radius=110)
    tap = Action("open_gallery")
    look = Style(fill=GREY, radius=20)
    area: Bounds = (910, bottom - 170, 1040, bottom - 40)
    parts = [
        icon_button((20, 60, 130, 170), "close", desc=labels["cancel"], action=Action("discard")),
        view(
            "Button", box, id="camera_shutter_button", desc=labels["shutter"], flags="Cf", action=NOTHING, style=style
        ),
        view("Button", corner, id="gallery_preview_button", desc=labels["gallery"], flags="Cf", action=tap, style=look),
        icon_button(area, "spinner", id="camera_switch_button", desc=labels["switch_camera"], action=NOTHING),
    ]
    whole: Bounds = (0, 0, 1080, bottom)
    return modal_shell(scene, group(whole, *parts, id="quick_capture_root_container"))
