"""The nodes of a hierarchy as uiautomator2's server sees them: selectors, bounds, depth. Pure functions over XML."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final
from xml.etree import ElementTree

DECLARATION: Final = "<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>"
BOUNDS: Final = re.compile(r"\[(-?\d+),(-?\d+)\]\[(-?\d+),(-?\d+)\]")

Element = ElementTree.Element
Selector = Mapping[str, Any]
Test = Callable[[str, str], bool]


def _matches(value: str, pattern: str) -> bool:
    return re.fullmatch(pattern, value, re.DOTALL) is not None


# Key of a selector: the attribute it looks at, and how.
_TEXT_TESTS: Final[Mapping[str, tuple[str, Test]]] = {
    "text": ("text", str.__eq__),
    "textContains": ("text", lambda value, wanted: wanted.lower() in value.lower()),
    "textMatches": ("text", _matches),
    "textStartsWith": ("text", lambda value, wanted: value.lower().startswith(wanted.lower())),
    "className": ("class", str.__eq__),
    "classNameMatches": ("class", _matches),
    "description": ("content-desc", str.__eq__),
    "descriptionContains": ("content-desc", lambda value, wanted: wanted.lower() in value.lower()),
    "descriptionMatches": ("content-desc", _matches),
    "descriptionStartsWith": ("content-desc", lambda value, wanted: value.lower().startswith(wanted.lower())),
    "packageName": ("package", str.__eq__),
    "packageNameMatches": ("package", _matches),
    "resourceId": ("resource-id", str.__eq__),
    "resourceIdMatches": ("resource-id", _matches),
}
_FLAG_TESTS: Final[Mapping[str, str]] = {
    "checkable": "checkable",
    "checked": "checked",
    "clickable": "clickable",
    "longClickable": "long-clickable",
    "scrollable": "scrollable",
    "enabled": "enabled",
    "focusable": "focusable",
    "focused": "focused",
    "selected": "selected",
}


def parse(xml: str) -> Element:
    return ElementTree.fromstring(xml.encode())


def matches(node: Element, selector: Selector) -> bool:
    """Whether one node is what the selector says, its children and siblings aside."""
    for key, wanted in selector.items():
        if key in _TEXT_TESTS:
            attribute, test = _TEXT_TESTS[key]
            if not test(node.get(attribute, ""), str(wanted)):
                return False
        elif key in _FLAG_TESTS:
            if (node.get(_FLAG_TESTS[key]) == "true") != bool(wanted):
                return False
        elif key == "index" and node.get("index") != str(wanted):
            return False
    return True


def find_all(root: Element, selector: Selector) -> list[Element]:
    """Every node that the selector means, in the order of the document."""
    parents = {child: parent for parent in root.iter() for child in parent}
    return _find(root, selector, parents)


def _find(root: Element, selector: Selector, parents: Mapping[Element, Element]) -> list[Element]:
    found = [node for node in root.iter("node") if node is not root and matches(node, selector)]
    found = _instance(found, selector)
    steps = zip(selector.get("childOrSibling", ()), selector.get("childOrSiblingSelector", ()), strict=False)
    for kind, step in steps:
        bare = {key: value for key, value in step.items() if key != "instance"}
        reached: dict[Element, None] = {}
        for node in found:
            within = node if kind == "child" else parents.get(node, node)
            reached.update(dict.fromkeys(_find(within, bare, parents)))
        found = _instance(list(reached), step)
    return found


def _instance(found: list[Element], selector: Selector) -> list[Element]:
    index = selector.get("instance")
    if index is None:
        return found
    return found[index : index + 1]


def bounds(node: Element) -> tuple[int, int, int, int]:
    """Left, top, right, bottom in pixels; zeros where the attribute is missing."""
    match = BOUNDS.fullmatch(node.get("bounds", ""))
    if match is None:
        return 0, 0, 0, 0
    return int(match[1]), int(match[2]), int(match[3]), int(match[4])


def center(node: Element) -> tuple[int, int]:
    left, top, right, bottom = bounds(node)
    return (left + right) // 2, (top + bottom) // 2


def info(node: Element) -> dict[str, Any]:
    """A node as `objInfo` answers it."""
    left, top, right, bottom = bounds(node)
    area = {"left": left, "top": top, "right": right, "bottom": bottom}
    flags = {name: node.get(attribute) == "true" for name, attribute in _FLAG_TESTS.items()}
    return {
        **flags,
        "bounds": area,
        "visibleBounds": area,
        "childCount": len(node),
        "className": node.get("class", ""),
        "contentDescription": node.get("content-desc", ""),
        "packageName": node.get("package", ""),
        "resourceName": node.get("resource-id") or None,
        "text": node.get("text", ""),
    }


def pruned(xml: str, *, compressed: bool, max_depth: int) -> str:
    """The hierarchy without what lies deeper than asked for, and, compressed, without mere layout."""
    if not compressed and max_depth >= 50:
        return xml
    root = parse(xml)
    _cut(root, max_depth)
    if compressed:
        _compress(root)
    return DECLARATION + ElementTree.tostring(root, encoding="unicode")


def compress(xml: str) -> str:
    return pruned(xml, compressed=True, max_depth=50)


def _cut(node: Element, depth: int) -> None:
    for child in list(node):
        if depth <= 0:
            node.remove(child)
        else:
            _cut(child, depth - 1)


def _compress(node: Element) -> None:
    """Put the children of unimportant nodes in their place."""
    kept: list[Element] = []
    for child in list(node):
        _compress(child)
        kept += [child] if _important(child) else list(child)
        node.remove(child)
    node.extend(kept)


def _important(node: Element) -> bool:
    speaks = any(node.get(name) for name in ("text", "content-desc", "resource-id"))
    acts = any(
        node.get(name) == "true" for name in ("clickable", "long-clickable", "scrollable", "checkable", "focused")
    )
    return speaks or acts
