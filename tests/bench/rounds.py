"""Benches measured in turn: round 1 of each, then round 2 of each, so that what else the machine does meets them all.

What is reported of a figure is the median of its rounds.
"""

import statistics
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field, replace

from tests.bench.measure import Figure

Bench = Callable[[int], Generator[list[Figure]]]
"""Made with the number of rounds; each step measures one. What it keeps up between its rounds must stand idle."""


@dataclass(frozen=True, kw_only=True)
class Measured:
    """The medians of all rounds, with the values of each round; `failed` says which bench ended with what."""

    figures: Sequence[Figure]
    values: Mapping[str, Sequence[float]]
    failed: Mapping[str, str]


@dataclass
class _Taken:
    by_name: dict[str, list[Figure]] = field(default_factory=dict[str, list[Figure]])
    failed: dict[str, str] = field(default_factory=dict[str, str])


def in_turn(benches: Mapping[str, Bench], rounds: int, told: Callable[[str], None]) -> Measured:
    """Measure all of them so many times. A bench that fails is left out from then on, and the others go on.

    After Ctrl-C the medians are those of the rounds until then.
    """
    taken = _Taken()
    with ExitStack() as stack:
        running = {name: stack.enter_context(closing(bench(rounds))) for name, bench in benches.items()}
        try:
            _all_rounds(running, rounds, taken, told)
        except KeyboardInterrupt:
            taken.failed["what is missing"] = "interrupted"
    medians = against_peers([median_of(figures) for figures in taken.by_name.values()])
    values = {name: [figure.value for figure in figures] for name, figures in taken.by_name.items()}
    return Measured(figures=medians, values=values, failed=taken.failed)


def _all_rounds(
    running: Mapping[str, Generator[list[Figure]]], rounds: int, taken: _Taken, told: Callable[[str], None]
) -> None:
    for number in range(1, rounds + 1):
        for name, bench in running.items():
            if name not in taken.failed:
                told(f"round {number} of {rounds}: {name}")
                _step(name, bench, taken)
    for name, bench in running.items():
        if name not in taken.failed:
            _finish(name, bench, taken)


def _step(name: str, bench: Generator[list[Figure]], taken: _Taken) -> None:
    try:
        figures = next(bench)
    except Exception as error:
        taken.failed[name] = f"{type(error).__name__}: {error}"
        return
    for figure in figures:
        taken.by_name.setdefault(figure.name, []).append(figure)


def _finish(name: str, bench: Generator[list[Figure]], taken: _Taken) -> None:
    """Let it come to its end by itself, so that what it kept up ends as it should."""
    try:
        next(bench, None)
    except Exception as error:
        taken.failed[name] = f"{type(error).__name__} at its end: {error}"


def median_of(rounds: Sequence[Figure]) -> Figure:
    """One figure for all rounds of it: the median of the values, over the median of the baselines."""
    baselines = [one.baseline for one in rounds if one.baseline is not None]
    return replace(
        rounds[-1],
        value=statistics.median(one.value for one in rounds),
        baseline=statistics.median(baselines) if baselines else None,
    )


def against_peers(figures: Iterable[Figure]) -> list[Figure]:
    """The same figures; one that peers were measured for has the best of them as its baseline, and theirs below it."""
    found = list(figures)
    below = {figure.name: [one for one in found if one.name.endswith(f": {figure.name}")] for figure in found}
    moved = {one.name for ones in below.values() for one in ones}
    return [
        one
        for figure in found
        if figure.name not in moved
        for one in (
            _beside_best(figure, [peer for peer in found if peer.peer_of == figure.name]),
            *below[figure.name],
        )
    ]


def _beside_best(figure: Figure, peers: Sequence[Figure]) -> Figure:
    if not peers:
        return figure
    choose = max if figure.more_is_better else min
    best = choose(peers, key=lambda one: one.value)
    return replace(figure, baseline=best.value, baseline_name=best.name.partition(":")[0])
