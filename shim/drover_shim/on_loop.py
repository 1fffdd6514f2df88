"""Handlers that run on the server's loop: each in a greenlet that leaves the loop to others while the daemon works.

A handler here must not wait for anything but the daemon, which it asks through LoopClient. Knows neither HTTP nor
waitress.
"""

from collections import deque
from collections.abc import Callable, MutableMapping
from pathlib import Path
from typing import Any, TypeVar

from greenlet import getcurrent, greenlet

from drover.client.connection import Connection, Outcome
from drover.client.control import not_refused, of_type
from drover.client.multiplexed import MultiplexedClient
from drover.wire.control import Caller, CheckLicense, License, RequestBody, Welcome

B = TypeVar("B")


class _OnLoop(greenlet):  # type: ignore[misc]  # greenlet has no types
    """One handler's run."""


def on_loop() -> bool:
    """Whether the caller runs on the server's loop, where nothing may block."""
    return isinstance(getcurrent(), _OnLoop)


class Turns:
    """What is to begin in the loop's next turn. Any thread adds; the loop runs."""

    def __init__(self) -> None:
        self._waiting: deque[Callable[[], object]] = deque()

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def add(self, work: Callable[[], object]) -> None:
        """`work` must not raise."""
        self._waiting.append(work)

    def run(self) -> None:
        """Begin what waited when this was called; what it adds comes with the next turn."""
        for _ in range(len(self._waiting)):
            _OnLoop(self._waiting.popleft()).switch()


class LoopClient:
    """The daemon, for handlers on the loop: their requests of one turn go out in one piece."""

    def __init__(self, path: Path, *, timeout_s: float) -> None:
        self._client = MultiplexedClient(path, client_name="drover-shim", timeout_s=timeout_s, poller=self)
        self._polled: MutableMapping[int, Any] = {}
        self.flush = self._client.flush
        self.tick = self._client.tick
        self.close = self._client.close

    def poll_with(self, polled: MutableMapping[int, Any]) -> None:
        """Have the connections polled by waitress's loop, whose map this is."""
        self._polled = polled

    def ask(self, body: RequestBody, expected: type[B], *, timeout_s: float | None, caller: Caller | None) -> B:
        """As ControlClient.ask; other handlers run meanwhile."""
        handler = getcurrent()
        loop: Any = handler.parent
        self._client.send(body, handler.switch, timeout_s=timeout_s, caller=caller)
        outcome: Outcome = loop.switch()
        if isinstance(outcome, Exception):
            raise outcome
        return of_type(expected, not_refused(outcome), body)

    @property
    def welcome(self) -> Welcome:
        """The daemon's greeting; greets it if need be."""
        while (welcome := self._client.welcome) is None:
            self.ask(CheckLicense(), License, timeout_s=None, caller=None)
        return welcome

    def watch(self, connection: Connection) -> None:
        """See Poller."""
        self._polled[connection.fileno()] = _Polled(connection)

    def unwatch(self, connection: Connection) -> None:
        """See Poller."""
        self._polled.pop(connection.fileno(), None)


class _Polled:
    """A control connection as waitress's loop polls one."""

    accepting = False

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.handle_read_event = connection.on_readable
        self.handle_write_event = connection.flush

    def readable(self) -> bool:
        return True

    def writable(self) -> bool:
        return self._connection.wants_write

    def handle_expt_event(self) -> None:
        """A Unix socket has no urgent data."""

    def handle_close(self) -> None:
        self._connection.on_readable()  # finds the end, behind what came before it

    def handle_error(self) -> None:
        """Called in an except clause: a fault of ours, after which nothing is known of what is in flight."""
        self._connection.lose("it could not be read")

    def close(self) -> None:
        self._connection.lose("this program ends")
