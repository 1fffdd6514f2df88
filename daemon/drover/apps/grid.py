"""What the own profile shows of its posts, and whether there is one more than before. Pure."""

import re
from collections import defaultdict
from dataclasses import dataclass, field

from drover.apps.direction import reading_order
from drover.apps.stats import statistics
from drover.apps.view import View
from drover.phone.counts import count, is_count, is_rounded
from drover.phone.hierarchy import Bounds, Node


@dataclass(frozen=True, kw_only=True)
class Grid:
    """The posts of a profile as far as its screen shows them.

    `posts` is their number where the app shows one, `rounded` that it is written short (`12.3K`); `views` those of
    each tile in reading order, without pinned ones and drafts, None where a tile says none; `whole` tells that no
    further tile can lie below; `drafts` is how many drafts a tile of their own names, 0 without one; `busy`: a tile
    says that it is still uploading.
    """

    posts: int | None = None
    rounded: bool = False
    views: tuple[int | None, ...] = ()
    whole: bool = False
    drafts: int = 0
    busy: bool = False
    newest: Node | None = field(default=None, compare=False)
    """The tile of the newest post; where it lies says nothing about the posts."""


def grid(view: View) -> Grid:
    """The grid of the own profile that this screen shows."""
    boxes = _tiles(view)
    views: list[int | None] = []
    newest: Node | None = None
    drafts, busy = 0, False
    for box in boxes:
        inside = [node for node in view.labelled if box.bounds.contains(node.bounds)]
        if any(view.means(node, "drafts", "draft_count") for node in inside):
            drafts = max((_numbers(node) for node in inside), default=0) or 1
        elif any(view.means(node, "uploading") for node in inside):
            busy = True
        elif any(view.means(node, "upload_failed") for node in inside):
            continue  # it was not published
        elif not any(view.means(node, "pinned") for node in inside):
            newest = newest or box
            views.append(next((count(node.label) for node in inside if is_count(node.label)), None))
    posts, rounded = _post_count(view)
    return Grid(
        posts=posts,
        rounded=rounded,
        views=tuple(views),
        whole=_whole(view, boxes),
        drafts=drafts,
        busy=busy,
        newest=newest,
    )


def one_more(before: Grid, after: Grid) -> bool:
    """Whether the later grid proves a post that the earlier one did not have.

    Counts of views only grow. Of a grid that may go on below only a part is seen, of the same size as before: then the
    newest is new if the others moved by one, and the tiles as they stand cannot be the old ones.
    """
    if before.posts is not None and after.posts is not None and before.posts != after.posts:
        return after.posts > before.posts
    if before.whole and len(after.views) != len(before.views):
        # Several at once are tiles that were not loaded before.
        return len(after.views) == len(before.views) + 1
    same = _may_follow(before.views, after.views)
    return not same and len(after.views) > 1 and _may_follow(before.views, after.views[1:])


def _may_follow(before: tuple[int | None, ...], after: tuple[int | None, ...]) -> bool:
    """Whether the tiles of `after` can be those of `before`, some time later."""
    pairs = list(zip(before, after, strict=False))
    return bool(pairs) and all(_grown(old, new) for old, new in pairs)


def _grown(old: int | None, new: int | None) -> bool:
    return old is None or new is None or new >= old


def _numbers(node: Node) -> int:
    match = re.search(r"\d+", node.label)
    return int(match[0]) if match else 0


def _post_count(view: View) -> tuple[int | None, bool]:
    """The number next to the word for posts in the row of statistics, for apps that show one; whether it is rounded."""
    for number, name in statistics(view):
        if view.means(name, "posts"):
            return count(number.label), is_rounded(number.label)
    return None, False


def _tiles(view: View) -> list[Node]:
    """Boxes of one size in columns under the header that can be tapped; the largest such family."""
    groups: dict[int, list[Node]] = defaultdict(list)
    top = _header_bottom(view)
    for node in view.clickable:
        if _tile_like(node.bounds, view) and node.bounds.top >= top:
            groups[round(node.bounds.width * 40 / view.width)].append(node)
    tall = [group for group in groups.values() if any(map(_is_tall, group))]
    family = max(tall, key=len, default=[])
    outer = [node for node in family if not any(other in node.ancestors() for other in family)]
    # Those of the last row may be cut off; flat ones above are the tabs of a profile with three of them.
    lowest = max((node.bounds.top for node in outer), default=0)
    rows = [node for node in outer if _is_tall(node) or node.bounds.top == lowest]
    return sorted(rows, key=lambda node: reading_order(view, node))


def _is_tall(tile: Node) -> bool:
    return tile.bounds.height > 0.75 * tile.bounds.width


def _tile_like(box: Bounds, view: View) -> bool:
    wide = 0.28 * view.width < box.width < 0.36 * view.width
    return wide and box.height > 0.25 * box.width and box.height < 2.2 * box.width


def _header_bottom(view: View) -> int:
    row = statistics(view)
    return max((name.bounds.bottom for _, name in row), default=int(0.25 * view.height))


def _whole(view: View, boxes: list[Node]) -> bool:
    """The last row is not full, or a good part of the screen below it is empty: there is no more to scroll to."""
    if not boxes:
        return True
    last = boxes[-1].bounds
    in_last_row = [box for box in boxes if box.bounds.overlaps_rows_of(last)]
    return len(in_last_row) < 3 or last.bottom < view.height - 1.2 * max(box.bounds.height for box in boxes)
