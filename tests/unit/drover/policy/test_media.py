"""What an app takes, which files a task gets, and what becomes of a choice."""

from dataclasses import replace
from typing import Any

import pytest

from drover.media.limits import limits
from drover.policy.media import (
    Candidate,
    Short,
    Stock,
    UseEnd,
    Wanted,
    after,
    choose,
    limit_for,
    misfit,
    too_few,
    too_many,
    wanted,
    who,
)
from drover.policy.pace import account_key, handle_of
from drover.wire.media import MediaFacts, MediaFile, MediaKind
from drover.wire.post import PostConfig
from drover.wire.tasks import Effect, Status


def unasked() -> Stock:
    raise AssertionError("only a shortage counts what there is")


def facts(**changes: Any) -> MediaFacts:
    fields: dict[str, Any] = {
        "kind": MediaKind.VIDEO,
        "media_type": "video/mp4",
        "size": 5_000_000,
        "width": 1080,
        "height": 1920,
        "duration_s": 20.0,
        **changes,
    }
    return MediaFacts(**fields)


def picture(**changes: Any) -> MediaFacts:
    return facts(**{"kind": MediaKind.IMAGE, "media_type": "image/jpeg", "duration_s": None, **changes})


def want(platform: str = "tiktok", **config: Any) -> Wanted:
    return wanted(PostConfig(**config).checked(), platform=platform, account="tiktok:shop.one")


def candidate(name: str, found: MediaFacts) -> Candidate:
    file = MediaFile(path=name, kind=found.kind, media_type=found.media_type, size=found.size)
    return Candidate(key=f"sha256:{name}", file=file, facts=found, name=name)


@pytest.mark.parametrize(
    ("platform", "config", "found", "says"),
    [
        ("tiktok", {}, facts(), ""),
        ("tiktok", {}, facts(media_type="video/webm"), ""),
        ("tiktok", {}, facts(duration_s=601.0), "lasts 601.0 s; TikTok takes 1 to 600 s"),
        ("tiktok", {}, facts(duration_s=0.4), "lasts 0.4 s"),
        ("tiktok", {}, facts(width=320), "320x1920 pixels; TikTok takes no side under 360"),
        ("tiktok", {}, facts(height=5000), "takes no side over 4096"),
        ("tiktok", {}, facts(size=4_100_000_000), "has 4100 MB; TikTok takes at most 4000 MB"),
        ("tiktok", {}, picture(), "is a picture (image/jpeg), expected a video"),
        ("tiktok", {"content_type": 1}, picture(), ""),
        ("tiktok", {"content_type": 1}, facts(), "is a video (video/mp4), expected a picture"),
        ("tiktok", {"content_type": 1}, picture(size=21_000_000), "has 21.0 MB; TikTok takes at most 20.0 MB"),
        ("instagram", {}, facts(duration_s=899.0), ""),
        ("instagram", {}, facts(media_type="video/webm"), "an Instagram reel takes video/mp4, video/quicktime"),
        ("instagram", {"placement": "story"}, facts(duration_s=61.0), "an Instagram story takes 3 to 60 s"),
        ("instagram", {"placement": "story", "content_type": 1}, picture(), ""),
        ("instagram", {"content_type": 1}, picture(size=8_100_000), "an Instagram post takes at most 8.0 MB"),
    ],
)
def test_what_an_app_takes(platform: str, config: dict[str, Any], found: MediaFacts, says: str) -> None:
    why = misfit(found, limit_for(limits(), want(platform, **config)))
    assert (says in why) if says else (why == "")


def test_how_many_files_an_app_takes() -> None:
    for platform, placement, most in (("tiktok", "reel", 35), ("instagram", "reel", 20), ("instagram", "story", 1)):
        fits = want(platform, content_type=1, placement=placement, image_count=most)
        assert too_many(fits, limit_for(limits(), fits)) == ""
        if most < 35:
            over = want(platform, content_type=1, placement=placement, image_count=most + 1)
            assert f"at most {most}" in too_many(over, limit_for(limits(), over))


def test_every_place_of_every_app_has_its_limits() -> None:
    for platform in ("tiktok", "instagram"):
        for placement in ("reel", "story"):
            for content_type in (0, 1):
                limit_for(limits(), want(platform, placement=placement, content_type=content_type))
    with pytest.raises(LookupError):
        limit_for(limits(), want("elsewhere"))


def test_the_account_is_its_name_or_its_phone() -> None:
    assert account_key("tiktok", "Shop.One", "R5") == account_key("tiktok", "shop.one", "R6") == "tiktok:shop.one"
    assert account_key("instagram", "shop.one", "R5") != account_key("tiktok", "shop.one", "R5")
    assert account_key("tiktok", None, "R5") == "tiktok#R5"


@pytest.mark.parametrize(
    ("key", "handle", "words"),
    [
        ("tiktok:shop.one", "shop.one", "@shop.one (tiktok)"),
        ("tiktok#R5", "", "the tiktok account on phone R5"),
        ("instagram#127.0.0.1:5555", "", "the instagram account on phone 127.0.0.1:5555"),
        ("?", "", "?"),
    ],
)
def test_what_an_accounts_key_says(key: str, handle: str, words: str) -> None:
    assert (handle_of(key), who(key)) == (handle, words)


def test_case_c13_every_task_of_a_request_needs_a_video_of_its_list() -> None:
    config = PostConfig(material_list=["/a", "/b", "/a"])
    assert [bool(too_few(config, tasks)) for tasks in (1, 2, 3)] == [False, False, True]
    assert too_few(config, 3).startswith("2 videos for 3 tasks")
    assert too_few(PostConfig(material_list=["/a"]), 9) == ""
    assert too_few(PostConfig(content_type=1, material_list=["/a", "/b"]), 9) == ""
    assert want(material_list=["/a", "/b"]).shares_list
    assert not want(material_list=["/a"]).shares_list
    assert not want(content_type=1, material_list=["/a", "/b"]).shares_list


def test_case_c9_all_files_of_a_post_come_from_one_folder_the_accounts_own_first() -> None:
    wish = want(content_type=1, image_count=2, material_source="localFolder", material_path="/srv")
    own = [replace(candidate(name, picture()), place="@shop.one") for name in "ab"]
    root = [candidate(name, picture()) for name in "cd"]
    limit = limit_for(limits(), wish)
    for offered, names in (([*own, *root], "ab"), ([*own[:1], *root], "cd")):
        chosen = choose(wish, limit, earlier=[], candidates=offered, stock=unasked)
        assert isinstance(chosen, list)
        assert [one.name for one in chosen] == list(names)
    short = choose(wish, limit, earlier=[], candidates=[own[0], root[0]], stock=lambda: Stock(matching=2, used=0))
    assert isinstance(short, Short)
    assert "found 1 (2 pictures there)" in short.remark


def test_what_a_configuration_asks_for() -> None:
    listed = want(content_type=1, material_list=["/a", "/b"], image_count=9, material_source="localFolder")
    assert (listed.source, listed.paths, listed.count) == ("list", ("/a", "/b"), 2)
    folder = want(content_type=1, image_count=3, material_source="localFolder", material_path="/srv/a")
    assert (folder.source, folder.folder, folder.count) == ("folder", "/srv/a", 3)
    library = want(materials_tags=" Summer, beach,,summer ", image_count=3)
    assert (library.source, library.tags, library.count) == ("library", ("summer", "beach"), 1)


def test_the_first_that_fit_are_chosen() -> None:
    wish = want(content_type=1, image_count=2)
    offered = [candidate("huge", picture(size=30_000_000)), *(candidate(name, picture()) for name in "abc")]
    chosen = choose(wish, limit_for(limits(), wish), earlier=[], candidates=offered, stock=unasked)
    assert isinstance(chosen, list)
    assert [one.name for one in chosen] == ["a", "b"]


def test_no_more_candidates_are_read_than_needed() -> None:
    wish = want()

    def offered() -> Any:
        yield candidate("a", facts())
        yield candidate("b", facts())
        raise AssertionError("read too far")

    assert isinstance(choose(wish, limit_for(limits(), wish), earlier=[], candidates=offered(), stock=unasked), list)


def test_two_names_of_one_file_are_one_file() -> None:
    wish = want(content_type=1, image_count=2)
    twice = candidate("a", picture())
    chosen = choose(
        wish, limit_for(limits(), wish), earlier=[], candidates=[twice, twice, candidate("b", picture())], stock=unasked
    )
    assert isinstance(chosen, list)
    assert [one.name for one in chosen] == ["a", "b"]


def test_an_earlier_attempts_files_are_kept_whatever_else_there_is() -> None:
    wish = want()
    earlier = [candidate("first", facts())]
    offered = [candidate("older", facts())]
    assert choose(wish, limit_for(limits(), wish), earlier=earlier, candidates=offered, stock=unasked) == earlier


def test_a_shortage_says_what_is_missing_and_what_to_do() -> None:
    wish = want(content_type=1, image_count=3, materials_tags="summer,beach")
    offered = [candidate("a", picture()), candidate("b.png", picture(size=30_000_000))]
    short = choose(
        wish, limit_for(limits(), wish), earlier=[], candidates=offered, stock=lambda: Stock(matching=4, used=2)
    )
    assert isinstance(short, Short)
    for part in (
        "expected 3 unused pictures in the library with the tags summer, beach, found 1",
        '4 pictures there, 2 of them used or reserved already, each for one account alone (reuse = "per_account" in',
        "1 of them unusable (b.png has 30.0 MB",
        "droverctl material add DIR --tags summer,beach",
    ):
        assert part in short.remark
    shared = replace(wish, once=False)
    short = choose(
        shared, limit_for(limits(), shared), earlier=[], candidates=[], stock=lambda: Stock(matching=2, used=2)
    )
    assert isinstance(short, Short)
    assert f"2 of them used or reserved by {account_key('tiktok', 'shop.one', 'R5')} already" in short.remark
    folder = want(material_source="localFolder", material_path="/srv/a")
    short = choose(
        folder, limit_for(limits(), folder), earlier=[], candidates=[], stock=lambda: Stock(matching=0, used=0)
    )
    assert isinstance(short, Short)
    assert "in the folder /srv/a, found 0 (0 videos there); put more files there" in short.remark


def test_what_becomes_of_a_reservation() -> None:
    for effect in Effect:
        assert after(Status.PENDING, effect) is after(Status.RUNNING, effect) is UseEnd.KEEP
    for status in (Status.COMPLETED, Status.FAILED):
        assert after(status, Effect.NONE) is UseEnd.RELEASE
        for effect in (Effect.INTENT, Effect.SENT, Effect.CONFIRMED, Effect.UNKNOWN):
            assert after(status, effect) is UseEnd.USED
