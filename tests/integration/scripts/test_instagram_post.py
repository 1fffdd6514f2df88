"""`post` on Instagram over real adb: every place, sounds, faults; what the simulated server counted."""

from pathlib import Path
from typing import Any

import pytest

from drover.wire.tasks import Effect, Reason
from tests.integration.scripts.conftest import Driven
from tests.support.posting import files_for
from tests.support.script_phone import RecordingContext, Result, run

LINK = "https://www.instagram.com/reels/audio/1234567890/"
KEYWORD = {"add_sound": "custom", "custom_sound_keyword": "rainy day"}


@pytest.fixture
def platform() -> str:
    return "instagram"


def publish(driven: Driven, folder: Path, **config: Any) -> tuple[RecordingContext, Result]:
    ctx = driven.context(media=files_for(folder, config), username=config.pop("username", None))
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
    before = len(driven.posts)
    # Each on the other account, so that a story is the first of its account.
    ctx, result = publish(driven, tmp_path, username=driven.other if placement == "story" else None, **config)
    assert result.reason is None, result.remark
    new = driven.posts[before:]
    assert [(post["placement"], len(post["files"])) for post in new] == [(placement, files)]
    assert ctx.effect is Effect.CONFIRMED
    assert driven.phone.gallery.ours() == []


def test_two_stories_of_one_account_are_both_proven(driven: Driven, tmp_path: Path) -> None:
    """The second by its age, in the viewer that begins with the first; one that is lost by nothing."""
    for _ in range(2):
        ctx, result = publish(driven, tmp_path, placement="story", captions="")
        assert result.reason is None, result.remark
        assert ctx.effect is Effect.CONFIRMED
    before = len(driven.posts)
    driven.fault("upload_lost")
    _, result = publish(driven, tmp_path, placement="story", captions="", upload_wait_time=1)
    assert result.reason is Reason.OUTCOME_UNKNOWN, result.remark
    assert len(driven.posts) == before


@pytest.mark.parametrize("content", [0, 1])
def test_a_post_among_thousands_is_proven(driven: Driven, tmp_path: Path, content: int) -> None:
    """A reel by its words, pictures by their age."""
    driven.fault("many_posts")
    before = len(driven.posts)
    ctx, result = publish(driven, tmp_path, content_type=content, captions=f"never said before, {content}")
    assert result.reason is None, result.remark
    assert (ctx.effect, len(driven.posts)) == (Effect.CONFIRMED, before + 1)


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
    before = len(driven.posts)
    driven.fault(fault, **params)
    _, result = publish(driven, tmp_path)
    assert result.reason is reason, result.remark
    assert len(driven.posts) == before


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
    before = len(driven.posts)
    ctx, result = publish(driven, tmp_path, **config)
    assert result.reason is None, result.remark
    [post] = driven.posts[before:]
    assert (post["sound"], post["way"]) == (sound, way)
    assert (post["original_volume"], post["added_volume"]) == volumes
    assert ctx.effect is Effect.CONFIRMED


def test_a_sound_that_is_not_there_leaves_nothing(driven: Driven, tmp_path: Path) -> None:
    before = len(driven.posts)
    driven.fault("sound_results", show="similar")
    ctx, result = publish(driven, tmp_path, post_way="useSound", sound_name="rainy day", sound_wait_time=3)
    assert (result.reason, ctx.effect) == (Reason.REJECTED, Effect.NONE), result.remark
    assert (len(driven.posts), driven.phone.gallery.ours()) == (before, [])
    assert driven.state["screen"] in ("instagram.feed", "instagram.own_profile")
