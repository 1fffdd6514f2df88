"""The peers, one after another: POSTs on 16 connections and on one, and from the answer to the first line of a no-op.

Each begins with empty files and only what it needs runs. First its worker waits for tasks one by one; then there is
none, and tasks are only accepted, as ours are for a phone that is not there.
"""

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from tests.bench.load import Loaded
from tests.bench.measure import Figure, tails
from tests.bench.peers import services
from tests.bench.posting import CONNECTIONS, named, posts, rates
from tests.bench.steps import TASKS, FirstLines, Steps, first_lines

ROOT: Final = Path(__file__).parents[3]
BIN: Final = ROOT / ".bench-peers" / "bin"
SETTLES_S: Final = 1.0
"""What a worker gets to be waiting in: none says so in a way that all share."""


@dataclass(frozen=True, kw_only=True)
class Peer:
    """`module` has `put`; `worker` are the words of its consumer, the first a program of the peers' environment.

    Ours are compared with the best of those in Python; the others have rows only.
    """

    module: str
    service: Callable[[Path], AbstractContextManager[None]]
    programs: Sequence[str]
    worker: Sequence[str]
    python: bool = True


def _peer(
    name: str, service: Callable[[Path], AbstractContextManager[None]], programs: Sequence[str], *worker: str
) -> Peer:
    module = f"{__package__}.q_{name}"
    words = [word.replace("MODULE", module) for word in worker]
    return Peer(module=module, service=service, programs=programs, worker=words)


_REDIS, _POSTGRES = ("redis-server",), ("initdb", "postgres", "setpriv")
PEERS: Final = {
    # It looks for tasks again and again; by default so rarely that nothing could be compared.
    "huey, SQLite": _peer("huey_sqlite", services.nothing, (), "huey_consumer", "MODULE.huey", "-w", "1",
                          "-d", "0.002", "-m", "0.002"),
    "huey, Redis": _peer("huey_redis", services.redis, _REDIS, "huey_consumer", "MODULE.huey", "-w", "1"),
    "dramatiq, Redis": _peer("dramatiq", services.redis, _REDIS, "dramatiq", "MODULE", "-p", "1", "-t", "1"),
    "rq, Redis": _peer("rq", services.redis, _REDIS, "rq", "worker", "-w", "rq.SimpleWorker",
                       "-u", "unix://FOLDER/redis.sock", "bench"),
    "celery, Redis": _peer("celery", services.redis, _REDIS, "celery", "-A", "MODULE:app", "worker", "-P", "solo",
                           "--without-gossip", "--without-mingle"),
    "procrastinate, PostgreSQL": _peer("procrastinate", services.postgresql, _POSTGRES, "procrastinate",
                                       "--app=MODULE.app", "worker", "--concurrency=1"),
    "beanstalkd": replace(_peer("beanstalkd", services.beanstalkd, ("beanstalkd",), "python", "-m", "MODULE"),
                          python=False),
}  # fmt: skip


def run(rounds: int) -> Generator[list[Figure]]:
    installed = {name: peer for name, peer in PEERS.items() if _installed(name, peer)}
    for _ in range(rounds):
        figures: list[Figure] = []
        for name, peer in list(installed.items()):
            try:
                figures += _measure(name, peer)
            except Exception as error:  # whatever it is, the others are still worth measuring
                print(f"{name} is left out from now on: {error!r}", file=sys.stderr)
                del installed[name]
        yield figures


def _installed(name: str, peer: Peer) -> bool:
    try:
        if not BIN.is_dir():
            raise LookupError("no environment for it; make bench-peers")
        for program in peer.programs:
            services.program(program)
    except LookupError as error:
        print(f"{name} is left out: {error}", file=sys.stderr)
        return False
    return True


def _measure(name: str, peer: Peer) -> list[Figure]:
    folder = Path(tempfile.mkdtemp(prefix="peer-"))
    try:
        with Steps() as steps, peer.service(folder), _serving(peer, folder, steps) as (url, environment):
            with _working(peer, folder, environment):
                found = _first_lines(url, steps)
            loads = {count: posts(url, "/task", count) for count in CONNECTIONS}
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    figures = _figures(name, found, loads)
    return figures if peer.python else [replace(figure, peer_of="") for figure in figures]


def _figures(name: str, found: FirstLines, loads: Mapping[int, Loaded]) -> list[Figure]:
    figures: list[Figure] = []
    for since, waits in (("answered", found.answered), ("sent", found.sent)):
        what = f"POST {since} → first line of a no-op"
        figures += tails(f"{name}: {what}", waits, peer_of=what)
    for count, done in loads.items():
        what = f"POST /task, {named(count)}"
        figures += rates(f"{name}: {what}", done, peer_of=what)
    return figures


@contextmanager
def _serving(peer: Peer, folder: Path, steps: Steps) -> Generator[tuple[str, dict[str, str]]]:
    """Its HTTP server's URL, and the environment of its processes."""
    environment = {
        **os.environ,
        **steps.environment,
        services.FOLDER: str(folder),
        "PATH": f"{BIN}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "HOME": str(folder),
    }
    port = folder / "port"
    words = [str(BIN / "python"), "-m", f"{__package__}.serve", peer.module, str(port)]
    with services.running(words, port, environment=environment, cwd=folder):
        yield f"http://127.0.0.1:{port.read_text()}", environment


@contextmanager
def _working(peer: Peer, folder: Path, environment: dict[str, str]) -> Generator[None]:
    words = [word.replace("FOLDER", str(folder)) for word in peer.worker]
    with services.running([str(BIN / words[0]), *words[1:]], folder, environment=environment, cwd=folder):
        time.sleep(SETTLES_S)
        yield


def _first_lines(url: str, steps: Steps) -> FirstLines:
    bodies: list[dict[str, object]] = [
        {"serials": ["R0NEVER"], "script_name": "noop", "script_config": {"target_user": f"first{number}"}}
        for number in range(TASKS)
    ]
    first_lines(f"{url}/", bodies[:1], lambda _: steps.wait("first0"), _at_once)  # it finds the worker starting
    return first_lines(f"{url}/", bodies, lambda number: steps.wait(f"first{number}"), _at_once)


def _at_once(_task_id: str) -> None:
    """A task that does nothing has ended by the time that its first line was heard and read."""
