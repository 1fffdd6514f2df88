"""Reads requests as waitress does, with a limit of the body that depends on the request: uploads may be large.

The server's settings carry the function as `drover_body_limit`.
"""

from typing import Any

from waitress.parser import HTTPRequestParser

from drover_shim.guard import ABSOLUTE_FORM


class _Limits:
    """The server's settings with one request's own limit of its body."""

    def __init__(self, settings: Any, max_body_bytes: int) -> None:
        self._settings = settings
        self.max_request_body_size = max_body_bytes + 1  # waitress refuses at the limit, we refuse above it

    def __getattr__(self, name: str) -> Any:
        return getattr(self._settings, name)


class Parser(HTTPRequestParser):  # type: ignore[misc]  # waitress has no types
    """Asks, when the head of a request is read, how large its body may be."""

    def parse_header(self, header_plus: bytes) -> None:
        super().parse_header(header_plus)
        parsed: Any = self
        netloc = parsed.proxy_netloc
        environ = {
            "REQUEST_METHOD": parsed.command,
            "PATH_INFO": parsed.path,
            ABSOLUTE_FORM: netloc.decode("latin-1") if isinstance(netloc, bytes) else netloc or "",
            **{f"HTTP_{name}": value for name, value in parsed.headers.items()},
        }
        parsed.adj = _Limits(parsed.adj, parsed.adj.drover_body_limit(environ))
