"""The languages that the apps speak: which there are, which read from the right, how each writes numbers."""

from collections.abc import Mapping
from typing import Final

import msgspec

RIGHT_TO_LEFT: Final = frozenset({"ar"})
_ISOLATED: Final = "\u2068{}\u2069"


class Numbers(msgspec.Struct, frozen=True, kw_only=True):
    """How a language writes numbers: what stands between thousands, before the tenths, and for large ones.

    `units` are (from, worth, written), the largest first.
    """

    thousands: str = ","
    tenths: str = "."
    units: tuple[tuple[int, int, str], ...] = ((1_000_000, 1_000_000, "M"), (10_000, 1_000, "K"))
    digits: str = "0123456789"
    percent: str = "%"

    def count(self, number: int) -> str:
        """A number of views or followers, short where it is large."""
        for limit, worth, written in self.units:
            if number >= limit:
                short = f"{number / worth:.1f}".removesuffix(".0").replace(".", self.tenths)
                return self.written(f"{short}{written}")
        return self.written(f"{number:,}".replace(",", self.thousands))

    def written(self, text: str) -> str:
        """The text in this language's digits."""
        return text.translate(str.maketrans("0123456789%", self.digits + self.percent))


_NARROW: Final = "\u202f"
NUMBERS: Final[Mapping[str, Numbers]] = {
    "en": Numbers(),
    "fr": Numbers(thousands=_NARROW, tenths=",", units=((1_000_000, 1_000_000, " M"), (10_000, 1_000, " K"))),
    "pt": Numbers(thousands=".", tenths=",", units=((1_000_000, 1_000_000, " mi"), (10_000, 1_000, " mil"))),
    "vi": Numbers(thousands=".", tenths=",", units=((1_000_000, 1_000_000, " Tr"), (10_000, 1_000, "N"))),
    "zh": Numbers(units=((100_000_000, 100_000_000, "亿"), (10_000, 10_000, "万"))),
    "es": Numbers(thousands=".", tenths=",", units=((1_000_000, 1_000_000, " M"), (10_000, 1_000, " mil"))),
    "id": Numbers(thousands=".", tenths=",", units=((1_000_000, 1_000_000, " jt"), (10_000, 1_000, " rb"))),
    "de": Numbers(
        thousands=".", tenths=",", units=((1_000_000, 1_000_000, "\u00a0Mio."), (100_000, 1_000, "\u00a0Tsd."))
    ),
    "ar": Numbers(
        thousands="\u066c",
        tenths="\u066b",
        units=((1_000_000, 1_000_000, "\u00a0مليون"), (10_000, 1_000, "\u00a0ألف")),
        digits="٠١٢٣٤٥٦٧٨٩",
        percent="٪",
    ),
}
"""By language; other languages write as English does."""

LANGUAGES: Final = tuple(NUMBERS)


def spoken_language(locale: str) -> str:
    """`pt-BR` and `pt_BR` are spoken as `pt`; what no app speaks is left as it is, and its words are English."""
    language = locale.replace("_", "-").partition("-")[0].lower()
    return {"in": "id"}.get(language, language)


def numbers_of(language: str) -> Numbers:
    return NUMBERS.get(language, NUMBERS["en"])


def isolated(language: str, name: str) -> str:
    """A name in Latin letters within a sentence: marked off where the sentence runs the other way."""
    return _ISOLATED.format(name) if language in RIGHT_TO_LEFT else name
