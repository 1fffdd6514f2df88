"""One connection of the HTTP server: its deadlines, its refusals in our envelope, and event streams.

With server.py the only module that knows waitress.
"""

import copy
import os
import socket
import time
from functools import lru_cache
from typing import Any, Final, NamedTuple

from waitress.channel import ClientDisconnected, HTTPChannel
from waitress.task import ErrorTask, WSGITask
from waitress.utilities import build_http_date

from drover import logs, unix_socket
from drover.wire.faults import Code, Failure
from drover_shim.admission import ADMITTED
from drover_shim.app import BEGIN_STREAM, guard_refusal
from drover_shim.chunks import MAX_OVERHEAD_BYTES, OverheadTooLargeError
from drover_shim.envelope import Answer, refusal, status_line
from drover_shim.guard import ABSOLUTE_FORM, OVER_SOCKET
from drover_shim.on_loop import on_loop
from drover_shim.parser import PLAIN_BODY_BYTES, Parser, Refused

log = logs.get_logger("drover.shim")

MAX_CONNECTIONS: Final = 256
MAX_DRAINING: Final = 64
"""Refused connections beyond the limit that are read out before they are closed; further ones are cut."""

HEADER_S: Final = 10.0
BODY_S: Final = 30.0
UPLOAD_BYTES_S: Final = 1_000_000
"""A body that may be large has a second more for each of these."""

STALLED_S: Final = 30.0
"""How long a client may take no byte of an answer that waits for it."""

NO_ONE: Final = -1

DRAIN_S: Final = 2.0
"""How long what a refused client still sends is read and thrown away."""

_CODES: Final = {400: Code.INVALID, 408: Code.SLOW, 413: Code.TOO_LARGE, 431: Code.TOO_LARGE, 501: Code.INVALID}


class Deadlines(NamedTuple):
    """Seconds in all, not for each byte: from the connection (or the first byte) to the headers, and for the body."""

    header_s: float = HEADER_S
    body_s: float = BODY_S


class _Late:
    """Stands where waitress puts its own errors: a request that did not arrive in time."""

    code = 408
    reason = "Request Timeout"

    def __init__(self, body: str) -> None:
        self.body = body


class Channel(HTTPChannel):  # type: ignore[misc]  # waitress has no types
    """A connection. Runs on the server's loop, but for what the application writes."""

    parser_class = Parser
    deadlines = Deadlines()
    connected: bool
    refused = False
    _streaming = False
    _drain_until: float | None = None
    _timed: Any = None  # the request whose time runs

    def __init__(self, server: Any, sock: socket.socket, addr: Any, adj: Any, map: Any = None) -> None:
        self._began: float | None = time.monotonic()
        self._body_began: float | None = None
        self._answer: list[bytes] = []
        peer = _peer_of(sock)
        super().__init__(server, sock, addr if peer is None else (f"uid:{peer.uid}", None), adj, map=map)
        others = [other for other in server.active_channels.values() if other is not self]
        draining = sum(other.refused for other in others)
        if peer is not None and not peer.trusted:
            log.warning("peer_refused", uid=peer.uid, pid=peer.pid)
            self._refuse_at_once(_stranger(peer), draining=draining)
        elif len(others) - draining >= MAX_CONNECTIONS:
            self._refuse_at_once(_TOO_MANY, draining=draining)

    def handle_close(self) -> None:
        super().handle_close()
        if self.request is not None:  # it will not be answered, so its body is released here
            self.request.close()

    # --- deadlines

    def watch(self, now: float) -> None:
        """Refuse a request that is late, cut a client that does not take its answer; called by the server's loop."""
        if self.total_outbufs_len and time.time() - self.last_activity > STALLED_S:
            self.handle_close()
        elif not self.requests and self._drain_until is None and (late := self._late(now)):
            self._refuse_late(late)

    def _late(self, now: float) -> str:
        """What came too late; "" if nothing did."""
        if self._body_began is not None and now - self._body_began > (allowed_s := self._body_s()):
            return f"body: did not arrive within {allowed_s:g} s"
        if self._body_began is None and self._began is not None and now - self._began > self.deadlines.header_s:
            return f"request line and headers: did not arrive within {self.deadlines.header_s:g} s"
        return ""

    def _body_s(self) -> float:
        """Seconds for the body of the request that is being read; more for an upload, by what it may hold."""
        request: Any = self.request
        if request is None or (limit := request.adj.max_request_body_size - 1) <= PLAIN_BODY_BYTES:
            return self.deadlines.body_s
        expected: int = min(request.content_length or limit, limit)
        return self.deadlines.body_s + expected // UPLOAD_BYTES_S

    def _refuse_late(self, why: str) -> None:
        channel: Any = self
        with channel.requests_lock:
            request, channel.request = channel.request, None
            if request is None:
                self.handle_close()  # nothing was asked, so there is nothing to answer
                return
            request.error = _Late(why)
            request.completed = True
            channel.requests.append(request)
        channel.server.add_task(self)

    def received(self, data: bytes) -> bool:
        if self._drain_until is not None:
            return True
        taken = bool(super().received(data))
        self._time(time.monotonic())
        return taken

    def _time(self, now: float) -> None:
        request = self.request
        if request is None:
            self._timed = self._began = self._body_began = None
            return
        if request is not self._timed:
            # The connection's first request is timed from its begin.
            self._began = now if self._timed is not None or self._began is None else self._began
            self._timed, self._body_began = request, None
        if request.headers_finished and self._body_began is None:
            self._body_began = now

    # --- answers

    def takes_answers(self) -> bool:
        """Whether the client has taken so much of what it was answered that the loop may make the next answer. Threads
        wait for that."""
        return bool(self.total_outbufs_len <= self.adj.outbuf_high_watermark)

    def serve_on_loop(self) -> None:
        """Answer the first waiting request, and send the answer. Called in a greenlet of the loop."""
        channel: Any = self
        try:
            channel.service()
            self._send_answer()
            if channel.writable() and self.connected:
                self.handle_write()
        except Exception as error:
            log.error("serving_failed", exc_info=error)
            self.handle_close()

    def write_soon(self, data: Any) -> int:
        """Take a part of the answer; on the loop the whole of it goes out at once."""
        if not on_loop():
            return int(super().write_soon(data))
        if not self.connected:
            raise ClientDisconnected
        self._answer.append(data)
        return len(data)

    def send_continue(self) -> None:
        self._send_answer()  # what was asked before is answered before
        super().send_continue()

    def _send_answer(self) -> None:
        data = b"".join(self._answer)
        self._answer.clear()
        if data and self.connected and not self.total_outbufs_len:
            data = data[self.send(data) :]
        if data and self.connected:
            super().write_soon(data)

    def _flush_outbufs_below_high_watermark(self) -> None:
        """Waits until the client has taken enough, which the loop must not."""
        channel: Any = super()
        if not on_loop():
            channel._flush_outbufs_below_high_watermark()

    # --- event streams

    def begin_stream(self) -> None:
        """Send each piece at once from now on, and notice the client's end."""
        channel: Any = self
        channel.adj = copy.copy(channel.adj)
        channel.adj.send_bytes = 1
        self._streaming = True

    def readable(self) -> bool:
        if self._drain_until is not None:
            return True
        return self.connected if self._streaming and self.requests else bool(super().readable())

    def handle_read(self) -> None:
        if self._streaming and self.requests:
            try:
                self.connected = self.connected and bool(self.recv(4096))  # whatever it says now is not listened to
            except OSError:
                self.handle_close()
        else:
            super().handle_read()

    # --- refusals: closing on a client that still sends would reset the connection, and the client would never see why

    def _refuse_at_once(self, failure: Failure, *, draining: int) -> None:
        self.refused = True
        sock: Any = self.socket
        try:
            sock.send(_whole(refusal(failure)))
        except OSError:
            draining = MAX_DRAINING
        if draining >= MAX_DRAINING:
            self.handle_close()
        else:
            self._begin_draining()

    def writable(self) -> bool:
        if self._drain_until is not None:
            return time.monotonic() > self._drain_until
        return bool(super().writable())

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


class RequestTask(WSGITask):  # type: ignore[misc]  # waitress has no types
    """Tells the application what waitress keeps to itself: an absolute-form authority, how to begin a stream, and the
    route that was found when the head was read."""

    def get_environment(self) -> dict[str, Any]:
        environ: dict[str, Any] = super().get_environment()
        request: Any = self.request
        netloc = request.proxy_netloc
        if netloc:
            environ[ABSOLUTE_FORM] = netloc.decode("latin-1") if isinstance(netloc, bytes) else netloc
        channel: Any = self.channel
        environ[BEGIN_STREAM] = channel.begin_stream
        environ[OVER_SOCKET] = channel.adj.drover_over_socket
        environ[ADMITTED] = request.admitted
        return environ

    def build_response_header(self) -> bytes:
        """As waitress does, in less time for the usual case: all is known, and the connection stays open."""
        task: Any = self
        usual = self.version == "1.1" and self.content_length is not None and not self.close_on_finish and task.has_body
        if not usual or task.request.headers.get("CONNECTION", "").lower() not in ("", "keep-alive"):
            return bytes(super().build_response_header())
        lines = "".join([f"{name}: {value}\r\n" for name, value in self.response_headers])
        server = task.channel.adj.ident
        head = f"HTTP/1.1 {self.status}\r\n{lines}Server: {server}\r\nDate: {_date(int(self.start_time))}\r\n\r\n"
        return head.encode("latin-1")


@lru_cache(maxsize=2)
def _date(seconds: int) -> str:
    """The Date header of that second."""
    return str(build_http_date(seconds))


class RefusalTask(ErrorTask):  # type: ignore[misc]  # waitress has no types
    """Answers a request that waitress itself refused, in the envelope."""

    def execute(self) -> None:
        request: Any = self.request
        error = request.error
        answer = _refusal_of(error, request.adj)
        self.status = status_line(answer)
        self.response_headers = [header for header in answer.all_headers if header[0] != "Content-Length"]
        self.set_close_on_finish()
        channel: Any = self.channel
        channel.refused = True
        self.content_length = len(answer.body)
        self.write(answer.body)


Channel.task_class = RequestTask
Channel.error_task_class = RefusalTask


def _peer_of(sock: socket.socket) -> unix_socket.PeerId | None:
    """Who is at the other end of a Unix socket; None of TCP, which has no owner."""
    if sock.family != socket.AF_UNIX:
        return None
    try:
        return unix_socket.peer_of(sock)
    except OSError:  # gone already
        return unix_socket.PeerId(NO_ONE, 0)


def _stranger(peer: unix_socket.PeerId) -> Failure:
    message = f"this socket serves user {os.geteuid()} and root; you are user {peer.uid}"
    return Failure(code=Code.GUARD, message=message)


_TOO_MANY: Final = Failure(
    code=Code.UNAVAILABLE,
    message=f"{MAX_CONNECTIONS} connections are open already; close one, or keep one open and use it again",
)


def _refusal_of(error: Any, settings: Any) -> Answer:
    if isinstance(error, Refused):
        return guard_refusal(error.failure)
    code = _CODES.get(error.code, Code.INTERNAL)
    return refusal(Failure(code=code, message=_why(error, settings)))


def _why(error: Any, settings: Any) -> str:
    """Limits in the number that holds: waitress refuses a body at its limit, we refuse above ours."""
    match error.code:
        case 431 if isinstance(error, OverheadTooLargeError):
            return f"chunk extensions and trailers: at most {MAX_OVERHEAD_BYTES} bytes are accepted"
        case 408:
            return str(error.body)
        case 413:
            return f"body: at most {settings.max_request_body_size - 1} bytes are accepted"
        case 431:
            return f"request line and headers: at most {settings.max_request_header_size} bytes are accepted"
        case code if code in _CODES:
            return f"{error.reason.lower()}: {error.body}"
        case _:
            return "internal error"


def _whole(answer: Answer) -> bytes:
    """The answer as it stands on the wire, for a connection that no request will be read from."""
    headers = "".join(f"{name}: {value}\r\n" for name, value in answer.all_headers)
    return f"HTTP/1.1 {status_line(answer)}\r\n{headers}Connection: close\r\n\r\n".encode() + answer.body
