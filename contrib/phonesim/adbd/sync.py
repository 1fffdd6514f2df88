"""The `sync:` service: stat, list, push and pull over the phone's file system, versions 1 and 2 (uncompressed)."""

import stat
import struct
from collections.abc import Awaitable, Callable

from phonesim.adbd.stream import Stream, StreamClosedError
from phonesim.files import FileSystem, Node

MAX_CHUNK = 64 * 1024
MAX_PATH = 1024
STAT_V1 = struct.Struct("<4s3I")
# id, error, dev, inode, mode, links, uid, gid, size, atime, mtime, ctime
STAT_V2 = struct.Struct("<4sI2Q4IQ3q")
REQUEST = struct.Struct("<4sI")
OWNERS = {"root": 0, "shell": 2000, "media_rw": 1023, "u0_a130": 10130}


class SyncService:
    """Answers requests on one stream until QUIT or its end."""

    def __init__(self, files: FileSystem, stream: Stream, *, count: Callable[[], None]) -> None:
        self._files = files
        self._stream = stream
        self._count = count
        self._answers: dict[bytes, Callable[[str], Awaitable[None]]] = {
            b"STAT": self._stat_v1,
            b"STA2": self._stat_v2,
            b"LST2": self._lstat_v2,
            b"LIST": self._list_v1,
            b"LIS2": self._list_v2,
            b"SEND": self._send_v1,
            b"SND2": self._send_v2,
            b"RECV": self._recv_v1,
            b"RCV2": self._recv_v2,
        }

    async def serve(self) -> None:
        while True:
            try:
                name, length = REQUEST.unpack(await self._stream.read_exactly(REQUEST.size))
            except StreamClosedError:
                return
            answer = self._answers.get(name)
            if name == b"QUIT":
                return
            if answer is None or length > MAX_PATH:
                await self._fail(f"unknown command {name.hex()}" if answer is None else "invalid namelen")
                return
            self._count()
            await answer((await self._stream.read_exactly(length)).decode(errors="surrogateescape"))

    # -- stat

    async def _stat_v1(self, path: str) -> None:
        try:
            node = self._files.find(path, follow=False)
        except OSError:
            await self._stream.write(STAT_V1.pack(b"STAT", 0, 0, 0))
        else:
            await self._stream.write(STAT_V1.pack(b"STAT", *_short(node)))

    async def _stat_v2(self, path: str) -> None:
        await self._stream.write(self._stat(b"STA2", path, follow=True))

    async def _lstat_v2(self, path: str) -> None:
        await self._stream.write(self._stat(b"LST2", path, follow=False))

    def _stat(self, name: bytes, path: str, *, follow: bool) -> bytes:
        try:
            return _long(name, self._files.find(path, follow=follow))
        except OSError as error:
            return STAT_V2.pack(name, error.errno or 5, *[0] * 10)

    # -- list

    async def _list_v1(self, path: str) -> None:
        out = bytearray()
        for name, node in self._entries(path):
            raw = name.encode(errors="surrogateescape")
            out += STAT_V1.pack(b"DENT", *_short(node)) + struct.pack("<I", len(raw)) + raw
        await self._stream.write(bytes(out) + b"DONE" + bytes(16))

    async def _list_v2(self, path: str) -> None:
        out = bytearray()
        for name, node in self._entries(path):
            raw = name.encode(errors="surrogateescape")
            out += _long(b"DNT2", node) + struct.pack("<I", len(raw)) + raw
        await self._stream.write(bytes(out) + b"DONE" + bytes(STAT_V2.size))

    def _entries(self, path: str) -> list[tuple[str, Node]]:
        # A folder that cannot be read lists as empty, as adbd does it.
        try:
            here = self._files.find(path)
            return [(".", here), ("..", here), *self._files.list(path).items()]
        except OSError:
            return []

    # -- push

    async def _send_v1(self, request: str) -> None:
        path, _, mode = request.rpartition(",")
        if not mode.isdigit():
            await self._fail("missing , in ID_SEND_V1")
            return
        await self._receive(path, int(mode))

    async def _send_v2(self, path: str) -> None:
        _, mode, flags = struct.unpack("<4sII", await self._stream.read_exactly(12))
        await self._receive(path, mode, refuse="unsupported compression" if flags else "")

    async def _receive(self, path: str, mode: int, *, refuse: str = "") -> None:
        data = bytearray()
        while True:
            name, size = REQUEST.unpack(await self._stream.read_exactly(REQUEST.size))
            if name == b"DONE":
                break
            if name != b"DATA" or size > MAX_CHUNK:
                await self._fail("invalid data message")
                return
            data += await self._stream.read_exactly(size)
        failure = refuse or self._store(path, mode, bytes(data), mtime=size)
        if failure:
            await self._fail(failure)
        else:
            await self._stream.write(REQUEST.pack(b"OKAY", 0))

    def _store(self, path: str, mode: int, data: bytes, *, mtime: int) -> str:
        """Write what was pushed; the message of the failure, or nothing."""
        parent = path.rsplit("/", 1)[0] or "/"
        try:
            if not self._files.exists(parent):
                self._files.make_folder(parent, parents=True)
            if stat.S_ISLNK(mode):
                if self._files.exists(path):
                    self._files.remove(path)
                self._files.link(data.rstrip(b"\0").decode(errors="replace"), path)
            else:
                self._files.write(path, data, mode=mode, mtime=mtime)
        except OSError as error:
            return f"couldn't create file: {error.strerror}"
        return ""

    # -- pull

    async def _recv_v2(self, path: str) -> None:
        _, flags = struct.unpack("<4sI", await self._stream.read_exactly(8))
        if flags:
            await self._fail("unsupported compression")
        else:
            await self._recv_v1(path)

    async def _recv_v1(self, path: str) -> None:
        try:
            data = self._files.read(path)
        except IsADirectoryError as error:
            await self._fail(f"read failed: {error.strerror}")
            return
        except OSError as error:
            await self._fail(f"open failed: {error.strerror}")
            return
        out = bytearray()
        for start in range(0, len(data), MAX_CHUNK):
            chunk = data[start : start + MAX_CHUNK]
            out += REQUEST.pack(b"DATA", len(chunk)) + chunk
        await self._stream.write(bytes(out) + REQUEST.pack(b"DONE", 0))

    async def _fail(self, message: str) -> None:
        raw = message.encode()
        await self._stream.write(REQUEST.pack(b"FAIL", len(raw)) + raw)


def _short(node: Node) -> tuple[int, int, int]:
    return node.mode, min(node.size, 0xFFFFFFFF), int(node.mtime)


def _long(name: bytes, node: Node) -> bytes:
    owner, group = OWNERS.get(node.owner, 0), OWNERS.get(node.group, 0)
    when = int(node.mtime)
    return STAT_V2.pack(name, 0, 1, node.inode, node.mode, 1, owner, group, node.size, when, when, when)
