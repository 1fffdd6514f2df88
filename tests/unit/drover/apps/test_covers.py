"""No tap goes through a cover: every recorded screen, every control that a script may want, by an oracle of its own.

The oracle hands a touch down the raw XML as Android's ViewGroup does: to the child drawn last, first. Where a recording
names no drawing order, `OVER` and `BELOW` say what a person sees on it.
"""

import re
from collections.abc import Iterator
from xml.etree import ElementTree

import pytest

from drover.apps import App, Screen, accounts, follow_button, load, recognise, switcher_buttons
from drover.apps.view import View
from drover.phone.hierarchy import Bounds, Hierarchy, Node, parse
from drover.phone.hit_test import Point, landing
from drover.phone.layers import lost_nesting
from tests.support.uidumps import app_of, dump, recordings

OVER = {
    "ig_comments_sheet_typed_en": ("bottom_sheet_container",),
    "trill_comments_typed_over_feed_en": ("dmy",),
    "ex_trill_sheet_mutual_follow_vi": ("g1i",),
}
BELOW = {
    "ig2023_new_post_picker_en": ("pre_capture_buttons_container",),
    "tt_feed_find_related_en": ("long_press_layout",),
    "tt_feed_from_search_en": ("long_press_layout",),
    "tt_feed_repost_en": ("long_press_layout",),
}
COVERED = {
    "ig_comments_sheet_typed_en": ("Back", "Send post"),
    "ig_discard_question_save_draft_en": ("Next", "Cancel", "Add audio"),
    "ig_own_profile_en": ("Profile", "Home", "Edit profile"),
    "ig_sheet_after_post_add_links_en": ("Profile", "Home", "Share"),
    "trill_comments_typed_over_feed_en": ("Profile", "Home", "Create", "For You"),
}
FREE = {
    "ig2023_new_post_picker_en": ("Next", "Select multiple"),
    "ig_comments_sheet_typed_en": ("Post",),
    "ig_discard_question_save_draft_en": ("Start over", "Save draft", "Keep editing"),
    "ig_home_feed_en": ("Profile", "Home"),
    "ig_other_profile_follow_en": ("Follow", "Message"),
    "ig_sheet_after_post_add_links_en": ("Get started",),
    "trill_comments_typed_over_feed_en": ("Post comment",),
    "tt_comments_over_feed_en": ("Close", "Reply", "Mention someone"),
    "tt_gallery_picker_en": ("Next", "Select multiple"),
    "tt_home_feed_en": ("Profile", "Home", "Create", "For You"),
    "tt_other_profile_follow_en": ("Follow", "Message"),
}
_BOUNDS = re.compile(r"\[(-?\d+),(-?\d+)\]\[(-?\d+),(-?\d+)\]")


class Touched:
    """A recording under the finger."""

    def __init__(self, name: str, xml: bytes) -> None:
        self.root = ElementTree.fromstring(xml)
        self._over, self._below = OVER.get(name, ()), BELOW.get(name, ())
        self.ups = {child: up for up in self.root.iter() for child in up}

    def taker(self, point: Point) -> ElementTree.Element | None:
        found = (self._handed(window, point) for window in reversed(list(self.root)))
        return next((element for element in found if element is not None), None)

    def _handed(self, element: ElementTree.Element, point: Point) -> ElementTree.Element | None:
        left, top, right, bottom = _box(element)
        inside = left <= point[0] < right and top <= point[1] < bottom
        empty = left >= right or top >= bottom
        if element.get("visible-to-user") == "false" or not (inside or empty):
            return None
        for child in reversed(self.drawn(element)):
            found = self._handed(child, point)
            if found is not None:
                return found
        return element if inside and takes(element) else None

    def drawn(self, element: ElementTree.Element) -> list[ElementTree.Element]:
        children = list(element)
        orders = [int(child.get("drawing-order") or 0) for child in children]
        if 0 not in orders and len(set(orders)) == len(orders):
            return sorted(children, key=lambda child: int(child.get("drawing-order") or 0))
        return sorted(children, key=self._seen)

    def _seen(self, element: ElementTree.Element) -> int:
        ids = {str(part.get("resource-id")).rpartition("/")[2] for part in element.iter()}
        own = str(element.get("resource-id")).rpartition("/")[2]
        return 1 if ids & set(self._over) else (-1 if own in self._below else 0)

    def line(self, element: ElementTree.Element) -> set[ElementTree.Element]:
        """The element with all above and below it."""
        found = set(element.iter())
        up: ElementTree.Element | None = element
        while up is not None:
            found.add(up)
            up = self.ups.get(up)
        return found

    def under(self, low: ElementTree.Element, high: ElementTree.Element) -> bool:
        order = {element: rank for rank, element in enumerate(self._all(self.root))}
        return order[low] < order[high]

    def _all(self, element: ElementTree.Element) -> Iterator[ElementTree.Element]:
        yield element
        for child in list(element) if element is self.root else self.drawn(element):
            yield from self._all(child)


def takes(element: ElementTree.Element) -> bool:
    said = (element.get(name) == "true" for name in ("clickable", "long-clickable", "scrollable"))
    return any(said) or str(element.get("class")).endswith(("EditText", "AutoCompleteTextView"))


def _box(element: ElementTree.Element) -> tuple[int, int, int, int]:
    match = _BOUNDS.fullmatch(str(element.get("bounds")))
    assert match is not None
    left, top, right, bottom = map(int, match.groups())
    return left, top, right, bottom


def controls(app: App, tree: Hierarchy) -> list[Node]:
    """Whatever a script may ask this screen for: by any word or id of the tables, and what the readers give."""
    view = View(app, tree)
    seen = recognise(app, tree)
    button = follow_button(app, tree)
    found = [target for _, target in view.buttons(*app.labels)]
    found += [view.target(node) or node for node in view.with_id(*app.ids)]
    found += [*view.fields, *switcher_buttons(app, tree), *(row.name for row in accounts(app, tree))]
    found += [] if button is None else [button.target]
    found += [] if seen.popup is None or seen.popup.dismiss is None else [seen.popup.dismiss]
    return list(dict.fromkeys(found))


def said(tree: Hierarchy, words: str) -> list[Node]:
    """What a tap on these words means: the clickable node around them."""
    found = [node for node in tree.nodes if words in (node.text, node.desc)]
    return [next((up for up in (node, *node.ancestors()) if up.clickable), node) for node in found]


@pytest.mark.parametrize("name", sorted(recordings()))
def test_promise_r28_a_tap_lands_on_what_is_topmost_there_or_is_not_sent(name: str) -> None:
    xml = dump(name)
    tree = parse(xml)
    touched = Touched(name, xml)
    nodes = [node for top in tree.roots for node in top.walk()]
    element_of = dict(zip(nodes, (part for part in touched.root.iter() if part is not touched.root), strict=True))
    wrong: list[str] = []
    for platform in dict.fromkeys((app_of(name), load("tiktok"), load("instagram"))):
        for control in controls(platform, tree):
            point = landing(control)
            if point is None:
                continue
            box = control.bounds
            assert box.left <= point[0] < box.right, control
            assert box.top <= point[1] < box.bottom, control
            wanted, taker = element_of[control], touched.taker(point)
            lands = taker is None or taker in touched.line(wanted)
            # What takes no touches itself lets them through to what it is drawn on.
            through = not lands and not takes(wanted) and taker is not None and touched.under(taker, wanted)
            if not (lands or through or lost_nesting(tree)):
                wrong.append(f"{control} at {point}: {None if taker is None else taker.attrib}")
    assert wrong == []


@pytest.mark.parametrize(("name", "words"), [(name, words) for name, said_ in COVERED.items() for words in said_])
def test_promise_r28_what_lies_under_a_sheet_is_not_tapped(name: str, words: str) -> None:
    found = said(parse(dump(name)), words)
    assert found
    assert [landing(node) for node in found if not _in_sheet(name, node)] == [None] * len(found)


def _in_sheet(name: str, node: Node) -> bool:
    return any(up.id == "layout_container_bottom_sheet" for up in node.ancestors())


@pytest.mark.parametrize(("name", "words"), [(name, words) for name, said_ in FREE.items() for words in said_])
def test_what_is_in_front_stays_free(name: str, words: str) -> None:
    found = said(parse(dump(name)), words)
    assert any(landing(node) is not None for node in found), found


def test_promise_r28_the_profile_tab_after_the_comments_in_the_dump_is_under_them() -> None:
    """The same recording without its second sheet: the tab bar is then the last of the document, over the first."""
    root = ElementTree.fromstring(dump("trill_comments_typed_over_feed_en"))
    for up in list(root.iter()):
        for child in [child for child in up if str(child.get("resource-id")).endswith(":id/dmy")]:
            up.remove(child)
    tree = parse(ElementTree.tostring(root))
    (tab,) = [node for node in tree.nodes if node.desc == "Profile"]
    (post,) = [node for node in tree.nodes if node.desc == "Post comment"]
    last = [node for node in tree.nodes if node.clickable][-1]
    assert last.bounds == tab.bounds
    assert landing(tab) is None
    assert landing(post) == post.bounds.center
    assert recognise(load("tiktok"), tree).screen is Screen.COMMENTS


def test_a_sheet_is_known_without_the_drawing_order_that_a_recording_has() -> None:
    xml = re.sub(rb' drawing-order="\d+"', b"", dump("tt_comments_over_feed_en"))
    tree = parse(xml)
    close, video = (next(node for node in tree.nodes if node.desc == words) for words in ("Close", "Video"))
    assert landing(close) == close.bounds.center
    assert landing(video) is None


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("ex_tt4314_account_switcher_en", Bounds(147, 1004, 399, 1039)),
        ("ex_ig410_account_switcher_en", Bounds(231, 1498, 479, 1556)),
    ],
)
def test_an_account_is_tapped_on_its_name_and_not_in_the_middle_of_its_row(name: str, first: Bounds) -> None:
    rows = accounts(app_of(name), parse(dump(name)))
    assert rows[0].name.bounds == first
    for row in rows:
        assert row.target.bounds.contains(row.name.bounds)
        assert landing(row.name) == row.name.bounds.center != row.target.bounds.center
