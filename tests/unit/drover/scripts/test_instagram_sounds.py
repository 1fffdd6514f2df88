"""The sound of a post on the simulated Instagram: what the published post carries, and what is in the way of it."""

from pathlib import Path
from typing import Any

import pytest

from drover.wire.tasks import Effect, Reason
from tests.support.media_files import image_files, video_file
from tests.support.script_phone import DisplayPhone, RecordingContext, Result, run, simulate_time

LINK = "https://www.instagram.com/reels/audio/1234567890/"
STORY = {"placement": "story", "captions": ""}
PICTURES = {"content_type": 1, "image_count": 2}
REEL: dict[str, Any] = {}
PLACES = [REEL, STORY, {**STORY, "content_type": 1}, PICTURES]
CUSTOM = {"add_sound": "custom", "custom_sound_keyword": "rainy day"}
NAMED = {"post_way": "useSound", "sound_name": "rainy day"}


def publish(phone: DisplayPhone, folder: Path, **config: Any) -> tuple[RecordingContext, Result]:
    count = config.get("image_count", 1)
    files = image_files(folder, count) if config.get("content_type") else [video_file(folder)]
    ctx = RecordingContext(phone, package="com.instagram.android", platform="instagram", media=files, task_id=7)
    return ctx, run("post", ctx, {"captions": "words", **config})


def sound_of(phone: DisplayPhone) -> list[tuple[str, str]]:
    return [(post["sound"], post["way"]) for post in phone.posts()]


def nothing_is_left(phone: DisplayPhone) -> bool:
    """No post, no draft, no file, and no screen of a post that is being made."""
    left = (phone.posts(), phone.state.get("drafts", []), phone.shelf.names())
    return left == ([], [], []) and phone.state["screen"] in ("instagram.feed", "instagram.own_profile")


@pytest.fixture
def english(monkeypatch: pytest.MonkeyPatch) -> DisplayPhone:
    """Where the language makes no difference."""
    made = DisplayPhone("en")
    simulate_time(monkeypatch, made.clock)
    return made


@pytest.mark.parametrize("place", PLACES)
def test_a_sound_that_a_keyword_finds(phone: DisplayPhone, tmp_path: Path, place: dict[str, Any]) -> None:
    ctx, result = publish(phone, tmp_path, **CUSTOM, **place)
    assert result.reason is None, result.remark
    assert [post["sound"] for post in phone.posts()] == ["rainy day"]
    assert len(ctx.commits) == 1


@pytest.mark.parametrize(("add_sound", "sound"), [("1", "Morning Train"), ("0", ""), ("-1", "")])
@pytest.mark.parametrize("place", [REEL, STORY, PICTURES])
def test_any_sound_or_none(
    english: DisplayPhone, tmp_path: Path, place: dict[str, Any], add_sound: str, sound: str
) -> None:
    _, result = publish(english, tmp_path, add_sound=add_sound, **place)
    assert result.reason is None, result.remark
    assert [post["sound"] for post in english.posts()] == [sound]


@pytest.mark.parametrize("place", [REEL, STORY, PICTURES])
def test_use_sound_by_its_name(english: DisplayPhone, tmp_path: Path, place: dict[str, Any]) -> None:
    _, result = publish(english, tmp_path, post_way="useSound", sound_name="Paper Boats", **place)
    assert result.reason is None, result.remark
    assert sound_of(english) == [("Paper Boats", "add_button")]


def test_use_sound_by_its_link(phone: DisplayPhone, tmp_path: Path) -> None:
    _, result = publish(phone, tmp_path, post_way="useSound", sound_name=LINK)
    assert result.reason is None, result.remark
    assert sound_of(phone) == [("Sound 1234567890", "use_sound")]


def test_add_sound_keeps_the_one_that_use_sound_put_on(english: DisplayPhone, tmp_path: Path) -> None:
    _, result = publish(english, tmp_path, post_way="useSound", sound_name=LINK, add_sound="1")
    assert result.reason is None, result.remark
    assert sound_of(english) == [("Sound 1234567890", "use_sound")]


@pytest.mark.parametrize("config", [CUSTOM, {"post_way": "useSound", "sound_name": LINK}, {"add_sound": "1"}])
def test_volumes_of_a_reel(phone: DisplayPhone, tmp_path: Path, config: dict[str, Any]) -> None:
    _, result = publish(phone, tmp_path, origin_sound_volume=0, add_sound_volume=80, **config)
    assert result.reason is None, result.remark
    assert [(post["original_volume"], post["added_volume"]) for post in phone.posts()] == [(0, 80)]


def test_volumes_count_only_where_a_sound_is_added(english: DisplayPhone, tmp_path: Path) -> None:
    _, result = publish(english, tmp_path, origin_sound_volume=0, add_sound_volume=80)
    assert result.reason is None, result.remark
    assert [(post["original_volume"], post["added_volume"]) for post in english.posts()] == [(100, None)]


def test_a_story_s_own_sound_is_muted(phone: DisplayPhone, tmp_path: Path) -> None:
    _, result = publish(phone, tmp_path, **CUSTOM, **STORY, origin_sound_volume=0)
    assert result.reason is None, result.remark
    assert [(post["sound"], post["original_volume"]) for post in phone.posts()] == [("rainy day", 0)]


@pytest.mark.parametrize(
    ("add_sound", "sound"), [("0", ""), ("-1", "Morning Train"), ("1", "Morning Train"), ("custom", "rainy day")]
)
def test_a_sound_that_pictures_come_with(english: DisplayPhone, tmp_path: Path, add_sound: str, sound: str) -> None:
    english.fault("sound_suggested")
    english.fault("no_sound_tool")
    _, result = publish(english, tmp_path, **PICTURES, add_sound=add_sound, custom_sound_keyword="rainy day")
    assert result.reason is None, result.remark
    assert [post["sound"] for post in english.posts()] == [sound]


def test_pictures_get_their_sound_on_the_form_where_the_editor_has_no_way(phone: DisplayPhone, tmp_path: Path) -> None:
    phone.fault("no_sound_tool")
    _, result = publish(phone, tmp_path, **CUSTOM, **PICTURES)
    assert result.reason is None, result.remark
    assert [post["sound"] for post in phone.posts()] == ["rainy day"]


# --- the list ---


@pytest.mark.parametrize("config", [CUSTOM, NAMED])
def test_similar_names_before_it_are_passed(english: DisplayPhone, tmp_path: Path, config: dict[str, Any]) -> None:
    english.fault("sound_results", show="similar_first")
    _, result = publish(english, tmp_path, **config)
    assert result.reason is None, result.remark
    assert [post["sound"] for post in english.posts()] == ["rainy day"]


@pytest.mark.parametrize("config", [CUSTOM, NAMED])
def test_a_sound_that_loads_late_is_waited_for(english: DisplayPhone, tmp_path: Path, config: dict[str, Any]) -> None:
    english.fault("sounds_late", seconds=7)
    _, result = publish(english, tmp_path, **config)
    assert result.reason is None, result.remark
    assert [post["sound"] for post in english.posts()] == ["rainy day"]


@pytest.mark.parametrize(
    ("place", "config", "fault", "params"),
    [
        (REEL, CUSTOM, "sounds_late", {"seconds": 60}),
        (STORY, CUSTOM, "sound_results", {"show": "none"}),
        (PICTURES, CUSTOM, "sound_results", {"show": "none"}),
        (REEL, NAMED, "sound_results", {"show": "similar"}),
        (STORY, NAMED, "sound_results", {"show": "others"}),
        (PICTURES, NAMED, "sounds_late", {"seconds": 60}),
    ],
)
def test_a_sound_that_is_not_listed_ends_before_the_tap(
    phone: DisplayPhone,
    tmp_path: Path,
    place: dict[str, Any],
    config: dict[str, Any],
    fault: str,
    params: dict[str, Any],
) -> None:
    phone.fault(fault, **params)
    ctx, result = publish(phone, tmp_path, **config, **place)
    assert (result.reason, ctx.effect, ctx.commits) == (Reason.REJECTED, Effect.NONE, []), result.remark
    assert "'rainy day'" in result.remark
    assert ("sound_name" if "sound_name" in config else "custom_sound_keyword") in result.remark
    assert "sound" in ctx.kept
    assert nothing_is_left(phone), phone.state["screen"]


def test_what_is_listed_instead_is_said(english: DisplayPhone, tmp_path: Path) -> None:
    english.fault("sound_results", show="similar")
    _, result = publish(english, tmp_path, post_way="useSound", sound_name="rainy day")
    assert "rainy day (sped up)" in result.remark


@pytest.mark.parametrize(("show", "sound"), [("similar", "rainy day (sped up)"), ("others", "Soft Tide")])
def test_a_keyword_takes_what_says_it_else_what_the_search_brings(
    english: DisplayPhone, tmp_path: Path, show: str, sound: str
) -> None:
    english.fault("sound_results", show=show)
    ctx, result = publish(english, tmp_path, **CUSTOM)
    assert result.reason is None, result.remark
    assert [post["sound"] for post in english.posts()] == [sound]
    assert any(f"taking the sound “{sound}" in text for text, _ in ctx.steps)


# --- what is in the way ---


@pytest.mark.parametrize("kind", ["not_now", "update", "phone_number"])
@pytest.mark.parametrize("after", [3, 4, 5])
def test_popups_over_the_sound_s_screens(english: DisplayPhone, tmp_path: Path, kind: str, after: int) -> None:
    english.fault("popup", kind=kind, after=after)
    _, result = publish(english, tmp_path, **CUSTOM, add_sound_volume=80)
    assert result.reason is None, result.remark
    assert [(post["sound"], post["added_volume"]) for post in english.posts()] == [("rainy day", 80)]


@pytest.mark.parametrize(
    ("place", "after"), [(REEL, 2), (REEL, 3), (REEL, 4), (STORY, 3), (PICTURES, 3), (PICTURES, 4)]
)
def test_an_unknown_popup_leaves_the_right_sound_or_nothing(
    english: DisplayPhone, tmp_path: Path, after: int, place: dict[str, Any]
) -> None:
    english.fault("unknown_popup", after=after)
    ctx, result = publish(english, tmp_path, **CUSTOM, **place)
    assert [post["sound"] for post in english.posts()] in ([], ["rainy day"])
    assert english.state.get("drafts", []) == []
    if result.reason is not None:
        assert (result.reason, ctx.effect, english.posts()) == (Reason.APP_CHANGED, Effect.NONE, []), result.remark
        assert "Looked for" in result.remark


def test_an_editor_without_the_tool_is_an_app_that_changed(english: DisplayPhone, tmp_path: Path) -> None:
    for place in (REEL, STORY):
        english.fault("no_sound_tool")
        ctx, result = publish(english, tmp_path, **CUSTOM, **place)
        assert (result.reason, ctx.effect) == (Reason.APP_CHANGED, Effect.NONE)
        assert "add_sound" in result.remark
        assert "missing" in ctx.kept
        assert nothing_is_left(english)


@pytest.mark.parametrize(("place", "words"), [(REEL, "no added sound"), (PICTURES, "the form with the sound")])
def test_a_sound_that_did_not_arrive_is_seen(
    english: DisplayPhone, tmp_path: Path, place: dict[str, Any], words: str
) -> None:
    english.fault("sound_lost")
    ctx, result = publish(english, tmp_path, **CUSTOM, **place)
    assert (result.reason, ctx.effect) == (Reason.APP_CHANGED, Effect.NONE), result.remark
    assert words in result.remark
    assert nothing_is_left(english)


def test_a_list_that_closed_without_the_sound_took_nothing(english: DisplayPhone, tmp_path: Path) -> None:
    """As when a popup over it was put away by BACK: the editor is back, and nothing was taken."""

    class Closing(RecordingContext):
        def step(self, text: str, progress: int) -> None:
            super().step(text, progress)
            if text.startswith("taking the sound"):
                english.back()

    ctx = Closing(
        english, package="com.instagram.android", platform="instagram", media=[video_file(tmp_path)], task_id=7
    )
    result = run("post", ctx, {"captions": "words", **CUSTOM})
    assert (result.reason, ctx.effect) == (Reason.APP_CHANGED, Effect.NONE), result.remark
    assert "what takes the sound" in result.remark
    assert nothing_is_left(english)


def test_a_sound_that_is_gone(phone: DisplayPhone, tmp_path: Path) -> None:
    phone.fault("sound_gone")
    ctx, result = publish(phone, tmp_path, post_way="useSound", sound_name=LINK)
    assert (result.reason, ctx.effect, phone.posts(), phone.shelf.names()) == (Reason.REJECTED, Effect.NONE, [], [])
    assert "sound_name" in result.remark


def test_slow_screens(english: DisplayPhone, tmp_path: Path) -> None:
    english.fault("slow_screens", seconds=4)
    _, result = publish(english, tmp_path, **CUSTOM)
    assert result.reason is None, result.remark
    assert [post["sound"] for post in english.posts()] == ["rainy day"]
