"""One reading of the screen, what it shows in words, and for how long screens stand or stay away."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar

from drover.apps import Screen, Seen
from drover.phone.hierarchy import Hierarchy

T = TypeVar("T")

SILENT_S: Final = 5.0
"""A phone that shows no screen for so long, and for most of a wait, says nothing of the app."""
STANDING_S: Final = 1.5
"""How long a page stands complete but for what is looked for, until that is looked for further down."""
_LOADING: Final = (Screen.BLANK, Screen.PROFILE_LOADING)


@dataclass(frozen=True, kw_only=True)
class Sight:
    """One reading of the screen: the tree and what was recognised in it."""

    tree: Hierarchy
    seen: Seen


class NotReachedError(Exception):
    """The wanted screen did not come; `last` is what came instead. `once`: nothing else was seen meanwhile."""

    def __init__(self, what: str, last: Sight, *, once: bool = False) -> None:
        super().__init__(what)
        self.what = what
        self.last = last
        self.once = once


def agreed(read: Callable[[Sight], T | None], alike: Callable[[T, T], bool]) -> Callable[[Sight], T | None]:
    """What `read` gives once two looks in a row agree: words come a moment after their page, and a touch takes one."""
    last: list[T] = []

    def look(sight: Sight) -> T | None:
        now = read(sight)
        same = now is not None and bool(last) and alike(last[-1], now)
        last[:] = [now] if now is not None else []
        return now if same else None

    return look


def describe(sight: Sight) -> str:
    """What a sight shows, in words for a remark."""
    seen = sight.seen
    words = seen.screen.value.replace("_", " ")
    if is_strange(sight):
        return "a screen that nobody here knows"
    return f"the screen “{words}”" + (f" of @{seen.handle}" if seen.handle else "")


def is_strange(sight: Sight) -> bool:
    """Whether no one knows the screen, or the dialog on it: it may still load, and is left to do so."""
    popup = sight.seen.popup
    return sight.seen.screen is Screen.UNKNOWN or (popup is not None and popup.strange)


def is_loading(sight: Sight) -> bool:
    """Whether the app was still busy: an empty frame, or something that spins."""
    return sight.seen.screen in _LOADING or "loading" in sight.seen.details


class Looks:
    """How often the screen was seen during one wait, and for how long it was not."""

    def __init__(self, timeout_s: float) -> None:
        self.count = 0
        self._timeout_s = timeout_s
        self._last = time.monotonic()
        self._longest_s = 0.0

    def seen(self) -> None:
        now = time.monotonic()
        self._longest_s = max(self._longest_s, now - self._last)
        self._last = now
        self.count += 1

    @property
    def silent_s(self) -> float:
        """The longest time without a screen until now, if it was most of the wait; else 0."""
        longest_s = max(self._longest_s, time.monotonic() - self._last)
        return longest_s if longest_s >= SILENT_S and longest_s > self._timeout_s / 2 else 0.0


class Standing:
    """Since when a page stands."""

    def __init__(self, page: Callable[[Sight], bool]) -> None:
        self._page = page
        self._since: float | None = None

    def long(self, sight: Sight) -> bool:
        if not self._page(sight) or is_loading(sight):
            self._since = None
            return False
        now = time.monotonic()
        self._since = self._since or now
        return now - self._since >= STANDING_S


class Stillness:
    """Since when the same unknown screen stands. One that still changes or spins is loading, not strange."""

    def __init__(self, strange_s: float) -> None:
        self._strange_s = strange_s
        self._words: frozenset[str] = frozenset()
        self._since = time.monotonic()

    def stranger(self, sight: Sight) -> bool:
        words = frozenset(node.label for node in sight.tree.nodes)
        if not is_strange(sight) or is_loading(sight) or words != self._words:
            self._words = words
            self._since = time.monotonic()
        return time.monotonic() - self._since >= self._strange_s
