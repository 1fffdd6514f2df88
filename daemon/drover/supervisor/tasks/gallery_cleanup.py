"""Files that an attempt left in a phone's gallery, because it was cut off or its phone was gone at its end: taken away

as soon as the phone answers and nothing runs there. Those of a task whose outcome is unknown stay for a day: what it
published may still be uploading.
"""

import math
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Final

from drover.store import publications
from drover.store.store import Store
from drover.wire.worker import Tidy, ToWorker

KEPT_S: Final = 24 * 3600.0


class GalleryCleanup:
    """Knows when each phone is due: once after a start, and again whenever something may have been left."""

    def __init__(self, store: Store, *, is_idle: Callable[[str], bool], send: Callable[[str, ToWorker], bool]) -> None:
        self._store = store
        self._is_idle = is_idle
        self._send = send
        self._due: dict[str, float] = {}

    def due(self, serial: str) -> None:
        """Files are brought to this phone, or its worker can no longer do what it was asked."""
        self._due[serial] = time.monotonic()

    async def ready(self, serial: str) -> None:
        """The phone answers: have it tidied if it is due and nothing begins there; else when it next says so."""
        due = self._due.get(serial, -math.inf)
        if time.monotonic() < due:
            return
        keep = await self._store.read(
            publications.uploading, serial, since=self._store.clock() - timedelta(seconds=KEPT_S)
        )
        if keep is None:
            self._put_off(serial, due, math.inf)
        elif self._due.get(serial, -math.inf) == due and self._is_idle(serial) and self._send(serial, Tidy(keep=keep)):
            self._put_off(serial, due, KEPT_S if keep else math.inf)

    def _put_off(self, serial: str, seen: float, by_s: float) -> None:
        """Not where it has become due again meanwhile."""
        if self._due.get(serial, -math.inf) == seen:
            self._due[serial] = time.monotonic() + by_s
