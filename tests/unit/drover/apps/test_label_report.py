"""A screen held against an app's data: what matches, what is missing, and which rule nearly fits."""

from drover.apps import load
from drover.apps.label_report import app_of, check
from drover.phone.hierarchy import Hierarchy, parse
from tests.support.script_phone import DisplayPhone

TIKTOK = "com.zhiliaoapp.musically"


def screen(*nodes: str, package: str = TIKTOK) -> Hierarchy:
    inner = "".join(nodes)
    return parse(
        f'<hierarchy width="1080" height="2400"><node class="android.widget.FrameLayout" package="{package}" '
        f'bounds="[0,0][1080,2400]">{inner}</node></hierarchy>'
    )


def button(text: str, top: int = 1000, package: str = TIKTOK) -> str:
    return f'<node text="{text}" class="B" package="{package}" clickable="true" bounds="[40,{top}][600,{top + 90}]"/>'


def test_the_app_is_the_one_on_the_screen_unless_named() -> None:
    assert app_of(screen(button("Follow")), "").platform == "tiktok"
    assert app_of(screen(button("Follow", package="com.instagram.android"), package="com.instagram.android"), "").name
    assert app_of(screen(package="com.other"), "").platform == "tiktok"
    assert app_of(screen(button("Follow")), "instagram").platform == "instagram"


def test_labels_that_match_and_buttons_that_nobody_knows() -> None:
    found = check(load("tiktok"), screen(button("Follow"), button("Frobnicate", 1200)), serial="R58M1")
    match = next(match for match in found.matched if match.meaning == "follow")
    assert (match.written, match.language, match.tappable, match.bounds) == (
        "Follow",
        "en",
        True,
        (40, 1000, 600, 1090),
    )
    assert found.strange == ["Frobnicate"]
    assert (found.serial, found.platform, found.packages) == ("R58M1", "tiktok", [TIKTOK])


def test_an_unknown_screen_tells_what_it_is_near_to() -> None:
    found = check(load("tiktok"), screen(button("Frobnicate"), button("For You", 100)), serial="R58M1")
    if found.screen == "unknown":
        assert found.near
    assert all(near.holds and (near.missing or near.hindered) for near in found.near)
    assert len(found.near) <= 3


def test_a_known_screen_says_which_of_its_labels_are_not_there() -> None:
    phone = DisplayPhone("en")
    tree = phone.screen()
    found = check(load("tiktok"), tree, serial=phone.serial)
    assert found.screen == "launcher"
    assert found.near == []
