"""Numbers and labels as nine languages write them."""

import pytest

from drover.phone.counts import count, is_count, is_rounded
from drover.phone.writing import fold, numerals


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("12", 12),
        ("1,386", 1386),
        ("1.386", 1386),
        ("1\u202f386", 1386),
        ("18.8K", 18_800),
        ("12,3 k", 12_300),
        ("12,3 mil", 12_300),
        ("3,8 mi", 3_800_000),
        ("1,2 Mio.", 1_200_000),
        ("18,8\u00a0Tsd.", 18_800),
        ("1,2 rb", 1200),
        ("3 jt", 3_000_000),
        ("1,2 Tr", 1_200_000),
        ("4,5N", 4500),
        ("1.2万", 12_000),
        ("１.２萬", 12_000),
        ("1.5亿", 150_000_000),
        ("١٢", 12),
        ("١٬٣٨٦", 1386),
        ("١٢٫٣ ألف", 12_300),
        ("\u2068٣٫٨\u00a0مليون\u2069", 3_800_000),
    ],
)
def test_case_i12_a_count_is_read_in_every_language(written: str, number: int) -> None:
    assert is_count(written)
    assert count(written) == number
    assert is_rounded(written) is any(char.isalpha() for char in written)


@pytest.mark.parametrize("written", ["", "12 min", "40%", "٤٠٪", "K", "ألف", "1 day", "12 posts", "3 Std.", "12:30"])
def test_what_is_no_count(written: str) -> None:
    assert not is_count(written)
    assert count(written) == 0


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("متابعـــة", "متابعة"),
        ("أتابعه", "اتابعه"),
        ("مُتَابِعون", "متابعون"),
        ("\u200f\u2068@anna.b\u2069", "@ANNA.B"),
        ("إغلاق\u061c", "اغلاق"),
        ("Grösse", "GRÖSSE"),
        ("Straße", "STRASSE"),
        ("für dich", "Fu\u0308r dich"),
        ("٤٠٪", "40%"),
    ],
)
def test_case_i12_labels_are_the_same_however_they_are_written(one: str, other: str) -> None:
    assert fold(one) == fold(other)


def test_numerals_keep_case_and_letters() -> None:
    assert numerals("\u200fPosten ٤٠٪") == "Posten 40%"
