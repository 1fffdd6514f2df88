"""Which node a touch reaches, by Android's rule; it decides nothing about what the touch does."""

from collections.abc import Sequence

from phonesim.ui.view import Bounds, View, Window


def contains(bounds: Bounds, x: float, y: float) -> bool:
    """Right and bottom edges are outside, as in android.graphics.Rect."""
    left, top, right, bottom = bounds
    return left <= x < right and top <= y < bottom


def hit_path(root: View, x: float, y: float) -> tuple[View, ...]:
    """From the root down to the node that consumes a touch; empty if none does.

    Children drawn later are asked first; one that neither is clickable nor has a clickable child under the point lets
    the touch through to its siblings, then to its parent. Nodes do not reach beyond their parent.
    """
    if not contains(root.bounds, x, y):
        return ()
    for child in reversed(root.drawn):
        path = hit_path(child, x, y)
        if path:
            return (root, *path)
    return (root,) if root.clickable or root.long_clickable or root.touchable else ()


def hit_windows(windows: Sequence[Window], x: float, y: float) -> tuple[Window | None, tuple[View, ...]]:
    """The window that takes the touch, and the path inside it; a modal window takes every touch above others."""
    for window in reversed(windows):
        path = hit_path(window.root, x, y)
        if path or window.modal:
            return window, path
    return None, ()


def editable_at(windows: Sequence[Window], x: float, y: float) -> View | None:
    """The text field under the point, clickable or not."""
    for window in reversed(windows):
        found = _deepest_field(window.root, x, y)
        if found is not None or window.modal:
            return found
    return None


def _deepest_field(root: View, x: float, y: float) -> View | None:
    if not contains(root.bounds, x, y):
        return None
    for child in reversed(root.drawn):
        found = _deepest_field(child, x, y)
        if found is not None:
            return found
    return root if root.field else None
