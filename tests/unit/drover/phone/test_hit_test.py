"""Where a touch lands, by each rule that tells what lies over what: windows, drawing order, sheets, dialogs."""

import pytest

from drover.phone.hierarchy import Hierarchy, Node, parse
from drover.phone.hit_test import is_page, landing, reaches, taker
from tests.support.trees import Box, box, button, label, node, tree

TAB: Box = (864, 2208, 1080, 2337)
SCREEN: Box = (0, 0, 1080, 2400)
CENTRE = (972, 2272)


def read(*nodes: str) -> Hierarchy:
    return parse(tree(*nodes))


def named(shown: Hierarchy, words: str) -> Node:
    """The topmost clickable node around the words, or the node that says them."""
    said = next(one for one in shown.nodes if words in (one.text, one.desc))
    return next((one for one in (said, *said.ancestors()) if one.clickable), said)


def page(*more: str) -> str:
    return box(SCREEN, button("Profile", TAB), *more)


def ordered(drawing: int, *children: str, bounds: Box = SCREEN) -> str:
    return node(bounds, *children, cls="android.widget.FrameLayout").replace(
        "<node", f'<node drawing-order="{drawing}"', 1
    )


def test_a_free_node_is_touched_in_its_middle() -> None:
    assert landing(named(read(page()), "Profile")) == CENTRE


def test_what_stands_later_and_takes_touches_covers_without_a_drawing_order() -> None:
    shown = read(page(), box(SCREEN, node((0, 2100, 1080, 2400), clickable=True)))
    assert landing(named(shown, "Profile")) is None


@pytest.mark.parametrize("flag", ["clickable", "long-clickable", "scrollable"])
def test_what_takes_touches_covers_and_what_lets_them_through_does_not(flag: str) -> None:
    clear = box((0, 2100, 1080, 2400), label("Hint", (0, 2210, 400, 2300)))
    assert landing(named(read(page(), box(SCREEN, clear)), "Profile")) == CENTRE
    over = clear.replace('clickable="false"', "", 1).replace("<node", f'<node {flag}="true"', 1)
    assert landing(named(read(page(), box(SCREEN, over)), "Profile")) is None


def test_a_disabled_control_takes_touches_too() -> None:
    shown = read(page(), box(SCREEN, node((0, 2100, 1080, 2400), clickable=True, enabled=False)))
    assert landing(named(shown, "Profile")) is None


def test_what_is_not_seen_covers_nothing() -> None:
    hidden = node((0, 2100, 1080, 2400), clickable=True, visible_to_user=False)
    assert landing(named(read(page(), box(SCREEN, hidden)), "Profile")) == CENTRE


@pytest.mark.parametrize(("over", "lands"), [(2, None), (1, CENTRE)])
def test_drawing_order_decides_and_not_the_document(over: int, lands: tuple[int, int] | None) -> None:
    cover = ordered(over, node((0, 2100, 1080, 2400), clickable=True))
    under = ordered(3 - over, page())
    for first, second in ((cover, under), (under, cover)):
        assert landing(named(read(first, second), "Profile")) == lands


def test_an_order_that_is_said_of_some_siblings_only_says_nothing() -> None:
    cover = ordered(0, node((0, 2100, 1080, 2400), clickable=True))
    assert landing(named(read(ordered(1, page()), cover), "Profile")) is None


def sheet(*inside: str, scrim: Box | None = (0, 0, 1080, 841), desc: str = "") -> str:
    """A sheet of comments that a dump lists before the page."""
    panel = node((0, 841, 1080, 2400), label("3 comments", (431, 841, 649, 957)), *inside, desc=desc)
    return box(SCREEN, *([] if scrim is None else [node(scrim, clickable=True)]), panel)


@pytest.mark.parametrize("scrim", [(0, 0, 1080, 841), SCREEN])
def test_a_sheet_beside_its_scrim_covers_what_stands_later(scrim: Box) -> None:
    shown = read(sheet(scrim=scrim), page())
    assert landing(named(shown, "Profile")) is None
    assert not reaches(named(shown, "Profile"), *CENTRE)


def test_a_scrim_that_only_says_what_it_does_is_one() -> None:
    dim = node(SCREEN, desc="Close sheet", clickable=True)
    picture = node(SCREEN, desc="Video", clickable=True)
    panel = box((0, 841, 1080, 2400), label("Title", (0, 841, 500, 957)))
    assert landing(named(read(box(SCREEN, dim, panel), page()), "Profile")) is None
    assert landing(named(read(box(SCREEN, picture, panel), page()), "Profile")) == CENTRE


@pytest.mark.parametrize("words", ["Bottom sheet", "Feuille du bas", "Trang tính dưới cùng", "Dialog"])
def test_a_sheet_that_says_that_it_is_one_covers_what_stands_later(words: str) -> None:
    assert landing(named(read(sheet(scrim=None, desc=words), page()), "Profile")) is None
    assert landing(named(read(sheet(scrim=None, desc="Something"), page()), "Profile")) == CENTRE


def test_a_title_with_an_x_without_words_begins_a_sheet() -> None:
    title = label("In common (1)", (298, 1266, 783, 1366))
    cross = node((936, 1278, 1056, 1400), cls="android.widget.ImageView", clickable=True)
    listed = box((0, 1422, 1080, 2400), label("Somebody", (216, 1500, 600, 1560)))
    for inside, lands in (((title, cross, listed), None), ((title, listed), CENTRE), ((cross, listed), CENTRE)):
        assert landing(named(read(box((0, 1266, 1080, 2400), *inside), page()), "Profile")) == lands


def test_a_row_to_write_in_at_the_very_bottom_is_drawn_over_a_tab_bar() -> None:
    listed = box((0, 957, 1080, 2238), label("nice", (155, 1025, 1048, 1086)))
    field = node((189, 2260, 721, 2340), text="Add comment...", cls="android.widget.EditText", clickable=True)
    send = node((800, 2245, 1060, 2390), desc="Post comment", clickable=True)
    column = box((0, 957, 1080, 2400), listed, box((0, 2238, 1080, 2400), field, send))
    bar = box((0, 2271, 1080, 2400), button("Profile", (864, 2271, 1080, 2400)), label("Home", (0, 2280, 216, 2390)))
    shown = read(box(SCREEN, column), box(SCREEN, bar))
    assert landing(named(shown, "Profile")) is None
    assert landing(named(shown, "Post comment")) == (930, 2317)


def test_a_scrim_covers_the_page_beside_the_sheet_and_the_sheets_own_controls_are_free() -> None:
    cross = node((995, 877, 1048, 930), desc="Close", clickable=True)
    shown = read(sheet(cross), page(button("Search", (933, 139, 1080, 286))))
    assert landing(named(shown, "Close")) == (1021, 903)
    assert landing(named(shown, "Search")) is None


GESTURES = node(SCREEN, cls="android.view.View", clickable=True)
"""A layer for gestures under a whole page looks as a scrim does."""


def test_a_page_over_a_layer_for_gestures_is_no_sheet() -> None:
    controls = box(SCREEN, button("Stickers", (900, 400, 1060, 500)))
    bar = box((0, 0, 1080, 288), button("Next", (800, 100, 1060, 220)))
    shown = read(box(SCREEN, bar, GESTURES, controls))
    assert landing(named(shown, "Stickers")) == (980, 450)
    beside = read(box(SCREEN, GESTURES, bar, controls))
    assert landing(named(beside, "Next")) == (930, 160)


def test_captions_and_shades_over_a_layer_for_gestures_are_no_sheet() -> None:
    rail = box((900, 1000, 1080, 2100), button("Share", (912, 1900, 1080, 2000)))
    caption = box((40, 1600, 800, 2300), label("Title", (40, 1700, 800, 1800)))
    shade = box((0, 1823, 1080, 2400))
    for below in (caption, shade):
        shown = read(box(SCREEN, button("Profile", TAB)), box(SCREEN, GESTURES, rail, below))
        assert landing(named(shown, "Share")) == (996, 1950)


def test_promise_r28_a_sheet_within_a_page_over_a_layer_for_gestures_still_covers() -> None:
    shown = read(GESTURES, box(SCREEN, sheet(button("Reply", (0, 1200, 1080, 1300))), page()))
    assert landing(named(shown, "Profile")) is None
    assert landing(named(shown, "Reply")) == (540, 1250)


def test_promise_r28_a_tab_bar_over_a_layer_for_gestures_does_not_come_over_a_sheet() -> None:
    bar = box((0, 2208, 1080, 2400), button("Profile", TAB))
    feed = box(SCREEN, GESTURES, bar)
    shown = read(sheet(button("Post comment", (800, 2208, 1080, 2380))), feed)
    assert landing(named(shown, "Profile")) is None
    assert landing(named(shown, "Post comment")) == (940, 2294)


def test_promise_r28_a_scrim_that_says_so_covers_the_page_beside_it() -> None:
    dim = node(SCREEN, desc="Close sheet", clickable=True)
    panel = box((0, 841, 1080, 2400), label("Title", (0, 841, 500, 957)))
    shown = read(box(SCREEN, button("Search", (933, 139, 1080, 286)), dim, panel))
    assert landing(named(shown, "Search")) is None


def test_of_two_sheets_the_later_one_is_on_top() -> None:
    under, over = (sheet(button(word, (0, 1200, 1080, 1300))) for word in ("Reply", "Post"))
    shown = read(under, over, page())
    assert landing(named(shown, "Reply")) is None
    assert landing(named(shown, "Post")) == (540, 1250)


def test_a_picture_that_fills_its_page_lies_below_its_controls() -> None:
    video = node(SCREEN, desc="Video", clickable=True)
    rail = box((900, 900, 1080, 1500), button("Like", (912, 1320, 1080, 1437)))
    shown = read(box(SCREEN, rail, video), page())
    assert landing(named(shown, "Like")) == (996, 1378)


def test_a_smaller_window_is_in_front_wherever_a_dump_lists_it() -> None:
    app = box(SCREEN, box(SCREEN, button("Post", (600, 2200, 1000, 2300)), button("Back", (0, 100, 200, 200))))
    keys = node((0, 1600, 1080, 2400), box((0, 1600, 1080, 2400)), package="com.google.android.inputmethod.latin")
    for windows in ((app, keys), (keys, app)):
        shown = parse(f"<hierarchy>{''.join(windows)}</hierarchy>")
        assert landing(named(shown, "Post")) is None
        assert landing(named(shown, "Back")) == (100, 150)


def test_a_partly_covered_node_is_touched_where_it_is_free() -> None:
    wide = button("Post", (100, 2000, 900, 2100))
    shown = read(box(SCREEN, wide), box(SCREEN, node((0, 1900, 560, 2400), clickable=True)))
    x, y = landing(named(shown, "Post")) or (0, 0)
    assert x > 560 + 20
    assert 2000 < y < 2100
    sliver = read(box(SCREEN, wide), box(SCREEN, node((0, 1900, 890, 2400), clickable=True)))
    assert landing(named(sliver, "Post")) is None


def test_a_free_point_is_first_looked_for_in_its_words_and_never_in_another_control_in_it() -> None:
    row = node(
        (0, 1000, 1080, 1200),
        label("anna.b", (200, 1060, 400, 1140)),
        node((700, 1000, 1080, 1200), desc="Remove", clickable=True),
        clickable=True,
    )
    cover = node((450, 900, 700, 1300), clickable=True)
    assert landing(named(read(box(SCREEN, row), box(SCREEN, cover)), "anna.b")) == (300, 1100)
    over = node((0, 900, 700, 1300), clickable=True)
    assert landing(named(read(box(SCREEN, row), box(SCREEN, over)), "anna.b")) is None


def test_what_lies_in_the_node_or_around_it_is_no_cover() -> None:
    inner = node((100, 1000, 500, 1200), desc="Inner", clickable=True)
    outer = node((0, 900, 1080, 1300), inner, label("Row", (600, 1000, 800, 1100)), desc="Outer", clickable=True)
    shown = read(box(SCREEN, outer))
    assert landing(named(shown, "Inner")) == (300, 1100)
    assert landing(named(shown, "Outer")) == (540, 1100)


def test_a_node_that_is_out_of_sight_is_not_touched() -> None:
    shown = read(page(node((0, 300, 500, 400), desc="Gone", visible_to_user=False), node((0, 0, 0, 0), desc="None")))
    gone = [one for top in shown.roots for one in top.walk() if one.desc in ("Gone", "None")]
    assert [landing(one) for one in gone] == [None, None]


def test_a_node_beyond_the_edge_is_touched_on_the_screen() -> None:
    shown = read(page(box((900, 500, 1400, 700), button("Next", (900, 500, 1400, 700)))))
    assert landing(named(shown, "Next")) == (990, 600)


def test_a_dump_that_lost_its_nesting_knows_no_layers() -> None:
    flat = f"<hierarchy>{node(TAB, desc='Profile', clickable=True)}{node(SCREEN, clickable=True)}</hierarchy>"
    assert landing(named(parse(flat), "Profile")) == CENTRE


def test_the_empty_part_of_a_page_is_no_control() -> None:
    viewer = node(SCREEN, button("Link", (700, 1100, 1000, 1300)), desc="Story", clickable=True)
    shown = read(box(SCREEN, viewer))
    assert (is_page(shown, 918, 600), is_page(shown, 918, 1200)) == (True, False)
    found = taker(shown, 918, 1200)
    assert found is not None
    assert found.bounds.left == 700
