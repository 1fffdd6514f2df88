"""Captions as they are written in a task: spintax, escapes, and the mark between title and description. Pure.

`###` parts alternatives, of which each task says one; `{a|b|c}` becomes one of its parts, at any depth; `##` parts the
title from the description; a backslash takes the meaning from the character after it (`\\{`, `\\|`, `\\}`, `\\#`,
`\\\\`). A brace without its partner is a brace.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

_BETWEEN: Final = "###"
_ESCAPABLE: Final = frozenset("{|}#\\")

_Char = tuple[str, bool]
"""A character, and whether it was escaped and so means only itself."""

_Range = tuple[int, int]
"""From where to where a part of a group goes."""


@dataclass(frozen=True, kw_only=True)
class Caption:
    """What a post says. `title` is empty where the task gave none."""

    title: str
    description: str

    @property
    def joined(self) -> str:
        """For an app with one field: the title in its own line, above the description."""
        return "\n".join(part for part in (self.title, self.description) if part)


def caption(written: str, seed: int) -> Caption:
    """The caption of one task. The same text and seed give the same caption, so that a retry publishes the same text.

    Alternatives are taken in turn by the seed, so that the tasks of one request use each equally often.
    """
    alternatives = _alternatives(_read(written))
    alternative = alternatives[seed % len(alternatives)]
    rng = random.Random(seed)  # noqa: S311 - a choice of words, not a secret
    return _split(_expanded(alternative, rng.choice))


def extremes(written: str) -> Iterator[Caption]:
    """For each alternative captions that a task may get: the one of the most UTF-16 units, the one of the most that
    are not white space, and the one of the most `#`."""
    for alternative in _alternatives(_read(written)):
        for weight in _WEIGHTS:
            yield _split(_expanded(alternative, _heaviest(alternative, weight)))


def utf16_units(text: str) -> int:
    """The length of a text as Android counts it: a character beyond the basic plane, as most emoji are, counts 2."""
    return len(text) + sum(char > "\uffff" for char in text)


_WEIGHTS: Final[tuple[Callable[[str], int], ...]] = (
    utf16_units,
    lambda char: 0 if char.isspace() else utf16_units(char),
    lambda char: int(char == "#"),
)


def _heaviest(chars: list[_Char], weight: Callable[[str], int]) -> Callable[[list[_Range]], _Range]:
    """How to choose of each group the part that can weigh the most."""
    partner = _partners(chars)
    best: dict[int, tuple[int, _Range]] = {}

    def weigh(part: _Range) -> int:
        index, end = part
        total = 0
        while index < end:
            total += best[index][0] if index in best else weight(chars[index][0])
            index = partner.get(index, index) + 1
        return total

    for opens in partner:  # as they close: what stands within a group comes before it
        best[opens] = max(((weigh(part), part) for part in _parts(chars, partner, opens)), key=lambda one: one[0])
    return lambda parts: best[parts[0][0] - 1][1]


def _split(chosen: list[_Char]) -> Caption:
    for index in range(len(chosen) - 1):
        if chosen[index] == chosen[index + 1] == ("#", False):
            return Caption(title=_text(chosen[:index]), description=_text(chosen[index + 2 :]))
    return Caption(title="", description=_text(chosen))


def _read(written: str) -> list[_Char]:
    chars: list[_Char] = []
    escaped = False
    for char in written.replace("\r\n", "\n"):
        if escaped:
            # Before any other character a backslash is a backslash.
            chars += [(char, True)] if char in _ESCAPABLE else [("\\", True), (char, False)]
            escaped = False
        elif char == "\\":
            escaped = True
        else:
            chars.append((char, False))
    return [*chars, ("\\", True)] if escaped else chars


def _alternatives(chars: list[_Char]) -> list[list[_Char]]:
    """What `###`, and neither fewer nor more marks, parts outside of groups; without those that say nothing."""
    partner = _partners(chars)
    found: list[list[_Char]] = [[]]
    index = 0
    while index < len(chars):
        end = index
        while end < len(chars) and chars[end] == ("#", False):
            end += 1
        if end - index == len(_BETWEEN):
            found.append([])
        else:
            end = max(end, partner.get(index, index) + 1)  # one character, or a group as it stands
            found[-1] += chars[index:end]
        index = end
    return [part for part in found if _text(part)] or [[]]


def _expanded(chars: list[_Char], choose: Callable[[list[_Range]], _Range]) -> list[_Char]:
    """One choice for each group, outermost first; groups within parts that were not chosen are never looked at."""
    partner = _partners(chars)
    found: list[_Char] = []
    todo = [(0, len(chars))]
    while todo:
        index, end = todo.pop()
        while index < end and index not in partner:
            found.append(chars[index])
            index += 1
        if index < end:
            todo.append((partner[index] + 1, end))
            todo.append(choose(_parts(chars, partner, index)))
    return found


def _partners(chars: list[_Char]) -> dict[int, int]:
    """Where the brace that opens at a place closes."""
    partner: dict[int, int] = {}
    open_at: list[int] = []
    for index, char in enumerate(chars):
        if char == ("{", False):
            open_at.append(index)
        elif char == ("}", False) and open_at:
            partner[open_at.pop()] = index
    return partner


def _parts(chars: list[_Char], partner: dict[int, int], opens: int) -> list[_Range]:
    """From where to where each part of a group goes."""
    bars = [opens]
    index = opens + 1
    while index < partner[opens]:
        if index in partner:
            index = partner[index]
        elif chars[index] == ("|", False):
            bars.append(index)
        index += 1
    ends = [*bars[1:], partner[opens]]
    return [(start + 1, end) for start, end in zip(bars, ends, strict=True)]


def _text(chars: list[_Char]) -> str:
    return "".join(char for char, _ in chars).strip()
