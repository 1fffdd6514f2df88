"""Windows on displays of other shapes: bars at their edges, what has no room scrolls, Arabic is mirrored."""

from phonesim.apps.display import PhoneDisplay
from phonesim.contract import Configuration, Intent
from phonesim.ui.arrangement import arranged, arrangement
from phonesim.ui.chrome import NAV, STATUS
from phonesim.ui.view import Style, View, Window, view, walk
from tests.support.screens import TIKTOK, VIEW, Clock


def page(height: int, *parts: View) -> Window:
    return Window(package="org.example", root=view("FrameLayout", (0, 0, 1080, height), *parts))


def places(windows: list[Window]) -> dict[str, tuple[int, int, int, int]]:
    return {node.id: node.bounds for window in windows for node in walk(window.root) if node.id}


def test_an_upright_phone_is_drawn_as_it_is() -> None:
    windows = [page(2400, view("Button", (10, 300, 100, 400), id="a"))]
    shape = arrangement(720, 1600)
    assert arranged(shape, windows, typing=False, foot=0, scroll=0) == (windows, 0)


def test_case_i12_right_to_left_is_mirrored_with_its_texts() -> None:
    shape = arrangement(1080, 2400, mirrored=True)
    back = view("Button", (27, 101, 162, 236), id="back", style=Style(align="left"))
    placed, _ = arranged(shape, [page(2400, back)], typing=False, foot=None, scroll=0)
    (found,) = [node for node in walk(placed[0].root) if node.id == "back"]
    assert found.bounds == (918, 101, 1053, 236)
    assert found.style is not None
    assert found.style.align == "right"


def test_case_i12_lying_the_bars_stay_at_the_edges_and_the_rest_scrolls() -> None:
    shape = arrangement(2400, 1080)
    height = shape.frame(scrolls=True).height
    bottom = height - NAV
    parts = (
        view("Button", (27, 101, 162, 236), id="back"),
        view("Button", (918, 101, 1053, 236), id="more"),
        view("Button", (42, 300, 500, 400), id="first"),
        view("Button", (42, 1500, 500, 1600), id="low"),
        view("Button", (0, bottom - 129, 216, bottom), id="tab"),
    )
    placed, hidden = arranged(shape, [page(height, *parts)], typing=False, foot=129, scroll=0)
    seen = places(placed)
    assert hidden == (bottom - 129 - 256) - (1080 - NAV - 129 - 256)
    assert (seen["back"], seen["more"]) == ((27, 101, 162, 236), (2238, 101, 2373, 236))
    assert seen["tab"] == (0, 1080 - NAV - 129, 480, 1080 - NAV)
    assert seen["first"] == (93, 300, 1111, 400)
    assert "low" not in seen
    scrolled = places(arranged(shape, [page(height, *parts)], typing=False, foot=129, scroll=1200)[0])
    assert "first" not in scrolled
    assert scrolled["low"] == (93, 300, 1111, 400)


def test_case_i12_a_dialog_keeps_its_width_and_stays_in_the_middle() -> None:
    shape = arrangement(2400, 1080)
    plate = view("FrameLayout", (172, 550, 908, 1250), view("Button", (172, 1110, 908, 1250), id="ok"), id="plate")
    window = Window(package="org.example", root=view("FrameLayout", (0, 0, 1080, 1800), plate), modal=True)
    placed, _ = arranged(shape, [window], typing=False, foot=None, scroll=0)
    left, top, right, bottom = places(placed)["plate"]
    assert (right - left, bottom - top) == (736, 700)
    assert (left + right) // 2 == 1200
    assert STATUS <= top < bottom <= 1080 - NAV


def test_case_i12_large_texts_make_rows_higher() -> None:
    shape = arrangement(1080, 2400, font=1.3)
    row = view("Button", (0, 400, 1080, 500), id="row")
    placed, _ = arranged(shape, [page(shape.frame().height, row)], typing=False, foot=None, scroll=0)
    _, top, _, bottom = places(placed)["row"]
    assert bottom - top == 130


def test_case_i12_a_phone_that_is_turned_scrolls_to_the_button() -> None:
    clock = Clock()
    display = PhoneDisplay("sim0001", seed=1, language="en", width=1080, height=2400, clock=clock)
    display.start_activity(Intent(action=VIEW, data="https://www.tiktok.com/@anna.b", package=TIKTOK))
    clock.pass_s(1)
    display.configure(Configuration(width=2400, height=1080, language="ar", font_scale=1.3, rotation=1))
    upright = display.hierarchy_xml()
    assert 'rotation="1"' in upright
    assert 'text="متابعة"' not in upright
    display.swipe(1200, 700, 1200, 300)
    assert 'text="متابعة"' in display.hierarchy_xml()
