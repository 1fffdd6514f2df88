"""How old a post is, as screens say it in seconds or minutes, and whether it can only have been made just now. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from drover.apps.view import View
from drover.phone.hierarchy import Node
from drover.phone.writing import numerals

_UNITS_S: Final = {"just_now": 0, "seconds_ago": 1, "minutes_ago": 60}
_UNNUMBERED: Final = 2
VAGUE_S: Final = 60
"""How old something may be of which a screen only says that it is new."""


@dataclass(frozen=True, kw_only=True)
class Age:
    """Less than `below_s` seconds; `vague` where no number was said."""

    below_s: int
    vague: bool = False


@dataclass(frozen=True, kw_only=True)
class Since:
    """How long ago, in seconds, the tap was sent, and the profile was read before it.

    What is younger than both was made by the tap. Of something that is only said to be new it must be sure that it was
    not there at that reading: it would be older by now.
    """

    tap_s: float
    survey_s: float

    def younger(self, age: Age) -> bool:
        """Whether something of this age can only have been made since."""
        return age.below_s <= (self.survey_s if age.vague else min(self.tap_s, self.survey_s))


def ages(view: View, nodes: Iterable[Node] | None = None) -> list[Age]:
    """Every age under an hour that these nodes say, all of the screen's without them."""
    asked = None if nodes is None else set(nodes)
    found: list[Age] = []
    for meaning, unit_s in _UNITS_S.items():
        for node in view.shown(meaning):
            if asked is None or node in asked:
                found += [_age(word, unit_s) for word in view.words(node) if _means(view, word, meaning)]
    return found


def _means(view: View, word: str, meaning: str) -> bool:
    return any(name == meaning for name, _ in view.app.lexicon.meanings(word))


def _age(word: str, unit_s: int) -> Age:
    """The last number counts: a name before it may hold others. A word alone may say one or two by its form."""
    if not unit_s:
        return Age(below_s=VAGUE_S, vague=True)
    numbers = re.findall(r"\d+", numerals(word))
    return Age(below_s=((int(numbers[-1]) if numbers else _UNNUMBERED) + 1) * unit_s)
