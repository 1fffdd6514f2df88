"""How labels are written, made alike for comparison: marks without width, digits, Arabic letters. Pure."""

import unicodedata
from typing import Final

_MARKS: Final = (
    "\u061c\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff\u00ad"
)
INVISIBLE: Final = dict.fromkeys(map(ord, _MARKS))
"""Marks of direction and joining, which apps set around names and numbers."""
_APOSTROPHES: Final = dict.fromkeys(map(ord, "’‘ʼ＇`´"), "'")
_DIGITS: Final = {
    zero + value: str(value) for zero in map(ord, "\u0660\u06f0\u0966\u09e6\u0e50") for value in range(10)
}
_SIGNS: Final = {0x066A: "%", 0x066B: ".", 0x066C: ",", 0x060C: ",", 0x061F: "?"}
# Vowels, the stroke that lengthens a word, and letters that are written one for the other.
_LETTERS: Final = (("أإآٱ", "ا"), ("ىی", "ي"), ("ک", "ك"))
_ARABIC: Final = dict.fromkeys((0x0640, 0x0670, *range(0x064B, 0x0653))) | {
    ord(letter): plain for letters, plain in _LETTERS for letter in letters
}
_NUMBERS: Final = INVISIBLE | _DIGITS | _SIGNS


def numerals(label: str) -> str:
    """The label with the digits 0 to 9 and without marks, in its own case: `٤٠٪` is `40%`."""
    return label if label.isascii() else label.translate(_NUMBERS)


def fold(label: str) -> str:
    """A label as it is compared: case, kinds of apostrophe, white space, digits and Arabic letters do not matter."""
    if not label.isascii():
        label = unicodedata.normalize("NFKC", label.translate(_NUMBERS)).translate(_ARABIC)
    return " ".join(label.translate(_APOSTROPHES).casefold().split())
