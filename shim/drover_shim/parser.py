"""Reads requests as waitress does, and asks as soon as a request has its head whether it is let in (admission.py).

What arrives of bodies is counted in the budget until the request is answered. The server's settings carry the function
as `drover_admit`, the budget as `drover_budget`, and as `drover_over_socket` whether they are a Unix socket's.
"""

from typing import Any, Final

from waitress.parser import HTTPRequestParser, ParsingError

from drover.wire.faults import Failure, RequestError
from drover_shim.admission import Admitted
from drover_shim.budget import FREE_BYTES, Reservation
from drover_shim.chunks import CappedChunks
from drover_shim.guard import ABSOLUTE_FORM, OVER_SOCKET

MAX_LENGTH_DIGITS: Final = 15
PLAIN_BODY_BYTES: Final = 8 * 1024 * 1024
"""What may be larger is an upload, which goes from disk to disk and never into memory."""


_CGI_NAMES: Final = {"CONTENT_TYPE": "CONTENT_TYPE", "CONTENT_LENGTH": "CONTENT_LENGTH"}


class Refused:
    """Stands where waitress puts its own errors: by the guard for the request's head, or for want of memory."""

    code = 0

    def __init__(self, failure: Failure) -> None:
        self.failure = failure


class _Limits:
    """The server's settings with one request's own limit of its body."""

    def __init__(self, settings: Any, max_body_bytes: int) -> None:
        self._settings = settings
        self.max_request_body_size = max_body_bytes + 1  # waitress refuses at the limit, we refuse above it

    def __getattr__(self, name: str) -> Any:
        return getattr(self._settings, name)


class Parser(HTTPRequestParser):  # type: ignore[misc]  # waitress has no types
    """Refuses by the head what the guard refuses, so that nothing of its body is read or asked for."""

    admitted: Admitted | None = None
    """What was decided; None for what is refused."""

    def __init__(self, adj: Any) -> None:
        super().__init__(adj)
        self._reserved: Reservation = adj.drover_budget.reserve()

    def parse_header(self, header_plus: bytes) -> None:
        parsed: Any = self
        try:
            super().parse_header(header_plus)
        except ValueError:  # int() of thousands of digits
            raise ParsingError("Content-Length is too large") from None
        _refuse_odd_framing(parsed)
        netloc = parsed.proxy_netloc
        environ = {
            "REQUEST_METHOD": parsed.command,
            "PATH_INFO": parsed.path,
            OVER_SOCKET: parsed.adj.drover_over_socket,
            ABSOLUTE_FORM: netloc.decode("latin-1") if isinstance(netloc, bytes) else netloc or "",
            **{_CGI_NAMES.get(name) or f"HTTP_{name}": value for name, value in parsed.headers.items()},
        }
        if parsed.chunked:
            environ["HTTP_TRANSFER_ENCODING"] = "chunked"  # which waitress takes out of the headers
        found: Admitted | Failure = parsed.adj.drover_admit(environ)
        if isinstance(found, Failure):
            parsed.error = Refused(found)
            parsed.expect_continue, parsed.body_rcv, parsed.content_length = False, None, 0
        else:
            self.admitted = found
            parsed.adj = _Limits(parsed.adj, found.max_body)
            if parsed.chunked:
                parsed.body_rcv = CappedChunks(parsed.body_rcv.getbuf())

    def received(self, data: bytes) -> int:
        parsed: Any = self
        consumed = int(super().received(data))
        if parsed.body_rcv is not None and parsed.error is None:
            try:
                self._reserved.grow(self._in_memory() - FREE_BYTES)
            except RequestError as error:
                parsed.error, parsed.completed = Refused(error.failure), True
        if parsed.error is not None:
            self.close()
        return consumed

    def close(self) -> None:
        """Nothing of the body is needed any more."""
        super().close()
        self._reserved.give_back()

    def _in_memory(self) -> int:
        """Bytes of the body that are or will be in memory: waitress keeps large ones in files; JSON is read whole."""
        parsed: Any = self
        upload = parsed.adj.max_request_body_size - 1 > PLAIN_BODY_BYTES
        received = int(parsed.body_bytes_received)
        return min(received, int(parsed.adj.inbuf_overflow)) if upload else received


def _refuse_odd_framing(parsed: Any) -> None:
    """What two servers might read as two different requests, and a client that waits for what never comes."""
    length = parsed.headers.get("CONTENT_LENGTH")
    if parsed.chunked and length is not None:
        raise ParsingError("Content-Length and Transfer-Encoding exclude each other")
    if len(length or "") > MAX_LENGTH_DIGITS:
        raise ParsingError("Content-Length is too large")
    if not parsed.chunked and not parsed.content_length:
        parsed.expect_continue = False  # there is no body that could be sent
