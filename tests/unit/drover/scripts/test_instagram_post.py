"""`post` on the simulated Instagram: what only it has, stories, posts among thousands, what it cannot do."""

import itertools
from pathlib import Path
from typing import Any, Final

import pytest

from drover.phone.engine import PhoneTimeoutError
from drover.wire.tasks import Effect, Reason
from tests.support.posting import CAPTION, publish, published
from tests.support.script_phone import DisplayPhone
from tests.support.silence import silence

WAYS: Final = ("share", "addButton")
LINK: Final = "https://www.instagram.com/reels/audio/1234567890/"


@pytest.fixture
def platform() -> str:
    return "instagram"


@pytest.mark.parametrize("way", WAYS)
def test_a_reel(phone: DisplayPhone, tmp_path: Path, way: str) -> None:
    ctx, result = publish(phone, tmp_path, post_way=way)
    assert result.reason is None, result.remark
    assert published(phone) == [("reel", CAPTION, 1)]
    assert ctx.commits == ["publish a video on Instagram"]
    assert ctx.effect is Effect.CONFIRMED
    assert phone.shelf.names() == []


def test_a_phone_that_is_silent_in_the_editor_says_nothing_of_the_app(
    phone: DisplayPhone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = itertools.count()

    def in_editor() -> bool:
        return phone.state["screen"] == "instagram.reel_editor" and next(looks) > 1

    silence(monkeypatch, phone, since=in_editor, seconds=6)
    with pytest.raises(PhoneTimeoutError, match="the editor's Next"):
        publish(phone, tmp_path)
    assert (published(phone), phone.shelf.names()) == ([], [])


@pytest.mark.parametrize("way", WAYS)
def test_a_picture(phone: DisplayPhone, tmp_path: Path, way: str) -> None:
    _, result = publish(phone, tmp_path, content_type=1, post_way=way)
    assert result.reason is None, result.remark
    assert published(phone) == [("feed", CAPTION, 1)]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("content", [0, 1])
def test_a_story(phone: DisplayPhone, tmp_path: Path, way: str, content: int) -> None:
    _, result = publish(phone, tmp_path, placement="story", captions="", content_type=content, post_way=way)
    assert result.reason is None, result.remark
    assert published(phone) == [("story", "", 1)]


@pytest.mark.parametrize("before", [1, 4])
@pytest.mark.parametrize("vague", [False, True])
def test_a_story_beside_others_is_proven_by_its_age(
    phone: DisplayPhone, tmp_path: Path, before: int, vague: bool
) -> None:
    """The viewer begins with the oldest; where the app only says that one is new, longer is looked."""
    if vague:
        phone.fault("vague_ages")
    for _ in range(before):
        assert publish(phone, tmp_path, placement="story", captions="")[1].reason is None
        phone.clock.pass_s(90)
    ctx, result = publish(phone, tmp_path, placement="story", captions="")
    assert result.reason is None, result.remark
    assert ctx.effect is Effect.CONFIRMED
    assert len(phone.posts()) == before + 1


@pytest.mark.parametrize("vague", [False, True])
@pytest.mark.parametrize("passed_s", [0, 20, 90])
def test_a_story_that_did_not_come_is_never_proven_by_an_earlier_one(
    phone: DisplayPhone, tmp_path: Path, passed_s: int, vague: bool
) -> None:
    """The app loses the second one without a word; the first may be seconds old."""
    assert publish(phone, tmp_path, placement="story", captions="")[1].reason is None
    phone.clock.pass_s(passed_s)
    phone.fault("upload_lost")
    if vague:
        phone.fault("vague_ages")
    ctx, result = publish(phone, tmp_path, placement="story", captions="")
    assert (result.reason, ctx.effect) == (Reason.OUTCOME_UNKNOWN, Effect.SENT)
    assert len(phone.posts()) == 1


# --- accounts whose number of posts is written short ---


@pytest.mark.parametrize("content", [0, 1])
@pytest.mark.parametrize("vague", [False, True])
def test_a_post_among_thousands_is_proven_by_the_newest_tile(
    phone: DisplayPhone, tmp_path: Path, content: int, vague: bool
) -> None:
    """A reel by words that the newest before did not have, a picture by its age: the viewer of reels says none."""
    phone.fault("many_posts")
    if vague:
        phone.fault("vague_ages")
    ctx, result = publish(phone, tmp_path, content_type=content)
    assert result.reason is None, result.remark
    assert ctx.effect is Effect.CONFIRMED
    assert len(phone.posts()) == 1


def test_a_picture_without_words_among_thousands_is_proven_by_its_age(phone: DisplayPhone, tmp_path: Path) -> None:
    phone.fault("many_posts")
    _, result = publish(phone, tmp_path, content_type=1, captions="")
    assert result.reason is None, result.remark


@pytest.mark.parametrize("captions", ["", CAPTION])
def test_a_reel_that_nothing_tells_from_the_one_before_is_unproven(
    phone: DisplayPhone, tmp_path: Path, captions: str
) -> None:
    """Without words, or with those of the newest before, it is not claimed, although it was published."""
    phone.fault("many_posts")
    if captions:
        assert publish(phone, tmp_path, captions=captions)[1].reason is None
    ctx, result = publish(phone, tmp_path, captions=captions)
    assert (result.reason, ctx.effect) == (Reason.TIMEOUT, Effect.SENT)
    assert "written short" in result.remark


@pytest.mark.parametrize("vague", [False, True])
@pytest.mark.parametrize("content", [0, 1])
@pytest.mark.parametrize("again", [False, True])
def test_a_post_that_did_not_come_is_never_proven_by_an_earlier_one(
    phone: DisplayPhone, tmp_path: Path, content: int, again: bool, vague: bool
) -> None:
    """Not by its words, nor by the age of one that was published just before."""
    phone.fault("many_posts")
    assert publish(phone, tmp_path, content_type=content)[1].reason is None
    phone.fault("upload_lost")
    if vague:
        phone.fault("vague_ages")
    ctx, result = publish(phone, tmp_path, content_type=content, captions=CAPTION if again else "others")
    assert (result.reason, ctx.effect) == (Reason.TIMEOUT, Effect.SENT)
    assert len(phone.posts()) == 1


def test_a_count_that_is_written_out_is_enough(phone: DisplayPhone, tmp_path: Path) -> None:
    phone.fault("many_posts", posts=9_870)
    _, result = publish(phone, tmp_path, captions="")
    assert result.reason is None, result.remark


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({"post_way": "useSound", "sound_name": "Sea", "add_sound": "0"}, "add_sound"),
        (
            {"post_way": "useSound", "sound_name": "Sea", "add_sound": "custom", "custom_sound_keyword": "x"},
            "add_sound",
        ),
        ({"post_way": "useSound", "sound_name": "http://www.instagram.com/reels/audio/12345/"}, "sound_name"),
        ({"post_way": "useSound", "sound_name": "https://evil.example/reels/audio/12345/"}, "sound_name"),
        ({"post_way": "useSound", "sound_name": LINK, "placement": "story", "captions": ""}, "sound_name"),
        ({"post_way": "useSound", "sound_name": LINK, "content_type": 1}, "sound_name"),
        ({"add_sound": "1", "content_type": 1, "origin_sound_volume": 0}, "origin_sound_volume"),
        ({"add_sound": "1", "content_type": 1, "add_sound_volume": 80}, "add_sound_volume"),
        ({"add_sound": "1", "placement": "story", "captions": "", "add_sound_volume": 80}, "add_sound_volume"),
        ({"add_sound": "1", "placement": "story", "captions": "", "origin_sound_volume": 20}, "origin_sound_volume"),
        ({"add_product_link": 1}, "add_product_link"),
        ({"placement": "story"}, "captions"),
        ({"placement": "story", "captions": "", "content_type": 1, "image_count": 3}, "image_count"),
        ({"captions": "a" * 2201}, "captions"),
        ({"captions": "#a " * 31}, "hashtags"),
        ({"content_type": 1, "image_count": 21}, "image_count"),
    ],
)
def test_what_instagram_cannot_do_is_refused_before_the_phone_is_touched(
    phone: DisplayPhone, tmp_path: Path, config: dict[str, Any], words: str
) -> None:
    _, result = publish(phone, tmp_path, **config)
    assert result.reason is Reason.REJECTED
    assert words in result.remark
    assert phone.touch.taps == []
    assert phone.shelf.names() == []


def test_title_and_description_share_the_one_field(phone: DisplayPhone, tmp_path: Path) -> None:
    _, result = publish(phone, tmp_path, captions="A title##Some #words")
    assert result.reason is None, result.remark
    assert published(phone) == [("reel", "A title\nSome #words", 1)]


@pytest.mark.parametrize("after", range(9))
@pytest.mark.parametrize("way", WAYS)
def test_an_unknown_popup_never_publishes_twice_nor_leaves_a_draft(
    phone: DisplayPhone, tmp_path: Path, after: int, way: str
) -> None:
    phone.fault("unknown_popup", after=after)
    ctx, result = publish(phone, tmp_path, post_way=way)
    assert len(phone.posts()) <= 1
    assert phone.drafts == 0
    if result.reason is not None:
        assert result.reason is Reason.APP_CHANGED, result.remark
        assert ctx.effect is Effect.NONE
        assert phone.posts() == []
        assert "Looked for" in result.remark
