"""Connections by hand, for clients that are slow, many, or never finish."""

import json
import socket
import time
from typing import Any

HALF_OPEN = b"GET /api/v1/task HTTP/1.1\r\nHost: loc"
STREAM = b"GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n"


def connected(port: int, data: bytes = b"", *, timeout_s: float = 20.0) -> socket.socket:
    """A connection on which this much was sent."""
    raw = socket.create_connection(("127.0.0.1", port), timeout=timeout_s)
    raw.sendall(data)
    return raw


def trickle(raw: socket.socket, data: bytes, *, every_s: float, until_s: float) -> float:
    """Send byte by byte until the server has answered or closed; seconds that it took."""
    begun = time.monotonic()
    raw.settimeout(every_s)
    for byte in data:
        if time.monotonic() - begun > until_s:
            break
        try:
            raw.sendall(bytes([byte]))
            raw.recv(1, socket.MSG_PEEK)  # waits: b"" and bytes both mean that the server has had enough
            break
        except TimeoutError:
            continue
        except OSError:
            break
    return time.monotonic() - begun


def answer_of(raw: socket.socket) -> tuple[int, dict[str, Any]]:
    """Status and envelope of what was answered, read to the connection's end."""
    raw.settimeout(20)
    head, _, body = raw.makefile("rb").read().partition(b"\r\n\r\n")
    return int(head.split()[1]), json.loads(body)


class EventReader:
    """Reads server-sent events from a stream as a browser does."""

    def __init__(self, port: int, headers: str = "", *, timeout_s: float = 20.0) -> None:
        request = f"GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n"
        self.socket = connected(port, request.encode(), timeout_s=timeout_s)
        self._file = self.socket.makefile("rb")
        self.status = int(self._line().split()[1])
        self.headers: dict[str, str] = {}
        while line := self._line():
            name, _, value = line.partition(":")
            self.headers[name.lower()] = value.strip()

    def _line(self) -> str:
        return self._file.readline().decode().rstrip("\r\n")

    def block(self) -> dict[str, str]:
        """The next block of fields; a comment has the name "". Raises EOFError at the stream's end."""
        fields: dict[str, str] = {}
        while True:
            size = self._line()  # of the chunk
            if not size or size == "0":
                raise EOFError
            text = self._file.read(int(size, 16)).decode()
            self._file.readline()
            for line in filter(None, text.splitlines()):
                name, _, value = line.partition(":")
                fields[name] = value.strip()
            if text.endswith("\n\n"):
                return fields

    def event(self) -> dict[str, str]:
        """The next block that is an event."""
        while "event" not in (fields := self.block()):
            continue
        return fields

    def until_the_end(self) -> None:
        """Read on; returns when the server has ended the stream."""
        try:
            while True:
                self.block()
        except EOFError:
            return

    def close(self) -> None:
        self._file.close()
        self.socket.close()
