"""Benches are measured in turn, and each figure is the median of its rounds."""

from collections.abc import Generator

import pytest

from tests.bench.measure import Figure
from tests.bench.rounds import Bench, against_peers, in_turn, median_of


def bench(name: str, *values: float, log: list[str]) -> Bench:
    """One figure with these values, round by round; says what it does."""

    def run(rounds: int) -> Generator[list[Figure]]:
        try:
            for value in values[:rounds]:
                log.append(f"{name} {value:g}")
                yield [Figure(name=name, value=value, unit="ms")]
        except GeneratorExit:
            log.append(f"{name} cut off")
            raise
        log.append(f"{name} ended")

    return run


def test_rounds_are_taken_in_turn_and_every_bench_comes_to_its_end() -> None:
    log: list[str] = []
    benches = {"a": bench("a", 1, 9, 2, log=log), "b": bench("b", 5, 4, 6, log=log)}
    measured = in_turn(benches, 3, lambda _: None)
    assert log[:6] == ["a 1", "b 5", "a 9", "b 4", "a 2", "b 6"]
    assert log[6:] == ["a ended", "b ended"]
    assert [(one.name, one.value) for one in measured.figures] == [("a", 2), ("b", 5)]
    assert measured.values == {"a": [1, 9, 2], "b": [5, 4, 6]}
    assert measured.failed == {}


def test_a_bench_that_fails_is_left_out_and_the_others_go_on() -> None:
    def failing(_rounds: int) -> Generator[list[Figure]]:
        yield [Figure(name="bad", value=1, unit="s")]
        raise RuntimeError("it broke")

    log: list[str] = []
    measured = in_turn({"bad": failing, "good": bench("good", 1, 2, 3, log=log)}, 3, lambda _: None)
    assert measured.failed == {"bad": "RuntimeError: it broke"}
    assert measured.values == {"bad": [1], "good": [1, 2, 3]}


def test_a_bench_that_fails_at_its_end_says_so_and_keeps_its_figures() -> None:
    def leaking(_rounds: int) -> Generator[list[Figure]]:
        yield [Figure(name="x", value=1, unit="s")]
        raise RuntimeError("something is left")

    measured = in_turn({"x": leaking}, 1, lambda _: None)
    assert measured.values == {"x": [1]}
    assert measured.failed == {"x": "RuntimeError at its end: something is left"}


def test_an_interrupted_run_has_the_medians_until_then() -> None:
    def interrupted(_rounds: int) -> Generator[list[Figure]]:
        yield [Figure(name="x", value=1, unit="s")]
        raise KeyboardInterrupt

    log: list[str] = []
    measured = in_turn({"a": bench("a", 1, 2, 3, log=log), "x": interrupted}, 3, lambda _: None)
    assert measured.values == {"a": [1, 2], "x": [1]}
    assert measured.failed == {"what is missing": "interrupted"}
    assert log == ["a 1", "a 2", "a cut off"]


def test_a_bench_that_ends_too_early_is_said_to_have_failed() -> None:
    measured = in_turn({"short": bench("short", 1, log=[])}, 2, lambda _: None)
    assert "short" in measured.failed


def test_the_median_of_values_stands_over_the_median_of_baselines() -> None:
    rounds = [
        Figure(name="x", value=value, unit="ms", baseline=baseline) for value, baseline in ((1, 10), (8, 2), (4, 4))
    ]
    median = median_of(rounds)
    assert (median.value, median.baseline, median.ratio) == (4, 4, 1)


def test_a_figure_without_a_baseline_in_any_round_has_no_ratio() -> None:
    assert median_of([Figure(name="x", value=3, unit="ms")]).ratio is None


@pytest.mark.parametrize(("unit", "best"), [("/s", 900.0), ("ms", 300.0)])
def test_the_best_peer_is_the_baseline(unit: str, best: float) -> None:
    """Of a rate the highest, of a time the lowest."""
    ours = Figure(name="POST", value=600, unit=unit)
    peers = [
        Figure(name=f"{name}: POST", value=value, unit=unit, peer_of="POST")
        for name, value in (("slow", 300.0), ("quick", 900.0))
    ]
    stranger = Figure(name="other: GET", value=5000, unit=unit)
    before, first, *others = against_peers([peers[0], stranger, ours, peers[1]])
    assert before == stranger
    assert first.baseline == best
    assert first.baseline_name in ("slow", "quick")
    assert others == peers
