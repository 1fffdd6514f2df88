"""Reads requests as waitress does, and asks as soon as a request has its head whether its body is read, and how much.

The server's settings carry the function as `drover_head_check`.
"""

from typing import Any, Final

from waitress.parser import HTTPRequestParser, ParsingError

from drover.wire.faults import Failure
from drover_shim.guard import ABSOLUTE_FORM

MAX_LENGTH_DIGITS: Final = 15


class HeadRefused:
    """Stands where waitress puts its own errors: the guard refused the request by its head."""

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
            ABSOLUTE_FORM: netloc.decode("latin-1") if isinstance(netloc, bytes) else netloc or "",
            "CONTENT_TYPE": parsed.headers.get("CONTENT_TYPE", ""),
            "CONTENT_LENGTH": parsed.headers.get("CONTENT_LENGTH", ""),
            **{f"HTTP_{name}": value for name, value in parsed.headers.items()},
        }
        if parsed.chunked:
            environ["HTTP_TRANSFER_ENCODING"] = "chunked"  # which waitress takes out of the headers
        found: int | Failure = parsed.adj.drover_head_check(environ)
        if isinstance(found, Failure):
            parsed.error = HeadRefused(found)
            parsed.expect_continue, parsed.body_rcv, parsed.content_length = False, None, 0
        else:
            parsed.adj = _Limits(parsed.adj, found)


def _refuse_odd_framing(parsed: Any) -> None:
    """What two servers might read as two different requests, and a client that waits for what never comes."""
    length = parsed.headers.get("CONTENT_LENGTH")
    if parsed.chunked and length is not None:
        raise ParsingError("Content-Length and Transfer-Encoding exclude each other")
    if len(length or "") > MAX_LENGTH_DIGITS:
        raise ParsingError("Content-Length is too large")
    if not parsed.chunked and not parsed.content_length:
        parsed.expect_continue = False  # there is no body that could be sent
