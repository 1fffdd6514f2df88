"""The sound of a post on both simulated apps: what the published post carries, and what is in the way of it."""

from pathlib import Path
from typing import Any, Final

import pytest

from drover.apps import PLATFORMS
from drover.wire.tasks import Effect, Reason
from tests.support.media_files import video_file
from tests.support.posting import leaves_nothing, publish
from tests.support.script_phone import DisplayPhone, RecordingContext, run

LINKS: Final = {
    "tiktok": "https://www.tiktok.com/music/Paper-Boats-7001234567890",
    "instagram": "https://www.instagram.com/reels/audio/1234567890/",
}
LINK: Final = LINKS["instagram"]
STORY: Final[dict[str, Any]] = {"placement": "story", "captions": ""}
PICTURES: Final[dict[str, Any]] = {"content_type": 1, "image_count": 2}
VIDEO: Final[dict[str, Any]] = {}
CUSTOM: Final = {"add_sound": "custom", "custom_sound_keyword": "rainy day"}
NAMED: Final = {"post_way": "useSound", "sound_name": "rainy day"}
BOATS: Final[dict[str, Any]] = {"post_way": "useSound", "sound_name": "Paper Boats"}
EVERYWHERE: Final = [("tiktok", VIDEO), *(("instagram", place) for place in (VIDEO, STORY, PICTURES))]

english = pytest.mark.parametrize("phone", ["en"], indirect=True)
"""Where the language makes no difference."""
on_tiktok = pytest.mark.parametrize("platform", ["tiktok"])
on_instagram = pytest.mark.parametrize("platform", ["instagram"])


@pytest.fixture(params=PLATFORMS)
def platform(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def sounds(phone: DisplayPhone) -> list[str]:
    return [post["sound"] for post in phone.posts()]


def volumes(phone: DisplayPhone) -> list[tuple[int, int | None]]:
    return [(post["original_volume"], post["added_volume"]) for post in phone.posts()]


def is_left(phone: DisplayPhone) -> bool:
    """Whether nothing stays, no screen of a post that is being made either."""
    home = phone.platform != "instagram" or phone.state["screen"] in ("instagram.feed", "instagram.own_profile")
    return leaves_nothing(phone) and home


@pytest.mark.parametrize(("platform", "place"), [*EVERYWHERE, ("instagram", {**STORY, "content_type": 1})])
def test_a_sound_that_a_keyword_finds(phone: DisplayPhone, tmp_path: Path, place: dict[str, Any]) -> None:
    ctx, result = publish(phone, tmp_path, **CUSTOM, **place)
    assert result.reason is None, result.remark
    assert sounds(phone) == ["rainy day"]
    assert len(ctx.commits) == 1


@pytest.mark.parametrize(("add_sound", "sound"), [("1", "Morning Train"), ("0", ""), ("-1", "")])
@pytest.mark.parametrize(("platform", "place"), EVERYWHERE)
def test_any_sound_or_none(
    phone: DisplayPhone, tmp_path: Path, place: dict[str, Any], add_sound: str, sound: str
) -> None:
    _, result = publish(phone, tmp_path, add_sound=add_sound, **place)
    assert result.reason is None, result.remark
    assert sounds(phone) == [sound]


@pytest.mark.parametrize(("platform", "place"), EVERYWHERE)
def test_use_sound_by_its_name(phone: DisplayPhone, tmp_path: Path, place: dict[str, Any]) -> None:
    _, result = publish(phone, tmp_path, **BOATS, **place)
    assert result.reason is None, result.remark
    way = "use_sound" if phone.platform == "tiktok" else "add_button"
    assert [(post["sound"], post["way"]) for post in phone.posts()] == [("Paper Boats", way)]


@pytest.mark.parametrize(("platform", "sound"), [("tiktok", "Paper Boats"), ("instagram", "Sound 1234567890")])
def test_use_sound_by_its_link(phone: DisplayPhone, tmp_path: Path, sound: str) -> None:
    _, result = publish(phone, tmp_path, post_way="useSound", sound_name=LINKS[phone.platform])
    assert result.reason is None, result.remark
    assert [(post["sound"], post["way"]) for post in phone.posts()] == [(sound, "use_sound")]


@pytest.mark.parametrize("link", ["https://evil.example/music/x-70012345", "http://www.tiktok.com/music/x-70012345"])
def test_a_sound_of_another_site_is_not_opened(phone: DisplayPhone, tmp_path: Path, link: str) -> None:
    _, result = publish(phone, tmp_path, post_way="useSound", sound_name=link)
    assert (result.reason, phone.posts(), phone.shelf.names()) == (Reason.REJECTED, [], [])


@on_instagram
@english
def test_add_sound_keeps_the_one_that_use_sound_put_on(phone: DisplayPhone, tmp_path: Path) -> None:
    _, result = publish(phone, tmp_path, post_way="useSound", sound_name=LINK, add_sound="1")
    assert result.reason is None, result.remark
    assert [(post["sound"], post["way"]) for post in phone.posts()] == [("Sound 1234567890", "use_sound")]


@on_tiktok
def test_a_sound_is_taken_off(phone: DisplayPhone, tmp_path: Path) -> None:
    _, result = publish(phone, tmp_path, **BOATS, add_sound="0")
    assert result.reason is None, result.remark
    assert sounds(phone) == [""]


@on_tiktok
def test_no_sound_can_be_added_where_a_share_skips_the_editor(phone: DisplayPhone, tmp_path: Path) -> None:
    phone.fault("share_lands_on", page="form")
    ctx, result = publish(phone, tmp_path, add_sound="1")
    assert (result.reason, result.tapped, phone.posts(), phone.drafts) == (Reason.APP_CHANGED, False, [], 0)
    assert "addButton" in result.remark
    assert ctx.effect is Effect.NONE


@on_instagram
@english
@pytest.mark.parametrize(
    ("add_sound", "sound"), [("0", ""), ("-1", "Morning Train"), ("1", "Morning Train"), ("custom", "rainy day")]
)
def test_a_sound_that_pictures_come_with(phone: DisplayPhone, tmp_path: Path, add_sound: str, sound: str) -> None:
    phone.fault("sound_suggested")
    phone.fault("no_sound_tool")
    _, result = publish(phone, tmp_path, **PICTURES, add_sound=add_sound, custom_sound_keyword="rainy day")
    assert result.reason is None, result.remark
    assert sounds(phone) == [sound]


@on_instagram
def test_pictures_get_their_sound_on_the_form_where_the_editor_has_no_way(phone: DisplayPhone, tmp_path: Path) -> None:
    phone.fault("no_sound_tool")
    _, result = publish(phone, tmp_path, **CUSTOM, **PICTURES)
    assert result.reason is None, result.remark
    assert sounds(phone) == ["rainy day"]


# --- volumes ---


@pytest.mark.parametrize(
    ("platform", "config", "original"),
    [
        ("tiktok", {"add_sound": "1"}, 20),
        *(("instagram", {**config}, 0) for config in (CUSTOM, {**BOATS, "sound_name": LINK}, {"add_sound": "1"})),
    ],
)
def test_volumes_of_a_video(phone: DisplayPhone, tmp_path: Path, config: dict[str, Any], original: int) -> None:
    _, result = publish(phone, tmp_path, origin_sound_volume=original, add_sound_volume=80, **config)
    assert result.reason is None, result.remark
    assert volumes(phone) == [(original, 80)]


@on_instagram
@english
def test_volumes_count_only_where_a_sound_is_added(phone: DisplayPhone, tmp_path: Path) -> None:
    _, result = publish(phone, tmp_path, origin_sound_volume=0, add_sound_volume=80)
    assert result.reason is None, result.remark
    assert volumes(phone) == [(100, None)]


@on_instagram
def test_a_story_s_own_sound_is_muted(phone: DisplayPhone, tmp_path: Path) -> None:
    _, result = publish(phone, tmp_path, **CUSTOM, **STORY, origin_sound_volume=0)
    assert result.reason is None, result.remark
    assert [(post["sound"], post["original_volume"]) for post in phone.posts()] == [("rainy day", 0)]


# --- the list ---


@pytest.mark.parametrize(
    ("fault", "params"), [("sound_results", {"show": "similar_first"}), ("sounds_late", {"seconds": 6})]
)
@pytest.mark.parametrize(("platform", "config"), [("tiktok", CUSTOM), ("instagram", CUSTOM), ("instagram", NAMED)])
def test_a_sound_among_similar_ones_or_late(
    phone: DisplayPhone, tmp_path: Path, config: dict[str, Any], fault: str, params: dict[str, Any]
) -> None:
    phone.fault(fault, **params)
    _, result = publish(phone, tmp_path, **config)
    assert result.reason is None, result.remark
    assert sounds(phone) == ["rainy day"]


@pytest.mark.parametrize(
    ("platform", "place", "config", "fault", "params"),
    [
        ("tiktok", VIDEO, BOATS, "sound_results", {"show": "similar"}),
        ("tiktok", VIDEO, BOATS, "sound_results", {"show": "none"}),
        ("tiktok", VIDEO, CUSTOM, "sound_results", {"show": "none"}),
        ("instagram", VIDEO, CUSTOM, "sounds_late", {"seconds": 60}),
        ("instagram", STORY, CUSTOM, "sound_results", {"show": "none"}),
        ("instagram", PICTURES, CUSTOM, "sound_results", {"show": "none"}),
        ("instagram", VIDEO, NAMED, "sound_results", {"show": "similar"}),
        ("instagram", STORY, NAMED, "sound_results", {"show": "others"}),
        ("instagram", PICTURES, NAMED, "sounds_late", {"seconds": 60}),
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
    parameter = "sound_name" if "sound_name" in config else "custom_sound_keyword"
    assert result.remark.startswith(parameter)
    assert repr(config[parameter]) in result.remark
    assert "sound" in ctx.kept
    assert is_left(phone), phone.state["screen"]


@on_instagram
@english
def test_what_is_listed_instead_is_said(phone: DisplayPhone, tmp_path: Path) -> None:
    phone.fault("sound_results", show="similar")
    _, result = publish(phone, tmp_path, **NAMED)
    assert "rainy day (sped up)" in result.remark


@on_instagram
@english
@pytest.mark.parametrize(("show", "sound"), [("similar", "rainy day (sped up)"), ("others", "Soft Tide")])
def test_a_keyword_takes_what_says_it_else_what_the_search_brings(
    phone: DisplayPhone, tmp_path: Path, show: str, sound: str
) -> None:
    phone.fault("sound_results", show=show)
    ctx, result = publish(phone, tmp_path, **CUSTOM)
    assert result.reason is None, result.remark
    assert sounds(phone) == [sound]
    assert any(f"taking the sound “{sound}" in text for text, _ in ctx.steps)


# --- what is in the way ---


@on_instagram
@english
@pytest.mark.parametrize("kind", ["not_now", "update", "phone_number"])
@pytest.mark.parametrize("after", [3, 4, 5])
def test_popups_over_the_sound_s_screens(phone: DisplayPhone, tmp_path: Path, kind: str, after: int) -> None:
    phone.fault("popup", kind=kind, after=after)
    _, result = publish(phone, tmp_path, **CUSTOM, add_sound_volume=80)
    assert result.reason is None, result.remark
    assert [(post["sound"], post["added_volume"]) for post in phone.posts()] == [("rainy day", 80)]


@on_instagram
@english
@pytest.mark.parametrize(
    ("place", "after"), [(VIDEO, 2), (VIDEO, 3), (VIDEO, 4), (STORY, 3), (PICTURES, 3), (PICTURES, 4)]
)
def test_an_unknown_popup_leaves_the_right_sound_or_nothing(
    phone: DisplayPhone, tmp_path: Path, after: int, place: dict[str, Any]
) -> None:
    phone.fault("unknown_popup", after=after)
    ctx, result = publish(phone, tmp_path, **CUSTOM, **place)
    assert sounds(phone) in ([], ["rainy day"])
    assert phone.drafts == 0
    if result.reason is not None:
        assert (result.reason, ctx.effect, phone.posts()) == (Reason.APP_CHANGED, Effect.NONE, []), result.remark
        assert "Looked for" in result.remark


@on_instagram
@english
@pytest.mark.parametrize("place", [VIDEO, STORY])
def test_an_editor_without_the_tool_is_an_app_that_changed(
    phone: DisplayPhone, tmp_path: Path, place: dict[str, Any]
) -> None:
    phone.fault("no_sound_tool")
    ctx, result = publish(phone, tmp_path, **CUSTOM, **place)
    assert (result.reason, ctx.effect) == (Reason.APP_CHANGED, Effect.NONE)
    assert "add_sound" in result.remark
    assert "missing" in ctx.kept
    assert is_left(phone)


@on_instagram
@english
@pytest.mark.parametrize(("place", "words"), [(VIDEO, "no added sound"), (PICTURES, "the form with the sound")])
def test_a_sound_that_did_not_arrive_is_seen(
    phone: DisplayPhone, tmp_path: Path, place: dict[str, Any], words: str
) -> None:
    phone.fault("sound_lost")
    ctx, result = publish(phone, tmp_path, **CUSTOM, **place)
    assert (result.reason, ctx.effect) == (Reason.APP_CHANGED, Effect.NONE), result.remark
    assert words in result.remark
    assert is_left(phone)


@on_instagram
@english
def test_a_list_that_closed_without_the_sound_took_nothing(phone: DisplayPhone, tmp_path: Path) -> None:
    """As when a popup over it was put away by BACK: the editor is back, and nothing was taken."""

    class Closing(RecordingContext):
        def step(self, text: str, progress: int) -> None:
            super().step(text, progress)
            if text.startswith("taking the sound"):
                phone.back()

    ctx = Closing(phone, phone.app_package, phone.platform, media=[video_file(tmp_path)], task_id=7)
    result = run("post", ctx, {"captions": "words", **CUSTOM})
    assert (result.reason, ctx.effect) == (Reason.APP_CHANGED, Effect.NONE), result.remark
    assert "what takes the sound" in result.remark
    assert is_left(phone)


@on_instagram
def test_a_sound_that_is_gone(phone: DisplayPhone, tmp_path: Path) -> None:
    phone.fault("sound_gone")
    ctx, result = publish(phone, tmp_path, post_way="useSound", sound_name=LINK)
    assert (result.reason, ctx.effect, phone.posts(), phone.shelf.names()) == (Reason.REJECTED, Effect.NONE, [], [])
    assert "sound_name" in result.remark


@english
def test_slow_screens(phone: DisplayPhone, tmp_path: Path) -> None:
    phone.fault("slow_screens", seconds=4)
    _, result = publish(phone, tmp_path, **CUSTOM)
    assert result.reason is None, result.remark
    assert sounds(phone) == ["rainy day"]
