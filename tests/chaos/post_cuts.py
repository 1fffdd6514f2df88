"""POST: a post is cut off at each of its calls by the death of each part: published at most once, ended by the rules.

Many phones stand at different calls at once. What dies with all of them (adb server, daemon) dies once for all.
"""

import json
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from drover.wire.tasks import Effect
from tests.chaos.delivery import Outcome, violations
from tests.chaos.finding import Finding
from tests.chaos.holding import HoldingProxy, Moment
from tests.chaos.judges import judge_store
from tests.chaos.posting import WAYS, Spot, Trial, Way, ended, spots
from tests.chaos.rig import Rig, kill, rig
from tests.support.media import make_video
from tests.support.phones import wait_until

ALL = 1_000
PHONES = 40
HELD_S = 11.0
"""No call is held longer while others are waited for: it has its own deadline."""
_REACHED_S = 90.0
_ENDED_S = 240.0
_AGAIN = (8, 2)
"""Calls that were not met are tried again, so many at a time: fewer wait less for each other."""
_MISSED = 0.05
_EVERY_S = 0.1


@dataclass(frozen=True, kw_only=True)
class Cut:
    """How a part dies under the phone of this serial, and how it comes back; `together`: it dies under all at once."""

    down: Callable[[Rig, str], object]
    up: Callable[[Rig], object] = lambda _it: None
    together: bool = False


CUTS: Mapping[str, Cut] = {
    "worker": Cut(down=lambda it, serial: kill(it.worker(serial))),
    "phone": Cut(down=lambda it, serial: it.phones.fault(serial, "unplug", seconds=2)),
    "adb server": Cut(down=lambda it, _: it.adb.kill(), up=lambda it: it.adb.start(), together=True),
    "daemon": Cut(down=lambda it, _: it.daemon.kill(), up=lambda it: it.daemon.start(), together=True),
}


@dataclass(kw_only=True)
class Tally:
    """What became of the cuts of one kind."""

    struck: list[tuple[Spot, Outcome]] = field(default_factory=list[tuple[Spot, Outcome]])
    missed: list[Spot] = field(default_factory=list[Spot])
    longest_s: float = 0.0
    violations: list[str] = field(default_factory=list[str])


def run(
    rounds: int = ALL, *, ways: Sequence[Way] = WAYS, cuts: Sequence[str] = tuple(CUTS), phones: int = PHONES
) -> Finding:
    """At most `rounds` halves of calls on each way, the commit tap's first, the others spread over all; each is cut
    by each of `cuts`."""
    finding = Finding(promise="POST a post cut at every step")
    chosen: Future[list[Spot]] = Future()
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(len(cuts)) as pool:
        video = make_video(Path(folder) / "a.mp4", seconds=5)

        def one(name: str) -> Tally:
            tally = Tally()
            try:
                _cut_all(name, tally, chosen, video, phones, ways if name == cuts[0] else (), rounds)
            except Exception as error:  # what the others found is not lost with it
                tally.violations.append(f"{name}: broke off: {error!r}")
                if name == cuts[0] and not chosen.done():
                    chosen.set_exception(error)  # they wait for it
            return tally

        tallies = dict(zip(cuts, pool.map(one, cuts), strict=True))
    for name, tally in tallies.items():
        finding.trials += len(tally.struck)
        finding.violations += tally.violations
        _judge_reach(finding, name, tally, chosen.result())
    finding.figure = _figure(tallies, len(chosen.result()))
    return finding


def _cut_all(
    name: str, tally: Tally, chosen: Future[list[Spot]], video: Path, phones: int, ways: Sequence[Way], rounds: int
) -> None:
    """All cuts of one kind, on their own rig; `ways` where this one finds out for all which calls there are."""
    with _rig(max(phones, len(ways)), video) as it:
        if ways:
            _choose(it, chosen, video, ways, rounds)
        left = chosen.result()
        for size in (phones, *(min(phones, size) for size in _AGAIN)):
            again: list[Spot] = []
            for begin in range(0, len(left), size):
                again += _cut_batch(it, name, left[begin : begin + size], video, tally)
            left = again
        tally.missed = left
        store = Finding(promise=name)
        judge_store(it, store)
        tally.violations += store.violations


def _rig(count: int, video: Path) -> AbstractContextManager[Rig]:
    settings = {"DROVER_MEDIA_ROOTS": json.dumps([str(video.parent)]), "DROVER_DEVICES_HEARTBEAT_S": "3"}
    return rig(count, settings, make_proxy=HoldingProxy)


# --- which calls


def _choose(it: Rig, chosen: Future[list[Spot]], video: Path, ways: Sequence[Way], rounds: int) -> None:
    found = spots(it, ways, video)
    chosen.set_result([spot for way in ways for spot in _spread([s for s in found if s.way == way], rounds)])


def _spread(found: Sequence[Spot], rounds: int) -> list[Spot]:
    """The commit tap's, then as many of the others, evenly; in the order of the calls."""
    taps = [spot for spot in reversed(found) if spot.commits][:rounds]
    others = [spot for spot in found if not spot.commits]
    count = min(rounds - len(taps), len(others))
    places = {round((index + 0.5) * len(others) / count - 0.5) for index in range(count)}
    kept = {*taps, *(others[place] for place in places)}
    return [spot for spot in found if spot in kept]


# --- cutting


def _cut_batch(it: Rig, name: str, batch: Sequence[Spot], video: Path, tally: Tally) -> list[Spot]:
    """Cut posts at these spots, each on its own phone; the spots that were not met."""
    cut = CUTS[name]
    if tally.struck and not cut.together:
        it.restart_daemon()  # which forgets how often a worker died or a phone went, and does not hold it back
    it.wait_there(timeout_s=120)
    trials = [Trial(it=it, serial=serial, spot=spot) for serial, spot in zip(it.serials, batch, strict=False)]
    for trial in trials:
        trial.begin(video)
    (_cut_together if cut.together else _cut_each)(it, cut, trials)
    _judge(it, name, trials, tally)
    return [trial.spot for trial in trials if not trial.struck]


def _cut_each(it: Rig, cut: Cut, trials: Sequence[Trial]) -> None:
    """Cut each as soon as its call is held."""
    left = list(trials)

    def all_cut() -> bool:
        for trial in [trial for trial in left if trial.hold.reached is not None]:
            trial.cut_off()
            cut.down(it, trial.serial)
            trial.look()
            left.remove(trial)
        over = ended(it, left)
        left[:] = [trial for trial in left if trial.task_id not in over]
        return not left

    try:
        wait_until(all_cut, timeout_s=_REACHED_S, every_s=_EVERY_S, what="the held calls")
    except AssertionError:
        for trial in left:
            trial.let_go()


def _cut_together(it: Rig, cut: Cut, trials: Sequence[Trial]) -> None:
    """Cut all as soon as all calls are held, or one cannot be held any longer."""

    def due() -> bool:
        held = [trial.hold.reached for trial in trials if trial.hold.reached is not None]
        if held and (datetime.now(UTC) - min(held)).total_seconds() > HELD_S:
            return True
        return len(held) + len(ended(it, [t for t in trials if t.hold.reached is None])) == len(trials)

    wait_until(due, timeout_s=_REACHED_S, every_s=_EVERY_S, what="the held calls")
    for trial in trials:
        trial.cut_off()
    cut.down(it, trials[0].serial)
    for trial in trials:
        trial.look()
    cut.up(it)


# --- judging


def _judge(it: Rig, name: str, trials: Sequence[Trial], tally: Tally) -> None:
    left = list(trials)

    def all_ended() -> bool:
        over = ended(it, left)
        left[:] = [trial for trial in left if trial.task_id not in over]
        return not left

    try:
        wait_until(all_ended, timeout_s=_ENDED_S, every_s=_EVERY_S, what="the end of all tasks")
    except AssertionError:
        tally.violations += [f"{_where(name, trial)}: no end within {_ENDED_S:.0f} s" for trial in left]
    for trial in trials:
        if trial not in left:
            _judge_one(name, trial, tally)


def _judge_one(name: str, trial: Trial, tally: Tally) -> None:
    seen = trial.outcome()
    tally.violations += [f"{_where(name, trial)}: {broken}; {seen}" for broken in violations(seen)]
    if trial.struck:
        tally.struck.append((trial.spot, seen))
        tally.longest_s = max(tally.longest_s, trial.seconds())


def _where(name: str, trial: Trial) -> str:
    return f"{name} cut, {trial.spot}, task {trial.task_id} on {trial.serial}"


def _judge_reach(finding: Finding, name: str, tally: Tally, chosen: Sequence[Spot]) -> None:
    """A run that met too little proves nothing."""
    allowed = int(_MISSED * len(chosen))
    finding.check(
        len(tally.missed) <= allowed,
        f"{name}: {len(tally.missed)} of {len(chosen)} calls not met: {', '.join(map(str, tally.missed[:5]))}",
    )
    for spot in (spot for spot in chosen if spot.commits):
        caught = any(met == spot and _at_tap(met, seen) for met, seen in tally.struck)
        finding.check(caught, f"{name}: never cut at the commit tap itself, {spot}")


def _at_tap(spot: Spot, seen: Outcome) -> bool:
    """Whether the tap was allowed, and performed by then only where its answer was held."""
    return seen.effects[0] is not Effect.NONE and seen.published_at_cut == (spot.moment is Moment.AFTER)


def _figure(tallies: Mapping[str, Tally], calls: int) -> str:
    parts: list[str] = []
    for name, tally in tallies.items():
        counted = Counter("unknown" if seen.unknown else seen.status.name.lower() for _, seen in tally.struck)
        ends = ", ".join(f"{count} {end}" for end, count in sorted(counted.items()))
        parts.append(f"{name}: {len(tally.struck)} of {calls} ({ends}; end after at most {tally.longest_s:.0f} s)")
    return "; ".join(parts)
