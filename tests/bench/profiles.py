"""`python -m tests.bench profile LOAD`: flame graphs of daemon, gateway and worker under a load, by py-spy.

py-spy reads the processes from outside, so nothing of them is changed; where the system asks for rights to that, run
it as root. It is in the extra `bench`.
"""

import argparse
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import psutil

from tests.bench.load import Load, LoadProcess, request
from tests.bench.posting import BODY, WAITING
from tests.bench.processes import Family
from tests.support.adb import AdbServer
from tests.support.daemon import DroverDaemon
from tests.support.phones import PhoneProcess

PY_SPY = Path(sys.executable).with_name("py-spy")
RATE = 250
"""Samples a second."""

AFTER_S = 5.0
"""What a load may go on for after the last sample; py-spy takes a moment to begin."""


def main(arguments: Sequence[str]) -> int:
    options = _options(arguments)
    if not PY_SPY.exists():
        print("py-spy is not installed: make profile, or install the extra `bench`", file=sys.stderr)
        return 2
    options.out.mkdir(parents=True, exist_ok=True)
    with AdbServer() as adb, PhoneProcess(adb, 1) as phones, DroverDaemon(adb_port=adb.port, api=True) as daemon:
        serial = phones.phones[0].serial
        daemon.wait_idle(serial)
        daemon.api_url()
        written = _under_load(daemon, serial, options)
    for path in written:
        print(path)
    return 0 if all(path.exists() for path in written) else 1


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench profile", description=__doc__)
    parser.add_argument("load", nargs="?", choices=list(LOADS), default="post")
    parser.add_argument("--seconds", type=float, default=10.0, metavar="N")
    parser.add_argument("--out", type=Path, default=Path("profiles"), metavar="DIR")
    return parser.parse_args(arguments)


def _under_load(daemon: DroverDaemon, serial: str, options: argparse.Namespace) -> list[Path]:
    """Sample all three at once while the load runs; the files that were to be written."""
    family = Family.of(daemon)
    sampled = {"daemon": family.daemon, "gateway": family.gateway, "worker": family.workers[0]}
    written = {name: options.out / f"{options.load}-{name}.svg" for name in sampled}
    with ExitStack() as stack:
        stack.callback(LOADS[options.load](daemon, serial, options.seconds + AFTER_S))
        running = [_sampler(sampled[name], path, options.seconds) for name, path in written.items()]
        for sampler in running:
            sampler.wait(options.seconds + 60)
    return list(written.values())


def _sampler(process: psutil.Process | None, path: Path, seconds: float) -> subprocess.Popen[bytes]:
    if process is None:
        raise RuntimeError("a process that was to be sampled does not run")
    words = ("record", "--pid", str(process.pid), "--duration", str(max(round(seconds), 1)), "--rate", str(RATE))
    title = ("--output", str(path), "--format", "flamegraph", "--threads")
    return subprocess.Popen([str(PY_SPY), *words, *title], stdout=subprocess.DEVNULL)


# --- loads: each begins, and what it returns ends it


def _posting(daemon: DroverDaemon, _serial: str, seconds: float) -> Callable[[], object]:
    return _http(daemon, "POST", BODY, seconds)


def _getting(daemon: DroverDaemon, _serial: str, seconds: float) -> Callable[[], object]:
    daemon.follow("R0NEVER", target="\n".join(f"waiting{number}" for number in range(WAITING)))
    return _http(daemon, "GET", b"", seconds)


def _http(daemon: DroverDaemon, method: str, body: bytes, seconds: float) -> Callable[[], object]:
    data = request(method, f"{urlsplit(daemon.api_url()).path}task", body)
    process = LoadProcess(Load.on(daemon.api_url(), data, connections=16, seconds=seconds))

    def end() -> None:
        with process:
            process.end()

    return end


def _following(daemon: DroverDaemon, serial: str, seconds: float) -> Callable[[], object]:
    """One follow after another, so many that none is waited for."""
    count = max(int(seconds * 20), 1)
    daemon.follow(serial, target="\n".join(f"profiled{number}" for number in range(count)))
    return lambda: None


LOADS: Mapping[str, Callable[[DroverDaemon, str, float], Callable[[], object]]] = {
    "post": _posting,
    "get": _getting,
    "follow": _following,
}
