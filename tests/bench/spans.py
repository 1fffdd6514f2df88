"""Arithmetic of spans of time: pairs of a begin and an end, in seconds."""

import struct
from collections.abc import Iterable
from typing import Final

Span = tuple[float, float]

FILE: Final = "adb_calls.bin"
"""In which a worker says when it waited for adb (adb_calls_script.py), as one PAIR after another."""

PAIR: Final = struct.Struct("dd")


def within(spans: Iterable[Span], window: Span) -> list[Span]:
    """The parts of them that lie in the window."""
    cut = ((max(begin, window[0]), min(end, window[1])) for begin, end in spans)
    return [span for span in cut if span[0] < span[1]]


def covered_s(spans: Iterable[Span]) -> float:
    """Seconds that at least one of them covers."""
    total, reached = 0.0, float("-inf")
    for begin, end in sorted(spans):
        total += max(end - max(begin, reached), 0.0)
        reached = max(reached, end)
    return total
