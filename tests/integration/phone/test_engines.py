"""Both engines do the same: one set of tests, each run with either."""

import io

import pytest
from PIL import Image

from drover.phone.engine import AppMissingError, PhoneError, PhoneTimeoutError
from drover.phone.hierarchy import Hierarchy
from drover.phone.phone import Phone
from drover.phone.typed_text import same_text
from tests.support.fake_display import BUTTON, PACKAGE, FakeDisplay
from tests.support.trees import field, with_id

LINK = "https://notes.example.org/new?a=1&b='2'"


def _open_notes(phone: Phone) -> Hierarchy:
    phone.open_link(LINK, PACKAGE)
    return phone.wait_until(lambda tree: tree if with_id(tree, "save") else None, timeout_s=10, what="the notes")


def test_screen_has_nodes_and_size(phone: Phone) -> None:
    tree = _open_notes(phone)
    assert (tree.width, tree.height) == (1080, 2400)
    assert with_id(tree, "save")[0].clickable


def test_tap_arrives_once_in_the_middle_of_the_node(phone: Phone, display: FakeDisplay) -> None:
    phone.tap_once(with_id(_open_notes(phone), "save")[0])
    x, y = (BUTTON[0] + BUTTON[2]) // 2, (BUTTON[1] + BUTTON[3]) // 2
    assert display.events == [("tap", x, y)]
    assert display.saved == [""]


@pytest.mark.parametrize("text", ["plain words", "50%sure %% 'q' \"d\" $HOME `id`; |&<>\\", "a" * 60])
def test_ascii_text_replaces_what_the_field_holds(phone: Phone, display: FakeDisplay, text: str) -> None:
    phone.tap(field(_open_notes(phone)))
    phone.type_text("something before")
    phone.type_text(text)
    assert display.text == text
    assert same_text(field(phone.screen()).text, text)


def test_swipe_and_keys(phone: Phone, display: FakeDisplay) -> None:
    tree = _open_notes(phone)
    phone.swipe_up(tree, duration_s=0.05)
    phone.back()
    assert display.events == [("swipe", 540, 1680, 540, 720), ("key", 4)]


def test_home_leaves_the_app(phone: Phone) -> None:
    _open_notes(phone)
    assert phone.current_package() == PACKAGE
    phone.home()
    assert phone.current_package() != PACKAGE


def test_screenshot_is_a_png_of_the_screen(phone: Phone) -> None:
    _open_notes(phone)
    picture = Image.open(io.BytesIO(phone.screenshot()))
    assert (picture.format, picture.size) == ("PNG", (1080, 2400))


def test_link_arrives_as_one_word_in_its_app(phone: Phone, display: FakeDisplay) -> None:
    _open_notes(phone)
    assert display.intents[-1].data == LINK
    assert display.intents[-1].package == PACKAGE


def test_link_for_a_missing_app_says_so(phone: Phone) -> None:
    with pytest.raises(AppMissingError, match=r"org\.example\.missing is not installed"):
        phone.open_link("https://notes.example.org/", "org.example.missing")


@pytest.mark.parametrize(
    "url", ["file:///sdcard/x", "http://example.org", "javascript:1", "https://a b", "https://a\n"]
)
def test_other_links_are_refused(phone: Phone, display: FakeDisplay, url: str) -> None:
    with pytest.raises(PhoneError, match="is not a link that may be opened"):
        phone.open_link(url, PACKAGE)
    assert display.intents == []


def test_launch_and_force_stop(phone: Phone, display: FakeDisplay) -> None:
    phone.launch(PACKAGE)
    assert display.package == PACKAGE
    phone.force_stop(PACKAGE)
    assert display.package != PACKAGE
    with pytest.raises(AppMissingError):
        phone.launch("org.example.missing")


def test_facts_come_in_one_round_trip(phone: Phone) -> None:
    before = phone.round_trips
    facts = phone.facts([PACKAGE, "org.example.missing"])
    assert phone.round_trips == before + 1
    assert (facts.width, facts.height) == (1080, 2400)
    assert facts.apps == {PACKAGE: "43.1.4"}
    assert facts.hardware_serial
    assert facts.model
    assert facts.sdk >= 24
    assert facts.battery is not None
    assert 0 <= facts.battery <= 100
    assert facts.engine == phone.engine


def test_app_version(phone: Phone) -> None:
    assert phone.app_version(PACKAGE) == "43.1.4"
    with pytest.raises(AppMissingError):
        phone.app_version("org.example.missing")


def test_wait_names_what_did_not_come(phone: Phone) -> None:
    with pytest.raises(PhoneTimeoutError, match="waited 1 s for the moon"):
        phone.wait_until(lambda _tree: None, timeout_s=1, what="the moon")


def test_a_stop_request_interrupts_a_wait(phone: Phone) -> None:
    class StoppedError(Exception):
        pass

    polls = 0

    def cancelled() -> None:
        nonlocal polls
        polls += 1
        if polls == 3:
            raise StoppedError

    phone.cancelled = cancelled
    with pytest.raises(StoppedError):
        phone.wait_until(lambda _tree: None, timeout_s=60, what="the moon")


def test_probe(phone: Phone) -> None:
    phone.probe()
