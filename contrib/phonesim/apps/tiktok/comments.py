"""The sheet of comments over the feed, nested as recorded on trill: listed before the page, drawn over it.

Its row to write in lies where the navigation bar's Profile is; touches on it are counted as effects asked for.
"""

from phonesim.apps.tiktok.scene import Scene
from phonesim.ui.controls import CLOSE, GREY, INK, LIST, NOTHING, WHITE, icon, text, text_button
from phonesim.ui.view import Action, Bounds, Style, View, view

_TOP = 841
_COMMENTS = (("Nuro", "so good"), ("Behu", "where is this?"), ("Kina", "again!"))


def comments(scene: Scene) -> View:
    """What closes it above, title with an X, some comments, and a comment half written with what posts it."""
    bottom = scene.frame.bottom
    whole: Bounds = (0, 0, 1080, bottom)
    sheet: Bounds = (0, _TOP, 1080, bottom)
    title = text((431, _TOP, 649, _TOP + 116), scene.labels.filled("comments_title", "3"), size=38, align="center")
    close = icon((995, _TOP + 36, 1048, _TOP + 89), "close", desc=scene.labels["close"], flags="C", action=CLOSE)
    rows = [_comment(scene, _TOP + 116 + 213 * i, *words) for i, words in enumerate(_COMMENTS)]
    listed = view(LIST, (0, _TOP + 116, 1080, bottom - 162), *rows, flags="s")
    column = view("LinearLayout", sheet, title, listed, _composer(scene, bottom), id="maf")
    body = view("View", (0, 0, 1080, _TOP), id="drk", flags="C", action=CLOSE)
    inner = view("FrameLayout", sheet, column, close, id="h7t", style=Style(fill=WHITE, radius=30, flat_bottom=True))
    return view("LinearLayout", whole, body, inner, id="npl", flags="C", action=NOTHING, lift=1)


def _comment(scene: Scene, top: int, name: str, words: str) -> View:
    word = text_button((155, top + 21, 1048, top + 63), name, id="title", flags="C", size=34)
    label = text_button((242, top + 137, 400, top + 179), scene.labels["reply"], flags="C", size=32)
    return view(
        "FrameLayout", (0, top, 1080, top + 213), word, text((155, top + 68, 1048, top + 129), words, size=38), label
    )


def _composer(scene: Scene, bottom: int) -> View:
    row: Bounds = (0, bottom - 162, 1080, bottom)
    box: Bounds = (720, bottom - 133, 840, bottom - 13)
    area: Bounds = (850, bottom - 137, 1060, bottom - 14)
    return view(
        "FrameLayout",
        row,
        view("View", (160, bottom - 139, 1047, bottom - 22), flags="C", style=Style(fill=GREY, radius=50)),
        text((199, bottom - 139, 700, bottom - 58), scene.labels["add_comment"], cls="EditText", id="dm4", size=36),
        icon(box, "person", desc=scene.labels["mention_someone"], flags="C", action=Action("mention")),
        text_button(
            area, "", desc=scene.labels["post_comment"], flags="C", action=Action("comment"), color=INK, fill="#fe2c55"
        ),
        id="ghk",
    )
