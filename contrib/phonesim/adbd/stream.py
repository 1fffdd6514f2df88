"""One stream of an adb connection: bytes both ways with one unacknowledged write at a time. Knows no services."""

import asyncio
from collections import deque
from collections.abc import Callable


class StreamClosedError(ConnectionError):
    """The other side has closed this stream."""


class Stream:
    """The device's end of one stream.

    The transport feeds it (`received`, `acknowledged`, `peer_closed`); a service reads and writes it.
    """

    def __init__(self, *, max_payload: int, send: Callable[[bytes], None], acknowledge: Callable[[], None]) -> None:
        self._max_payload = max_payload
        self._send = send
        self._acknowledge = acknowledge
        self._inbox: deque[bytes] = deque()
        self._rest = b""
        self._changed = asyncio.Event()
        self._may_send = asyncio.Event()
        self._may_send.set()
        self._hung_up = asyncio.Event()

    @property
    def closed(self) -> bool:
        """Whether the other side has closed; what arrived before can still be read."""
        return self._hung_up.is_set()

    def received(self, payload: bytes) -> None:
        self._inbox.append(payload)
        self._changed.set()

    def acknowledged(self) -> None:
        self._may_send.set()

    def peer_closed(self) -> None:
        self._hung_up.set()
        self._changed.set()
        self._may_send.set()

    async def hung_up(self) -> None:
        """Returns when the other side has closed."""
        await self._hung_up.wait()

    async def read(self) -> bytes:
        """What has arrived, at least one byte; b"" once the other side has closed."""
        if self._rest:
            rest, self._rest = self._rest, b""
            return rest
        while not self._inbox:
            if self.closed:
                return b""
            self._changed.clear()
            await self._changed.wait()
        payload = self._inbox.popleft()
        # Acknowledged only now: that is what slows a sender down to the pace of the reader.
        self._acknowledge()
        return payload or await self.read()

    def unread(self, data: bytes) -> None:
        """Put back what was read too much."""
        self._rest = data + self._rest

    async def read_exactly(self, size: int) -> bytes:
        """Exactly `size` bytes; raises StreamClosedError if the stream ends before."""
        parts: list[bytes] = []
        missing = size
        while missing:
            chunk = await self.read()
            if not chunk:
                raise StreamClosedError(f"the stream ended {missing} bytes early")
            parts.append(chunk[:missing])
            self._rest = chunk[missing:]
            missing -= len(parts[-1])
        return b"".join(parts)

    async def read_until(self, separator: bytes, limit: int) -> bytes:
        """Everything up to and with the separator; b"" if the stream ends first, ValueError beyond `limit` bytes."""
        data = b""
        while (end := data.find(separator)) < 0:
            chunk = await self.read()
            if not chunk:
                return b""
            data += chunk
            if len(data) > limit:
                raise ValueError(f"no {separator!r} within {limit} bytes")
        end += len(separator)
        self._rest = data[end:] + self._rest
        return data[:end]

    async def write(self, data: bytes) -> None:
        """Send all; waits whenever the previous message is not acknowledged yet. Raises StreamClosedError."""
        for start in range(0, len(data), self._max_payload):
            await self._may_send.wait()
            if self.closed:
                raise StreamClosedError("the other side has closed the stream")
            self._may_send.clear()
            self._send(data[start : start + self._max_payload])
