"""A UI hierarchy as a small tree, parsed safely: entities and network off, sizes capped, unusable nodes marked."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from sys import intern
from typing import Final
from xml.parsers import expat

MAX_XML_BYTES: Final = 8 * 1024 * 1024
MAX_DEPTH: Final = 256
"""Of nodes in nodes; Android's own dumps stop long before."""

MAX_DIGITS: Final = 10
"""Of a number of pixels; Android's own numbers of 32 bits have no more."""

_BOUNDS = re.compile(r"\[(-?\d+),(-?\d+)\]\[(-?\d+),(-?\d+)\]")


class HierarchyError(ValueError):
    """The text is not a usable UI hierarchy."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """A rectangle in pixels; right and bottom are exclusive."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        return self.right - self.left

    @property
    def height(self) -> int:
        return self.bottom - self.top

    @property
    def area(self) -> int:
        return max(self.width, 0) * max(self.height, 0)

    @property
    def center(self) -> tuple[int, int]:
        return (self.left + self.right) // 2, (self.top + self.bottom) // 2

    def contains(self, other: "Bounds") -> bool:
        return (
            self.left <= other.left
            and self.top <= other.top
            and self.right >= other.right
            and self.bottom >= other.bottom
        )

    def overlaps(self, other: "Bounds") -> bool:
        across = self.left < other.right and other.left < self.right
        return across and self.top < other.bottom and other.top < self.bottom

    def overlaps_rows_of(self, other: "Bounds") -> bool:
        """Whether the two share at least half of the lower one's height: they stand in one row."""
        shared = min(self.bottom, other.bottom) - max(self.top, other.top)
        return shared * 2 >= min(self.height, other.height) > 0


class Node:
    """One view. `id` is the part of the resource id after `:id/`; texts are as recorded, stripped of outer space.

    `drawing_order`: its place among its siblings, later is on top; 0 where the dump does not say. `tree` is set on the
    windows only (`tree_of`).
    """

    __slots__ = (
        *(
            "text",
            "desc",
            "id",
            "resource_id",
            "cls",
            "package",
            "clickable",
            "enabled",
            "focused",
            "selected",
        ),
        *("scrollable", "password", "checked", "hidden", "visible", "bounds", "parent", "children", "hint"),
        *("long_clickable", "drawing_order", "tree"),
    )

    def __init__(self, attributes: Mapping[str, str], parent: "Node | None") -> None:
        get = attributes.get
        self.text = _clean(get("text"))
        self.desc = _clean(get("content-desc"))
        self.hint = _clean(get("hint"))
        self.resource_id = get("resource-id", "")
        self.id = self.resource_id.rpartition(":id/")[2]
        self.cls = intern(get("class", ""))
        self.package = intern(get("package", ""))
        self.clickable = get("clickable") == "true"
        self.enabled = get("enabled") != "false"
        self.focused = get("focused") == "true"
        self.long_clickable = get("long-clickable") == "true"
        self.selected = get("selected") == "true"
        self.scrollable = get("scrollable") == "true"
        self.password = get("password") == "true"
        self.checked = get("checked") == "true"
        self.bounds = _bounds(get("bounds", ""))
        # Appium's word for it is `displayed`. What stands in a hidden box is hidden, whatever it says of itself; a box
        # without its own size may still hold views that are drawn beyond it.
        shown = get("visible-to-user") or get("displayed")
        drawn = self.bounds.area > 0
        self.hidden: bool = (shown == "false" and drawn) or (parent is not None and parent.hidden)
        self.visible = shown != "false" and drawn and not self.hidden
        self.drawing_order = _pixels(get("drawing-order"))
        self.parent = parent
        self.children: list[Node] = []
        self.tree: Hierarchy | None = None

    @property
    def label(self) -> str:
        """What a person reads: the text, or else the description."""
        return self.text or self.desc

    def walk(self) -> Iterator["Node"]:
        """This node and all below it, in document order."""
        stack: list[Node] = [self]
        while stack:
            node = stack.pop()
            yield node
            stack.extend(reversed(node.children))

    def ancestors(self) -> Iterator["Node"]:
        """From the parent up to the root."""
        node = self.parent
        while node is not None:
            yield node
            node = node.parent

    def __repr__(self) -> str:
        return f"<{self.cls.rpartition('.')[2]} {self.id!r} {self.label!r} {self.bounds}>"


@dataclass(frozen=True)
class Hierarchy:
    """A parsed tree. `roots` are the windows in document order; `nodes` every visible node in that order."""

    roots: tuple[Node, ...]
    nodes: tuple[Node, ...]
    width: int
    height: int
    xml: bytes

    @property
    def packages(self) -> frozenset[str]:
        return frozenset(node.package for node in self.nodes if node.package)


def parse(xml: bytes | str) -> Hierarchy:
    """The tree of one dump; raises HierarchyError, and nothing else, if it is not well formed, too large or
    empty, or says numbers that no screen has."""
    data = xml.encode(errors="surrogatepass") if isinstance(xml, str) else xml
    if len(data) > MAX_XML_BYTES:
        raise HierarchyError(f"hierarchy of {len(data)} bytes is over the cap of {MAX_XML_BYTES}")
    read = _Reading()
    try:
        read.parser().Parse(data, True)
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise error if isinstance(error, HierarchyError) else HierarchyError(f"not a UI hierarchy: {error}") from None
    roots = tuple(read.roots)
    if not roots:
        raise HierarchyError("the hierarchy holds no node")
    # The windows tell the screen's size: neighbouring pages of a pager lie next to it, with bounds beyond its edges.
    width = max(_pixels(read.screen.get("width")), *(top.bounds.right for top in roots), 0)
    height = max(_pixels(read.screen.get("height")), *(top.bounds.bottom for top in roots), 0)
    nodes = tuple(_visible(roots, width, height))
    width = width or max((node.bounds.right for node in nodes), default=0)
    height = height or max((node.bounds.bottom for node in nodes), default=0)
    tree = Hierarchy(roots, nodes, width, height, data)
    for top in roots:
        top.tree = tree
    return tree


def tree_of(node: Node) -> Hierarchy:
    """The hierarchy that the node was read in."""
    top = node
    while top.parent is not None:
        top = top.parent
    if top.tree is None:
        raise ValueError(f"{node} was not read in a hierarchy")
    return top.tree


def _visible(roots: tuple[Node, ...], width: int, height: int) -> Iterator[Node]:
    """What can be seen, in document order; what lies beyond the screen's edges, if they are known, is marked."""
    for node in (node for top in roots for node in top.walk()):
        node.visible = node.visible and (not (width and height) or _on_screen(node.bounds, width, height))
        if node.visible:
            yield node


def _on_screen(box: Bounds, width: int, height: int) -> bool:
    return box.left < width and box.top < height and box.right > 0 and box.bottom > 0


def _pixels(value: str | None) -> int:
    return _number(value) if value and value.isascii() and value.isdigit() else 0


def _number(digits: str) -> int:
    if len(digits.lstrip("-")) > MAX_DIGITS:
        raise HierarchyError(f"the hierarchy holds a number of {len(digits)} digits where pixels are expected")
    return int(digits)


class _Reading:
    """What expat finds in a dump, element by element: no document is built, which would be many times its text.

    Whatever the elements are called: dumps of Appium name them after the class.
    """

    def __init__(self) -> None:
        self.screen: dict[str, str] = {}
        self.roots: list[Node] = []
        self._open: list[Node | None] = []

    def parser(self) -> expat.XMLParserType:
        """For one dump."""
        made = expat.ParserCreate()
        made.StartElementHandler = self._start
        made.EndElementHandler = self._end
        made.StartDoctypeDeclHandler = _refuse_document_type
        return made

    def _start(self, _name: str, attributes: dict[str, str]) -> None:
        if not self._open:
            self.screen = attributes
            self._open.append(None)
            return
        if len(self._open) > MAX_DEPTH:
            raise HierarchyError(f"the hierarchy is more than {MAX_DEPTH} nodes deep")
        parent = self._open[-1]
        node = Node(attributes, parent)
        (self.roots if parent is None else parent.children).append(node)
        self._open.append(node)

    def _end(self, _name: str) -> None:
        self._open.pop()


def _refuse_document_type(*_declared: object) -> None:
    """Entities are declared there, and expanded inside attributes; no dump has one."""
    raise HierarchyError("not a UI hierarchy: it declares a document type")


def _clean(value: str | None) -> str:
    # Labels may end in a (non-breaking) space and carry direction marks.
    return value.replace("\u200e", "").replace("\u200f", "").replace("\xa0", " ").strip() if value else ""


@lru_cache(maxsize=1024)  # the same boxes stand on the next screen
def _bounds(value: str) -> Bounds:
    match = _BOUNDS.fullmatch(value)
    return Bounds(*(_number(part) for part in match.groups())) if match else Bounds(0, 0, 0, 0)
