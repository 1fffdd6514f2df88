"""Which texts of a post an app takes: characters, lengths, and the longest outcome of a request."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drover.media.limits import limits, texts
from drover.policy.post_texts import caption_misfit, limit_for, misfit
from drover.wire.media import MediaKind
from drover.wire.post import PostConfig, TextLimit

INSTAGRAM = limit_for(texts(), "instagram", MediaKind.VIDEO)
TIKTOK = limit_for(texts(), "tiktok", MediaKind.VIDEO)
PICTURES = limit_for(texts(), "tiktok", MediaKind.IMAGE)
SMILE = "\U0001f600"


@pytest.mark.parametrize("limit", limits(), ids=lambda limit: f"{limit.platform}-{limit.kind}")
def test_case_t3_every_app_that_takes_files_has_limits_of_texts(limit: Any) -> None:
    assert limit_for(texts(), limit.platform, limit.kind).caption


@pytest.mark.parametrize(
    ("limit", "written", "why"),
    [
        (INSTAGRAM, "a" * 2200, ""),
        (
            INSTAGRAM,
            "a" * 2201,
            "has up to 2201 characters (an emoji counts 2 or more, as in the app); Insta",
        ),
        (INSTAGRAM, SMILE * 1100, ""),
        (INSTAGRAM, SMILE * 1101, "has up to 2202 characters"),
        (TIKTOK, "a" * 4000, ""),
        (TIKTOK, "a" * 4001, "TikTok takes at most 4000"),
        (TIKTOK, f"short###{'a' * 4001}", "has up to 4001"),  # one task in two gets it
        (TIKTOK, f"{{a|{'b' * 4001}}}", "has up to 4001"),
        (TIKTOK, "{" + "|".join("x" * 900 for _ in range(10)) + "}", ""),  # 9009 written, 900 said
        (TIKTOK, f"{'a' * 3000}{{b|{{c|{'d' * 999}}}}}##{'e' * 2}", "has up to 4002"),
        (INSTAGRAM, "#a " * 30, ""),
        (INSTAGRAM, "#a " * 31, "has up to 31 hashtags; Instagram takes at most 30"),
        (INSTAGRAM, "#a " * 30 + "{long words|#b}", "has up to 31 hashtags"),
        (TIKTOK, "#a " * 31, ""),
        (PICTURES, f"{'t' * 90}##words", ""),
        (PICTURES, f"{'t' * 91}##words", "its title has up to 91 characters"),
        (TIKTOK, f"{'t' * 91}##words", ""),
    ],
)
def test_case_t3_the_longest_outcome_of_a_caption_decides(limit: TextLimit, written: str, why: str) -> None:
    found = caption_misfit(written, limit)
    assert why in found
    assert bool(found) == bool(why)


@pytest.mark.parametrize(
    ("field", "text", "why"),
    [
        ("captions", "one\ttwo\r\nthree\u2028", ""),
        ("captions", "Hello\x0bthere", "character 6 (line 1) is the control character U+000B"),
        ("captions", "one\ntwo{a|\x00}", "character 11 (line 2) is the control character U+0000"),
        ("captions", "a\x85", "U+0085"),
        ("captions", "a\ud83d", "character 2 (line 1) is half a character U+D83D"),
        ("captions", "\uffff", "character 1 (line 1) is the character U+FFFF"),
        ("sound_name", " Rain\n", ""),
        ("sound_name", "Rain\nSun", "character 5 (line 1) is the control character U+000A"),
        ("sound_name", "a" * 501, "has 501 characters, expected at most 500"),
        ("custom_sound_keyword", "a\x1b", "U+001B"),
        ("product_name", "a\u2028b", "U+2028"),
    ],
)
def test_case_t3_the_place_of_a_character_that_no_field_takes_is_named(field: str, text: str, why: str) -> None:
    values: dict[str, Any] = {field: text}
    found = misfit(PostConfig(**values), TIKTOK)
    assert found.startswith(f"{field}: " if why else "")
    assert why in found
    assert bool(found) == bool(why)


@given(st.text(alphabet=st.characters(exclude_categories=("Cc", "Cs")), max_size=200))
def test_case_t3_other_characters_are_taken(written: str) -> None:
    expected = bool({"\ufffe", "\uffff"} & set(written))
    assert bool(caption_misfit(written, TIKTOK)) == expected
