"""Words looked up in the table of a language, English where it has none, and numbers as that language writes them."""

from collections.abc import Mapping
from importlib import import_module

from phonesim.apps.languages import LANGUAGES, isolated, numbers_of

Tables = Mapping[str, Mapping[str, str]]
"""Language -> key -> what is written; English is whole."""


def tables_of(package: str) -> Tables:
    """The tables of an app: in its package of words each language has a module of its name with `WORDS`."""
    return {language: import_module(f"{package}.{language}").WORDS for language in LANGUAGES}


class Labels:
    """The words of one language; `labels["follow"]`, raises KeyError for a word that no screen has."""

    def __init__(self, language: str, tables: Tables) -> None:
        self.language = language
        self._tables = tables

    def __getitem__(self, key: str) -> str:
        return self._words.get(key) or self._tables["en"][key]

    @property
    def _words(self) -> Mapping[str, str]:
        return self._tables.get(self.language, self._tables["en"])

    def filled(self, key: str, *values: object) -> str:
        """A word with its gaps filled in: numbers in this language's digits, names marked off where they must be."""
        return self[key].format(*(self._value(str(value)) for value in values))

    def counted(self, key: str, number: int) -> str:
        """A word with a number, in the form that the number asks for: `KEY_one`, `_two`, `_few` where there is one."""
        form = next((form for most, form in ((1, "one"), (2, "two"), (10, "few")) if number <= most), "")
        known = self._words.get(f"{key}_{form}") if number else None
        return (known or self[key]).format(self.number(number))

    def number(self, written: object) -> str:
        """`7` or `40%` as it stands by itself."""
        return numbers_of(self.language).written(str(written))

    def name(self, handle: str) -> str:
        """A handle as it stands by itself."""
        return isolated(self.language, handle)

    def count(self, number: int) -> str:
        """`1,386`, `18.8K`, `3.8M`; in French `1 386`, `18,8 K`, `3,8 M`."""
        return numbers_of(self.language).count(number)

    def _value(self, value: str) -> str:
        if value.isdecimal():
            return self.number(value)
        return self.name(value) if any(char.isascii() and char.isalpha() for char in value) else value
