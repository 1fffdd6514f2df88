"""Putting a file on the phone through adb's sync service, within one deadline."""

import time
from typing import Final

from drover.phone.adb import Adb, Deadline
from drover.phone.engine import PhoneError

_CHUNK: Final = 64 * 1024
_MAX_PATH: Final = 1024


def push(adb: Adb, data: bytes, path: str, *, mode: int = 0o644, timeout_s: float) -> None:
    """Write these bytes to `path`; raises PhoneError with the phone's words."""
    target = f"{path},{0o100000 | mode}".encode()
    if len(target) > _MAX_PATH:
        raise PhoneError(f"{adb.serial}: the path is over {_MAX_PATH} bytes: {path[:80]}...")
    with adb.open("sync:", Deadline(timeout_s)) as stream:
        stream.send(_message(b"SEND", len(target)) + target)
        for start in range(0, len(data), _CHUNK):
            chunk = data[start : start + _CHUNK]
            stream.send(_message(b"DATA", len(chunk)) + chunk)
        stream.send(_message(b"DONE", int(time.time())))
        head = stream.read(8)
        if head[:4] != b"OKAY":
            said = stream.read(int.from_bytes(head[4:], "little")) if head[:4] == b"FAIL" else head
            raise PhoneError(f"{adb.serial}: could not write {path}: {said.decode(errors='replace')}")


def _message(name: bytes, number: int) -> bytes:
    return name + number.to_bytes(4, "little")
