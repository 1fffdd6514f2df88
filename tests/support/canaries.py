"""Secrets planted in every droverd that a test starts, and the search for them in what that daemon wrote (promise S27).

Planted are adb's private key, a password in the environment and a cookie. The API's token is looked up where the daemon
keeps it, lease ids are known by their form. What is searched is what a person may share: log, database, artifacts,
audit, sockets' folder, process table.
"""

import contextlib
import re
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import psutil

from drover.supervisor.leases.leases import SESSION_BYTES

CANARY: Final = "CaNaRy"
COOKIE: Final = f"planted={CANARY}-cookie-{secrets.token_hex(8)}"
"""What tests' clients of the gateway send with every request."""
_LEASE: Final = re.compile(rb"(?<![0-9a-f])[0-9a-f]{%d}(?![0-9a-f])" % (2 * SESSION_BYTES))


class Canaries:
    """The secrets of one daemon. `token_path` is where it keeps the API's token, which is no finding there."""

    def __init__(self, *, home: Path, token_path: Path, environment: dict[str, str]) -> None:
        self._token_path = token_path
        self._seen: dict[Path, tuple[int, int]] = {}
        self._planted = {name: f"{CANARY}-{secrets.token_hex(16)}" for name in ("adb key", "password")}
        self._planted["cookie"] = COOKIE.partition("=")[2]
        environment["PROXY_PASSWORD"] = self._planted["password"]
        _plant(home / ".android" / "adbkey", f"-----BEGIN PRIVATE KEY-----\n{self._planted['adb key']}\n")
        self._tokens: set[str] = set()
        """All that the daemon has had, as far as a search came by."""

    def in_folders(self, *folders: Path) -> list[str]:
        """Which secret lies in which file; files that are as they were at the last search are left out."""
        return [leak for folder in folders for path in self._changed(folder) for leak in self._in_file(path)]

    def in_processes(self, first: int) -> list[str]:
        """Which secret stands in the command line of that process or of one that descends from it."""
        found: list[str] = []
        try:
            process = psutil.Process(first)
            lines = {one.pid: one.cmdline() for one in (process, *process.children(recursive=True))}
        except psutil.Error:
            return []
        for pid, line in lines.items():
            found += [f"{name} in the command line of process {pid}" for name in self._in(" ".join(line).encode())]
        return found

    def _changed(self, folder: Path) -> Iterator[Path]:
        paths = folder.rglob("*") if folder.is_dir() else [folder]
        for path in paths:
            try:
                info = path.lstat()
            except OSError:
                continue  # it went meanwhile
            stamp = (info.st_size, info.st_mtime_ns)
            if path == self._token_path or not path.is_file() or self._seen.get(path) == stamp:
                continue
            self._seen[path] = stamp
            yield path

    def _in_file(self, path: Path) -> list[str]:
        try:
            return [f"{name} in {path}" for name in self._in(path.read_bytes())]
        except OSError:
            return []

    def _in(self, data: bytes) -> list[str]:
        with contextlib.suppress(OSError):
            self._tokens.add(self._token_path.read_text().strip())
        names = [name for name, secret in self._planted.items() if secret.encode() in data]
        names += ["a token" for token in self._tokens if token and token.encode() in data]
        return [*names, *(["a lease's id"] if _LEASE.search(data) else [])]


def _plant(path: Path, text: str) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_text(text)
