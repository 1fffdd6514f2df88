"""What files of texts hold, which of them a task needs, and which line it gets."""

from collections.abc import Callable
from typing import Any

import pytest

from drover.policy.folder_texts import FolderTexts, lines_of, missing, take, wanted_files, with_texts
from drover.wire.media import TaskMedia
from drover.wire.post import PostConfig


def config(**fields: Any) -> PostConfig:
    values: dict[str, Any] = {"material_source": "localFolder", "material_path": "/srv", **fields}
    return PostConfig(**values).checked()


def turns() -> Callable[[str], int]:
    counts: dict[str, int] = {}

    def turn(path: str) -> int:
        counts[path] = counts.get(path, -1) + 1
        return counts[path]

    return turn


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", ()),
        ("one\r\n\r\n two \n", ("one", "two")),
        ("one\ntwo\n###\nthree\n", ("one\ntwo", "three")),
        ("###\n\n one \n\ntwo\n ### \n###\n", ("one \n\ntwo",)),
        ("title##text\n#tag ### x\n", ("title##text", "#tag ### x")),
    ],
)
def test_case_c9_captions_stand_on_a_line_each_or_between_marks(text: str, found: tuple[str, ...]) -> None:
    assert lines_of("caption.txt", text) == found


def test_case_c9_sounds_stand_on_a_line_each() -> None:
    assert lines_of("sound_names.txt", "a\n###\nb\n") == ("a", "###", "b")
    with pytest.raises(ValueError, match="text 2 has 501 characters"):
        lines_of("sound_names.txt", f"a\n{'b' * 501}")


@pytest.mark.parametrize(
    ("fields", "platform", "files"),
    [
        ({}, "tiktok", ("caption.txt",)),
        ({"captions": " "}, "tiktok", ("caption.txt",)),
        ({"captions": "x"}, "tiktok", ()),
        ({"material_list": ["/a"]}, "tiktok", ()),
        ({"material_source": "materialLibrary"}, "tiktok", ()),
        ({"placement": "story"}, "instagram", ()),  # a story has no caption
        ({"captions": "x", "post_way": "useSound"}, "tiktok", ("sound_urls.txt", "sound_names.txt")),
        ({"captions": "x", "post_way": "useSound"}, "instagram", ("sound_urls.txt", "sound_names.txt")),
        ({"captions": "x", "post_way": "useSound", "content_type": 1}, "instagram", ("sound_names.txt",)),
        ({"captions": "x", "post_way": "useSound", "sound_name": "y"}, "tiktok", ()),
        ({"captions": "x", "add_sound": "custom"}, "tiktok", ("sound_names.txt",)),
        ({"captions": "x", "add_sound": "1"}, "tiktok", ()),
    ],
)
def test_case_c9_only_what_the_request_does_not_say_is_looked_for(
    fields: dict[str, Any], platform: str, files: tuple[str, ...]
) -> None:
    assert wanted_files(config(**fields), platform) == files


def test_case_c9_a_link_comes_before_a_name_and_takes_no_line_of_it() -> None:
    texts = FolderTexts(path="/srv", lines={"sound_urls.txt": ("u",), "sound_names.txt": ("n", "m")})
    turn = turns()
    assert take(config(post_way="useSound"), "tiktok", texts, None, turn) == TaskMedia(sound_name="u")
    assert turn("/srv/sound_names.txt") == 0
    empty = FolderTexts(path="/srv", lines={"sound_urls.txt": (), "sound_names.txt": ("n",)})
    assert take(config(post_way="useSound"), "tiktok", empty, None, turn).sound_name == "n"


def test_case_c9_what_an_earlier_attempt_took_stays() -> None:
    texts = FolderTexts(path="/srv", lines={"caption.txt": ("new",)})
    earlier = TaskMedia(captions="old")
    assert take(config(), "tiktok", texts, earlier, turns()) == earlier
    assert take(config(), "tiktok", None, earlier, turns()) == earlier
    assert take(config(), "tiktok", texts, TaskMedia(), turns()) == TaskMedia(captions="new")
    assert with_texts({"captions": "", "x": 1}, earlier) == {"captions": "old", "x": 1}
    assert with_texts({"captions": "own"}, None) == {"captions": "own"}


def test_case_c9_a_sound_that_nothing_says_is_named() -> None:
    assert missing(config(), TaskMedia(), "/srv") == ""
    assert missing(config(post_way="useSound", sound_name="x"), TaskMedia(), "/srv") == ""
    assert missing(config(add_sound="custom"), TaskMedia(custom_sound_keyword="x"), "/srv") == ""
    why = missing(config(add_sound="custom"), TaskMedia(), "/srv")
    assert why.startswith("custom_sound_keyword: is needed by add_sound custom")
    assert "sound_names.txt in /srv" in why
