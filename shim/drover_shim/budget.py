"""How much memory the bodies of all requests may take together; what is beyond is refused. Knows no HTTP."""

import threading
from types import TracebackType
from typing import Final

from drover.wire.faults import Code, RequestError

BUDGET_BYTES: Final = 192 * 1024 * 1024
"""For all bodies together, as they arrived and as what was made of them; the largest that is allowed fits by itself."""

FREE_BYTES: Final = 16 * 1024
"""So much of each body is not counted, so that small requests go on while large ones are refused."""


class Budget:
    """Counts bytes of memory in use."""

    def __init__(self, limit: int = BUDGET_BYTES) -> None:
        self._limit = limit
        self._lock = threading.Lock()
        self._used = 0

    @property
    def used(self) -> int:
        return self._used

    def reserve(self) -> "Reservation":
        """One request's share, empty at first."""
        return Reservation(self)

    def take(self, size: int) -> None:
        """Raises RequestError UNAVAILABLE, and takes nothing, when it is more than is left."""
        with self._lock:
            if self._used + size > self._limit:
                raise RequestError(
                    Code.UNAVAILABLE,
                    f"body: other large requests take the {self._limit >> 20} MiB of memory that there are for bodies; "
                    "nothing was done, send it again shortly",
                )
            self._used += size

    def give_back(self, size: int) -> None:
        with self._lock:
            self._used -= size


class Reservation:
    """The share of one request until it is given back; from then on nothing is counted for it."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._lock = threading.Lock()
        self._size = 0
        self._ended = False

    def grow(self, size: int) -> None:
        """Take so much in all, unless that much is held already; raises RequestError UNAVAILABLE."""
        with self._lock:
            if size > self._size and not self._ended:
                self._budget.take(size - self._size)
                self._size = size

    def give_back(self) -> None:
        """May be called again, and while another thread lets it grow."""
        with self._lock:
            size, self._size, self._ended = self._size, 0, True
        self._budget.give_back(size)

    def __enter__(self) -> "Reservation":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.give_back()
