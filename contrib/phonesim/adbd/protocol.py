"""The adb wire format: a 24-byte header and a payload. What a message means is the transport's."""

import asyncio
import struct
from dataclasses import dataclass
from typing import Final

A_CNXN: Final = 0x4E584E43
A_OPEN: Final = 0x4E45504F
A_OKAY: Final = 0x59414B4F
A_CLSE: Final = 0x45534C43
A_WRTE: Final = 0x45545257
A_AUTH: Final = 0x48545541

AUTH_TOKEN: Final = 1

# From this version on neither side checks payload sums.
A_VERSION: Final = 0x01000001
MAX_PAYLOAD: Final = 1024 * 1024

HEADER = struct.Struct("<6I")


class ProtocolError(ConnectionError):
    """The peer sent bytes that are no adb message; the connection is of no more use."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """One adb message; what `arg0` and `arg1` are depends on the command."""

    command: int
    arg0: int
    arg1: int
    payload: bytes = b""


def encode(message: Message) -> bytes:
    """Header and payload. The sum is sent always: a peer checks it until it knows our version."""
    check = sum(message.payload) & 0xFFFFFFFF if message.command in (A_CNXN, A_AUTH) else 0
    header = HEADER.pack(
        message.command, message.arg0, message.arg1, len(message.payload), check, message.command ^ 0xFFFFFFFF
    )
    return header + message.payload


async def read_message(reader: asyncio.StreamReader) -> Message:
    """The next message; raises ProtocolError on nonsense and IncompleteReadError at the end."""
    command, arg0, arg1, length, _check, magic = HEADER.unpack(await reader.readexactly(HEADER.size))
    if magic != command ^ 0xFFFFFFFF or length > MAX_PAYLOAD:
        raise ProtocolError(f"not an adb message: command {command:#x}, magic {magic:#x}, length {length}")
    payload = await reader.readexactly(length) if length else b""
    return Message(command=command, arg0=arg0, arg1=arg1, payload=payload)
