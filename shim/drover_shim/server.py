"""The HTTP server: waitress with our limits and deadlines, and an end within a bound time. See channel.py."""

import copy
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, Protocol

from waitress.adjustments import Adjustments
from waitress.server import TcpWSGIServer, UnixWSGIServer
from waitress.task import ThreadedTaskDispatcher

from drover_shim.admission import Admit
from drover_shim.app import StartResponse
from drover_shim.budget import Budget
from drover_shim.channel import Channel, Deadlines
from drover_shim.on_loop import LoopClient, Turns, on_loop
from drover_shim.streams import Streams
from drover_shim.tcp_sockets import BACKLOG
from drover_shim.thread_pools import ThreadPools

REQUEST_THREADS: Final = 16
IDLE_TIMEOUT_S: Final = 210
"""A client that sends a heartbeat each third of the longest lease finds its connection alive."""

WATCH_EVERY_S: Final = 0.25

FILE_LIMIT: Final = 4096
"""Far above what channel.py lets in: the kernel's queue is no answer, so waitress's own limit must never be met."""


class Served(Protocol):
    """What is served: a WSGI application that decides about heads, and owns its streams and the bodies' budget."""

    streams: Streams
    budget: Budget

    @property
    def admit(self) -> Admit: ...

    def __call__(self, environ: dict[str, Any], start_response: StartResponse, /) -> Iterable[bytes]: ...


class HttpServer:
    """A server on listening sockets; `serve` runs it until `stop` is called from another thread or a signal handler."""

    def __init__(
        self,
        app: Served,
        *,
        sockets: Sequence[socket.socket],
        loop_client: LoopClient | None = None,
        deadlines: Deadlines | None = None,
    ) -> None:
        """Take over the sockets, of which there is at least one: TCP and Unix alike.

        With `loop_client`, through which its handlers ask the daemon, the loop itself serves the routes that wait for
        nothing else; without, threads serve all.

        The application decides by a request's head whether it is let in; its streams end with the server; its budget
        bounds the bodies that have arrived, with those that it works on.
        """
        self._streams = app.streams
        adjustments = _adjustments(self._streams.limit)
        adjustments.drover_admit = app.admit
        adjustments.drover_budget = app.budget
        threads: Any = ThreadedTaskDispatcher()
        threads.set_thread_count(adjustments.threads)
        self._loop_client = loop_client
        self._turns = Turns()
        pools: Any = ThreadPools(threads, None if loop_client is None else self._turns)
        channel_class = type("Channel", (Channel,), {"deadlines": deadlines or Deadlines()})
        self._servers: list[Any] = []
        for sock in sockets:
            first = self._servers[0] if self._servers else None
            server = _listening(app, sock, pools, adjustments, {} if first is None else first._map)
            server.channel_class = channel_class
            server.pull_trigger = _wake(server.trigger)
            if first is not None:  # the limit of connections is one for all addresses
                server.active_channels = first.active_channels
            self._servers.append(server)
        self._server = self._servers[0]
        if loop_client is not None:
            loop_client.poll_with(self._server._map)
        # A warning for each request that finds all threads busy says nothing that the answer's time does not.
        logging.getLogger("waitress").setLevel(logging.WARNING)  # clients come and go
        logging.getLogger("waitress.queue").setLevel(logging.ERROR)
        self._stopping = threading.Event()
        # Re-entrant, because a signal handler may call stop() while this very thread closes.
        self._closing = threading.RLock()
        self._closed = False
        self._watched = 0.0

    @property
    def port(self) -> int:
        return int(self._server.effective_port)

    @property
    def connections(self) -> int:
        """How many clients are connected."""
        return len(self._server.active_channels)

    def serve(self, *, grace_s: float = 1.0) -> None:
        """Serve until stopped; requests that run then get `grace_s` seconds to be answered."""
        self._loop(self._stopping.is_set)
        self._streams.stop()
        for server in self._servers:
            server.accepting = False
        deadline = time.monotonic() + grace_s
        self._loop(lambda: time.monotonic() > deadline or not self._busy())
        for channel in list(self._server.active_channels.values()):
            channel.handle_close()
        if self._loop_client is not None:
            self._loop_client.close()
        self._server.task_dispatcher.shutdown(timeout=0.2)
        with self._closing:
            self._closed = True
            for server in self._servers:
                server.close()

    def stop(self) -> None:
        """Ask `serve` to return."""
        with self._closing:
            self._stopping.set()
            if not self._closed:
                self._server.trigger.pull_trigger()

    def _busy(self) -> bool:
        channels = self._server.active_channels.values()
        return self._streams.open > 0 or any(one.requests or one.total_outbufs_len for one in channels)

    def _loop(self, done: Callable[[], bool]) -> None:
        while not done():
            timeout_s = 0 if self._turns else 0.2
            self._server.asyncore.loop(timeout=timeout_s, map=self._server._map, use_poll=True, count=1)
            self._turns.run()
            if self._loop_client is not None:
                self._loop_client.flush()
            now = time.monotonic()
            if now - self._watched >= WATCH_EVERY_S:
                self._watched = now
                self._watch(now)

    def _watch(self, now: float) -> None:
        """What is looked at now and then: deadlines of clients, and of the daemon's answers."""
        for channel in list(self._server.active_channels.values()):
            channel.watch(now)
        if self._loop_client is not None:
            self._loop_client.tick()


def _wake(trigger: Any) -> Callable[[], None]:
    """waitress's way for threads to wake the loop; what runs on the loop need not."""

    def wake() -> None:
        if not on_loop():
            trigger.pull_trigger()

    return wake


def _adjustments(streams: int) -> Any:
    """waitress's settings for so many event streams."""
    return Adjustments(
        threads=REQUEST_THREADS + streams,
        ident="drover",
        connection_limit=FILE_LIMIT,
        backlog=BACKLOG,
        channel_timeout=IDLE_TIMEOUT_S,
        cleanup_interval=5,
        max_request_header_size=32 * 1024,
        clear_untrusted_proxy_headers=True,
        asyncore_use_poll=True,
    )


def _listening(app: Served, sock: socket.socket, pools: Any, adjustments: Any, channels: Any) -> Any:
    """waitress's server of one socket; `channels` is the map of the loop that all of them share."""
    unix = sock.family == socket.AF_UNIX
    own = copy.copy(adjustments)
    own.drover_over_socket = unix
    return (UnixWSGIServer if unix else TcpWSGIServer)(
        app,
        channels,
        True,
        sock,
        dispatcher=pools,
        adj=own,
        sockinfo=(sock.family, sock.type, sock.proto, sock.getsockname()),
        bind_socket=False,
    )
