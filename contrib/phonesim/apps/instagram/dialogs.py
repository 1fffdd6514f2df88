"""Dialogs in windows of their own: the alert whose ids serve everything, the headline popup, Android's permissions."""

from collections.abc import Callable, Mapping

from phonesim.apps.instagram.scene import BLUE, DIM, GREY, WHITE, Overlay, Scene, icon, text
from phonesim.apps.instagram.sheets import CLOSE
from phonesim.apps.tiktok.popups import PERMISSIONS
from phonesim.ui.view import Action, Bounds, Style, View, Window, view

_GRANT = "com.android.permissioncontroller:id/"


def window(scene: Scene, box: View, *, outside: Action | None = None, package: str = "") -> Window:
    """A window of its own over a dimmed screen."""
    whole = scene.frame.whole
    root = view("FrameLayout", whole, view("FrameLayout", whole, box, id="android:id/content"))
    return Window(package=package or scene.package, root=root, modal=True, dim=True, outside=outside)


def alert(scene: Scene, title: str, words: str, buttons: tuple[tuple[str, str, Action], ...]) -> Window:
    """The app's alert. `buttons` are (id behind `igds_alert_dialog_`, word, action), top to bottom."""
    height = 430 + 130 * len(buttons)
    top = (scene.frame.height - height) // 2
    parts = [
        text(
            (200, top + 60, 880, top + 180),
            title,
            id="igds_alert_dialog_headline",
            size=52,
            bold=True,
            align="center",
            lines=2,
        ),
        text(
            (200, top + 190, 880, top + 390),
            words,
            id="igds_alert_dialog_subtext",
            size=38,
            color=DIM,
            align="center",
            lines=4,
        ),
    ]
    for i, (id_, word, action) in enumerate(buttons):
        box: Bounds = (150, top + 430 + i * 130, 930, top + 560 + i * 130)
        ink = BLUE if i == 0 else "#0c1014"
        parts.append(
            text(
                box,
                word,
                cls="Button",
                id=f"igds_alert_dialog_{id_}",
                flags="Cf",
                action=action,
                size=44,
                bold=not i,
                align="center",
                color=ink,
            )
        )
    plate = view(
        "LinearLayout",
        (150, top, 930, top + height),
        *parts,
        id="igds_alert_dialog_container",
        style=Style(fill=WHITE, radius=40),
    )
    return window(scene, plate)


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
    question = labels["unfollow_question"].format(overlay.target)
    buttons = (("primary_button", "unfollow", Action("unfollow", overlay.target)), ("negative_button", "cancel", CLOSE))
    parts = [
        text((220, top + 60, 860, top + 300), question, id="dialog_body", size=42, align="center", lines=4),
        *(_row_button(labels[key], id_, top + 340 + i * 140, tap) for i, (id_, key, tap) in enumerate(buttons)),
    ]
    plate = view(
        "LinearLayout", (170, top, 910, top + 640), *parts, id="dialog_container", style=Style(fill=WHITE, radius=40)
    )
    return window(scene, plate)


def headline(scene: Scene, title: str, words: str, buttons: tuple[tuple[str, str, Action], ...]) -> Window:
    """A headline, a body and rows of buttons, each button inside a clickable row, as the recorded sticker popup."""
    top = scene.frame.height // 2 - 360
    parts = [
        text((300, top + 150, 780, top + 213), title, id="igds_headline_headline", size=50, bold=True, align="center"),
        text(
            (250, top + 232, 830, top + 482),
            words,
            id="igds_headline_body",
            size=36,
            color=DIM,
            align="center",
            lines=6,
        ),
        *(_row_button(word, id_, top + 601 + i * 118, tap) for i, (id_, word, tap) in enumerate(buttons)),
    ]
    plate: Bounds = (222, top, 858, top + 620 + 118 * len(buttons))
    return window(scene, view("LinearLayout", plate, *parts, style=Style(fill=WHITE, radius=40)), outside=CLOSE)


def _row_button(word: str, id_: str, top: int, action: Action) -> View:
    box: Bounds = (222, top, 858, top + 117)
    inner = text(
        (271, top, 809, top + 117),
        word,
        cls="Button",
        id=id_,
        flags="Cf",
        action=action,
        size=42,
        bold=True,
        align="center",
    )
    return view("FrameLayout", box, inner, id=f"{id_}_row", flags="Cf", action=action)


def sticker(scene: Scene, overlay: Overlay) -> Window:
    labels = scene.labels
    buttons = (("primary_button", labels["try_it"], CLOSE), ("auxiliary_button", labels["not_now"], CLOSE))
    return headline(scene, labels["sticker_title"], labels["sticker_text"], buttons)


def save_login(scene: Scene, overlay: Overlay) -> Window:
    labels = scene.labels
    buttons = (("primary_button", labels["save"], CLOSE), ("auxiliary_button", labels["not_now"], CLOSE))
    return headline(scene, labels["save_login_title"], labels["save_login_text"].format(scene.world.active), buttons)


def rating(scene: Scene, overlay: Overlay) -> Window:
    labels = scene.labels
    buttons = (("primary_button", labels["rate"], CLOSE), ("cancel_button", labels["not_now"], CLOSE))
    return alert(scene, labels["rating_title"], labels["rating_text"], buttons)


def phone_number(scene: Scene, overlay: Overlay) -> Window:
    labels = scene.labels
    buttons = (("primary_button", labels["add_phone"], CLOSE), ("auxiliary_button", labels["not_now"], CLOSE))
    return headline(scene, labels["phone_title"], labels["phone_text"], buttons)


def publish_now(scene: Scene, overlay: Overlay) -> Window:
    """The sheet that asks once more after Share; the id of its button is the one that others' scripts name."""
    labels = scene.labels
    top = scene.frame.bottom - 620
    box: Bounds = (60, top + 420, 1020, top + 540)
    word = labels["share"]
    label = text((400, top + 450, 680, top + 510), word, size=44, bold=True, align="center", color=WHITE)
    share = view(
        "FrameLayout",
        box,
        view("Button", box, label, id="bb_primary_action", desc=word, flags="Cf", action=Action("publish_now")),
        id="bb_primary_action_container",
        style=Style(fill=BLUE, radius=60),
    )
    parts = [
        text(
            (60, top + 80, 1020, top + 170),
            labels["sharing_title"],
            id="igds_headline_headline",
            size=54,
            bold=True,
            align="center",
        ),
        text(
            (120, top + 190, 960, top + 380),
            labels["sharing_text"],
            id="igds_headline_body",
            size=38,
            color=DIM,
            lines=3,
            align="center",
        ),
        share,
    ]
    plate: Bounds = (0, top, 1080, scene.frame.bottom)
    return window(
        scene, view("LinearLayout", plate, *parts, style=Style(fill=WHITE, radius=40, flat_bottom=True)), outside=CLOSE
    )


def discard(scene: Scene, overlay: Overlay) -> Window:
    """BACK in an editor: nothing is lost without a question."""
    labels = scene.labels
    buttons = (
        ("primary_button", labels["discard"], Action("discard")),
        ("auxiliary_button", labels["save_draft"], Action("save_draft")),
        ("cancel_button", labels["keep_editing"], CLOSE),
    )
    return alert(scene, labels["discard_title"], labels["discard_text"], buttons)


def share_chooser(scene: Scene, overlay: Overlay) -> Window:
    """Where a share goes to. No recording is known: labels stand below clickable rows without ids."""
    labels = scene.labels
    top = scene.frame.bottom - 700
    rows = (("chooser_reels", "reel"), ("chooser_story", "story"), ("chooser_feed", "feed"), ("chooser_direct", ""))
    parts = [text((60, top + 30, 1020, top + 110), labels["share_to"], size=46, bold=True, align="center")]
    for i, (key, placement) in enumerate(rows):
        box: Bounds = (0, top + 130 + i * 135, 1080, top + 265 + i * 135)
        label = text((180, box[1] + 35, 1000, box[3] - 35), labels[key], size=44)
        tap = Action("share_to", placement) if placement else CLOSE
        inner = view("LinearLayout", box, icon((60, box[1] + 32, 130, box[1] + 102), "share", size=60), label)
        parts.append(view("FrameLayout", box, inner, flags="Cf", action=tap))
    plate: Bounds = (0, top, 1080, scene.frame.bottom)
    return window(
        scene, view("LinearLayout", plate, *parts, style=Style(fill=WHITE, radius=40, flat_bottom=True)), outside=CLOSE
    )


def sharing_posts(scene: Scene, overlay: Overlay) -> Window:
    """What the first share on a phone brings: one button that goes on."""
    labels = scene.labels
    buttons = (("primary_button", labels["ok"], CLOSE),)
    return headline(scene, labels["sharing_title"], labels["sharing_text"], buttons)


def update(scene: Scene, overlay: Overlay) -> Window:
    """Nothing in it has a text or can be clicked; people see a picture and a button."""
    top = scene.frame.height // 2 - 500
    plate: Bounds = (152, top, 928, top + 1000)
    painted = Style(fill=BLUE, radius=16, text="Update", color=WHITE, align="center", size=44, bold=True)
    box = view(
        "ViewGroup",
        plate,
        view("ViewGroup", plate, style=Style(icon="play", size=240)),
        view("ViewGroup", (232, top + 820, 848, top + 930), style=painted),
        style=Style(fill=WHITE, radius=36),
    )
    return window(scene, box)


def unknown(scene: Scene, overlay: Overlay) -> Window:
    """Something that no list of popups has; its one button goes nowhere."""
    top = scene.frame.height // 2 - 400
    parts = [
        view("ImageView", (120, top, 960, top + 500), style=Style(artwork="unknown-popup")),
        text((170, top + 540, 910, top + 620), "Zelotima kabure 2.0", size=48, bold=True, align="center"),
        text((220, top + 660, 860, top + 760), "Pomura", cls="Button", flags="C", align="center", fill=GREY, radius=14),
    ]
    return window(scene, view("FrameLayout", (120, top, 960, top + 800), *parts, style=Style(fill=WHITE)))


def camera_permission(scene: Scene, overlay: Overlay) -> Window:
    """Android's, not Instagram's: three answers, the last with a typographic apostrophe."""
    answers = (
        ("permission_allow_foreground_only_button", "while_using", Action("close_overlay")),
        ("permission_allow_one_time_button", "only_this_time", Action("close_overlay")),
        ("permission_deny_button", "dont_allow", Action("close_overlay")),
    )
    return _permission(scene, "camera_permission", "play", answers)


def notification_permission(scene: Scene, overlay: Overlay) -> Window:
    answers = (("permission_allow_button", "allow", CLOSE), ("permission_deny_button", "dont_allow", CLOSE))
    return _permission(scene, "notification_permission", "bell", answers)


def _permission(scene: Scene, key: str, picture: str, answers: tuple[tuple[str, str, Action], ...]) -> Window:
    top = scene.frame.height // 2 - 452
    plate: Bounds = (28, top, 1052, top + 480 + 148 * len(answers))
    parts = [icon((480, top + 60, 600, top + 180), picture, id=f"{_GRANT}permission_icon", size=90, color=BLUE)]
    message = text(
        (133, top + 221, 947, top + 390),
        scene.labels[key],
        id=f"{_GRANT}permission_message",
        size=48,
        lines=2,
        align="center",
    )
    parts.append(message)
    for i, (id_, word, action) in enumerate(answers):
        box: Bounds = (133, top + 464 + i * 148, 947, top + 569 + i * 148)
        parts.append(
            text(
                box,
                scene.labels[word],
                cls="Button",
                id=f"{_GRANT}{id_}",
                flags="Cf",
                action=action,
                size=42,
                align="center",
                fill="#d3e3fd",
                radius=40,
            )
        )
    inner = view("LinearLayout", plate, *parts, id=f"{_GRANT}grant_dialog", flags="C", action=Action("none"))
    box = view(
        "LinearLayout",
        plate,
        inner,
        id=f"{_GRANT}grant_singleton",
        flags="C",
        action=Action("none"),
        style=Style(fill=WHITE, radius=60),
    )
    return window(scene, box, package=PERMISSIONS)


WINDOWS: Mapping[str, Callable[[Scene, Overlay], Window]] = {
    "too_fast": restriction,
    "unfollow_dialog": unfollow_dialog,
    "post_limit": restriction,
    "publish_now": publish_now,
    "discard": discard,
    "share_chooser": share_chooser,
    "popup.not_now": contacts,
    "popup.notification": notification_permission,
    "popup.save_login": save_login,
    "popup.update": update,
    "popup.phone_number": phone_number,
    "popup.rating": rating,
    "popup.unknown": unknown,
    "popup.sticker": sticker,
    "popup.camera": camera_permission,
    "popup.sharing_posts": sharing_posts,
}
