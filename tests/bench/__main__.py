"""Runs the benches in turn and prints one table, or writes flame graphs. Nothing here passes or fails: machines differ.

Exit code 1 says that a bench could not be measured.
"""

import argparse
import os
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.console import Console

from tests.bench import (
    bulk,
    direct,
    follow,
    goals,
    http_servers,
    latency,
    million,
    noop,
    peers,
    posting,
    profiles,
    queries,
    report,
    start,
    store,
    workers,
    writer,
)
from tests.bench.rounds import Bench, in_turn

BENCHES: Mapping[str, Bench] = {
    "post": posting.run,
    "peers": peers.run,
    "latency": latency.run,
    "noop": noop.run,
    "follow": follow.run,
    "workers": workers.run,
    "million": million.run,
    "bulk": bulk.run,
    "direct": direct.run,
}
"""What `make bench` measures."""

MORE: Mapping[str, Bench] = {
    "follow-adb": follow.run_adb,
    "start": start.run,
    "http": http_servers.run,
    "writer": writer.run,
    "store": store.run,
    "queries": queries.run,
}
"""What is measured where it is asked for by name."""


def main() -> int:
    if sys.argv[1:2] == ["profile"]:
        return profiles.main(sys.argv[2:])
    options = _options(sys.argv[1:])
    names = options.benches or list(BENCHES)
    load, begun = os.getloadavg()[0], time.monotonic()
    measured = in_turn({name: {**BENCHES, **MORE}[name] for name in names}, options.rounds, _tell)
    wanted = goals.read()
    made = report.make(measured, wanted, rounds=options.rounds, seconds=time.monotonic() - begun, load=load)
    if options.json is not None:
        options.json.write_bytes(report.to_json(made))
    report.show(made, Console(width=None if sys.stdout.isatty() else 170))
    if not options.benches:
        for name in sorted(wanted.keys() - {row.name for row in made.figures}):
            print(f"a goal without a figure: {name}")
    return 1 if made.failed else 0


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    names = f"{', '.join(BENCHES)}; by name only: {', '.join(MORE)}"
    parser.add_argument("benches", nargs="*", metavar="BENCH", help=names)
    parser.add_argument("--rounds", type=int, default=5, metavar="N", help="each figure is the median of so many")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the same figures there too")
    options = parser.parse_args(arguments)
    if unknown := [name for name in options.benches if name not in {**BENCHES, **MORE}]:
        parser.error(f"no such bench: {', '.join(unknown)}; there are {names}")
    if options.rounds < 1:
        parser.error("--rounds: at least 1")
    return options


def _tell(text: str) -> None:
    print(f"{text} ...", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
