"""JSON-RPC to uiautomator2's server over an adb stream: one connection a call, each call sent exactly once.

The library's own client is not used: it sends a call again after HTTP errors and dead objects, and so taps twice.
"""

import io
import json
from http.client import HTTPException, HTTPResponse
from typing import Any, Final

from drover.phone.adb import Adb, Deadline, Stream
from drover.phone.engine import CallRefusedError, InputForbiddenError, PhoneError, PhoneLostError
from drover.phone.injection import is_refused

PORT: Final = 9008
_MAX_ANSWER: Final = 32 * 1024 * 1024
_DEAD = ("UiAutomation not connected", "DeadObjectException", "DeadSystemRuntimeException")


class RpcError(CallRefusedError):
    """The server answered with an error: it lives, and could not do this."""


class ServerBrokenError(PhoneError):
    """The server or its UI automation is dead; only starting it again helps."""


def connect(adb: Adb, deadline: Deadline) -> Stream:
    """A stream to the server; raises ServiceRefusedError, with nothing sent, when none listens."""
    return adb.open(f"tcp:{PORT}", deadline)


def ping(stream: Stream) -> bool:
    """Whether the server answers for itself."""
    return _exchange(stream, b"GET /ping HTTP/1.1\r\nHost: phone\r\nConnection: close\r\n\r\n") == b"pong"


def call(stream: Stream, method: str, *params: Any) -> Any:
    """Send one call and read its result; raises RpcError, InputForbiddenError, ServerBrokenError, PhoneLostError,

    PhoneTimeoutError.
    """
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode()
    # Without an Accept-Encoding: the server's gzip leaks (NanoHTTPD issue 492).
    head = (
        "POST /jsonrpc/0 HTTP/1.1\r\nHost: phone\r\nConnection: close\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return _result(stream.serial, method, _exchange(stream, head.encode() + body))


def _result(serial: str, method: str, answer: bytes) -> Any:
    try:
        data = json.loads(answer)
    except ValueError:
        raise ServerBrokenError(f"{serial}: {method} was answered with {answer[:100]!r}") from None
    if not isinstance(data, dict) or ("result" not in data and "error" not in data):
        raise ServerBrokenError(f"{serial}: {method} was answered with {answer[:100]!r}")
    error: Any = data.get("error")
    if not error:
        return data.get("result")
    message = str(error.get("message", "")) if isinstance(error, dict) else str(error)
    if any(sign in message for sign in _DEAD):
        raise ServerBrokenError(f"{serial}: the automation server lost its connection to Android: {message[:200]}")
    if is_refused(message):
        raise InputForbiddenError(serial)
    raise RpcError(f"{serial}: {method} failed: {message[:200]}")


def _exchange(stream: Stream, request: bytes) -> bytes:
    response = HTTPResponse(_Socket(stream))  # type: ignore[arg-type]  # all it uses of a socket is makefile
    try:
        stream.send(request)
        response.begin()
        body = response.read(_MAX_ANSWER)
    # A lost phone looks the same here; starting the server again will tell.
    except (HTTPException, ValueError, PhoneLostError) as error:
        raise ServerBrokenError(f"{stream.serial}: the automation server broke off its answer: {error!r}") from None
    if response.status != 200:
        raise ServerBrokenError(f"{stream.serial}: the automation server answered HTTP {response.status}")
    return body


class _Socket:
    """As much of a socket as HTTPResponse asks for."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Reader(self._stream))


class _Reader(io.RawIOBase):
    def __init__(self, stream: Stream) -> None:
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        view = memoryview(buffer)
        data = self._stream.read_some(len(view))
        view[: len(data)] = data
        return len(data)
