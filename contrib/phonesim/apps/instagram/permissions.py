"""Android's own permission prompts over Instagram, with the ids of the permission controller."""

from phonesim.apps.instagram.scene import BLUE, Scene
from phonesim.apps.instagram.windows import window
from phonesim.apps.navigation import Overlay
from phonesim.apps.tiktok.popups import PERMISSIONS
from phonesim.ui.controls import CLOSE, NOTHING, WHITE, icon, text, text_button
from phonesim.ui.view import Action, Bounds, Style, Window, view

_GRANT = "com.android.permissioncontroller:id/"


def camera(scene: Scene, overlay: Overlay) -> Window:
    """Android's, not Instagram's: three answers, the last with a typographic apostrophe."""
    answers = (
        ("permission_allow_foreground_only_button", "while_using", CLOSE),
        ("permission_allow_one_time_button", "only_this_time", CLOSE),
        ("permission_deny_button", "dont_allow", CLOSE),
    )
    return _permission(scene, "camera_permission", "play", answers)


def notifications(scene: Scene, overlay: Overlay) -> Window:
    answers = (("permission_allow_button", "allow", CLOSE), ("permission_deny_button", "dont_allow", CLOSE))
    return _permission(scene, "notification_permission", "bell", answers)


def _permission(scene: Scene, key: str, picture: str, answers: tuple[tuple[str, str, Action], ...]) -> Window:
    top = scene.frame.height // 2 - 452
    plate: Bounds = (28, top, 1052, top + 480 + 148 * len(answers))
    parts = [icon((480, top + 60, 600, top + 180), picture, id=f"{_GRANT}permission_icon", size=90, color=BLUE)]
    area: Bounds = (133, top + 221, 947, top + 390)
    message = text(area, scene.labels[key], id=f"{_GRANT}permission_message", size=48, lines=2, align="center")
    parts.append(message)
    for i, (id_, word, action) in enumerate(answers):
        box: Bounds = (133, top + 464 + i * 148, 947, top + 569 + i * 148)
        words = scene.labels[word]
        parts.append(
            text_button(
                box, words, id=f"{_GRANT}{id_}", action=action, size=42, align="center", fill="#d3e3fd", radius=40
            )
        )
    dialog = view("LinearLayout", plate, *parts, id=f"{_GRANT}grant_dialog", flags="C", action=NOTHING)
    style = Style(fill=WHITE, radius=60)
    single = view("LinearLayout", plate, dialog, id=f"{_GRANT}grant_singleton", flags="C", action=NOTHING, style=style)
    return window(scene, single, package=PERMISSIONS)
