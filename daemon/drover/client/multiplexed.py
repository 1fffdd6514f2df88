"""Many requests in flight over few control connections, for a program with a loop. It never waits, and never sends a
request twice.

The loop polls the connections, calls `flush` once a turn and `tick` now and then.
"""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from drover.client.connection import Connection, Outcome, Sent
from drover.client.control import encoded
from drover.client.errors import ControlError, DaemonUnreachableError
from drover.framing import pack
from drover.wire.codec import MAX_IN_FLIGHT
from drover.wire.control import Caller, Request, RequestBody, Welcome


class Poller(Protocol):
    """The loop's list of what it polls."""

    def watch(self, connection: Connection, /) -> None:
        """Called with each connection, as soon as it is open."""

    def unwatch(self, connection: Connection, /) -> None:
        """Called before the connection's socket is closed."""


class MultiplexedClient:
    """A client of one daemon for one thread, whose loop is behind `poller`."""

    def __init__(self, path: Path, *, client_name: str, timeout_s: float, poller: Poller) -> None:
        """`timeout_s` bounds each request, or the silence within a long one, as a ControlClient's does."""
        self._path = path
        self._client_name = client_name
        self._timeout_s = timeout_s
        self._poller = poller
        self._connections: list[Connection] = []
        self._last_id = 0
        self._closed = False
        self.welcome: Welcome | None = None
        """The daemon's newest greeting."""

    def send(
        self,
        body: RequestBody,
        on_outcome: Callable[[Outcome], object],
        *,
        timeout_s: float | None = None,
        caller: Caller | None = None,
    ) -> None:
        """Have it sent with the next `flush`. `on_outcome` is called later, once, with the daemon's answer or with what
        ControlClient.call would raise.

        Raises RequestError for what the wire does not carry, DaemonUnreachableError where no daemon listens.
        """
        self._last_id += 1
        frame = pack(encoded(Request(id=self._last_id, body=body, caller=caller, progress=True)))
        allowed_s = timeout_s or self._timeout_s
        sent = Sent(self._last_id, body, frame, on_outcome, allowed_s, time.monotonic() + allowed_s)
        self._connection().add(sent)

    def flush(self) -> None:
        """Send what was asked since the last time."""
        for connection in list(self._connections):
            connection.flush()

    def tick(self) -> None:
        """Give up what is not answered in time."""
        now = time.monotonic()
        for connection in list(self._connections):
            connection.expire(now)

    def close(self) -> None:
        """Close the connections; what is in flight has its answer lost."""
        self._closed = True
        for connection in list(self._connections):
            connection.lose("this program ends")

    def on_welcome(self, welcome: Welcome) -> None:
        """A connection was greeted."""
        self.welcome = welcome

    def on_end(self, connection: Connection, untouched: list[Sent]) -> None:
        """A connection has ended. Of what is `untouched` no byte has left: that goes over another one, if there is a
        daemon."""
        self._poller.unwatch(connection)
        self._connections.remove(connection)
        for sent in untouched:
            sent.ends = 0
            try:
                self._connection().add(sent)
            except ControlError as error:
                sent.on_outcome(error)

    def _connection(self) -> Connection:
        """One that takes another request; a new one where all are full. Raises ControlError."""
        if self._closed:
            raise DaemonUnreachableError("this program ends")
        for connection in self._connections:
            if not connection.retired and connection.load < MAX_IN_FLIGHT:
                return connection
        connection = Connection(self._path, self, client_name=self._client_name, timeout_s=self._timeout_s)
        self._connections.append(connection)
        self._poller.watch(connection)
        return connection
