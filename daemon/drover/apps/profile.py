"""The button for following on another user's profile, and nothing that looks like it.

The same words stand next to counts (statistics), in tab bars, on cards of suggested accounts, in lists of users and in
feeds. What tells the button: it stands in the profile's row of actions.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final

from drover.apps.direction import reading_order
from drover.apps.handles import handle_node
from drover.apps.lexicon import normal
from drover.apps.stats import statistics
from drover.apps.view import LISTS, View
from drover.apps.zones import span
from drover.phone.geometry import count_beside
from drover.phone.hierarchy import Bounds, Node


class FollowState(StrEnum):
    """What the button says; the values are also the meanings in the data files."""

    FOLLOW = "follow"
    FOLLOW_BACK = "follow_back"
    FOLLOWING = "following"
    FRIENDS = "friends"
    REQUESTED = "requested"

    @property
    def follows(self) -> bool:
        """Whether the account follows, or has asked to."""
        return self not in (FollowState.FOLLOW, FollowState.FOLLOW_BACK)


@dataclass(frozen=True, kw_only=True)
class FollowButton:
    """`label` is the node that says the state, `target` the clickable one to tap."""

    state: FollowState
    label: Node
    target: Node


_NAVIGATION: Final = ("feed_tab", "tab_home", "tab_profile", "tab_create", "tab_reels", "tab_search", "results_users")
_SHELVES: Final = (*LISTS, "HorizontalScrollView")
_NOT_ACTIONS: Final = ("followers", "posts", "likes")
# In the order in which a label with several meanings is read: zh 关注 is Follow here, following next to a count.
_STATES: Final = (
    FollowState.FOLLOW,
    FollowState.FOLLOW_BACK,
    FollowState.REQUESTED,
    FollowState.FOLLOWING,
    FollowState.FRIENDS,
)


@lru_cache(maxsize=4)
def action_button(view: View) -> FollowButton | None:
    """The button in the row of actions of the profile that this hierarchy shows, if it shows one."""
    found: list[FollowButton] = []
    for node in _candidates(view):
        target = view.target(node) or node
        if _in_action_row(view, node, target):
            found.append(FollowButton(state=_state(view, node), label=node, target=target))
    return min(found, key=lambda button: reading_order(view, button.target), default=None)


def _candidates(view: View) -> list[Node]:
    """Labels that say a state by their whole text; a description such as `Follow NAME` is none."""
    nodes: list[Node] = []
    for node in view.shown(*_STATES):
        if node.bounds.area == 0:
            continue
        text = node.text if normal(node.text) else node.desc
        if any(name in _STATES for name, _ in view.app.lexicon.meanings(text)):
            nodes.append(node)
    # A box described like the label within it is the same button.
    return [node for node in nodes if not any(node in other.ancestors() for other in nodes)]


def _state(view: View, node: Node) -> FollowState:
    text = node.text if normal(node.text) else node.desc
    meanings = {name for name, _ in view.app.lexicon.meanings(text)}
    return next(state for state in _STATES if state in meanings)


def _in_action_row(view: View, node: Node, target: Node) -> bool:
    if count_beside(node, view.hierarchy) is not None or _too_large(view, target) or _on_card(view, target):
        return False
    known = node in view.with_id("follow_button")
    above = _statistics_above(view, target) or _handle_above(view, target)
    company = _company(view, node, target, trusted=above or known)
    if company is None:
        return False
    if company:
        return known or above or _named(view, target)
    return known or (above and not _below_actions(view, target))


def _company(view: View, node: Node, target: Node, *, trusted: bool) -> bool | None:
    """What else stands in the row: True with Message or the like, False alone, None if it is another kind of row."""
    adjacent = False
    for other in view.row_of(node):
        if target in other.ancestors() or other is target or other in node.ancestors() or node in other.ancestors():
            continue
        if view.means(other, *_NAVIGATION, *_NOT_ACTIONS):
            return None
        if view.means(other, "message", "contact"):
            adjacent = True
        elif view.means(other, *_STATES) or not (trusted and _alike(view.target(other), target)):
            return None
    return adjacent


def _alike(other: Node | None, target: Node) -> bool:
    """Whether the other is a button of the same row: as high, at the same height, and not the same one."""
    if other is None or other is target or other.bounds.contains(target.bounds):
        return False
    slack = 0.2 * target.bounds.height
    one, two = other.bounds, target.bounds
    if other.text:
        return abs(one.top - two.top) <= slack and abs(one.bottom - two.bottom) <= slack
    # An icon may be lower than the button that it stands next to, on the same middle line.
    return one.height <= two.height + slack and abs(one.center[1] - two.center[1]) <= slack


def _statistics_above(view: View, target: Node) -> bool:
    """A row of statistics stands above, no further than a biography is long, and in the same list if in any."""
    row = statistics(view)
    if not row or not _in_list_of(row[0][1], target):
        return False
    return -2 <= target.bounds.top - _bottom(row) < 0.45 * span(view)


def _in_list_of(header: Node, target: Node) -> bool:
    """No list begins between the header and the target: rows and cards of suggested accounts stand in one."""
    around = next((up for up in target.ancestors() if up.cls.endswith(_SHELVES)), None)
    return around is None or around in header.ancestors()


def _named(view: View, target: Node) -> bool:
    """Without statistics: a handle stands above, or nothing else to follow does, and the row is of no list of users."""
    if any(up.clickable for up in target.ancestors()):
        return False
    shown = handle_node(view)
    if shown is not None and shown.bounds.bottom <= target.bounds.top:
        return _in_list_of(shown, target)
    others = (
        node
        for node, _ in view.buttons(*_STATES)
        if not node.bounds.overlaps_rows_of(target.bounds) and count_beside(node, view.hierarchy) is None
    )
    return not any(others) and not any(up.cls.endswith(_SHELVES) for up in target.ancestors())


def _below_actions(view: View, target: Node) -> bool:
    """Between the statistics and the target stands another row of buttons: that one is the row of actions."""
    row = statistics(view)
    bottom = _bottom(row) if row else 0
    between = [
        other
        for other in view.clickable
        if row
        and bottom - 2 <= other.bounds.top
        and other.bounds.bottom <= target.bounds.top + 2
        and other.bounds.width > 0.2 * view.width
        and any(view.words(part) for part in other.walk())
    ]
    return any(_alike(one, other) and one.bounds.left >= other.bounds.right for one in between for other in between)


def _bottom(row: Sequence[tuple[Node, Node]]) -> int:
    return max(name.bounds.bottom for _, name in row)


def _handle_above(view: View, target: Node) -> bool:
    """In an excerpt without statistics: a wide button right under the profile's handle, in no row of a list."""
    shown = handle_node(view)
    if shown is None or view.app.handle != "at" or target.bounds.width < 0.25 * view.width or statistics(view):
        return False
    if any(up.clickable for up in target.ancestors()) or not _in_list_of(shown, target):
        return False
    return 0 <= target.bounds.top - shown.bounds.bottom < 0.3 * span(view)


def _too_large(view: View, target: Node) -> bool:
    return target.bounds.height > 0.15 * span(view) and target.bounds.width > 0.5 * view.width


def _on_card(view: View, target: Node) -> bool:
    """A card of a suggested account: a box narrower than the screen and much higher than its button, with a name."""
    for box in target.ancestors():
        if box.bounds.width > 0.7 * view.width:
            return False
        if box.bounds.height > 2.5 * target.bounds.height and _says_else(view, box, target):
            return True
    return not any(True for _ in target.ancestors()) and _label_stacked_above(view, target)


def _says_else(view: View, box: Node, target: Node) -> bool:
    inside = set(target.walk())
    return any(node.visible and view.words(node) and node not in inside for node in box.walk() if node is not box)


def _label_stacked_above(view: View, target: Node) -> bool:
    """Without nesting: a clickable box around the target, narrower than the screen and much higher, is a card."""
    return any(_holds(box.bounds, target.bounds) for box in view.clickable if box.bounds.width < 0.7 * view.width)


def _holds(box: Bounds, inner: Bounds) -> bool:
    return box != inner and box.contains(inner) and box.height > 2.5 * inner.height
