"""What TikTok says of uploads, and what only other people's words say."""

import pytest

from drover.apps import load
from drover.apps.ages import Since
from drover.apps.grid import grid
from drover.apps.upload import Upload, fresh_post, upload, upload_on_profile, upload_over_feed
from drover.apps.view import View
from drover.phone.hierarchy import parse
from tests.support.trees import label, node, tree
from tests.support.uidumps import dump

HIGH, LOW = (70, 290, 620, 380), (32, 1900, 870, 1960)
CORNER = (66, 344, 137, 383)
SINCE = Since(tap_s=12, survey_s=90)


def view(*nodes: str) -> View:
    return View(load("tiktok"), parse(tree(*nodes)))


@pytest.mark.parametrize("words", ["Couldn't post", "Échec de la publication", "发布失败"])
def test_a_bar_at_the_top_is_a_failure(words: str) -> None:
    for read in (upload, upload_over_feed, upload_on_profile):
        assert read(view(label(words, HIGH))) == Upload(failed=(words,))


@pytest.mark.parametrize("words", ["Couldn't post this earlier", "Upload failed twice, third time lucky"])
def test_a_caption_is_no_failure(words: str) -> None:
    assert upload(view(label(words, LOW))) == Upload()


def test_each_failure_counts() -> None:
    bars = (label("Couldn't post", HIGH), label("Couldn't post", (70, 400, 620, 490)))
    assert upload(view(*bars)).failed == ("Couldn't post",) * 2


@pytest.mark.parametrize("words", ["Couldn't upload. We'll try again automatically.", "Waiting for network…"])
def test_what_the_app_will_send_by_itself_is_on_its_way(words: str) -> None:
    assert upload_over_feed(view(label(words, HIGH))) == Upload(running=True)


def test_a_bare_percentage_counts_in_the_corner_alone() -> None:
    assert upload_over_feed(view(label("99%", CORNER))) == Upload(running=True, percent=99)
    assert upload_over_feed(view(label("50%", (500, 344, 700, 420)))) == Upload()
    assert upload_over_feed(view(label("50%", LOW))) == Upload()


@pytest.mark.parametrize("words", ["Posting every day", "Uploading new films on Sundays"])
def test_a_bio_is_no_upload(words: str) -> None:
    assert upload_on_profile(view(label(words, (100, 600, 980, 660)))) == Upload()


def test_the_recorded_upload_of_another_version_is_seen() -> None:
    recorded = View(load("tiktok"), parse(dump("tt4703_uploading_fr")))
    assert upload_over_feed(recorded) == Upload(running=True, percent=99)


@pytest.mark.parametrize(
    ("author", "opened", "fresh"), [("me.too", False, True), ("a.friend", False, False), ("My Name", True, True)]
)
def test_the_same_words_by_another_account_are_not_ours(author: str, opened: bool, fresh: bool) -> None:
    """On a feed the author must be seen; of a post that was opened from the own profile it is known."""
    post = (label(author, (32, 1800, 426, 1860)), label("· 5s ago", (436, 1800, 700, 1860)), label("words", LOW))
    assert fresh_post(view(*post), "words", "me.too", SINCE, opened=opened) is fresh


def test_a_failed_tile_is_no_post() -> None:
    tiles = [
        node(
            (360 * i, 900, 360 * i + 357, 1380), label(words, (360 * i + 16, 1300, 360 * i + 340, 1360)), clickable=True
        )
        for i, words in enumerate(("Couldn't post", "12", "5"))
    ]
    assert grid(view(*tiles)).views == (12, 5)
