"""Declarative conditions on the nodes of a hierarchy. Pure: nothing here touches a phone or knows an app.

A Selector is a named test; `&`, `|` and `~` combine them, and `find`, `first` and `one` apply them in document order.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from drover.phone.geometry import count_beside, distinct_labels, holds, is_flat
from drover.phone.hierarchy import Bounds, Hierarchy, Node
from drover.phone.writing import fold


class NodeNotFoundError(LookupError):
    """No node fits the selector; the message says what was looked for."""


@dataclass(frozen=True)
class Selector:
    """A condition on one node of a tree, and how to say it in words."""

    what: str
    test: Callable[[Node, Hierarchy], bool]

    def __and__(self, other: "Selector") -> "Selector":
        return Selector(
            f"{self.what}, {other.what}", lambda node, tree: self.test(node, tree) and other.test(node, tree)
        )

    def __or__(self, other: "Selector") -> "Selector":
        return Selector(
            f"({self.what} or {other.what})", lambda node, tree: self.test(node, tree) or other.test(node, tree)
        )

    def __invert__(self) -> "Selector":
        return Selector(f"not ({self.what})", lambda node, tree: not self.test(node, tree))

    def find(self, tree: Hierarchy) -> list[Node]:
        """Every visible node that fits, in document order."""
        return [node for node in tree.nodes if self.test(node, tree)]

    def first(self, tree: Hierarchy) -> Node | None:
        """The first of them, if any."""
        return next((node for node in tree.nodes if self.test(node, tree)), None)

    def one(self, tree: Hierarchy) -> Node:
        """The first of them; raises NodeNotFoundError."""
        node = self.first(tree)
        if node is None:
            raise NodeNotFoundError(f"nothing on the screen with {self.what}")
        return node


def text_is(*labels: str) -> Selector:
    """The text equals one of the labels."""
    wanted = frozenset(fold(label) for label in labels)
    return _simple(f"text {_either(labels)}", lambda node: fold(node.text) in wanted)


def desc_is(*labels: str) -> Selector:
    """The content description equals one of the labels."""
    wanted = frozenset(fold(label) for label in labels)
    return _simple(f"description {_either(labels)}", lambda node: fold(node.desc) in wanted)


def label_is(*labels: str) -> Selector:
    """The text or the content description equals one of the labels."""
    wanted = frozenset(fold(label) for label in labels)
    return _simple(f"label {_either(labels)}", lambda node: fold(node.text) in wanted or fold(node.desc) in wanted)


def text_matches(pattern: str) -> Selector:
    """The folded text holds a match of the regular expression (write it in lower case)."""
    regex = re.compile(pattern)
    return _simple(f"text like /{pattern}/", lambda node: bool(node.text) and regex.search(fold(node.text)) is not None)


def label_matches(pattern: str) -> Selector:
    """The folded text or description holds a match of the regular expression (write it in lower case)."""
    regex = re.compile(pattern)
    return _simple(
        f"label like /{pattern}/",
        lambda node: any(part and regex.search(fold(part)) for part in (node.text, node.desc)),
    )


def has_label() -> Selector:
    """There is a text or a description to read."""
    return _simple("a label", lambda node: bool(node.label))


def id_is(*ids: str) -> Selector:
    """The part of the resource id after `:id/` is one of these."""
    wanted = frozenset(ids)
    return _simple(f"id {_either(ids)}", lambda node: node.id in wanted)


def class_is(*names: str) -> Selector:
    """The class is one of these: a full name, or its last part such as `EditText`."""
    wanted = frozenset(names)
    return _simple(f"class {_either(names)}", lambda node: node.cls in wanted or node.cls.rpartition(".")[2] in wanted)


def package_is(*packages: str) -> Selector:
    """The node belongs to one of these apps."""
    wanted = frozenset(packages)
    return _simple(f"package {_either(packages)}", lambda node: node.package in wanted)


def clickable() -> Selector:
    return _simple("clickable", lambda node: node.clickable)


def enabled() -> Selector:
    return _simple("enabled", lambda node: node.enabled)


def selected() -> Selector:
    return _simple("selected", lambda node: node.selected)


def focused() -> Selector:
    return _simple("focused", lambda node: node.focused)


def editable() -> Selector:
    """A field that takes text."""
    return _simple("a text field", lambda node: node.cls.endswith(("EditText", "AutoCompleteTextView")))


def above_fraction(fraction: float) -> Selector:
    """The centre lies in the upper part of the screen: above `fraction` of its height."""
    return Selector(
        f"above {fraction:.0%} of the screen", lambda node, tree: node.bounds.center[1] < fraction * tree.height
    )


def below_fraction(fraction: float) -> Selector:
    """The centre lies below `fraction` of the screen's height."""
    return Selector(
        f"below {fraction:.0%} of the screen", lambda node, tree: node.bounds.center[1] > fraction * tree.height
    )


def left_of_fraction(fraction: float) -> Selector:
    """The centre lies left of `fraction` of the screen's width."""
    return Selector(
        f"left of {fraction:.0%} of the screen", lambda node, tree: node.bounds.center[0] < fraction * tree.width
    )


def right_of_fraction(fraction: float) -> Selector:
    """The centre lies right of `fraction` of the screen's width."""
    return Selector(
        f"right of {fraction:.0%} of the screen", lambda node, tree: node.bounds.center[0] > fraction * tree.width
    )


def left_of(other: Node) -> Selector:
    return _simple(f"left of {other.label!r}", lambda node: node.bounds.right <= other.bounds.left)


def right_of(other: Node) -> Selector:
    return _simple(f"right of {other.label!r}", lambda node: node.bounds.left >= other.bounds.right)


def above(other: Node) -> Selector:
    return _simple(f"above {other.label!r}", lambda node: node.bounds.bottom <= other.bounds.top)


def below(other: Node) -> Selector:
    return _simple(f"below {other.label!r}", lambda node: node.bounds.top >= other.bounds.bottom)


def inside(bounds: Bounds) -> Selector:
    """Wholly inside the rectangle."""
    return _simple(f"inside {bounds}", lambda node: bounds.contains(node.bounds))


def min_size(width: int, height: int) -> Selector:
    """At least so many pixels wide and high."""
    return _simple(
        f"at least {width}x{height}", lambda node: node.bounds.width >= width and node.bounds.height >= height
    )


def in_row_of(other: Node) -> Selector:
    """In one row with the other node, which itself does not count."""
    return _simple(
        f"in the row of {other.label!r}", lambda node: node is not other and node.bounds.overlaps_rows_of(other.bounds)
    )


def beside_count() -> Selector:
    """A number stands right above, below or beside the label: a cell of a row of statistics."""
    return Selector("beside a count", lambda node, tree: count_beside(node, tree) is not None)


def not_beside_count() -> Selector:
    """The label is no cell of a row of statistics."""
    return ~beside_count()


def has_clickable() -> Selector:
    """Something can be tapped to reach this label."""
    return Selector("something to tap", lambda node, tree: clickable_ancestor(node, tree) is not None)


def clickable_ancestor(node: Node, tree: Hierarchy) -> Node | None:
    """The node that takes the tap of a label: itself, the nearest clickable one above it, or the one it lies in.

    Labels sit on text views that are not clickable, with an unlabelled clickable ancestor some levels up. Where a
    dump lost its nesting, the smallest clickable node around the label's centre stands for it, unless it spans
    several labels. A node that spans most of the screen is the background, never a button.
    """
    if node.clickable:
        return node
    over = next((up for up in node.ancestors() if up.clickable), None)
    if over is not None:
        return None if _is_background(over, tree) else over
    if not is_flat(node):
        return None
    around = [
        other for other in tree.nodes if other.clickable and _holds_centre(other, node) and _is_button(other, tree)
    ]
    return min(around, key=lambda other: other.bounds.area, default=None)


def _is_background(node: Node, tree: Hierarchy) -> bool:
    return node.bounds.area * 2 > tree.width * tree.height


def _is_button(node: Node, tree: Hierarchy) -> bool:
    return not _is_background(node, tree) and distinct_labels(node, tree) <= 2


def _holds_centre(outer: Node, inner: Node) -> bool:
    return holds(outer.bounds, *inner.bounds.center)


def _simple(what: str, test: Callable[[Node], bool]) -> Selector:
    return Selector(what, lambda node, _tree: test(node))


def _either(words: tuple[str, ...]) -> str:
    shown = " / ".join(repr(word) for word in words[:4])
    return shown if len(words) <= 4 else f"{shown} / ..."
