"""Sheets over a page: known in every language or by how they are drawn, put away by X or BACK, never by what agrees."""

import pytest

from drover.apps import Popup, Screen, load, recognise
from drover.phone.hierarchy import Bounds, parse
from tests.support.mockups import as_instagram, tt_tabs
from tests.support.trees import box, button, label, node, tree

NAMED = {
    *("Bottom sheet", "Feuille du bas", "Folha inferior", "Trang tính dưới cùng", "底部面板", "Hoja inferior"),
    *("Ansicht am unteren Rand", "Lembar bawah", "بطاقة سفلية", "Dialog", "Boîte de dialogue", "Hộp thoại"),
}
CROSS = node((940, 1320, 1060, 1440), cls="android.widget.ImageView", clickable=True)
SCRIM = node((0, 0, 1080, 2400), cls="android.view.View", clickable=True)
FEED = (
    node((0, 0, 1080, 2208), desc="Video"),
    *(button(word, (200 * i, 136, 200 * (i + 1), 288)) for i, word in enumerate(("Explore", "Following", "For You"))),
    tt_tabs(),
)


def sheet(*more: str, desc: str = "") -> str:
    """A title that no one listed, and a button that agrees."""
    title = label("Qoruvabi", (300, 1330, 780, 1420))
    agree = button("Zelotima", (60, 2200, 1020, 2340))
    return node((0, 1300, 1080, 2400), title, *more, agree, desc=desc, cls="android.widget.FrameLayout")


def popup(*nodes: str) -> Popup:
    found = recognise(load("tiktok"), parse(tree(*nodes))).popup
    assert found is not None
    return found


@pytest.mark.parametrize("desc", sorted(NAMED))
def test_a_sheet_is_known_in_every_language_and_closed_by_its_cross(desc: str) -> None:
    over_feed = popup(*FEED, sheet(CROSS, desc=desc))
    assert (over_feed.name, over_feed.headline) == ("sheet", "Qoruvabi")
    for found in (over_feed, popup(sheet(CROSS, desc=desc))):
        assert found.dismiss is not None
        assert found.dismiss.bounds == Bounds(940, 1320, 1060, 1440)


def test_a_sheet_that_says_nothing_is_known_by_its_dimmed_layer_or_its_window() -> None:
    for nodes in ((*FEED, SCRIM, sheet(CROSS)), (sheet(CROSS),)):
        found = popup(*nodes)
        assert found.dismiss is not None
        assert found.dismiss.bounds == Bounds(940, 1320, 1060, 1440)


def test_a_page_over_a_layer_for_gestures_is_no_sheet() -> None:
    """Search results, a feed: what stands above the lower part of the page stays free, so nothing is modal there."""
    field = node((170, 110, 900, 230), text="Qoruvabi", cls="android.widget.EditText", clickable=True)
    results = box((0, 700, 1080, 2400), label("Zelotima", (60, 800, 900, 900)))
    for page in ((SCRIM, field, results), (SCRIM, *FEED), (SCRIM, tt_tabs())):
        assert recognise(load("tiktok"), parse(tree(*page))).popup is None


BACK_ARROW = node((20, 1320, 140, 1440), cls="android.widget.ImageView", clickable=True)


@pytest.mark.parametrize("more", [(), (CROSS, BACK_ARROW)])
def test_without_an_x_of_its_own_a_sheet_is_closed_by_back(more: tuple[str, ...]) -> None:
    assert popup(*FEED, SCRIM, sheet(*more)).dismiss is None


def test_a_picture_of_a_person_below_the_title_is_no_cross() -> None:
    """TikTok's comments in a language that no one listed: the X says a word, the first face none."""
    title = label("Zelotima", (431, 1330, 649, 1430))
    cross = node((995, 1350, 1048, 1403), desc="Qoruvabi", cls="android.widget.ImageView", clickable=True)
    face = node((35, 1480, 130, 1575), cls="android.widget.ImageView", clickable=True)
    said = label("Pomura", (155, 1480, 900, 1530))
    rows = box((0, 1457, 1080, 2400), face, said)
    assert popup(*FEED, SCRIM, node((0, 1300, 1080, 2400), title, cross, rows)).dismiss is None


def test_what_refuses_comes_before_the_cross() -> None:
    refuse = label("Not now", (60, 2050, 1020, 2150), clickable=True)
    found = popup(*FEED, sheet(CROSS, refuse, desc="Bottom sheet"))
    assert found.dismiss is not None
    assert found.dismiss.text == "Not now"


def test_a_word_that_agrees_is_not_tapped_beside_one_that_nobody_knows() -> None:
    def asked(*buttons: str) -> Popup:
        return popup(box((100, 900, 980, 1500), label("Qoruvabi", (140, 940, 940, 1040)), *buttons))

    ok = button("OK", (560, 1360, 940, 1460))
    alone = asked(ok).dismiss
    assert alone is not None
    assert alone.bounds == Bounds(560, 1360, 940, 1460)
    assert asked(button("Pomura", (140, 1360, 540, 1460)), ok).dismiss is None


def test_a_caption_that_says_dialog_is_no_sheet() -> None:
    seen = recognise(load("tiktok"), parse(tree(*FEED, label("Dialog", (30, 1900, 900, 2000)))))
    assert (seen.screen, seen.popup) == (Screen.HOME_FEED, None)


def test_a_sheet_of_instagram_with_other_ids_is_closed_by_back() -> None:
    found = recognise(load("instagram"), parse(as_instagram(tree(*FEED, SCRIM, sheet())))).popup
    assert found is not None
    assert (found.name, found.dismiss) == ("sheet", None)
