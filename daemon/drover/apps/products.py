"""Linking a product to a post: what opens the list, its rows, the name that people will see, the form's own word. Pure.

No recording of these pages is known: they are read by words and by where these stand to each other.
"""

import re
from dataclasses import dataclass
from typing import Final

from drover.apps import form
from drover.apps.direction import across, reading_order
from drover.apps.lexicon import normal
from drover.apps.view import View
from drover.apps.zones import span
from drover.phone.counts import is_count
from drover.phone.hierarchy import Node
from drover.phone.typed_text import same_text

_LIMIT: Final = re.compile(r"\d+\s?/\s?(\d+)")
_LETTER: Final = re.compile(r"[^\W\d_]")
_HIGHEST_ROW: Final = 0.35


@dataclass(frozen=True, kw_only=True)
class Product:
    """One product of the list: its name, where that stands, and what adds it."""

    name: str
    words: Node
    add: Node


def opener(view: View) -> Node | None:
    """The row of the form that leads to products, by itself or by way of links of all kinds."""
    return form.row(view, "add_product") or form.row(view, "add_link")


def kind(view: View) -> Node | None:
    """On the sheet of what can be linked: products."""
    return form.row(view, "add_product")


def offered(view: View) -> list[Product]:
    """The products that the list shows, from the top, each with its own button."""
    buttons = {target: node for node, target in view.buttons("add") if target.enabled and not view.covered(target)}
    rows = [(button, _row(view, button, set(buttons))) for button in buttons]
    named = [(button, _name(view, button, row)) for button, row in rows if row is not None]
    found = [Product(name=words.label, words=words, add=button) for button, words in named if words is not None]
    return sorted(found, key=lambda product: product.add.bounds.top)


def _row(view: View, button: Node, buttons: set[Node]) -> Node | None:
    """The smallest box around the button that says something before it, and holds no other button of its kind."""
    for box in button.ancestors():
        if box.bounds.height > _HIGHEST_ROW * span(view) or any(b is not button and b in buttons for b in box.walk()):
            return None
        if any(_before(view, button, node) and view.words(node) for node in box.walk()):
            return box
    return None


def _name(view: View, button: Node, row: Node) -> Node | None:
    """The topmost words of the row: a price stands under a name, and holds no letters but a currency's."""
    candidates = [node for node in row.walk() if _before(view, button, node) and _is_name(view, node)]
    return min(candidates, key=lambda node: reading_order(view, node), default=None)


def _is_name(view: View, node: Node) -> bool:
    words = view.words(node)
    return bool(words) and not is_count(node.label) and len(_LETTER.findall(words[0])) > 1


def _before(view: View, button: Node, node: Node) -> bool:
    return node.bounds.area > 0 and across(view, node.bounds)[1] <= across(view, button.bounds)[0]


def none_offered(view: View) -> bool:
    """Whether the app says that there is no product."""
    return bool(view.shown("no_products"))


def take(view: View) -> Node | None:
    """What ends the choice on versions that let several be chosen; never the Add of a product."""
    return next((target for _, target in view.buttons("done", "next") if target.enabled), None)


def name_field(view: View) -> Node | None:
    """Where the name that people will see is written."""
    return view.fields[0] if len(view.fields) == 1 else None


def name_button(view: View) -> Node | None:
    """What takes the name; None while it does not take it, as for one that is too long."""
    found = [target for _, target in view.buttons("add", "done") if target.enabled and not view.covered(target)]
    return max(found, key=lambda node: node.bounds.top, default=None)


def name_limit(view: View) -> int | None:
    """How many characters a name may have, by the counter next to it (`41/30`); None where there is none."""
    found = (_LIMIT.fullmatch(node.label.strip()) for node in view.labelled)
    return next((int(match[1]) for match in found if match), None)


def linked(view: View, name: str) -> bool:
    """Whether the form says that it links this product: its name, perhaps cut short or with words around it.

    What the app itself says, such as Post, is no product's name.
    """
    words = (word for node in view.labelled for word in view.words(node))
    return any(_says(word, name) for word in words if not view.app.lexicon.meanings(word))


def _says(word: str, name: str) -> bool:
    cut = word.removesuffix("…").removesuffix("...").rstrip()
    shortened = cut != word and len(cut) >= 8 and name.startswith(cut)
    return same_text(word, name) or shortened or (len(name) > 3 and normal(name) in normal(word))


def same_name(one: str, other: str) -> bool:
    """Whether these are one product's name, upper and lower case and white space aside."""
    return same_text(one, other) or normal(" ".join(one.split())) == normal(" ".join(other.split()))
