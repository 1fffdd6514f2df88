"""What the structure of a screen tells without words: rows of statistics, bars, rails, panels. Pure.

Everything is measured against the screen, so that size and density do not matter, and against other nodes where an
excerpt lacks the rest of the screen.
"""

import re
from collections.abc import Callable, Iterator
from typing import Final

from drover.apps.accounts import account_rows
from drover.apps.direction import across, share
from drover.apps.handles import handle_node
from drover.apps.profile import action_button
from drover.apps.sheets import described, drawn, low
from drover.apps.stats import statistics
from drover.apps.view import View
from drover.apps.zones import from_bottom, from_top, span
from drover.phone.hierarchy import Bounds, Node

_TABS: Final = ("tab_home", "tab_friends", "tab_create", "tab_inbox", "tab_profile", "tab_reels", "tab_search")
_USES: Final = re.compile(r".+\s[·•]\s\d[\d.,]*\s?\D+", re.DOTALL)
_RAIL: Final = ("like_video", "comment_video", "share_video", "favorite_video")


def edit(view: View) -> bool:
    """A text field."""
    return bool(view.fields)


def edit_top(view: View) -> bool:
    """A text field in the title bar."""
    return any(from_top(view, node) < 0.25 for node in _fields(view))


def password(view: View) -> bool:
    return any(node.password for node in view.nodes)


def stats(view: View) -> bool:
    """A row of at least two counts with their names."""
    return len(statistics(view)) >= 2


def tab_bar(view: View) -> bool:
    """The app's navigation at the bottom."""
    if len({node.id for node in view.with_id("tabs")}) >= 3:
        return True
    low = [node for node in _tab_labels(view) if from_bottom(view, node) < 0.25]
    if any(_kinds_in_row(view, node, low) >= 3 for node in low):
        return True
    return _five_equal(view)


def video_rail(view: View) -> bool:
    """Like, comment, share with their counts in a column at the edge where lines end."""
    if len([name for name in _RAIL if view.app.labels.get(name) and view.shown(name)]) >= 2:
        return True
    right = [node for node in view.counts if share(view, node) > 0.8]
    narrow = [node for node in right if _narrow(view.target(node), view)]
    return len({node.bounds.top for node in narrow}) >= 3


def follow_row(view: View) -> bool:
    """A profile's button for following in its row of actions."""
    return action_button(view) is not None


def handle(view: View) -> bool:
    return handle_node(view) is not None


def profile(view: View) -> bool:
    """A profile's header: its statistics or its handle."""
    return stats(view) or handle(view) or bool(view.with_id("profile_header"))


def spinner(view: View) -> bool:
    return any(node.cls.endswith("ProgressBar") for node in view.nodes)


def accounts(view: View) -> bool:
    return bool(account_rows(view))


def login_form(view: View) -> bool:
    """A password field and a button to log in."""
    return password(view) and bool(view.shown("log_in"))


def quiet(view: View) -> bool:
    """Next to nothing to read or touch."""
    return len(view.labelled) <= 3 and len(view.clickable) <= 2


def few(view: View) -> bool:
    """As few controls as a dialog has."""
    return len(view.clickable) <= 9


def body_empty(view: View) -> bool:
    """A title bar, perhaps a tab bar, and nothing to read or touch between them but a spinner."""
    return not any(
        from_top(view, node) > 0.2
        and from_bottom(view, node) > 0.15
        and not view.means(node, "loading")
        and node.bounds.height < 0.5 * view.height
        for node in (*view.labelled, *view.clickable, *view.fields)
    )


def slider(view: View) -> bool:
    return any(node.cls.endswith("SeekBar") for node in view.nodes)


def empty(view: View) -> bool:
    """Nothing to read and nothing to touch."""
    return not view.labelled and not view.clickable and not view.fields


def panel(view: View) -> Node | None:
    """A box set into the screen, as a dialog is, that is no picture."""
    return next(panels(view), None)


def panels(view: View) -> Iterator[Node]:
    """All such boxes: parts of a page may be set in as well."""
    for node in view.nodes:
        if _inset(node.bounds, view) and not node.cls.endswith(("ImageView", "ProgressBar", "TextureView")):
            yield node


def said_sheet(view: View) -> bool:
    """A sheet or dialog that calls itself so."""
    return described(view) is not None


def drawn_sheet(view: View) -> bool:
    """A sheet over a dimmed layer."""
    return drawn(view) is not None


def sheet(view: View) -> bool:
    """Either, over a page of the app."""
    return said_sheet(view) or drawn_sheet(view)


def low_sheet(view: View) -> bool:
    """Nothing but a sheet's window."""
    return low(view) is not None


def shutter(view: View) -> bool:
    """A large round button in the lower middle, by itself: a camera's."""
    return any(_is_shutter(node.bounds, view) for node in view.clickable)


def typing(view: View) -> bool:
    """A text field that takes the keys and stands above a keyboard, or higher."""
    return any(field.focused and from_bottom(view, field) > 0.15 for field in view.fields)


def sound_row(view: View) -> bool:
    """A row of a list of sounds: "ARTIST · 12.1K posts" right under a title, from the same edge where lines begin."""
    return any(_under_a_title(view, node) for node in view.labelled if _USES.fullmatch(node.text))


SHAPES: Final[dict[str, Callable[[View], bool]]] = {
    "edit": edit,
    "edit_top": edit_top,
    "password": password,
    "stats": stats,
    "tab_bar": tab_bar,
    "video_rail": video_rail,
    "follow_row": follow_row,
    "handle": handle,
    "profile": profile,
    "spinner": spinner,
    "account_rows": accounts,
    "login_form": login_form,
    "few": few,
    "quiet": quiet,
    "body_empty": body_empty,
    "slider": slider,
    "said_sheet": said_sheet,
    "drawn_sheet": drawn_sheet,
    "sheet": sheet,
    "low_sheet": low_sheet,
    "shutter": shutter,
    "typing": typing,
    "sound_row": sound_row,
}


def _fields(view: View) -> Iterator[Node]:
    yield from view.fields
    # A flattened dump has no classes: there a known id, or a placeholder, tells a field.
    yield from (node for node in view.with_id("search_field") if not node.cls)


def _tab_labels(view: View) -> list[Node]:
    return view.shown(*(name for name in _TABS if name in view.app.labels))


def _kinds_in_row(view: View, node: Node, among: list[Node]) -> int:
    row = [other for other in among if other is node or other.bounds.overlaps_rows_of(node.bounds)]
    return len({view.words(other)[0] for other in row})


def _five_equal(view: View) -> bool:
    """Five equally wide buttons side by side over the whole width at the bottom; grids have three or four columns."""
    low = [node for node in view.clickable if view.height - node.bounds.bottom < 0.12 * span(view)]
    for first in low:
        row = {node.bounds.left: node for node in low if node.bounds.top == first.bounds.top}
        widths = [node.bounds.width for node in row.values()]
        if len(row) == 5 and max(widths) - min(widths) <= 4 and sum(widths) >= 0.95 * view.width:
            return first.bounds.height < first.bounds.width
    return False


def _is_shutter(box: Bounds, view: View) -> bool:
    middle = abs(box.center[0] - view.width / 2) < 0.06 * view.width
    round_ = abs(box.width - box.height) <= 0.1 * box.width
    return middle and round_ and 0.12 < box.width / view.width < 0.35 and 0.65 < box.center[1] / view.height < 0.95


def _under_a_title(view: View, node: Node) -> bool:
    box = node.bounds
    return any(
        other.text
        and abs(across(view, other.bounds)[0] - across(view, box)[0]) < 0.06 * view.width
        and -0.5 * box.height < box.top - other.bounds.bottom < box.height
        for other in view.labelled
        if other is not node
    )


def _narrow(node: Node | None, view: View) -> bool:
    return node is not None and node.bounds.width < 0.25 * view.width


def _inset(box: Bounds, view: View) -> bool:
    if box.left < 0.04 * view.width or view.width - box.right < 0.04 * view.width:
        return False
    return (
        box.width > 0.4 * view.width
        and 0.15 * view.height < box.height < 0.9 * view.height
        and abs(box.left + box.right - view.width) < 0.06 * view.width
    )
