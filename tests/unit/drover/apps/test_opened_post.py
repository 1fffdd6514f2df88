"""Instagram's posts and stories in full: whose, which words, how old; and when the newest post is a new one."""

import pytest

from drover.apps import Screen, load, opened_post, recognise
from drover.apps.ages import Age, Since
from drover.apps.opened_post import Opened, is_new, made_since
from drover.apps.view import View
from drover.phone.hierarchy import parse
from tests.support.uidumps import dump

APP = load("instagram")
SINCE = Since(tap_s=20, survey_s=40)


def recorded(name: str) -> View:
    return View(APP, parse(dump(name)))


def test_the_recorded_viewer_of_reels_says_no_age_and_cuts_the_caption_short() -> None:
    shown = opened_post.post(recorded("ig_reels_viewer_en"))
    assert shown == Opened(author="dinavu", words="Surprisingly she still puts up with me", cut=True)
    assert shown is not None
    assert shown.says("Surprisingly she still puts up with me after all these years")
    assert not shown.says("Surprisingly she still puts up with")


def test_the_recorded_feed_says_whose_the_first_post_is_and_when() -> None:
    """Two names in the header of a post that two accounts share: the first counts."""
    shown = opened_post.post(recorded("ig_home_feed_en"))
    assert shown is not None
    assert (shown.author, shown.words) == ("peketatem", None)
    assert not any(map(SINCE.younger, shown.ages))


def test_nothing_is_opened_on_a_profile() -> None:
    view = recorded("ig_own_profile_en")
    assert (opened_post.post(view), opened_post.story(view)) == (None, None)


@pytest.mark.parametrize("name", ["ig_home_feed_en", "ig_home_feed_suggested_en", "ig_reels_viewer_en"])
def test_no_recording_is_a_story_or_a_page_of_posts(name: str) -> None:
    assert recognise(APP, parse(dump(name))).screen not in (Screen.POSTS, Screen.STORY_VIEWER)


YOUNG, OLD = (Age(below_s=5),), (Age(below_s=7200),)


@pytest.mark.parametrize(
    ("shown", "made"),
    [
        (Opened(author="ada", words="hello", ages=YOUNG), True),
        (Opened(author="@Ada", words=None, ages=YOUNG), True),
        (Opened(author="ada", words="hello", ages=(*OLD, *YOUNG)), True),
        (Opened(author="ada", words="hello", ages=OLD), False),
        (Opened(author="ada", words="hello"), False),
        (Opened(author="ada", words="other", ages=YOUNG), False),
        (Opened(author="bob", words="hello", ages=YOUNG), False),
        (Opened(author="ada", words="", ages=YOUNG), False),
    ],
)
def test_made_since(shown: Opened, made: bool) -> None:
    assert made_since(shown, "hello", "ada", SINCE) is made


def full(words: str | None, *, cut: bool = False, author: str = "ada") -> Opened:
    return Opened(author=author, words=words, cut=cut)


@pytest.mark.parametrize(
    ("before", "now", "words", "new"),
    [
        (full("old film"), full("a new film"), "a new film", True),
        (full("old film"), full("a new film that", cut=True), "a new film that goes on", True),
        (full("old film"), full("a new", cut=True), "a new film that goes on", False),
        (full("old film"), full("old film"), "a new film", False),
        (full("a new film"), full("a new film"), "a new film", False),
        (full("a new film that", cut=True), full("a new film that", cut=True), "a new film that goes on", False),
        (full("old film"), full("a new film", author="bob"), "a new film", False),
        # What was not seen before, or may only not have come yet, tells nothing.
        (None, full("a new film"), "a new film", False),
        (full(None), full("a new film"), "a new film", False),
        (full(""), full("a new film"), "a new film", False),
        (full("old film"), full(""), "", False),
    ],
)
def test_is_new(before: Opened | None, now: Opened, words: str, new: bool) -> None:
    assert is_new(before, now, words, "ada") is new
