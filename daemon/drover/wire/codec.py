"""Encodes and decodes messages as msgpack under a size cap. Owns the byte format; knows no socket."""

from typing import Any, Final, Generic, TypeVar

import msgspec

PROTOCOL_VERSION: Final = 1
"""Raised whenever an old peer could misread a message; both sides say theirs in the first message."""

MAX_FRAME_BYTES: Final = 8 * 1024 * 1024
"""Largest control frame. Screenshots and logs travel as files, so nothing legitimate comes near it."""

MAX_IN_FLIGHT: Final = 64
"""Requests of one control connection that the daemon works on at once; it reads no more of them meanwhile."""

MAX_WORKER_MESSAGE_BYTES: Final = 1024 * 1024

T = TypeVar("T")


class MalformedMessageError(ValueError):
    """The bytes are not a message of this conversation."""


class Codec(Generic[T]):
    """Encoder and decoder of one conversation, given the union of its message types."""

    def __init__(self, union: Any, *, max_bytes: int) -> None:
        self._encoder = msgspec.msgpack.Encoder()
        self._decoder: msgspec.msgpack.Decoder[T] = msgspec.msgpack.Decoder(union)
        self.max_bytes = max_bytes

    def encode(self, message: T) -> bytes:
        """Bytes of the message; raises MalformedMessageError if it is over the cap."""
        data = self._encoder.encode(message)
        if len(data) > self.max_bytes:
            raise MalformedMessageError(f"message of {len(data)} bytes is over the cap of {self.max_bytes}")
        return data

    def decode(self, data: bytes | memoryview) -> T:
        """The message; raises MalformedMessageError for anything that is not one."""
        if len(data) > self.max_bytes:
            raise MalformedMessageError(f"message of {len(data)} bytes is over the cap of {self.max_bytes}")
        try:
            return self._decoder.decode(data)
        except (msgspec.DecodeError, RecursionError, ValueError) as error:  # ValueError: text that is not UTF-8
            raise MalformedMessageError(str(error)) from None
