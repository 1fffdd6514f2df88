"""A sound's own page, with "Use this sound", and the search's tab Sounds. No recording is known of either."""

from phonesim.apps.posting import sounds
from phonesim.apps.posting.state import Sound
from phonesim.apps.tiktok.profile import tiles
from phonesim.apps.tiktok.scene import Scene, shell
from phonesim.ui.controls import BACK, DIM, LIST, RED, WHITE, heading, icon_button, text
from phonesim.ui.view import Action, Bounds, Style, View, view

_ROW = 190


def sound_page(scene: Scene) -> View:
    """The sound's name and artist, videos that use it, and the button at the bottom."""
    bottom = scene.frame.bottom
    back = icon_button((20, 101, 155, 236), "back", desc=scene.labels["back"], action=BACK)
    if scene.loading:
        spinner = view("ProgressBar", (480, 760, 600, 880), style=Style(icon="spinner", size=110, color=DIM))
        return shell(scene.frame, back, spinner)
    sound = sounds.by_id(scene.page.target)
    used = scene.labels.filled("sound_videos", scene.labels.count(int(sound.id) % 90_000))
    button: Bounds = (240, bottom - 190, 840, bottom - 60)
    word = heading(button, scene.labels["use_this_sound"], size=44, color=WHITE)
    use = Action("use_sound", sound.id)
    parts = [
        back,
        view("ImageView", (42, 270, 342, 570), id="cover", style=Style(artwork=f"sound:{sound.id}")),
        text((390, 290, 1040, 360), sound.name, id="title", size=52, bold=True),
        text((390, 380, 1040, 440), sound.artist, id="desc", size=40, color=DIM),
        text((390, 450, 1040, 510), used, size=38, color=DIM),
        tiles(scene, sound.id, 630),
        view("LinearLayout", button, word, id="u3s", flags="Cf", action=use, style=Style(fill=RED, radius=65)),
    ]
    return shell(scene.frame, view("FrameLayout", (0, 84, 1080, bottom), *parts))


def sound_rows(scene: Scene, words: str, top: int) -> View:
    """The tab Sounds of the search: a touch opens the sound's page."""
    rows = [_row(sound, top + i * _ROW) for i, sound in enumerate(sounds.found(scene.phone, words))]
    return view(LIST, (0, top, 1080, top + _ROW * len(rows)), *rows, id="g2y", flags="fs")


def _row(sound: Sound, top: int) -> View:
    parts = [
        view("ImageView", (36, top + 20, 186, top + 170), id="cover", style=Style(artwork=f"sound:{sound.id}")),
        text((216, top + 40, 1000, top + 100), sound.name, id="tv_title", size=42, bold=True),
        text((216, top + 106, 1000, top + 156), sound.artist, id="desc", size=36, color=DIM),
    ]
    return view("FrameLayout", (0, top, 1080, top + _ROW), *parts, flags="Cf", action=Action("open_sound", sound.id))
