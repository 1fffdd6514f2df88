"""Screens as pictures: real PNGs of the display's size, not blank, quick, drawn again only when something changed."""

import gc
import io
import time
import tracemalloc

import pytest
from PIL import Image

from phonesim.ui import fonts
from phonesim.ui.film import film_frame
from phonesim.ui.fonts import drawable
from phonesim.ui.icons import ICONS, icon_mask
from phonesim.ui.pictures import fitted, thumbnail
from phonesim.ui.render import wrapped
from phonesim.ui.view import Style
from tests.support.screens import Screen


def picture(screen: Screen) -> Image.Image:
    image = Image.open(io.BytesIO(screen.display.screenshot_png()))
    image.load()
    return image


def colours(image: Image.Image) -> int:
    return len(image.convert("RGB").resize((180, 390)).getcolors(maxcolors=1 << 24) or ())


@pytest.mark.parametrize("size", [(540, 1200), (720, 1560), (1080, 2400)])
def test_a_screenshot_is_a_png_of_the_display(size: tuple[int, int]) -> None:
    screen = Screen(width=size[0], height=size[1])
    screen.profile("demo_user")
    image = picture(screen)
    assert (image.format, image.size) == ("PNG", size)
    assert colours(image) > 500


@pytest.mark.parametrize("fault", ["captcha", "login_wall", "banned", "unknown_popup"])
def test_blockers_are_drawn(screen: Screen, fault: str) -> None:
    screen.launch()
    before = picture(screen).tobytes()
    screen.display.inject(fault, {})
    screen.launch()
    assert picture(screen).tobytes() != before
    assert colours(picture(screen)) > 20


def test_the_picture_is_kept_while_nothing_changes(screen: Screen) -> None:
    screen.profile("demo_user")
    first = screen.display.screenshot_png()
    assert screen.display.screenshot_png() is first
    screen.tap("Follow")
    assert screen.display.screenshot_png() != first


def test_the_status_bar_s_clock_moves(screen: Screen) -> None:
    assert screen.all("9:41")
    screen.clock.pass_s(61)
    assert screen.all("9:42")


def test_a_screenshot_takes_less_than_a_tenth_of_a_second(screen: Screen) -> None:
    screen.profile("demo_user")
    picture(screen)
    spent: list[float] = []
    for _ in range(5):
        screen.display.key(0)
        begun = time.thread_time()  # what other processes take does not count
        screen.display.screenshot_png()
        spent.append(time.thread_time() - begun)
    assert min(spent) < 0.1, f"{min(spent) * 1000:.0f} ms"


def test_a_hundred_displays_are_small() -> None:
    Screen(serial="warm").display.hierarchy_xml()
    gc.collect()
    tracemalloc.start()
    screens = [Screen(serial=f"sim{i:04}") for i in range(100)]
    for screen in screens:
        screen.profile("demo_user")
        screen.display.hierarchy_xml()
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert held / len(screens) < 256 * 1024, f"{held / len(screens) / 1024:.0f} KiB each"


@pytest.mark.parametrize("name", sorted(ICONS))
def test_every_icon_draws_something(name: str) -> None:
    assert icon_mask(name, 40).getbbox() is not None


def test_text_too_long_ends_in_an_ellipsis() -> None:
    lines = wrapped("one two three four five six seven", Style(lines=2), 200, 30)
    assert len(lines) == 2
    assert lines[1].endswith("…")
    assert wrapped("", Style(), 200, 30) == []


def test_a_machine_without_fonts_draws_with_pillow_s_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "font_files", lambda: None)
    fonts.font.cache_clear()
    try:
        assert fonts.drawable("J’aime · Créer") == "J'aime - Creer"
        screen = Screen("fr")
        screen.profile("private_anna")
        assert colours(picture(screen)) > 200
    finally:
        fonts.font.cache_clear()


def test_emoji_are_left_out_of_pictures() -> None:
    assert drawable("caf\u00e9 \U0001f577") in ("café ", "cafe ")


def test_a_film_has_one_frame_and_another_film_another() -> None:
    one, other = film_frame("a", 90, 120), film_frame("b", 90, 120)
    assert one.size == (90, 120)
    assert one.tobytes() == film_frame("a", 90, 120).tobytes() != other.tobytes()


def test_a_thumbnail_is_small_upright_and_nothing_for_what_is_no_picture() -> None:
    stream = io.BytesIO()
    turned = Image.new("RGB", (1200, 600), "red")
    exif = turned.getexif()
    exif[0x0112] = 6
    turned.save(stream, "JPEG", exif=exif)
    encoded = thumbnail(stream.getvalue(), "turned")
    with Image.open(io.BytesIO(encoded)) as small:
        assert small.size == (320, 640)
    assert thumbnail(b"no picture", "none") == b""
    assert fitted(encoded, 30, 30).size == (30, 30)
