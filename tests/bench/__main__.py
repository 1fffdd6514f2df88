"""Runs every bench, or those named, and prints one table. Nothing here passes or fails: machines differ."""

import sys
from collections.abc import Callable, Mapping

from rich.console import Console
from rich.table import Table

from tests.bench import direct, follow, http_servers, latency, start, workers, writer
from tests.bench.measure import Figure

BENCHES: Mapping[str, Callable[[], list[Figure]]] = {
    "latency": latency.run,
    "follow": follow.run,
    "workers": workers.run,
    "direct": direct.run,
    "start": start.run,
    "http": http_servers.run,
    "writer": writer.run,
}


def main() -> None:
    wanted = sys.argv[1:] or list(BENCHES)
    unknown = [name for name in wanted if name not in BENCHES]
    if unknown:
        sys.exit(f"no such bench: {', '.join(unknown)}; there are: {', '.join(BENCHES)}")
    table = Table(title="Drover bench")
    for heading in ("what", "figure", "baseline of the same run", "ratio"):
        table.add_column(heading, overflow="fold")
    for name in wanted:
        print(f"{name} ...", flush=True)
        for figure in BENCHES[name]():
            ratio = f"{figure.value / figure.baseline:.2f}" if figure.baseline else ""
            baseline = f"{figure.baseline:.4g} {figure.unit} ({figure.baseline_name})" if figure.baseline else ""
            table.add_row(figure.name, f"{figure.value:.4g} {figure.unit}", baseline, ratio)
    Console(width=None if sys.stdout.isatty() else 150).print(table)


if __name__ == "__main__":
    main()
