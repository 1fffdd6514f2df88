"""Length-prefixed frames on a byte stream: a 4-byte big-endian length, then that many bytes. The cap holds first."""

import asyncio
import socket
import struct
from collections.abc import Generator
from typing import Final

_LENGTH: Final = struct.Struct(">I")
HEAD_BYTES: Final = _LENGTH.size


class FrameError(Exception):
    """The peer sent a frame over the cap; nothing that follows can be read."""


def pack(data: bytes) -> bytes:
    """The frame of these bytes."""
    return _LENGTH.pack(len(data)) + data


def length_of(head: bytes | bytearray) -> int:
    """How many bytes follow the HEAD_BYTES of a frame."""
    length: int = _LENGTH.unpack(head)[0]
    return length


def _capped_length(head: bytes | bytearray, max_bytes: int) -> int:
    """The same; raises FrameError for a frame that is too large."""
    if (length := length_of(head)) > max_bytes:
        raise FrameError(f"frame of {length} bytes is over the cap of {max_bytes}")
    return length


class FrameReader:
    """The frames of a stream whose bytes come in pieces, for a protocol that is called with them."""

    def __init__(self, *, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Generator[bytes]:
        """The frames that are whole now; raises FrameError at the head of one that is too large."""
        buffer = self._buffer
        buffer += data
        at = 0
        try:
            while len(buffer) - at >= HEAD_BYTES:
                begin = at + HEAD_BYTES
                end = begin + _capped_length(buffer[at:begin], self._max_bytes)
                if len(buffer) < end:
                    break
                frame = bytes(memoryview(buffer)[begin:end])
                at = end
                yield frame
        finally:
            del buffer[:at]


async def read_frame(reader: asyncio.StreamReader, *, max_bytes: int) -> bytes | None:
    """The next frame; None at a clean or unclean end; raises FrameError before reading one that is too large."""
    try:
        head = await reader.readexactly(HEAD_BYTES)
        return await reader.readexactly(_capped_length(head, max_bytes))
    except (asyncio.IncompleteReadError, ConnectionError):
        return None


def receive_frame(sock: socket.socket, *, max_bytes: int) -> bytes | None:
    """The next frame of a blocking socket; None at its end, however it came. Time-outs are the socket's own."""
    head = _receive_exactly(sock, HEAD_BYTES)
    return None if head is None else _receive_exactly(sock, _capped_length(head, max_bytes))


def _receive_exactly(sock: socket.socket, count: int) -> bytes | None:
    parts = bytearray()
    while len(parts) < count:
        try:
            chunk = sock.recv(count - len(parts))
        except ConnectionResetError:  # the other side died with something of ours unread
            return None
        if not chunk:
            return None
        parts += chunk
    return bytes(parts)
