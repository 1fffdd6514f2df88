"""The event streams that are open: at most so many, each ended when the server stops. Knows neither HTTP nor events."""

import threading
from typing import Final

from drover.wire.faults import Code, RequestError

MAX_STREAMS: Final = 32
"""Each holds one thread of the server for as long as it is open."""


class Streams:
    """Counts slots. A stream that ends gives its slot back by `Slot.close`, which may be called twice."""

    def __init__(self, limit: int = MAX_STREAMS) -> None:
        self.limit = limit
        self._lock = threading.Lock()
        self._open = 0
        self._stopping = threading.Event()

    @property
    def open(self) -> int:
        return self._open

    @property
    def stopping(self) -> bool:
        """Whether every stream is to end."""
        return self._stopping.is_set()

    def stop(self) -> None:
        self._stopping.set()

    def take(self) -> "Slot":
        """A slot; raises RequestError UNAVAILABLE at once when all are taken."""
        with self._lock:
            if self._open >= self.limit:
                raise RequestError(
                    Code.UNAVAILABLE,
                    f"{self.limit} event streams are open already, and no more are served: close one, "
                    "or share one stream between your clients",
                )
            self._open += 1
        return Slot(self)

    def give_back(self) -> None:
        with self._lock:
            self._open -= 1


class Slot:
    """The right to one open stream."""

    def __init__(self, streams: Streams) -> None:
        self._streams: Streams | None = streams

    def close(self) -> None:
        streams, self._streams = self._streams, None
        if streams is not None:
            streams.give_back()
