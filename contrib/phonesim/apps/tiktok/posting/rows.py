"""The rows of the post form below its fields: location, link or product, who may see it, more options."""

from phonesim.apps.posting.state import Composition
from phonesim.apps.tiktok.scene import Scene
from phonesim.ui.controls import DIM, GREY, icon, text
from phonesim.ui.view import Action, Bounds, Style, View, view

_HEIGHT = 126


def option_rows(scene: Scene, made: Composition, top: int, low: int) -> list[View]:
    """As many rows as end above `low`; a link or a product that was added stands in its row."""
    labels = scene.labels
    link = made.product_name or made.link or f"{labels['add_link']} "
    rows = (
        _Row("location", "", labels["location"], "globe", None),
        _Row("link", made.product_name or labels["add_link"], link, "plus", Action("open_link"), made.product_name),
        _Row("everyone", labels["everyone"], labels["everyone"], "lock", None),
        _Row("more", f"{labels['more_options']}, {labels['moved_here']}", labels["more_options"], "gear", None),
    )
    line = view("View", (0, top, 1080, top + 1), id="l8p", style=Style(fill=GREY))
    shown = [row for i, row in enumerate(rows) if top + (i + 1) * _HEIGHT <= low]
    return [line, *(row.draw(scene, top + i * _HEIGHT) for i, row in enumerate(shown))]


class _Row:
    """One row, nested as recorded: a clickable node with the description, its words in a TextView inside.

    A row with a product has an X that takes it away again.
    """

    def __init__(
        self, name: str, desc: str, words: str, picture: str, action: Action | None, product: str = ""
    ) -> None:
        self._name, self._desc, self._words, self._picture, self._action = name, desc, words, picture, action
        self._product = product

    def draw(self, scene: Scene, top: int) -> View:
        box: Bounds = (0, top, 1080, top + _HEIGHT)
        end: Bounds = (996, top + 42, 1038, top + 84)
        last = icon(end, "share", id="x0w", size=36, color=DIM)
        if self._product:
            drop = Action("drop_product")
            last = icon(end, "close", id="x0w", desc=scene.labels["remove"], flags="Cf", size=36, action=drop)
        picture = icon((42, top + 42, 84, top + 84), self._picture, id="j2c", size=42)
        label = text((100, top + 34, 940, top + 92), self._words, id="w4m", size=42)
        inner = view("Button", box, picture, label, last, id="d0z", desc=self._desc, flags="Cf", action=self._action)
        if self._name != "link":
            return view("FrameLayout", box, inner, id="vp5")
        held = view("FrameLayout", box, view("FrameLayout", box, view("FrameLayout", box, inner), id="q76"))
        return view("LinearLayout", box, held, flags="Cf", action=self._action)
