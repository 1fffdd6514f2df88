"""How an operation on many rows runs: as a row of short transactions, so that the writer is never held for long.

A step is a function that takes a Connection, where to begin and how many rows it may touch, and says where the next
one begins. Where it begins is a place in an order that does not change meanwhile: an id, or an index of a list.
What one step did is durable and whole. The operation as a whole is not one moment: others write between two steps,
and what ends in the middle, by a crash or a client that went away, is done up to the last step.
"""

from collections.abc import Sequence, Sized
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from drover.store.threads import Timed

T = TypeVar("T")

TARGET_S: Final = 0.01
"""What a step is meant to take, COMMIT included: a tenth of what a transaction may, since every other write waits for
one. At 25 ms the median of those waits was twice as long; the whole is done in less time then, but no one waits for
it."""

LEAST: Final = 32
MOST: Final = 2000
"""Rows of a step. At least so many (5 ms), because a COMMIT has its own price: on a slow disk, steps that became ever
smaller would take for ever. At most so many, because they are in memory at once."""


@dataclass(frozen=True)
class Step(Generic[T]):
    """What one step did. `rows` is how many it touched; `next` where the next one begins, None at the end."""

    result: T
    rows: int
    next: int | None


def after_last(ids: Sequence[int], size: int) -> int | None:
    """Where the step after one that looked at these rows begins, in the order of ids; None if they were the last."""
    return ids[-1] if len(ids) == size else None


def index_after(at: int, size: int, items: Sized) -> int | None:
    """The same for a step that took the next `size` items of a list, from `at` on."""
    return at + size if at + size < len(items) else None


class Paces:
    """What was learned of each kind of operation: the next of it begins with half of what the last ended with."""

    def __init__(self) -> None:
        self._last: dict[object, int] = {}

    def pacer(self, kind: object) -> "Pacer":
        return Pacer(max(LEAST, self._last.get(kind, 0) // 2))

    def learn(self, kind: object, pacer: "Pacer") -> None:
        self._last[kind] = pacer.size


class Pacer:
    """Chooses how many rows the next step gets, by what the steps before it took; `first` is for the first one."""

    def __init__(self, first: int = LEAST) -> None:
        self.size = first

    def took(self, done: Timed) -> "Step[object]":
        """Learn from a step that is done; returns it."""
        step: Step[object] = done.result
        if step.rows:
            fits = step.rows * TARGET_S / max(done.seconds, 1e-6)
            # Never more than doubled, so that a lucky step is not followed by a long one; a slow one counts at once.
            self.size = round(min(max(fits, LEAST), 2 * self.size, MOST))
        return step
