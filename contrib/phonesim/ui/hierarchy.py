"""A screen as the XML that `uiautomator dump` writes (AOSP's AccessibilityNodeInfoDumper), attribute for attribute."""

import re
from collections.abc import Sequence

from phonesim.ui.view import View, Window

HEADER = "<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>"

# The characters that the dumper replaces by a dot, each of a surrogate pair on its own: an emoji becomes two dots.
_INVALID = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufdd0-\ufddf\ufffe\uffff\ud800-\udfff]")
_ASTRAL = re.compile("[\U00010000-\U0010ffff]")
_ESCAPED = re.compile('[&<>"\n\r\t]')
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\n": "&#10;", "\r": "&#13;", "\t": "&#9;"}
# Containers that the dumper never marks as "not accessibility friendly".
_NAF_EXCLUDED = frozenset(f"android.widget.{name}" for name in ("GridView", "GridLayout", "ListView", "TableLayout"))
_NAF = 'NAF="true" '
_BOOL = ("false", "true")


def dump_text(text: str) -> str:
    """The text as it appears in a dump: emoji and control characters replaced by dots."""
    return text if text.isascii() and text.isprintable() else _INVALID.sub(".", _ASTRAL.sub("..", text))


def listed_windows(windows: Sequence[Window]) -> list[Window]:
    """The windows a dump shows: those an app's topmost dialog covers are not active and left out."""
    shown = [window for window in windows if window.listed]
    dialogs = [i for i, window in enumerate(shown) if window.modal]
    return shown[dialogs[-1] :] if dialogs else shown


def hierarchy_xml(windows: Sequence[Window], scale: float, *, rotation: int = 0) -> str:
    """The listed windows in stacking order; `scale` is pixels per design unit."""
    body = "".join(
        _node(window.root, index, window.package, scale)[0] for index, window in enumerate(listed_windows(windows))
    )
    return f'{HEADER}<hierarchy rotation="{rotation}">{body}</hierarchy>'


def _node(node: View, index: int, package: str, scale: float) -> tuple[str, bool]:
    """The XML of a subtree, and whether anything in it carries a text or a description."""
    package = node.package or package
    labelled = bool(node.text or node.desc)
    parts: list[str] = []
    for position, child in enumerate(node.children):
        xml, child_labelled = _node(child, position, package, scale)
        parts.append(xml)
        labelled = labelled or child_labelled
    naf = node.clickable and node.enabled and not labelled and node.cls not in _NAF_EXCLUDED
    opening = f"<node {_NAF if naf else ''}{_attributes(node, index, package, scale)}"
    return (f"{opening}>{''.join(parts)}</node>" if parts else f"{opening} />"), labelled


def _attributes(node: View, index: int, package: str, scale: float) -> str:
    left, top, right, bottom = (round(edge * scale) for edge in node.bounds)
    identifier = node.id if not node.id or ":" in node.id else f"{package}:id/{node.id}"
    return (
        f'index="{index}" text="{_quoted(node.text)}" resource-id="{identifier}" class="{node.cls}" '
        f'package="{package}" content-desc="{_quoted(node.desc)}" checkable="{_BOOL[node.checkable]}" '
        f'checked="{_BOOL[node.checked]}" clickable="{_BOOL[node.clickable]}" enabled="{_BOOL[node.enabled]}" '
        f'focusable="{_BOOL[node.focusable]}" focused="{_BOOL[node.focused]}" scrollable="{_BOOL[node.scrollable]}" '
        f'long-clickable="{_BOOL[node.long_clickable]}" password="{_BOOL[node.password]}" '
        f'selected="{_BOOL[node.selected]}" bounds="[{left},{top}][{right},{bottom}]"'
    )


def _quoted(text: str) -> str:
    return _ESCAPED.sub(lambda match: _ENTITIES[match[0]], dump_text(text)) if text else ""
