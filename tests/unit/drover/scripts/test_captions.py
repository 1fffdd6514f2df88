"""Spintax, escapes and the split of a caption."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drover.scripts.captions import Caption, caption


def said(written: str) -> set[str]:
    """All that comes out over many seeds."""
    return {caption(written, seed).description for seed in range(200)}


@pytest.mark.parametrize(
    ("written", "outcomes"),
    [
        ("plain", {"plain"}),
        ("{a|b|c}", {"a", "b", "c"}),
        ("{a|b} and {c|d}", {"a and c", "a and d", "b and c", "b and d"}),
        ("{a|{b|c} d}", {"a", "b d", "c d"}),
        ("{{a|b}|{c|{d|e}}}", {"a", "b", "c", "d", "e"}),
        ("{only}", {"only"}),
        ("x{|y}", {"x", "xy"}),
        ("{}", {""}),
        ("a|b", {"a|b"}),
        ("open { brace", {"open { brace"}),
        ("closed } brace", {"closed } brace"}),
        ("{a|b", {"{a|b"}),
        ("{{a|b}", {"{a", "{b"}),
        (r"\{a\|b\}", {"{a|b}"}),
        (r"{a\|b|c\}}", {"a|b", "c}"}),
        (r"back\slash \\ end\\", {"back\\slash \\ end\\"}),
        ("tail\\", {"tail\\"}),
        ("{🎄 #fyp|مرحبا @ada}", {"🎄 #fyp", "مرحبا @ada"}),
    ],
)
def test_spintax(written: str, outcomes: set[str]) -> None:
    assert said(written) == outcomes


@pytest.mark.parametrize(
    ("written", "title", "description"),
    [
        ("A title##A description #tag", "A title", "A description #tag"),
        ("no split #tag", "", "no split #tag"),
        ("Title ## text ## more", "Title", "text ## more"),
        (r"Title##\#tag", "Title", "#tag"),
        (r"C\#\# in one", "", "C## in one"),
        (r"C\###rest", "C#", "rest"),
        ("##only text", "", "only text"),
        ("only title##", "only title", ""),
        ("one\r\ntwo##three\n\nfour", "one\ntwo", "three\n\nfour"),
    ],
)
def test_title_and_description(written: str, title: str, description: str) -> None:
    assert caption(written, 1) == Caption(title=title, description=description)


def test_the_split_may_lie_in_a_choice() -> None:
    found = {(made.title, made.description) for made in (caption("{a##b|c##d}", seed) for seed in range(50))}
    assert found == {("a", "b"), ("c", "d")}


def test_one_field_takes_both() -> None:
    assert caption("t##d", 1).joined == "t\nd"
    assert caption("d", 1).joined == "d"


def test_deep_nesting_ends() -> None:
    assert caption("{" * 5000 + "x" + "}" * 5000, 1).description == "x"


@given(st.text(), st.integers())
def test_a_retry_says_the_same(written: str, seed: int) -> None:
    assert caption(written, seed) == caption(written, seed)


@given(st.text(alphabet=st.characters(exclude_characters="{|}#\\\r")))
def test_text_without_marks_is_itself(written: str) -> None:
    assert caption(written, 3).description == written.strip()


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("one\ntwo###three", ["one\ntwo", "three"]),
        ("one\n###\ntwo\n###\nthree\n", ["one", "two", "three"]),
        ("one###", ["one"]),
        ("###", [""]),
        (r"a\###b", ["b"]),  # the first is itself, the others part the title
        ("{a## #b|a## #b} c", ["#b c"]),
        ("{a###b|a###b} c", ["#b c"]),  # within a group it is no mark between alternatives
        ("one ####two", ["##two"]),
    ],
)
def test_case_c14_alternatives_of_several_lines_are_taken_in_turn(written: str, said: list[str]) -> None:
    made = [caption(written, seed).description for seed in range(2 * len(said))]
    assert made == said * 2


def test_case_c14_each_alternative_has_its_own_title_and_choices() -> None:
    made = {(one.title, one.description) for one in (caption("T##{a|b}###c", seed) for seed in range(40))}
    assert made == {("T", "a"), ("T", "b"), ("", "c")}
