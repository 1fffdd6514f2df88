"""Putting a file on the phone through adb's sync service, within one deadline."""

import math
import time
from collections.abc import Callable
from typing import BinaryIO, Final

from drover.phone.adb import Adb, Deadline, Stream
from drover.phone.conditions import storage_full
from drover.phone.engine import PhoneError

_CHUNK: Final = 64 * 1024
_MAX_PATH: Final = 1024
_NO_SPACE: Final = b"No space left on device"

Sent = Callable[[int], None]
"""Called with how many bytes went out so far; may raise, which ends the transfer."""


def push_stream(
    adb: Adb, source: BinaryIO, path: str, *, mode: int = 0o644, timeout_s: float, sent: Sent = lambda _bytes: None
) -> int:
    """Write what `source` holds to `path`, piece by piece; how many bytes. Raises PhoneError with the phone's words,
    PhoneNotReadyError where it has no room.

    What was written of a transfer that broke off is the phone's to throw away, and adbd does.
    """
    target = f"{path},{0o100000 | mode}".encode()
    if len(target) > _MAX_PATH:
        raise PhoneError(f"{adb.serial}: the path is over {_MAX_PATH} bytes: {path[:80]}...")
    with adb.open("sync:", Deadline(timeout_s)) as stream:
        stream.send(_message(b"SEND", len(target)) + target)
        total = _send_all(stream, source, sent)
        stream.send(_message(b"DONE", int(time.time())))
        head = stream.read(8)
        if head[:4] != b"OKAY":
            answer = stream.read(int.from_bytes(head[4:], "little")) if head[:4] == b"FAIL" else head
            if _NO_SPACE in answer:
                raise storage_full(adb.serial, None, math.ceil(total / 2**20), path)
            raise PhoneError(f"{adb.serial}: could not write {path}: {answer.decode(errors='replace')}")
    return total


def _send_all(stream: Stream, source: BinaryIO, sent: Sent) -> int:
    total = 0
    while chunk := source.read(_CHUNK):
        stream.send(_message(b"DATA", len(chunk)) + chunk)
        total += len(chunk)
        sent(total)
    return total


def _message(name: bytes, number: int) -> bytes:
    return name + number.to_bytes(4, "little")
