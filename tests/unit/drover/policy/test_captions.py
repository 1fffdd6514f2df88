"""Spintax, escapes and the split of a caption."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drover.policy.captions import Caption, caption, extremes, utf16_units


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


@given(st.text(alphabet="{|}ab#\\ \n", max_size=40), st.integers(0, 999))
def test_case_t3_no_task_gets_a_caption_longer_than_the_longest(written: str, seed: int) -> None:
    """But for white space at the ends and `##`, which count while the parts are weighed and not in the caption."""
    spare = sum(char in " \n#" for char in written)
    longest = max(utf16_units(one.joined) for one in extremes(written))
    assert utf16_units(caption(written, seed).joined) <= longest + spare
    if not spare:
        assert utf16_units(caption(written, seed).joined) <= longest


@settings(deadline=None, max_examples=50)
@given(st.text(alphabet="{|}ab#\\ \n", max_size=12))
def test_case_t3_the_longest_is_one_that_a_task_can_get(written: str) -> None:
    possible = {caption(written, seed) for seed in range(300)}
    if len(possible) < 20:  # few enough to be complete
        assert set(extremes(written)) <= possible


@pytest.mark.parametrize(
    ("written", "longest"),
    [
        ("{a|bbb|cc} x", 5),
        ("{a|{b|cccc}}{d|ee}", 6),
        ("one###three###", 5),
        ("😀{|😀}", 4),
        ("T##d", 3),
        ("", 0),
    ],
)
def test_case_t3_the_longest_caption_counts_in_utf16_units(written: str, longest: int) -> None:
    assert max(utf16_units(one.joined) for one in extremes(written)) == longest


def test_case_t3_thousands_of_groups_are_weighed_at_once() -> None:
    for written in ("{" * 5000 + "}" * 5000, "{a|b}" * 2000, "{a|" * 3000 + "}" * 1000, "a###" * 2500):
        assert list(extremes(written))
