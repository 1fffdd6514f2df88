"""Dialogs and popups by name: what each of them says and what its buttons do."""

from collections.abc import Callable, Mapping

from phonesim.apps.instagram import permissions, questions
from phonesim.apps.instagram.scene import BLUE, GREY, Scene
from phonesim.apps.instagram.sound_screens import volumes
from phonesim.apps.instagram.windows import alert, asks, headline, row_button, window
from phonesim.apps.navigation import Overlay
from phonesim.ui.controls import CLOSE, WHITE, heading, text, text_button
from phonesim.ui.view import Action, Bounds, Style, Window, view


def unfollow_dialog(scene: Scene, overlay: Overlay) -> Window:
    """The second question, asked for private users. Ids as others' scripts name them; no recording is known."""
    labels = scene.labels
    top = scene.frame.height // 2 - 330
    question = labels.filled("unfollow_question", overlay.target)
    buttons = (("primary_button", "unfollow", Action("unfollow", overlay.target)), ("negative_button", "cancel", CLOSE))
    parts = [
        text((220, top + 60, 860, top + 300), question, id="dialog_body", size=42, align="center", lines=4),
        *(row_button(labels[key], id_, top + 340 + i * 140, tap) for i, (id_, key, tap) in enumerate(buttons)),
    ]
    plate = view(
        "LinearLayout", (170, top, 910, top + 640), *parts, id="dialog_container", style=Style(fill=WHITE, radius=40)
    )
    return window(scene, plate)


def update(scene: Scene, overlay: Overlay) -> Window:
    """Nothing in it has a text or can be clicked; people see a picture and a button."""
    top = scene.frame.height // 2 - 500
    plate: Bounds = (152, top, 928, top + 1000)
    painted = Style(fill=BLUE, radius=16, text="Update", color=WHITE, align="center", size=44, bold=True)
    body = view("ViewGroup", plate, style=Style(icon="play", size=240))
    inner = view("ViewGroup", (232, top + 820, 848, top + 930), style=painted)
    box = view("ViewGroup", plate, body, inner, style=Style(fill=WHITE, radius=36))
    return window(scene, box)


def unknown(scene: Scene, overlay: Overlay) -> Window:
    """Something that no list of popups has; its one button goes nowhere."""
    top = scene.frame.height // 2 - 400
    parts = [
        view("ImageView", (120, top, 960, top + 500), style=Style(artwork="unknown-popup")),
        heading((170, top + 540, 910, top + 620), "Zelotima kabure 2.0", size=48),
        text_button((220, top + 660, 860, top + 760), "Pomura", flags="C", align="center", fill=GREY, radius=14),
    ]
    return window(scene, view("FrameLayout", (120, top, 960, top + 800), *parts, style=Style(fill=WHITE)))


RESTRICTION = asks(alert, "too_fast", "too_fast_text", ("primary_button", "tell_us"), ("cancel_button", "ok"))
"""The limit on what an account may do: the same ids as any other alert."""
NOT_NOW = ("auxiliary_button", "not_now")
CANCEL = ("cancel_button", "not_now")
WINDOWS: Mapping[str, Callable[[Scene, Overlay], Window]] = {
    "too_fast": RESTRICTION,
    "unfollow_dialog": unfollow_dialog,
    "post_limit": RESTRICTION,
    "volume": volumes,
    **questions.WINDOWS,
    "popup.not_now": asks(alert, "contacts_title", "contacts_text", ("primary_button", "allow_access"), CANCEL),
    "popup.notification": permissions.notifications,
    "popup.save_login": asks(headline, "save_login_title", "save_login_text", ("primary_button", "save"), NOT_NOW),
    "popup.update": update,
    "popup.phone_number": asks(headline, "phone_title", "phone_text", ("primary_button", "add_phone"), NOT_NOW),
    "popup.rating": asks(alert, "rating_title", "rating_text", ("primary_button", "rate"), CANCEL),
    "popup.unknown": unknown,
    "popup.sticker": asks(headline, "sticker_title", "sticker_text", ("primary_button", "try_it"), NOT_NOW),
    "popup.camera": permissions.camera,
}
