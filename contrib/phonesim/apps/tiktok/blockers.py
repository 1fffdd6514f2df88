"""Screens that stop everything: captcha, login wall, banned account. None of them goes away by being touched."""

from phonesim.apps.tiktok.scene import Scene, notice, shell
from phonesim.apps.tiktok.sheets import dialog_window
from phonesim.ui.controls import DIM, GREY, NOTHING, RED, WHITE, heading, icon, text, text_button, word_button
from phonesim.ui.view import Bounds, Style, View, Window, view


def captcha(scene: Scene) -> Window:
    """A slider puzzle in a web view."""
    labels = scene.labels
    top = scene.frame.height // 2 - 480
    plate: Bounds = (110, top, 970, top + 960)
    picture: Bounds = (150, top + 190, 930, top + 610)
    inner = view("View", (640, top + 300, 780, top + 440), style=Style(fill="#3a3a3e", radius=20))
    body = view("View", (180, top + 300, 320, top + 440), style=Style(fill="#ffffff", radius=20))
    held = view("View", (150, top + 660, 300, top + 770), style=Style(fill=RED, radius=55))
    glyph = icon((185, top + 675, 265, top + 755), "play", cls="View", size=60, color=WHITE)
    parts = [
        text((150, top + 30, 840, top + 100), labels["captcha_title"], cls="View", size=46, bold=True),
        text((150, top + 104, 930, top + 170), labels["captcha_text"], cls="View", size=36, color=DIM),
        view("Image", picture, inner, body, style=Style(artwork="captcha")),
        view("View", (150, top + 660, 930, top + 770), held, glyph, style=Style(fill=GREY, radius=55)),
        text_button((150, top + 830, 500, top + 900), labels["refresh"], size=36, color=DIM),
        text_button((520, top + 830, 930, top + 900), labels["report_problem"], size=36, color=DIM, align="right"),
    ]
    box = view("android.webkit.WebView", plate, *parts, flags="f", style=Style(fill=WHITE, radius=24))
    return dialog_window(scene, box)


def login_wall(scene: Scene) -> View:
    """The app has no account."""
    labels = scene.labels
    ways = (("login_phone", "person", RED, WHITE), ("login_google", "globe", GREY, "#161823"))
    rows = [_way(labels[key], picture, fill, ink, 760 + i * 160) for i, (key, picture, fill, ink) in enumerate(ways)]
    bottom = scene.frame.bottom
    content = [
        icon((460, 190, 620, 350), "music", size=150),
        heading((60, 400, 1020, 500), labels["login_title"], id="title", size=72),
        text((120, 520, 960, 660), labels["login_text"], size=38, color=DIM, align="center", lines=2),
        *rows,
        text((0, bottom - 170, 1080, bottom), labels["sign_up"], flags="Cf", size=40, align="center", fill=GREY),
    ]
    return shell(scene.frame, view("LinearLayout", (0, 84, 1080, bottom), *content))


def _way(word: str, picture: str, fill: str, ink: str, top: int) -> View:
    box: Bounds = (90, top, 990, top + 132)
    parts = [
        icon((120, top + 36, 180, top + 96), picture, size=60, color=ink),
        heading((200, top + 30, 960, top + 102), word, size=42, color=ink),
    ]
    return view("LinearLayout", box, *parts, flags="Cf", action=NOTHING, style=Style(fill=fill, radius=12))


def banned(scene: Scene) -> View:
    """The account was banned."""
    labels = scene.labels
    words = notice(scene.frame, 500, labels["banned_title"], labels["banned_text"], "lock")
    appeal = word_button((240, 1010, 840, 1130), labels["appeal"])
    return shell(scene.frame, view("LinearLayout", (0, 84, 1080, scene.frame.bottom), words, appeal))
