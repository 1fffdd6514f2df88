"""Words looked up in the table of a language, English where it has none, and numbers as that language writes them."""

from collections.abc import Mapping

from phonesim.apps.tiktok.words import en, fr, pt, vi, zh

TABLES: Mapping[str, Mapping[str, str]] = {
    "en": en.WORDS,
    "fr": fr.WORDS,
    "pt": pt.WORDS,
    "vi": vi.WORDS,
    "zh": zh.WORDS,
}


class Labels:
    """The words of one language; `labels["follow"]`, raises KeyError for a word that no screen has."""

    def __init__(self, language: str, tables: Mapping[str, Mapping[str, str]] = TABLES) -> None:
        self.language = language
        self._english = tables["en"]
        self._words = tables.get(language, self._english)

    def __getitem__(self, key: str) -> str:
        return self._words.get(key) or self._english[key]

    def filled(self, key: str, value: str) -> str:
        """A word with its gap filled in."""
        return self[key].format(value)

    def count(self, number: int) -> str:
        """`1,386`, `18.8K`, `3.8M`; in French `1 386`, `18,8 k`, `3,8 M`, as on the recorded screens."""
        french = self.language == "fr"
        for limit, unit in ((1_000_000, "M"), (10_000, "K")):
            if number >= limit:
                divisor = 1_000_000 if unit == "M" else 1_000
                value = f"{number / divisor:.1f}".removesuffix(".0")
                return f"{value.replace('.', ',')} {unit}" if french else f"{value}{unit}"
        return f"{number:,}".replace(",", "\u202f") if french else f"{number:,}"
