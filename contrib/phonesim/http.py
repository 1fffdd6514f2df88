"""As much of HTTP/1.1 as two small JSON servers need: requests with a length, answers with a length, keep-alive."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from phonesim.device import ByteStream

log = logging.getLogger(__name__)

MAX_HEAD = 16 * 1024
MAX_BODY = 16 * 1024 * 1024


class BadRequestError(ValueError):
    """The bytes are no request that this server understands."""


@dataclass(frozen=True, kw_only=True)
class Request:
    method: str
    path: str
    query: Mapping[str, str]
    body: bytes
    keep_alive: bool

    def json(self) -> Any:
        """The body as JSON, `{}` if it is empty; raises BadRequestError."""
        try:
            return json.loads(self.body or b"{}")
        except ValueError as error:
            raise BadRequestError(f"the body is not JSON: {error}") from error


@dataclass(frozen=True, kw_only=True)
class Response:
    status: int = 200
    body: bytes = b""
    content_type: str = "application/json"

    def encode(self) -> bytes:
        head = (
            f"HTTP/1.1 {self.status} {HTTPStatus(self.status).phrase}\r\n"
            f"Content-Type: {self.content_type}\r\nContent-Length: {len(self.body)}\r\n\r\n"
        )
        return head.encode() + self.body


def json_response(data: Any, *, status: int = 200) -> Response:
    return Response(status=status, body=json.dumps(data, ensure_ascii=False, default=str).encode())


Handler = Callable[[Request], Awaitable[Response | None]]


async def read_request(stream: ByteStream) -> Request | None:
    """The next request; None at the end of the connection. Raises BadRequestError."""
    try:
        head = await stream.read_until(b"\r\n\r\n", MAX_HEAD)
    except ValueError as error:
        raise BadRequestError(str(error)) from error
    if not head:
        return None
    first, *lines = head.decode("latin-1").split("\r\n")
    words = first.split(" ")
    if len(words) != 3:
        raise BadRequestError(f"not a request line: {first[:80]!r}")
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    length = headers.get("content-length", "0")
    if not length.isdigit() or int(length) > MAX_BODY:
        raise BadRequestError("Content-Length is missing a sane number")
    target = urlsplit(words[1])
    return Request(
        method=words[0],
        path=unquote(target.path),
        query=dict(parse_qsl(target.query)),
        body=await stream.read_exactly(int(length)),
        keep_alive=headers.get("connection", "keep-alive").lower() != "close",
    )


async def _handled(handler: Handler, request: Request) -> Response | None:
    try:
        return await handler(request)
    except BadRequestError as error:
        return json_response({"error": str(error)}, status=400)
    except Exception as error:
        log.exception("%s %s failed", request.method, request.path)
        return json_response({"error": f"{type(error).__name__}: {error}"}, status=500)


async def serve(stream: ByteStream, handler: Handler) -> None:
    """Answer requests until the connection ends; a handler that returns None ends it without an answer."""
    while True:
        try:
            request = await read_request(stream)
        except BadRequestError as error:
            await stream.write(json_response({"error": str(error)}, status=400).encode())
            return
        if request is None:
            return
        response = await _handled(handler, request)
        if response is None:
            return
        await stream.write(response.encode())
        if not request.keep_alive:
            return


class SocketStream:
    """A real socket with the methods of an adb stream."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def read(self) -> bytes:
        return await self._reader.read(65536)

    async def read_exactly(self, size: int) -> bytes:
        return await self._reader.readexactly(size)

    async def read_until(self, separator: bytes, limit: int) -> bytes:
        try:
            data = await self._reader.readuntil(separator)
        except asyncio.IncompleteReadError:
            return b""
        except asyncio.LimitOverrunError as error:
            raise ValueError("the head of the request is too long") from error
        if len(data) > limit:
            raise ValueError(f"no {separator!r} within {limit} bytes")
        return data

    async def write(self, data: bytes) -> None:
        self._writer.write(data)
        await self._writer.drain()
