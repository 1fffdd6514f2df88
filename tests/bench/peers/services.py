"""The servers that peers keep their tasks in: each with every write on the disk before it answers, in a folder of its
own, on a Unix socket, and ended by its pid.

PostgreSQL refuses root, so it runs as the user that Debian's package made.
"""

import os
import shutil
import socket
import subprocess
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.support.phones import wait_until
from tests.support.processes import end

FOLDER: Final = "BENCH_PEER_FOLDER"
"""In the environment of a peer's processes: where its files and sockets are."""

_POSTGRES_USER: Final = "postgres"


@contextmanager
def nothing(_folder: Path) -> Generator[None]:
    """For a peer that needs no server."""
    yield


@contextmanager
def redis(folder: Path) -> Generator[None]:
    sock = folder / "redis.sock"
    durable = ("--save", "", "--appendonly", "yes", "--appendfsync", "always")
    words = ("redis-server", "--port", "0", "--unixsocket", str(sock), "--dir", str(folder), *durable)
    with running([program("redis-server"), *words[1:]], sock):
        yield


@contextmanager
def beanstalkd(folder: Path) -> Generator[None]:
    sock, log = folder / "beanstalkd.sock", folder / "binlog"
    log.mkdir()
    with running([program("beanstalkd"), "-l", f"unix:{sock}", "-b", str(log), "-f", "0"], sock):
        yield


@contextmanager
def postgresql(folder: Path) -> Generator[None]:
    data, sock = folder / "data", folder / ".s.PGSQL.5432"
    data.mkdir()
    if os.geteuid() == 0:
        for path in (folder, data):
            shutil.chown(path, _POSTGRES_USER)
    initdb = [program("initdb"), "-D", str(data), "-U", "bench", "--auth=trust", "--no-sync"]
    subprocess.run(_as_postgres(initdb), check=True, stdout=subprocess.DEVNULL, cwd=folder)
    settings = (f"unix_socket_directories={folder}", "listen_addresses=", "fsync=on", "synchronous_commit=on")
    words = [program("postgres"), "-D", str(data), *(word for setting in settings for word in ("-c", setting))]
    with running(_as_postgres(words), sock):
        yield


def _as_postgres(words: Sequence[str]) -> list[str]:
    """As the user that may run it, by a program that becomes it, so that its pid is the server's."""
    if os.geteuid() != 0:
        return list(words)
    return ["setpriv", f"--reuid={_POSTGRES_USER}", f"--regid={_POSTGRES_USER}", "--clear-groups", *words]


def program(name: str) -> str:
    """Its path; raises LookupError. Debian keeps PostgreSQL's own where PATH does not look."""
    found = shutil.which(name) or next((str(path) for path in Path("/usr/lib/postgresql").glob(f"*/bin/{name}")), None)
    if found is None:
        raise LookupError(f"{name} is not installed")
    return found


@contextmanager
def running(
    words: Sequence[str], ready: Path, *, environment: Mapping[str, str] | None = None, cwd: Path | None = None
) -> Generator[subprocess.Popen[bytes]]:
    """A process that listens at `ready` (a Unix socket) or makes that file; ended by SIGTERM, then by SIGKILL.

    What it says goes into a file next to that; `ready` is a folder, which has it then, for what cannot say it is ready.
    """
    log = ready / "process.log" if ready.is_dir() else ready.with_name(f"{ready.name}.log")
    with log.open("ab") as out:
        process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=out, stderr=out, env=environment, cwd=cwd)
    try:
        wait_until(lambda: process.poll() is not None or _is_ready(ready), timeout_s=30, what=words[0])
        if process.poll() is not None:
            raise RuntimeError(f"{words[0]} ended with {process.returncode}: {log.read_text()[-2000:]}")
        yield process
    finally:
        end(process)


def _is_ready(path: Path) -> bool:
    if path.is_socket():
        with socket.socket(socket.AF_UNIX) as sock:
            return sock.connect_ex(str(path)) == 0
    return path.exists()
