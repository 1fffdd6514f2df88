"""The kinds of dialogs that the app has, each a window of its own: alert, headline popup, sheet."""

from collections.abc import Callable

from phonesim.apps.instagram.scene import BLUE, DIM, Scene
from phonesim.apps.navigation import Overlay
from phonesim.ui.controls import CLOSE, WHITE, heading, text, text_button
from phonesim.ui.view import Action, Bounds, Style, View, Window, view

Buttons = tuple[tuple[str, str, Action], ...]
"""Of each its id, its word and its action."""


def window(scene: Scene, box: View, *, outside: Action | None = None, package: str = "") -> Window:
    """A window of its own over a dimmed screen."""
    whole = scene.frame.whole
    root = view("FrameLayout", whole, view("FrameLayout", whole, box, id="android:id/content"))
    return Window(package=package or scene.package, root=root, modal=True, dim=True, outside=outside)


def alert(scene: Scene, title: str, words: str, buttons: Buttons) -> Window:
    """The app's alert. `buttons` are (id behind `igds_alert_dialog_`, word, action), top to bottom."""
    height = 430 + 130 * len(buttons)
    top = (scene.frame.height - height) // 2
    area: Bounds = (200, top + 190, 880, top + 390)
    parts = [
        heading((200, top + 60, 880, top + 180), title, id="igds_alert_dialog_headline", size=52, lines=2),
        text(area, words, id="igds_alert_dialog_subtext", size=38, color=DIM, align="center", lines=4),
    ]
    for i, (id_, word, action) in enumerate(buttons):
        box: Bounds = (150, top + 430 + i * 130, 930, top + 560 + i * 130)
        ink = BLUE if i == 0 else "#0c1014"
        parts.append(
            text_button(
                box, word, id=f"igds_alert_dialog_{id_}", action=action, size=44, bold=not i, align="center", color=ink
            )
        )
    style = Style(fill=WHITE, radius=40)
    plate = view("LinearLayout", (150, top, 930, top + height), *parts, id="igds_alert_dialog_container", style=style)
    return window(scene, plate)


def headline(scene: Scene, title: str, words: str, buttons: Buttons) -> Window:
    """A headline, a body and rows of buttons, each button inside a clickable row, as the recorded sticker popup."""
    top = scene.frame.height // 2 - 360
    box: Bounds = (250, top + 232, 830, top + 482)
    parts = [
        heading((300, top + 150, 780, top + 213), title, id="igds_headline_headline", size=50),
        text(box, words, id="igds_headline_body", size=36, color=DIM, align="center", lines=6),
        *(row_button(word, id_, top + 601 + i * 118, tap) for i, (id_, word, tap) in enumerate(buttons)),
    ]
    plate: Bounds = (222, top, 858, top + 620 + 118 * len(buttons))
    return window(scene, view("LinearLayout", plate, *parts, style=Style(fill=WHITE, radius=40)), outside=CLOSE)


def asks(
    kind: Callable[[Scene, str, str, Buttons], Window],
    title: str,
    words: str,
    *answers: tuple[str, str] | tuple[str, str, Action],
) -> Callable[[Scene, Overlay], Window]:
    """A question as data: keys of its title and its text, and of each button the id, the key of its word, the action.

    A button without an action closes the question. A text may name the active account.
    """

    def draw(scene: Scene, _: Overlay) -> Window:
        labels = scene.labels
        buttons = tuple((id_, labels[key], tap[0] if tap else CLOSE) for id_, key, *tap in answers)
        return kind(scene, labels[title], labels.filled(words, scene.world.active), buttons)

    return draw


def row_button(word: str, id_: str, top: int, action: Action) -> View:
    box: Bounds = (222, top, 858, top + 117)
    inner = text_button((271, top, 809, top + 117), word, id=id_, action=action, size=42, bold=True, align="center")
    return view("FrameLayout", box, inner, id=f"{id_}_row", flags="Cf", action=action)


def sheet(scene: Scene, top: int, *parts: View) -> Window:
    """A sheet that stands on the lower edge; a touch beside it closes it."""
    plate: Bounds = (0, top, 1080, scene.frame.bottom)
    style = Style(fill=WHITE, radius=40, flat_bottom=True)
    return window(scene, view("LinearLayout", plate, *parts, style=style), outside=CLOSE)
