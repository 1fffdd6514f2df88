"""Dialogs and popups by name: what each of them says and what its buttons do."""

from collections.abc import Callable, Mapping

from phonesim.apps.instagram import permissions, questions
from phonesim.apps.instagram.scene import BLUE, GREY, Scene
from phonesim.apps.instagram.sound_screens import volumes
from phonesim.apps.instagram.windows import alert, headline, row_button, window
from phonesim.apps.navigation import Overlay
from phonesim.ui.controls import CLOSE, WHITE, heading, text, text_button
from phonesim.ui.view import Action, Bounds, Style, Window, view


def restriction(scene: Scene, overlay: Overlay) -> Window:
    """The limit on what an account may do: the same ids as any other alert."""
    labels = scene.labels
    buttons = (("primary_button", labels["tell_us"], CLOSE), ("cancel_button", labels["ok"], CLOSE))
    return alert(scene, labels["too_fast"], labels["too_fast_text"], buttons)


def contacts(scene: Scene, overlay: Overlay) -> Window:
    labels = scene.labels
    buttons = (("primary_button", labels["allow_access"], CLOSE), ("cancel_button", labels["not_now"], CLOSE))
    return alert(scene, labels["contacts_title"], labels["contacts_text"], buttons)


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


def sticker(scene: Scene, overlay: Overlay) -> Window:
    labels = scene.labels
    buttons = (("primary_button", labels["try_it"], CLOSE), ("auxiliary_button", labels["not_now"], CLOSE))
    return headline(scene, labels["sticker_title"], labels["sticker_text"], buttons)


def save_login(scene: Scene, overlay: Overlay) -> Window:
    labels = scene.labels
    buttons = (("primary_button", labels["save"], CLOSE), ("auxiliary_button", labels["not_now"], CLOSE))
    return headline(scene, labels["save_login_title"], labels.filled("save_login_text", scene.world.active), buttons)


def rating(scene: Scene, overlay: Overlay) -> Window:
    labels = scene.labels
    buttons = (("primary_button", labels["rate"], CLOSE), ("cancel_button", labels["not_now"], CLOSE))
    return alert(scene, labels["rating_title"], labels["rating_text"], buttons)


def phone_number(scene: Scene, overlay: Overlay) -> Window:
    labels = scene.labels
    buttons = (("primary_button", labels["add_phone"], CLOSE), ("auxiliary_button", labels["not_now"], CLOSE))
    return headline(scene, labels["phone_title"], labels["phone_text"], buttons)


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


WINDOWS: Mapping[str, Callable[[Scene, Overlay], Window]] = {
    "too_fast": restriction,
    "unfollow_dialog": unfollow_dialog,
    "post_limit": restriction,
    "volume": volumes,
    **questions.WINDOWS,
    "popup.not_now": contacts,
    "popup.notification": permissions.notifications,
    "popup.save_login": save_login,
    "popup.update": update,
    "popup.phone_number": phone_number,
    "popup.rating": rating,
    "popup.unknown": unknown,
    "popup.sticker": sticker,
    "popup.camera": permissions.camera,
}
