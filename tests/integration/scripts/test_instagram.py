"""Instagram over real adb: follow, unfollow, post, and accounts of both apps, with faults in between."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from drover.scripts.identity import logged_in
from drover.scripts.navigation import Navigator
from drover.wire.tasks import Effect, Reason
from tests.integration.scripts.conftest import Driven
from tests.support.instagram_screens import INSTAGRAM
from tests.support.media_files import image_files, video_file
from tests.support.script_phone import RecordingContext, Result, perform, run

Someone = Callable[[str], str]
APPS = {"tiktok": "com.zhiliaoapp.musically", "instagram": INSTAGRAM}


def on_instagram(driven: Driven, **fields: Any) -> RecordingContext:
    return driven.context(package=INSTAGRAM, platform="instagram", **fields)


@pytest.mark.parametrize("method", ["direct", "search"])
def test_follow_then_unfollow(driven: Driven, someone: Someone, method: str) -> None:
    target = someone("")
    result = perform("follow", on_instagram(driven), target, access_method=method)
    assert result.reason is None, result.remark
    again = perform("follow", on_instagram(driven), target, access_method=method)
    assert (again.reason, again.tapped) == (None, False)
    result = perform("unfollow", on_instagram(driven), target, access_method=method)
    assert result.reason is None, result.remark
    assert driven.counted("effects", target) == [("follow", 1), ("unfollow", 1)]


@pytest.mark.parametrize("traits", ["followed_private_", "requested_", "friend_"])
def test_unfollow_with_and_without_a_second_question(driven: Driven, someone: Someone, traits: str) -> None:
    target = someone(traits)
    result = perform("unfollow", on_instagram(driven), target)
    assert result.reason is None, result.remark
    assert driven.counted("effects", target) == [("unfollow", 1)]


@pytest.mark.parametrize(
    ("fault", "params", "reason", "taps"),
    [
        ("captcha", {}, Reason.NEEDS_HUMAN, []),
        ("verification", {}, Reason.NEEDS_HUMAN, []),
        ("login_wall", {}, Reason.NOT_LOGGED_IN, []),
        ("banned", {"when": "follow"}, Reason.BLOCKED_BY_APP, [("follow", 1)]),
        ("follow_limit", {}, Reason.BLOCKED_BY_APP, [("follow", 1)]),
        ("follow_ignored", {}, Reason.REJECTED, [("follow", 1)]),
    ],
)
def test_ends_with_a_reason(
    driven: Driven, someone: Someone, fault: str, params: dict[str, str], reason: Reason, taps: list[tuple[str, int]]
) -> None:
    target = someone("")
    driven.fault(fault, **params)
    result = perform("follow", on_instagram(driven), target)
    assert result.reason is reason, result.remark
    assert driven.counted("effects", target) == []
    assert driven.counted("taps", target) == taps


def test_a_clone_is_searched_in(driven: Driven, someone: Someone) -> None:
    target = someone("")
    driven.fault("clone", package="com.instagram.androie")
    result = perform("follow", driven.context(package="com.instagram.androie", platform="instagram"), target)
    assert result.reason is None, result.remark
    assert driven.counted("taps", target) == [("follow", 1)]


# --- post ---


def publish(driven: Driven, folder: Path, **config: Any) -> tuple[RecordingContext, Result]:
    files = image_files(folder, config.get("image_count", 1)) if config.get("content_type") else [video_file(folder)]
    ctx = on_instagram(driven, media=files, username=config.pop("username", None))
    # Plain adb types ASCII only, as long as no keyboard for automation is installed.
    words = "Sun and #sea" if driven.phone.engine == "adb" else "Sun 🌅 #sea"
    return ctx, run("post", ctx, {"captions": words, **config})


@pytest.mark.parametrize(
    ("config", "placement", "files"),
    [
        ({}, "reel", 1),
        ({"post_way": "addButton"}, "reel", 1),
        ({"content_type": 1, "image_count": 3}, "feed", 3),
        ({"placement": "story", "captions": ""}, "story", 1),
    ],
)
def test_publishes_once(driven: Driven, tmp_path: Path, config: dict[str, Any], placement: str, files: int) -> None:
    other = next(row["username"] for row in driven.accounts_of("instagram") if not row["active"])
    before = len(driven.posts_of("instagram"))
    # Each on the other account, so that a story is the first of its account.
    ctx, result = publish(driven, tmp_path, username=other if placement == "story" else None, **config)
    assert result.reason is None, result.remark
    new = driven.posts_of("instagram")[before:]
    assert [(post["placement"], len(post["files"])) for post in new] == [(placement, files)]
    assert ctx.effect is Effect.CONFIRMED
    assert driven.phone.gallery.ours() == []


def test_two_stories_of_one_account_are_both_proven(driven: Driven, tmp_path: Path) -> None:
    """The second by its age, in the viewer that begins with the first; one that is lost by nothing."""
    for _ in range(2):
        ctx, result = publish(driven, tmp_path, placement="story", captions="")
        assert result.reason is None, result.remark
        assert ctx.effect is Effect.CONFIRMED
    before = len(driven.posts_of("instagram"))
    driven.fault("upload_lost")
    _, result = publish(driven, tmp_path, placement="story", captions="", upload_wait_time=1)
    assert result.reason is Reason.OUTCOME_UNKNOWN, result.remark
    assert len(driven.posts_of("instagram")) == before


@pytest.mark.parametrize("content", [0, 1])
def test_a_post_among_thousands_is_proven(driven: Driven, tmp_path: Path, content: int) -> None:
    """A reel by its words, pictures by their age."""
    driven.fault("many_posts")
    before = len(driven.posts_of("instagram"))
    ctx, result = publish(driven, tmp_path, content_type=content, captions=f"never said before, {content}")
    assert result.reason is None, result.remark
    assert (ctx.effect, len(driven.posts_of("instagram"))) == (Effect.CONFIRMED, before + 1)


@pytest.mark.parametrize(
    ("fault", "params", "reason"),
    [
        ("upload_failure", {}, Reason.UPLOAD_FAILED),
        ("post_limit", {}, Reason.BLOCKED_BY_APP),
        ("captcha", {"when": "post"}, Reason.NEEDS_HUMAN),
    ],
)
def test_ends_without_a_post(
    driven: Driven, tmp_path: Path, fault: str, params: dict[str, str], reason: Reason
) -> None:
    before = len(driven.posts_of("instagram"))
    driven.fault(fault, **params)
    _, result = publish(driven, tmp_path)
    assert result.reason is reason, result.remark
    assert len(driven.posts_of("instagram")) == before


LINK = "https://www.instagram.com/reels/audio/1234567890/"
KEYWORD = {"add_sound": "custom", "custom_sound_keyword": "rainy day"}


@pytest.mark.parametrize(
    ("config", "sound", "way", "volumes"),
    [
        ({**KEYWORD, "origin_sound_volume": 0, "add_sound_volume": 100}, "rainy day", "share", (0, 100)),
        ({"post_way": "useSound", "sound_name": LINK}, "Sound 1234567890", "use_sound", (50, 50)),
        ({**KEYWORD, "content_type": 1, "image_count": 2}, "rainy day", "add_button", (100, 100)),
    ],
)
def test_publishes_with_its_sound(
    driven: Driven, tmp_path: Path, config: dict[str, Any], sound: str, way: str, volumes: tuple[int, int]
) -> None:
    before = len(driven.posts_of("instagram"))
    ctx, result = publish(driven, tmp_path, **config)
    assert result.reason is None, result.remark
    [post] = driven.posts_of("instagram")[before:]
    assert (post["sound"], post["way"]) == (sound, way)
    assert (post["original_volume"], post["added_volume"]) == volumes
    assert ctx.effect is Effect.CONFIRMED


def test_a_sound_that_is_not_there_leaves_nothing(driven: Driven, tmp_path: Path) -> None:
    before = len(driven.posts_of("instagram"))
    driven.fault("sound_results", show="similar")
    ctx, result = publish(driven, tmp_path, post_way="useSound", sound_name="rainy day", sound_wait_time=3)
    assert (result.reason, ctx.effect) == (Reason.REJECTED, Effect.NONE), result.remark
    assert (len(driven.posts_of("instagram")), driven.phone.gallery.ours()) == (before, [])
    assert driven.state["screen"] in ("instagram.feed", "instagram.own_profile")


# --- accounts ---


@pytest.mark.parametrize("app", APPS)
@pytest.mark.parametrize("kind", ["", "save_login", "unknown"])
def test_accounts_are_switched_whatever_comes_in_between(driven: Driven, someone: Someone, app: str, kind: str) -> None:
    other = next(row["username"] for row in driven.accounts_of(app) if not row["active"])
    if kind == "unknown":
        driven.fault("unknown_popup", after=1)
    elif kind:
        driven.fault("popup", kind=kind, after=1)
    target = someone("")
    result = perform("follow", driven.context(package=APPS[app], platform=app, username=other), target)
    assert result.reason is None, result.remark
    assert driven.active_in(app) == other
    assert [row["account"] for row in driven.state["effects"] if row["target"] == target] == [other]


@pytest.mark.parametrize("app", APPS)
def test_an_account_that_is_not_listed_changes_nothing(driven: Driven, someone: Someone, app: str) -> None:
    before, target = driven.active_in(app), someone("")
    result = perform("follow", driven.context(package=APPS[app], platform=app, username="somebody.else"), target)
    assert result.reason is Reason.WRONG_ACCOUNT, result.remark
    assert all(f"@{row['username']}" in result.remark for row in driven.accounts_of(app))
    assert (driven.active_in(app), driven.counted("taps", target)) == (before, [])


@pytest.mark.parametrize("app", APPS)
def test_accounts_are_read(driven: Driven, app: str) -> None:
    found = logged_in(Navigator(driven.context(package=APPS[app], platform=app)))
    assert list(found.usernames) == [row["username"] for row in driven.accounts_of(app)]
    assert found.active == driven.active_in(app)
