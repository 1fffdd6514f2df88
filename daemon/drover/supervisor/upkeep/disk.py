"""What the data directory takes now: tried with a file, and with a write of the database where the file was refused.

A trial knows what no count of free blocks does: inodes, quotas, rights, a file system that became read-only.
"""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

from drover.store.errors import StoreUnavailableError
from drover.supervisor import clock

TRIAL_BYTES: Final = 64 * 1024
"""Less than a screenshot has; it is never synchronised, so it costs no disk any time."""
TRIAL_S: Final = 2.0
KEPT_S: Final = 1.0
"""How long a finding is answered again: many may ask."""


class Disk:
    """`folder` is where tasks leave their files; `write` writes something small into the database, and raises
    StoreUnavailableError."""

    def __init__(self, folder: Path, *, write: Callable[[], Awaitable[None]]) -> None:
        self._folder = folder
        self._write = write
        self._trial: asyncio.Task[dict[str, str]] | None = None
        self._begun_at = 0.0

    async def cannot_take(self) -> dict[str, str]:
        """Why `evidence` and `tasks` cannot be taken, each only while it cannot."""
        now = clock.monotonic_s()
        if self._trial is None or (self._trial.done() and now - self._begun_at >= KEPT_S):
            self._trial, self._begun_at = asyncio.create_task(self._try()), now
        await asyncio.wait({self._trial}, timeout=TRIAL_S)
        if not self._trial.done():
            return {"evidence": f"{self._folder}: its disk has not answered for {now - self._begun_at + TRIAL_S:.0f} s"}
        return self._trial.result()

    async def _try(self) -> dict[str, str]:
        found: dict[str, str] = {}
        try:
            await asyncio.to_thread(_try_file, self._folder)
        except OSError as error:
            found["evidence"] = f"no file can be kept in {self._folder}: {error.strerror or error}"
            try:
                await self._write()
            except StoreUnavailableError as unavailable:
                found["tasks"] = str(unavailable)
        return found


def _try_file(folder: Path) -> None:
    """Make a file and fill it; raises OSError. It has no name where the system has files without, and goes at once."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=folder, prefix=".trial-", buffering=0) as file:
        left = TRIAL_BYTES
        while left:
            left -= file.write(bytes(left))
