"""Popups that come unasked, one builder a kind. The recorded ones keep their traps: opaque, unlabelled X."""

from collections.abc import Callable, Mapping

from phonesim.apps.navigation import Overlay
from phonesim.apps.tiktok.scene import Scene
from phonesim.apps.tiktok.sheets import asks, dialog_window
from phonesim.ui.controls import CLOSE, DIM, GREY, NOTHING, RED, WHITE, heading, icon, icon_button, text, text_button
from phonesim.ui.view import Bounds, Style, View, Window, view

PERMISSIONS = "com.google.android.permissioncontroller"


def notification(scene: Scene, overlay: Overlay) -> Window:
    """Android's own window, not TikTok's."""
    top = scene.frame.bottom - 720
    plate: Bounds = (40, top, 1040, scene.frame.bottom - 40)
    picture = icon((480, top + 50, 600, top + 170), "bell", id="permission_icon", size=100, color="#1a73e8")
    word = scene.labels["notification_title"]
    words = text((100, top + 190, 980, top + 330), word, id="permission_message", size=46, align="center", lines=2)
    answers = (("allow", "permission_allow_button"), ("dont_allow", "permission_deny_button"))
    buttons = [_permission(scene.labels[key], id_, top + 360 + i * 160) for i, (key, id_) in enumerate(answers)]
    box = view("LinearLayout", plate, picture, words, *buttons, id="grant_dialog", style=Style(fill=WHITE, radius=60))
    return dialog_window(scene, box, package=PERMISSIONS)


def _permission(word: str, id_: str, top: int) -> View:
    return text_button(
        (100, top, 980, top + 136),
        word,
        id=f"com.android.permissioncontroller:id/{id_}",
        size=42,
        align="center",
        fill="#d3e3fd",
        radius=40,
        action=CLOSE,
    )


def update(scene: Scene, overlay: Overlay) -> Window:
    """As recorded: nothing in it has a text or can be clicked; people see a picture and a button."""
    whole = scene.frame.whole
    top = scene.frame.height // 2 - 548
    plate: Bounds = (152, top, 928, top + 1096)
    inner = view("ViewGroup", plate, style=Style(text="", icon="music", size=260, color="#161823"))
    button = Style(fill=RED, radius=16, text="Update", color=WHITE, align="center", size=44, bold=True)
    box = view("ViewGroup", plate, inner, style=Style(fill=WHITE, radius=36))
    painted = view("ViewGroup", (232, top + 900, 848, top + 1010), style=button)
    root = view("ViewGroup", whole, view("ViewGroup", whole), box, painted)
    for flags, id_ in (("f", ""), ("", ""), ("", ""), ("", "android:id/content"), ("", ""), ("", "")):
        root = view("FrameLayout", whole, root, flags=flags, id=id_)
    return Window(package="com.zhiliaoapp.musically", root=root, modal=True, dim=True)


def unknown(scene: Scene, overlay: Overlay) -> Window:
    """Something that no list of popups has; its one button goes nowhere."""
    top = scene.frame.height // 2 - 400
    plate: Bounds = (120, top, 960, top + 800)
    parts = [
        view("ImageView", (120, top, 960, top + 500), style=Style(artwork="unknown-popup")),
        heading((170, top + 540, 910, top + 620), "Zelotima kabure 2.0", size=48),
        text_button((220, top + 660, 860, top + 760), "Pomura", flags="C", align="center", fill=GREY, radius=14),
    ]
    return dialog_window(scene, view("FrameLayout", plate, *parts, style=Style(fill=WHITE)))


WINDOWS: Mapping[str, Callable[[Scene, Overlay], Window]] = {
    "popup.not_now": asks("contacts_title", "contacts_text", ("not_now",), ("ok",)),
    "popup.notification": notification,
    "popup.save_login": asks("save_login_title", "save_login_text", ("not_now",), ("save_login",)),
    "popup.update": update,
    "popup.rating": asks("rating_title", "rating_text", ("later",)),
    "popup.unknown": unknown,
}


def phone_number(scene: Scene, overlay: Overlay) -> View:
    """Not a window: it lies over the page in the same tree, whose nodes stay listed. The X has no label."""
    labels = scene.labels
    whole: Bounds = (0, 0, 1080, scene.frame.bottom)
    field: Bounds = (60, 560, 1020, 690)
    proceed = heading((60, 760, 1020, 890), labels["continue"], flags="C", size=44, color=DIM, fill=GREY, radius=12)
    parts = [
        icon_button((936, 84, 1056, 216), "close", flags="C", action=CLOSE, size=60),
        text((60, 260, 1020, 370), labels["phone_title"], size=54, bold=True),
        text((60, 390, 1020, 500), labels["phone_text"], size=38, color=DIM, lines=2),
        text(
            (60, 560, 240, 690),
            "+33" if labels.language == "fr" else "+84" if labels.language == "vi" else "+1",
            size=44,
        ),
        text((260, 560, 1020, 690), labels["phone_hint"], size=44, color=DIM),
        view("View", (field[0], field[3], field[2], field[3] + 3), style=Style(fill=GREY)),
        proceed,
    ]
    # Touches that miss its controls must not reach the page below.
    return view("FrameLayout", whole, *parts, flags="C", action=NOTHING, style=Style(fill=WHITE))
