"""Sheets and dialogs that the user asked for: the account switcher, unfollow and its confirmation, "too fast"."""

from collections.abc import Callable, Mapping

from phonesim.apps.navigation import Overlay
from phonesim.apps.tiktok.scene import PACKAGE, Scene
from phonesim.ui.controls import CLOSE, DIM, GREY, INK, RED, WHITE, heading, icon, icon_button, text, text_button
from phonesim.ui.view import Action, Bounds, Style, View, Window, view
from phonesim.world import Relation

_ROW = 189


def account_sheet(scene: Scene, overlay: Overlay) -> Window:
    """Rows are buttons described by the account's name; the active one is selected and has a checkmark."""
    labels, world = scene.labels, scene.world
    top = scene.frame.bottom - 160 - _ROW * (len(world.accounts) + 1)
    rows = [
        _account(scene, name, top + 160 + i * _ROW, selected=name == world.active)
        for i, name in enumerate(world.accounts)
    ]
    add_top = scene.frame.bottom - _ROW
    box: Bounds = (0, add_top, 1080, scene.frame.bottom)
    label = text((220, add_top + 60, 900, add_top + 130), labels["add_account"], id="ljk", size=42)
    picture = icon((70, add_top + 40, 180, add_top + 150), "plus", size=70)
    add = view(
        "Button", box, label, picture, id="k5o", desc=labels["add_account"], flags="C", action=Action("add_account")
    )
    title = labels["switch_account"]
    head = [
        heading((300, top + 39, 780, top + 100), title, id="nmh", desc=title, size=46),
        icon_button((954, top + 15, 1059, top + 120), "close", desc=labels["close"], flags="C", action=CLOSE, size=50),
    ]
    return _sheet(scene, top, [*head, *rows, add])


def _account(scene: Scene, name: str, top: int, *, selected: bool) -> View:
    parts = [
        view("View", (60, top + 30, 190, top + 160), style=Style(avatar=name)),
        text((220, top + 69, 900, top + 129), name, id="ljk", size=42, bold=selected),
    ]
    if selected:
        box: Bounds = (975, top + 63, 1038, top + 126)
        parts.append(icon(box, "check", id="en4", desc=scene.labels["checkmark"], flags="S", size=56, color=RED))
    tap = Action("switch", name)
    return view(
        "Button", (0, top, 1080, top + _ROW), *parts, id="k5o", desc=name, flags="CS" if selected else "C", action=tap
    )


def unfollow_sheet(scene: Scene, overlay: Overlay) -> Window:
    """What a tap on Following, Friends or Requested opens."""
    requested = scene.relation(overlay.target) is Relation.REQUESTED
    keys = ("cancel_request",) if requested else ("manage_notifications", "add_to_favorites", "unfollow")
    top = scene.frame.bottom - 150 * (len(keys) + 1) - 110
    rows = [
        text(
            (240, top + 24, 840, top + 90), scene.labels.name(f"@{overlay.target}"), size=40, color=DIM, align="center"
        )
    ]
    for i, key in enumerate(keys):
        last = i == len(keys) - 1
        tap = Action("ask_unfollow", overlay.target) if last else CLOSE
        rows.append(_row(scene.labels[key], top + 110 + i * 150, tap, RED if last else INK))
    rows.append(_row(scene.labels["cancel"], scene.frame.bottom - 150, CLOSE, DIM))
    return _sheet(scene, top, rows)


def _row(word: str, top: int, action: Action, ink: str) -> View:
    box: Bounds = (0, top, 1080, top + 150)
    line = view("View", (40, top, 1040, top + 2), style=Style(fill=GREY))
    label = text((60, top + 30, 1020, top + 120), word, size=44, align="center", color=ink)
    return view("LinearLayout", box, line, label, flags="Cf", action=action)


def _sheet(scene: Scene, top: int, parts: list[View]) -> Window:
    plate: Bounds = (0, top, 1080, scene.frame.bottom)
    style = Style(fill=WHITE, radius=36, flat_bottom=True)
    box = view("FrameLayout", plate, *parts, id="f0u", desc=scene.labels["bottom_sheet"], style=style)
    return dialog_window(scene, box, outside=CLOSE)


def dialog_window(scene: Scene, box: View, *, outside: Action | None = None, package: str = PACKAGE) -> Window:
    """A window of its own over a dimmed screen; touches beside the box ask for `outside`, if anything."""
    whole = scene.frame.whole
    root = view("FrameLayout", whole, view("FrameLayout", whole, box, id="android:id/content"))
    return Window(package=package, root=root, modal=True, dim=True, outside=outside)


def unfollow_dialog(scene: Scene, overlay: Overlay) -> Window:
    """The second question, asked for private users and friends."""
    labels, name = scene.labels, f"@{overlay.target}"
    return message_dialog(
        scene,
        labels.filled("unfollow_question", name),
        labels.filled("unfollow_text", name),
        ((labels["cancel"], CLOSE), (labels["unfollow"], Action("unfollow", overlay.target))),
    )


def message_dialog(scene: Scene, title: str, words: str, buttons: tuple[tuple[str, Action], ...]) -> Window:
    """A box with a title, a text and one or two buttons, nested as the recorded "Save login" dialog."""
    top = scene.frame.height // 2 - 350
    plate: Bounds = (172, top, 908, top + 700)
    width = 736 // len(buttons)
    parts = [
        heading((222, top + 60, 858, top + 210), title, id="yxo", size=48, lines=2),
        text((222, top + 220, 858, top + 520), words, id="f43", size=38, color=DIM, align="center", lines=5),
        view("View", (172, top + 556, 908, top + 558), style=Style(fill=GREY)),
    ]
    for i, (word, action) in enumerate(buttons):
        box = (172 + i * width, top + 560, 172 + (i + 1) * width, top + 700)
        parts.append(
            text_button(box, word, flags="C", size=42, bold=i == len(buttons) - 1, align="center", action=action)
        )
    return dialog_window(
        scene, view("FrameLayout", plate, *parts, id="visual_area", desc="Dialog", style=Style(fill=WHITE, radius=28))
    )


def asks(title: str, words: str, *answers: tuple[str] | tuple[str, Action]) -> Callable[[Scene, Overlay], Window]:
    """A question as data: keys of its title and its text, and of each button the key of its word and the action.

    A button without an action closes the question. A text may name the active account.
    """

    def draw(scene: Scene, _: Overlay) -> Window:
        labels = scene.labels
        buttons = tuple((labels[key], tap[0] if tap else CLOSE) for key, *tap in answers)
        return message_dialog(scene, labels[title], labels.filled(words, scene.world.active), buttons)

    return draw


SHEETS: Mapping[str, Callable[[Scene, Overlay], Window]] = {
    "account_sheet": account_sheet,
    "unfollow_sheet": unfollow_sheet,
    "unfollow_dialog": unfollow_dialog,
    "too_fast": asks("too_fast", "too_fast_text", ("ok",)),
}
