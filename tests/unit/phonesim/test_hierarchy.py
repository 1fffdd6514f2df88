"""The XML is what `uiautomator dump` writes: attributes and their order, dots for emoji, only the active windows."""

import re
import time

import pytest

from phonesim.ui.hierarchy import dump_text, hierarchy_xml
from phonesim.ui.view import Window, view
from tests.support.screens import BACK, Screen, nodes_of

ATTRIBUTES = [
    *("index", "text", "resource-id", "class", "package", "content-desc", "checkable", "checked", "clickable"),
    *("enabled", "focusable", "focused", "scrollable", "long-clickable", "password", "selected", "bounds"),
]


def test_every_node_has_every_attribute_in_the_order_of_aosp(screen: Screen) -> None:
    screen.profile("demo_user")
    xml = screen.display.hierarchy_xml()
    opening = "<?xml version='1.0' encoding='UTF-8' standalone='yes' ?><hierarchy rotation=\"0\"><node "
    assert xml.startswith(opening)
    assert xml.endswith("</hierarchy>")
    for tag in re.findall(r"<node [^>]*>", xml):
        names = re.findall(r'([\w-]+)="', tag)
        assert [name for name in names if name != "NAF"] == ATTRIBUTES
        assert "NAF" not in names[1:]


def test_text_is_escaped_and_survives_a_parser() -> None:
    words = "a < b & \"c\" 'd'\nnext\ttab"
    root = view("TextView", (0, 0, 10, 10), text=words, desc="é « x »")
    (node,) = nodes_of(hierarchy_xml([Window(package="p", root=root)], 1.0))
    assert node["text"] == words
    assert node["content-desc"] == "é « x »"


@pytest.mark.parametrize(
    ("given", "dumped"),
    [("plain", "plain"), ("a\U0001f577b", "a..b"), ("❤", "❤"), ("x\x07y", "x.y"), ("Don’t", "Don’t")],
)
def test_emoji_and_control_characters_become_dots(given: str, dumped: str) -> None:
    assert dump_text(given) == dumped


def test_bounds_are_pixels_and_inside_the_display(screen: Screen) -> None:
    screen.launch()
    for node in screen.nodes():
        left, top, right, bottom = node.bounds
        assert 0 <= left <= right <= 720, node.attrs
        assert 0 <= top <= bottom <= 1560, node.attrs


def test_naf_marks_clickable_nodes_without_any_words(screen: Screen) -> None:
    screen.profile("demo_user")
    marked = [n for n in screen.nodes() if n["NAF"]]
    assert marked
    assert all(n["clickable"] == "true" and not n["text"] and not n["content-desc"] for n in marked)


def test_a_dialog_hides_the_page_from_the_dump_and_back_shows_it_again(screen: Screen) -> None:
    screen.profile("followed_anna")
    screen.tap("Following", 1)
    assert screen.all("Unfollow")
    assert not screen.all("Message")
    screen.display.key(BACK)
    assert screen.all("Message")


def test_a_dump_takes_less_than_five_milliseconds(screen: Screen) -> None:
    screen.launch()
    best = min(_timed(screen) for _ in range(20))
    assert best < 0.005, f"{best * 1000:.1f} ms"


def _timed(screen: Screen) -> float:
    screen.display.key(0)
    begun = time.perf_counter()
    screen.display.hierarchy_xml()
    return time.perf_counter() - begun
