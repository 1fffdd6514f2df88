"""`make chaos`: runs all promises at full length, or those named; prints one table; exit code 1 if one is broken."""

import argparse
import sys
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from rich.console import Console
from rich.table import Table

from tests.chaos import (
    history,
    post_cuts,
    r01_supervisor,
    r02_worker,
    r03_power_loss,
    r04_adb_server,
    r05_flapping,
    r06_stuck_calls,
    r07_stuck_processes,
    r08_drain,
    r09_worker_ends,
    r10_crash_loop,
    r11_leases,
    r12_late_messages,
    r13_stop,
    r14_disk_full,
    r14_no_inodes,
    r17_clocks,
    r19_reload,
    r20_single,
    r21_model,
    r25_writer,
)
from tests.chaos.finding import Finding

RUNS: Mapping[str, Callable[..., Finding]] = {
    "R20": r20_single.run,
    "R12": r12_late_messages.run,
    "R3": r03_power_loss.run,
    "R19": r19_reload.run,
    "R6": r06_stuck_calls.run,
    "R6-adb": partial(r06_stuck_calls.run, engine="adb"),
    "R13": r13_stop.run,
    "R9": r09_worker_ends.run,
    "R14": r14_disk_full.run,
    "R14-inodes": r14_no_inodes.run,
    "R17": r17_clocks.run,
    "R8": r08_drain.run,
    "R5": r05_flapping.run,
    "R11": r11_leases.run,
    "R7": r07_stuck_processes.run,
    "R10": r10_crash_loop.run,
    "R2": r02_worker.run,
    "R4": r04_adb_server.run,
    "R1": r01_supervisor.run,
    "POST": post_cuts.run,
    "HISTORY": history.run,
    "R21": r21_model.run,
    "R25": r25_writer.run,
}
"""In the order in which they run: what takes seconds first, what takes half an hour last."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="make chaos ARGS=...", description=__doc__)
    parser.add_argument(
        "promises", nargs="*", metavar="PROMISE", help=f"which ones: {' '.join(RUNS)} (default: all, quick ones first)"
    )
    parser.add_argument("--rounds", type=int, help="instead of each promise's own number")
    parser.add_argument("--seed", type=int, help="of HISTORY, to repeat one")
    options = parser.parse_args()
    wanted = options.promises or list(RUNS)
    if unknown := [name for name in wanted if name not in RUNS]:
        sys.exit(f"no such promise here: {', '.join(unknown)}; there are: {', '.join(RUNS)}")
    more: dict[str, Any] = {} if options.rounds is None else {"rounds": options.rounds}
    begun = time.monotonic()
    if options.seed is not None:
        if wanted != ["HISTORY"]:
            sys.exit("--seed repeats one HISTORY: name it alone")
        more["seed"] = options.seed
    findings = [_found(name, more) for name in wanted]
    Console(width=None if sys.stdout.isatty() else 160).print(_table(findings))
    minutes, seconds = divmod(round(time.monotonic() - begun), 60)
    print(f"{sum(finding.held for finding in findings)} of {len(findings)} promises held, in {minutes} min {seconds} s")
    for finding in findings:
        for violation in finding.violations[:20]:
            print(f"{finding.promise}: {violation}")
    sys.exit(0 if all(finding.held for finding in findings) else 1)


def _found(name: str, more: Mapping[str, Any]) -> Finding:
    """A run that breaks off is a violation and not the end of the others."""
    print(f"{name} ...", flush=True)
    begun = time.monotonic()
    try:
        finding = RUNS[name](**more)
    except Exception as error:
        finding = Finding(promise=name, violations=[f"broke off: {error!r}"])
    print(f"{name}: {'held' if finding.held else 'BROKEN'} in {time.monotonic() - begun:.0f} s", flush=True)
    return finding


def _table(findings: list[Finding]) -> Table:
    table = Table(title="Drover chaos")
    for heading in ("promise", "trials", "violations", "figure"):
        table.add_column(heading, overflow="fold")
    for finding in findings:
        table.add_row(finding.promise, str(finding.trials), str(len(finding.violations)), finding.figure)
    return table


if __name__ == "__main__":
    main()
