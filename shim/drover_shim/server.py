"""The HTTP server: waitress with our limits, our envelope on its own refusals, and an end within a bound time.

With parser.py the only module that knows waitress.
"""

import errno
import logging
import socket
import threading
import time
from collections.abc import Callable
from typing import Any, Final

from waitress.channel import HTTPChannel
from waitress.server import create_server
from waitress.task import ErrorTask, WSGITask

from drover.wire.faults import Code, Failure
from drover_shim.app import WsgiApp
from drover_shim.envelope import refusal
from drover_shim.guard import ABSOLUTE_FORM
from drover_shim.parser import Parser

THREADS: Final = 16
MAX_CONNECTIONS: Final = 256
IDLE_TIMEOUT_S: Final = 30

DRAIN_S: Final = 2.0
"""How long what a refused client still sends is read and thrown away."""

_CODES: Final = {400: Code.INVALID, 413: Code.TOO_LARGE, 431: Code.TOO_LARGE, 501: Code.INVALID}


class PortTakenError(Exception):
    """Another process listens on the port."""


class HttpServer:
    """A listening server; `serve` runs it until `stop` is called from another thread or a signal handler."""

    def __init__(self, app: WsgiApp, *, host: str, port: int, body_limit: Callable[[dict[str, Any]], int]) -> None:
        """Listen; raises PortTakenError. `body_limit` tells by a request's head how many bytes may follow it."""
        try:
            self._server: Any = create_server(
                app,
                host=host,
                port=port,
                threads=THREADS,
                ident="drover",
                connection_limit=MAX_CONNECTIONS,
                channel_timeout=IDLE_TIMEOUT_S,
                cleanup_interval=5,
                max_request_header_size=32 * 1024,
                clear_untrusted_proxy_headers=True,
                asyncore_use_poll=True,
            )
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            raise PortTakenError(f"port {port} on {host} is taken by another process") from None
        self._server.channel_class = _Channel
        self._server.adj.drover_body_limit = body_limit
        # A warning for each request that finds all threads busy says nothing that the answer's time does not.
        logging.getLogger("waitress.queue").setLevel(logging.ERROR)
        self._stopping = threading.Event()
        # Re-entrant, because a signal handler may call stop() while this very thread closes.
        self._closing = threading.RLock()
        self._closed = False

    @property
    def port(self) -> int:
        return int(self._server.effective_port)

    def serve(self, *, grace_s: float = 1.0) -> None:
        """Serve until stopped; requests that run then get `grace_s` seconds to be answered."""
        self._loop(self._stopping.is_set)
        self._server.accepting = False
        deadline = time.monotonic() + grace_s
        self._loop(lambda: time.monotonic() > deadline or not self._busy())
        for channel in list(self._server.active_channels.values()):
            channel.handle_close()
        self._server.task_dispatcher.shutdown(timeout=0.2)
        with self._closing:
            self._closed = True
            self._server.close()

    def stop(self) -> None:
        """Ask `serve` to return."""
        with self._closing:
            self._stopping.set()
            if not self._closed:
                self._server.pull_trigger()

    def _busy(self) -> bool:
        return any(channel.requests or channel.total_outbufs_len for channel in self._server.active_channels.values())

    def _loop(self, done: Callable[[], bool]) -> None:
        while not done():
            self._server.asyncore.loop(timeout=0.2, map=self._server._map, use_poll=True, count=1)


class _RequestTask(WSGITask):  # type: ignore[misc]  # waitress has no types
    """Tells the application the authority of an absolute-form request line, which waitress keeps to itself."""

    def get_environment(self) -> dict[str, Any]:
        environ: dict[str, Any] = super().get_environment()
        request: Any = self.request
        netloc = request.proxy_netloc
        if netloc:
            environ[ABSOLUTE_FORM] = netloc.decode("latin-1") if isinstance(netloc, bytes) else netloc
        return environ


def _why(error: Any, settings: Any) -> str:
    """Limits in the number that holds: waitress refuses a body at its limit, we refuse above ours."""
    match error.code:
        case 413:
            return f"body: at most {settings.max_request_body_size - 1} bytes are accepted"
        case 431:
            return f"request line and headers: at most {settings.max_request_header_size} bytes are accepted"
        case code if code in _CODES:
            return f"{error.reason.lower()}: {error.body}"
        case _:
            return "internal error"


class _RefusalTask(ErrorTask):  # type: ignore[misc]  # waitress has no types
    """Answers a request that waitress itself refused, in the envelope."""

    def execute(self) -> None:
        request: Any = self.request
        error = request.error
        code = _CODES.get(error.code, Code.INTERNAL)
        message = _why(error, request.adj)
        answer = refusal(Failure(code=code, message=message))
        self.status = f"{answer.status} {error.reason if error.code == answer.status else 'Refused'}"
        self.response_headers = [header for header in answer.all_headers if header[0] != "Content-Length"]
        self.set_close_on_finish()
        channel: Any = self.channel
        channel.refused = True
        self.content_length = len(answer.body)
        self.write(answer.body)


class _Channel(HTTPChannel):  # type: ignore[misc]  # waitress has no types
    """Reads on for a while after a refusal: closing on a client that still sends would reset the connection, and the
    client would never see why it was refused."""

    parser_class = Parser
    task_class = _RequestTask
    error_task_class = _RefusalTask
    refused = False
    _drain_until: float | None = None

    def readable(self) -> bool:
        return self._drain_until is not None or bool(super().readable())

    def writable(self) -> bool:
        if self._drain_until is not None:
            return time.monotonic() > self._drain_until
        return bool(super().writable())

    def received(self, data: bytes) -> bool:
        return True if self._drain_until is not None else bool(super().received(data))

    def handle_write(self) -> None:
        if self._drain_until is not None:
            self.handle_close()
        elif self.refused and self.close_when_flushed and not self.will_close:
            channel: Any = self
            channel._flush_exception(channel._flush_some)
            if not self.total_outbufs_len and self.connected:
                self._begin_draining()
        else:
            super().handle_write()

    def _begin_draining(self) -> None:
        self.close_when_flushed = False
        self._drain_until = time.monotonic() + DRAIN_S
        try:
            if self.socket is not None:
                self.socket.shutdown(socket.SHUT_WR)
        except OSError:
            self.handle_close()
