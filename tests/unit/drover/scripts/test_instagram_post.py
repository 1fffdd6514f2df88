"""`post` on the simulated Instagram: what is published, once, and that nothing is where it should not be."""

import itertools
from pathlib import Path
from typing import Any

import pytest

from drover.phone.engine import PhoneTimeoutError
from drover.scripts.context import StopRequestedError
from drover.wire.tasks import Effect, Reason
from tests.support.media_files import image_files, video_file
from tests.support.script_phone import TROUBLES, DisplayPhone, RecordingContext, Result, run
from tests.support.silence import silence

CAPTION = "Zwei Wörter 🎄 und #fyp @ada"
WAYS = ("share", "addButton")
LINK = "https://www.instagram.com/reels/audio/1234567890/"


def publish(phone: DisplayPhone, folder: Path, **config: Any) -> tuple[RecordingContext, Result]:
    """A post with the files that its config asks for."""
    count = config.get("image_count", 1)
    files = image_files(folder, count) if config.get("content_type") else [video_file(folder)]
    username = config.pop("username", None)
    ctx = RecordingContext(
        phone, package="com.instagram.android", platform="instagram", username=username, media=files, task_id=7
    )
    return ctx, run("post", ctx, {"captions": CAPTION, **config})


def published(phone: DisplayPhone) -> list[tuple[str, str, int]]:
    return [(post["placement"], post["caption"].strip(), len(post["files"])) for post in phone.posts()]


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
@pytest.mark.parametrize("count", [2, 7])
def test_a_carousel_in_its_order(phone: DisplayPhone, tmp_path: Path, way: str, count: int) -> None:
    ctx, result = publish(phone, tmp_path, content_type=1, image_count=count, post_way=way)
    assert result.reason is None, result.remark
    assert published(phone) == [("feed", CAPTION, count)]
    assert ctx.commits == [f"publish {count} pictures on Instagram"]


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


def test_nothing_is_published_while_an_earlier_upload_runs(phone: DisplayPhone, tmp_path: Path) -> None:
    """It could finish later, and its proof would be taken for this one's."""
    phone.fault("upload_stuck")
    assert publish(phone, tmp_path, upload_wait_time=20)[1].reason is Reason.TIMEOUT
    ctx, result = publish(phone, tmp_path)
    assert (result.reason, ctx.effect) == (Reason.INTERRUPTED, Effect.NONE)
    assert "earlier post" in result.remark


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


@pytest.mark.parametrize(
    "caption",
    ["", "plain", "مرحبا بالعالم", "two\nlines", "\"quoted\" 'n' $HOME; rm -rf / `x`", "👩‍👩‍👧 family", "ends in #tag"],
)
def test_any_words_are_written_and_read_back(phone: DisplayPhone, tmp_path: Path, caption: str) -> None:
    _, result = publish(phone, tmp_path, captions=caption)
    assert result.reason is None, result.remark
    assert [post["caption"].strip() for post in phone.posts()] == [caption]


def test_title_and_description_share_the_one_field(phone: DisplayPhone, tmp_path: Path) -> None:
    _, result = publish(phone, tmp_path, captions="A title##Some #words")
    assert result.reason is None, result.remark
    assert published(phone) == [("reel", "A title\nSome #words", 1)]


@pytest.mark.parametrize("fault", ["post_prompts", "suggestions_cover_post", "share_opens_reels", "creation_tab"])
@pytest.mark.parametrize("way", WAYS)
def test_what_gets_in_the_way(phone: DisplayPhone, tmp_path: Path, fault: str, way: str) -> None:
    phone.fault(fault)
    _, result = publish(phone, tmp_path, captions="words and #hash", post_way=way)
    assert result.reason is None, result.remark
    assert published(phone) == [("reel", "words and #hash", 1)]


@pytest.mark.parametrize("kind", ["sticker", "camera", "sharing_posts", "not_now", "save_login"])
@pytest.mark.parametrize("after", [0, 3])
@pytest.mark.parametrize("way", WAYS)
def test_popups_are_put_away(phone: DisplayPhone, tmp_path: Path, kind: str, after: int, way: str) -> None:
    phone.fault("popup", kind=kind, after=after)
    _, result = publish(phone, tmp_path, post_way=way)
    assert result.reason is None, result.remark
    assert published(phone) == [("reel", CAPTION, 1)]


@pytest.mark.parametrize("after", range(9))
@pytest.mark.parametrize("way", WAYS)
def test_an_unknown_popup_never_publishes_twice_nor_leaves_a_draft(
    phone: DisplayPhone, tmp_path: Path, after: int, way: str
) -> None:
    phone.fault("unknown_popup", after=after)
    ctx, result = publish(phone, tmp_path, post_way=way)
    assert len(phone.posts()) <= 1
    assert phone.state.get("drafts", []) == []
    if result.reason is not None:
        assert result.reason is Reason.APP_CHANGED, result.remark
        assert ctx.effect is Effect.NONE
        assert phone.posts() == []
        assert "Looked for" in result.remark


def test_the_upload_is_followed(phone: DisplayPhone, tmp_path: Path) -> None:
    phone.fault("upload_slow", seconds=12)
    ctx, result = publish(phone, tmp_path)
    assert result.reason is None, result.remark
    said = [text for text, _ in ctx.steps if text.startswith("uploading")]
    assert len(said) > 3
    assert len(phone.posts()) == 1


def test_an_upload_longer_than_allowed_is_unproven(phone: DisplayPhone, tmp_path: Path) -> None:
    phone.fault("upload_stuck")
    ctx, result = publish(phone, tmp_path, upload_wait_time=20)
    assert result.reason is Reason.TIMEOUT, result.remark
    assert "upload_wait_time" in result.remark
    assert ctx.effect is Effect.SENT


@pytest.mark.parametrize("placement", ["reel", "story"])
def test_the_app_says_that_it_cannot_be_posted(phone: DisplayPhone, tmp_path: Path, placement: str) -> None:
    phone.fault("upload_failure")
    ctx, result = publish(phone, tmp_path, placement=placement, captions="")
    assert result.reason is Reason.UPLOAD_FAILED, result.remark
    assert ctx.effect is Effect.SENT
    assert phone.posts() == []
    assert phone.shelf.names() == []


def test_an_earlier_failure_does_not_fail_the_next(phone: DisplayPhone, tmp_path: Path) -> None:
    phone.fault("upload_failure")
    publish(phone, tmp_path)
    phone.fault("upload_failure", clear=True)
    _, result = publish(phone, tmp_path)
    assert result.reason is None, result.remark
    assert len(phone.posts()) == 1


def test_a_tap_that_the_app_ignores_is_rejected_and_the_form_discarded(phone: DisplayPhone, tmp_path: Path) -> None:
    phone.fault("post_ignored")
    _, result = publish(phone, tmp_path)
    assert result.reason is Reason.REJECTED, result.remark
    assert (phone.posts(), phone.state.get("drafts", [])) == ([], [])
    assert [tap["count"] for tap in phone.state["taps"] if tap["kind"] == "post"] == [1]


def test_a_question_after_share_is_answered_once(phone: DisplayPhone, tmp_path: Path) -> None:
    phone.fault("publish_confirm")
    ctx, result = publish(phone, tmp_path)
    assert result.reason is None, result.remark
    assert len(phone.posts()) == 1
    assert len(ctx.commits) == 1
    assert sorted((kind, count) for kind, _, count in phone.taps()) == [("post", 1), ("publish_now", 1)]


@pytest.mark.parametrize(
    ("fault", "reason"),
    [("captcha", Reason.NEEDS_HUMAN), ("login_wall", Reason.NOT_LOGGED_IN), ("banned", Reason.BLOCKED_BY_APP)],
)
@pytest.mark.parametrize("when", ["now", "post"])
def test_blockers(phone: DisplayPhone, tmp_path: Path, fault: str, reason: Reason, when: str) -> None:
    phone.fault(fault, when=when)
    ctx, result = publish(phone, tmp_path)
    assert (result.reason, result.trouble) == (reason, TROUBLES[fault]), result.remark
    assert phone.posts() == []
    assert (ctx.effect is Effect.NONE) == (when == "now")


def test_a_limit_is_blocked_by_app(phone: DisplayPhone, tmp_path: Path) -> None:
    phone.fault("post_limit")
    _, result = publish(phone, tmp_path)
    assert (result.reason, result.trouble) == (Reason.BLOCKED_BY_APP, TROUBLES["post_limit"]), result.remark
    assert phone.posts() == []


def test_no_intent_no_post_no_draft_no_file(phone: DisplayPhone, tmp_path: Path) -> None:
    ctx = RecordingContext(
        phone,
        package="com.instagram.android",
        platform="instagram",
        media=[video_file(tmp_path)],
        refuse=StopRequestedError(),
    )
    with pytest.raises(StopRequestedError):
        run("post", ctx, {"captions": CAPTION})
    assert (phone.posts(), phone.state.get("drafts", []), phone.shelf.names()) == ([], [], [])


def test_the_account_is_switched_first(phone: DisplayPhone, tmp_path: Path) -> None:
    other = next(row["username"] for row in phone.accounts_of("instagram") if not row["active"])
    _, result = publish(phone, tmp_path, username=other)
    assert result.reason is None, result.remark
    assert [post["account"] for post in phone.posts()] == [other]


def test_a_wrong_account_publishes_nothing(phone: DisplayPhone, tmp_path: Path) -> None:
    _, result = publish(phone, tmp_path, username="somebody.else")
    assert result.reason is Reason.WRONG_ACCOUNT
    assert (phone.posts(), phone.shelf.names()) == ([], [])
