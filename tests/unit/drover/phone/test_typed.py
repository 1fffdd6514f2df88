"""Reading a field back: emoji become dots in a dump, everything else must be as typed."""

import pytest

from drover.phone.typed_text import same_text


@pytest.mark.parametrize(
    ("shown", "typed"),
    [
        ("hello", "hello"),
        ("hello ", "hello"),
        ("a b", "a  b\n"),
        ("so cool ..", "so cool 😀"),
        ("so cool .", "so cool 😀"),
        ("so cool 😀", "so cool 😀"),
        ("....‍", "👩‍🚀"),
        ("❤ love", "❤️ love"),
        ("日本 #ねこ", "日本 #ねこ"),
        ("", ""),
    ],
)
def test_same(shown: str, typed: str) -> None:
    assert same_text(shown, typed)


@pytest.mark.parametrize(
    ("shown", "typed"),
    [
        ("Hello", "hello"),
        ("ab", "a.b"),
        ("a...b", "a😀b"),
        ("ab", "a😀b"),
        ("Add a caption", "hello"),
        ("hell", "hello"),
    ],
)
def test_different(shown: str, typed: str) -> None:
    assert not same_text(shown, typed)
