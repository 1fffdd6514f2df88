"""From what is written on the screen to what it means, whatever the language. Pure."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final, Literal

from drover.phone.counts import NUMBER
from drover.phone.writing import fold

# A number of Android's resources (0x7f......) that no one looked up; a handle of digits only is a handle.
_UNRESOLVED: Final = re.compile(r"@21[34]\d{7}")

_WILD: Final = "*#"

_End = tuple[Literal["first", "last"], str]
"""One end of a text, and the character there."""

Meaning = tuple[str, str]
"""A meaning and the language in which it was written."""


class Lexicon:
    """Meanings of labels. A label may have several: `Following` is a button, a statistic and a tab."""

    def __init__(self, labels: Mapping[str, Mapping[str, Iterable[str]]]) -> None:
        self._exact: dict[str, set[Meaning]] = {}
        self._patterns: dict[_End | None, list[tuple[re.Pattern[str], Meaning]]] = {}
        for meaning, words in labels.items():
            for language, written in words.items():
                for label in written:
                    self._add(normal(label), (meaning, language))
        self.meanings = lru_cache(maxsize=1024)(self._meanings)

    def _add(self, label: str, meaning: Meaning) -> None:
        if "*" in label or "#" in label:
            self._patterns.setdefault(_end_of(label), []).append((_compile(label), meaning))
        else:
            self._exact.setdefault(label, set()).add(meaning)

    def _meanings(self, written: str) -> frozenset[Meaning]:
        label = normal(written)
        if not label:
            return frozenset()
        found = set(self._exact.get(label, ()))
        # Of a thousand patterns some thirty can fit. Trying the others took longer than all else, and gave each worker
        # its own copy of them.
        ends: tuple[_End | None, ...] = (("first", label[0]), ("last", label[-1]), None)
        for end in ends:
            found.update(meaning for pattern, meaning in self._patterns.get(end, ()) if pattern.fullmatch(label))
        return frozenset(found)

    def language(self, written: Iterable[str]) -> str | None:
        """The language that most labels are written in; a label shared by several languages counts less."""
        votes: Counter[str] = Counter()
        for label in set(written):
            languages = {language for _, language in self.meanings(label)}
            for language in languages:
                votes[language] += 60 // len(languages)
        # English words stand on screens of every language: a tie goes to another one, always to the same.
        return max(sorted(votes), key=lambda name: (votes[name], name != "en"), default=None)


@lru_cache(maxsize=1024)  # the words of some screens: most stand there again at the next look
def normal(written: str) -> str:
    """A label as it is compared; empty for a description that the app did not resolve (`@2131888184`)."""
    label = fold(written).replace("...", "…").removesuffix("…").rstrip()
    return "" if _UNRESOLVED.fullmatch(label) else label


def _end_of(label: str) -> _End | None:
    """What a text must begin with, or else end with, to fit this label; None where both ends are wild."""
    if label[0] not in _WILD:
        return "first", label[0]
    return ("last", label[-1]) if label[-1] not in _WILD else None


def _compile(label: str) -> re.Pattern[str]:
    parts = [{"*": ".*", "#": NUMBER}.get(part, re.escape(part)) for part in re.split(r"([*#])", label)]
    return re.compile("".join(parts), re.DOTALL)
