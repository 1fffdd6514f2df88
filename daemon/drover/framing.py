"""Length-prefixed frames on a byte stream: a 4-byte big-endian length, then that many bytes. The cap holds first."""

import asyncio
import socket
import struct
from collections.abc import Generator
from typing import Final

_LENGTH: Final = struct.Struct(">I")


class FrameError(Exception):
    """The peer sent a frame over the cap; nothing that follows can be read."""


def pack(data: bytes) -> bytes:
    """The frame of these bytes."""
    return _LENGTH.pack(len(data)) + data


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
            while len(buffer) - at >= _LENGTH.size:
                (length,) = _LENGTH.unpack_from(buffer, at)
                if length > self._max_bytes:
                    raise FrameError(f"frame of {length} bytes is over the cap of {self._max_bytes}")
                end = at + _LENGTH.size + length
                if len(buffer) < end:
                    break
                frame = bytes(memoryview(buffer)[at + _LENGTH.size : end])
                at = end
                yield frame
        finally:
            del buffer[:at]


async def read_frame(reader: asyncio.StreamReader, *, max_bytes: int) -> bytes | None:
    """The next frame; None at a clean or unclean end; raises FrameError before reading one that is too large."""
    try:
        (length,) = _LENGTH.unpack(await reader.readexactly(_LENGTH.size))
        if length > max_bytes:
            raise FrameError(f"frame of {length} bytes is over the cap of {max_bytes}")
        return await reader.readexactly(length)
    except (asyncio.IncompleteReadError, ConnectionError):
        return None


def receive_frame(sock: socket.socket, *, max_bytes: int) -> bytes | None:
    """The next frame of a blocking socket; None at its end, however it came. Time-outs are the socket's own."""
    head = _receive_exactly(sock, _LENGTH.size)
    if head is None:
        return None
    (length,) = _LENGTH.unpack(head)
    if length > max_bytes:
        raise FrameError(f"frame of {length} bytes is over the cap of {max_bytes}")
    return _receive_exactly(sock, length)


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
