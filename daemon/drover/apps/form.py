"""The form on which a post is written: its fields, the button that publishes and nothing that looks like it. Pure."""

from dataclasses import dataclass

from drover.apps.direction import across, reading_order, share
from drover.apps.view import View
from drover.apps.zones import from_top, span
from drover.phone.hierarchy import Node


@dataclass(frozen=True, kw_only=True)
class Fields:
    """What takes the words. `title` only where the form has one of its own."""

    title: Node | None
    description: Node | None


def fields(view: View) -> Fields:
    """The fields by what they ask for, else by their order: a title stands above its description."""
    edits = sorted(view.fields, key=lambda node: reading_order(view, node))
    if not edits:
        return _flat_fields(view)
    titles = [node for node in edits if _asks(view, node, "title_hint")]
    texts = [node for node in edits if _asks(view, node, "description_hint") and node not in titles]
    if len(edits) == 1:
        return Fields(title=None, description=edits[0])
    title = next(iter(titles), None) or next(node for node in edits if node not in texts[:1])
    description = next(iter(texts), None) or next(node for node in edits if node is not title)
    return Fields(title=title, description=description)


def _asks(view: View, node: Node, meaning: str) -> bool:
    return any(name == meaning for word in view.words(node) for name, _ in view.app.lexicon.meanings(word))


def _flat_fields(view: View) -> Fields:
    """Without classes a placeholder tells a field; a title stands right above it, as wide and as far to the left."""
    description = next((node for node in view.shown("description_hint") if node.clickable), None)
    title = next((node for node in view.shown("title_hint") if node.clickable), None)
    if title is None and description is not None:
        box = description.bounds
        over = [
            node
            for node in view.clickable
            if node.text and (node.bounds.left, node.bounds.right) == (box.left, box.right)
            if 0 <= box.top - node.bounds.bottom < 0.1 * span(view)
        ]
        title = max(over, key=lambda node: node.bounds.top, default=None)
    return Fields(title=title, description=description)


def post_button(view: View) -> Node | None:
    """The button that publishes, if it can be tapped now: next to Drafts, or at the top right over a keyboard.

    None while something lies over it, such as a list of hashtags.
    """
    drafts = view.shown("drafts")
    found: list[Node] = []
    for node, target in view.buttons("post"):
        adjacent = any(
            node.bounds.overlaps_rows_of(other.bounds) and across(view, other.bounds)[1] <= across(view, node.bounds)[0]
            for other in drafts
        )
        if (adjacent or _top_right(view, node)) and _pressable(view, target):
            found.append(target)
    return min(found, key=lambda target: target.bounds.top, default=None)


def _top_right(view: View, node: Node) -> bool:
    return share(view, node) > 0.6 and from_top(view, node) < 0.2


def _pressable(view: View, target: Node) -> bool:
    small = target.bounds.width < 0.75 * view.width and target.bounds.height < 0.15 * span(view)
    says_drafts = any(view.means(part, "drafts", "your_story") for part in target.walk())
    return target.enabled and small and not says_drafts and not view.covered(target)


def row(view: View, *meanings: str) -> Node | None:
    """A row of the form by what it says, e.g. the one that adds a product; None if there is none to tap."""
    return next((target for _, target in view.buttons(*meanings) if not view.covered(target)), None)


def answer(view: View, *meanings: str) -> Node | None:
    """The button of a question that says one of these, in the order given; the lowest where a headline says it too."""
    for meaning in meanings:
        pairs = [target for _, target in view.buttons(meaning) if target.enabled]
        if pairs:
            return max(pairs, key=lambda node: node.bounds.top)
    return None
