"""The shell protocol, version 2: frames that keep stdout, stderr, stdin and the exit code apart on one stream."""

import struct
from dataclasses import dataclass
from typing import Final

from phonesim.adbd.stream import Stream, StreamClosedError

STDIN: Final = 0
STDOUT: Final = 1
STDERR: Final = 2
EXIT: Final = 3
CLOSE_STDIN: Final = 4

FRAME = struct.Struct("<BI")


def frame(kind: int, data: bytes) -> bytes:
    return FRAME.pack(kind, len(data)) + data


@dataclass(kw_only=True)
class FramedStdin:
    """What the host types, out of its frames; window sizes are skipped."""

    stream: Stream
    rest: bytes = b""

    async def read(self) -> bytes:
        if self.rest:
            rest, self.rest = self.rest, b""
            return rest
        while True:
            try:
                kind, length = FRAME.unpack(await self.stream.read_exactly(FRAME.size))
                data = await self.stream.read_exactly(length)
            except StreamClosedError:
                return b""
            if kind == CLOSE_STDIN:
                return b""
            if kind == STDIN and data:
                return data

    def unread(self, data: bytes) -> None:
        self.rest = data + self.rest

    async def hung_up(self) -> None:
        await self.stream.hung_up()
