"""Reads a chunked body in time that grows with its size alone, and caps what is in it next to the content."""

from typing import Any, Final

from waitress.receiver import ChunkedReceiver

MAX_OVERHEAD_BYTES: Final = 32 * 1024
"""Chunk extensions and trailers of one body in all, as much as a head may have."""

_FRAME_BYTES: Final = 20
"""What a chunk takes without extensions: up to 16 digits and two line ends."""


class OverheadTooLargeError:  # waitress asks for no exception, only for `code`
    """Stands where waitress puts its own errors: too much in a body that is not content."""

    code = 431


class CappedChunks(ChunkedReceiver):  # type: ignore[misc]  # waitress has no types
    """waitress's receiver, which keeps unfinished lines and trailers of any length, and looks at them again each time.

    It also writes each chunk to the buffer's file by itself; here what arrived together is written together.
    """

    _overhead = 0

    def received(self, s: bytes) -> int:
        receiver: Any = self
        pieces: list[bytes] = []
        buffer, receiver.buf = receiver.buf, pieces
        try:
            consumed = int(super().received(s))
        finally:
            receiver.buf = buffer
        content = b"".join(pieces)
        if content:
            buffer.append(content)
        self._overhead += max(0, consumed - len(content) - _FRAME_BYTES * len(pieces))
        if self._overhead > MAX_OVERHEAD_BYTES and receiver.error is None:
            receiver.error = OverheadTooLargeError()
        return consumed
