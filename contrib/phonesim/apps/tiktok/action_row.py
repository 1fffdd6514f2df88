"""The buttons of a profile: the action row as recorded on 47.0.3, and the cards of suggested accounts under it."""

from phonesim.apps.tiktok.scene import Scene
from phonesim.ui.controls import DIM, GREY, INK, LIST, RED, WHITE, heading, icon, text
from phonesim.ui.view import Action, Bounds, Style, View, view
from phonesim.world import Relation, User, lookalikes, user

# Relation -> the label of the button, and whether it stands right of Message.
BUTTON: dict[Relation, tuple[str, bool]] = {
    Relation.NONE: ("follow", False),
    Relation.FOLLOWED_BY: ("follow_back", False),
    Relation.REQUESTED: ("requested", True),
    Relation.FOLLOWING: ("following", True),
    Relation.FRIENDS: ("friends", True),
}
_ROW = (886, 991)


def action_row(scene: Scene, found: User) -> View:
    """[Follow][Message][suggestions], or once following [Message][Following ][add person]; one id serves all."""
    label, message_first = BUTTON[scene.relation(found.handle)]
    # The wide label of the state comes with a trailing space, as recorded.
    words = scene.labels[label] + (" " if message_first else "")
    tap = Action("relation" if message_first else "follow", found.handle)
    message = scene.labels["message"]
    # Recorded for "Following": Message takes most of the row. A longer label gets half of it.
    edge = 649 if label != "requested" else 467
    if message_first:
        controls = [
            _control((42, *_ROW, edge), message, Action("message", found.handle), GREY, INK),
            _control((edge + 21, *_ROW, 912), words, tap, GREY, INK),
        ]
    else:
        controls = [
            _control((42, *_ROW, 467), words, tap, RED, WHITE),
            _control((488, *_ROW, 912), message, Action("message", found.handle), GREY, INK),
        ]
    controls.append(_icon_control((933, *_ROW, 1038), Action("suggest", found.handle), message_first))
    return view("LinearLayout", (42, _ROW[0], 1038, _ROW[1]), *controls)


def _control(span: tuple[int, int, int, int], words: str, action: Action, fill: str, ink: str) -> View:
    """A label four levels below the unlabelled node that is clickable. `span` is left, top, bottom, right."""
    left, top, bottom, right = span
    box: Bounds = (left, top, right, bottom)
    middle: Bounds = (left + 24, top, right - 24, bottom)
    label = heading(middle, words, id="fmp", size=40, color=ink)
    inner = view("LinearLayout", middle, label, id="fmr")
    outer = view(
        "LinearLayout", box, view("LinearLayout", box, inner, id="fmj"), id="fmk", style=Style(fill=fill, radius=12)
    )
    return view("LinearLayout", box, outer, flags="C", action=action)


def _icon_control(span: tuple[int, int, int, int], action: Action, following: bool) -> View:
    left, top, bottom, right = span
    box: Bounds = (left, top, right, bottom)
    picture = icon(box, "add-person" if following else "down", id="fml", flags="C", action=action, size=60)
    inner = view("RelativeLayout", box, picture, id="fmo")
    outer = view(
        "LinearLayout", box, view("LinearLayout", box, inner, id="fmj"), id="fmk", style=Style(fill=GREY, radius=12)
    )
    return view("LinearLayout", box, outer, flags="C", action=action)


def suggestions(scene: Scene, found: User, top: int) -> View:
    """Cards of other accounts, each with a Follow button of its own."""
    others = [other for name in lookalikes(f"{found.handle[:12]}.x") if (other := user(name)) is not None][:3]
    cards = [_card(scene, other, 40 + i * 345, top + 70) for i, other in enumerate(others)]
    words = text((40, top, 700, top + 60), scene.labels["suggested"], size=38, bold=True)
    label = text((760, top, 1040, top + 60), scene.labels["see_all"], size=36, color=DIM, align="right", flags="C")
    inner = view(LIST, (0, top + 70, 1080, top + 370), *cards, flags="fs")
    return view("LinearLayout", (0, top, 1080, top + 370), words, label, inner)


def follow_pill(scene: Scene, other: User, box: Bounds, *, size: int) -> View:
    """The button of a card or a row, whose label stands two levels under what is clickable."""
    label, following = BUTTON[scene.relation(other.handle)]
    words = heading(box, scene.labels[label], id="fmp", size=size, color=INK if following else WHITE)
    tap = Action("relation" if following else "follow", other.handle)
    style = Style(fill=GREY if following else RED, radius=10)
    return view("LinearLayout", box, view("LinearLayout", box, words, id="fmr"), flags="C", action=tap, style=style)


def _card(scene: Scene, other: User, left: int, top: int) -> View:
    button = follow_pill(scene, other, (left + 20, top + 216, left + 305, top + 286), size=34)
    inner = view("ImageView", (left + 97, top + 14, left + 227, top + 144), style=Style(avatar=other.handle))
    words = heading((left + 10, top + 152, left + 315, top + 204), other.name, size=32)
    tap = Action("profile", other.handle)
    style = Style(outline="#e3e3e4", radius=16)
    return view(
        "FrameLayout", (left, top, left + 325, top + 300), inner, words, button, flags="Cf", action=tap, style=style
    )
