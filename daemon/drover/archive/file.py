"""The file of a backup: a tar of the database's copy, the library's files and, last of all, what is in it.

Only what that manifest names is ever read, in the size that it says and under names that we made; a file that was
cut off has none. A member that Drover never writes (sparse, a link, a device) makes the whole archive refused.
"""

import hashlib
import os
import re
import tarfile
import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import IO, Annotated, Final

import msgspec
from msgspec import Meta

from drover.store.errors import StoreError
from drover.wire.backups import MissingFile

DATABASE: Final = "drover.db"
MANIFEST: Final = "manifest.json"
COPIES: Final = "library"
THUMBNAILS: Final = "thumbnails"
FORMAT: Final = 1
CHUNK_BYTES: Final = 1024 * 1024
MAX_MANIFEST_BYTES: Final = 512 * 1024 * 1024
_NAME: Final = re.compile(rf"(?:{COPIES}/[0-9a-f]{{2}}|{THUMBNAILS})/[0-9a-f]{{64}}\.[a-z0-9]{{1,8}}")

OnBytes = Callable[[int], None]
"""Hears how many more bytes went through; raises to give up."""


class UnreadableError(Exception):
    """A file that should be in the archive cannot be read; the message says why. The archive stays good."""


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A file in the archive; `sha256` is hexadecimal, `size` in bytes."""

    name: str
    size: Annotated[int, Meta(ge=0)]
    sha256: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What an archive holds, and what of the library it should hold and does not."""

    format: int
    made_by: str
    made_at: datetime
    database: Entry
    files: list[Entry]
    missing: list[MissingFile]


class ArchiveWriter:
    """Fills a new archive; `finish` makes it whole."""

    def __init__(self, path: Path, on_bytes: OnBytes) -> None:
        self._tar = tarfile.TarFile(path, "w", format=tarfile.PAX_FORMAT, copybufsize=CHUNK_BYTES)
        self._on_bytes = on_bytes

    def __enter__(self) -> "ArchiveWriter":
        return self

    def __exit__(self, *_exc: object) -> None:
        self._tar.close()

    def add(self, name: str, source: Path) -> Entry:
        """Add the file as it is now; raises UnreadableError for one that cannot be read, OSError of the archive."""
        try:
            file = source.open("rb")
        except FileNotFoundError:
            raise UnreadableError("its file is gone") from None
        except OSError as error:
            raise UnreadableError(f"its file cannot be read: {error.strerror}") from error
        with file:
            reader = _Filling(file, self._on_bytes)
            size = os.fstat(file.fileno()).st_size
            self._tar.addfile(_info(name, size), reader)
        if reader.fault:
            raise UnreadableError(reader.fault)
        return Entry(name=name, size=size, sha256=reader.digest.hexdigest())

    def finish(self, manifest: Manifest) -> None:
        """Say what is in it."""
        data = msgspec.json.format(msgspec.json.encode(manifest), indent=1)
        self._tar.addfile(_info(MANIFEST, len(data)), BytesIO(data))


class ArchiveReader:
    """A whole archive; raises StoreError for what is none, or was cut off."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with ExitStack() as unless_whole:
            try:
                self._tar = unless_whole.enter_context(tarfile.open(path, "r:"))
                self._members = self._plain_files(self._tar)
            except (tarfile.TarError, OSError, ValueError, OverflowError) as error:
                raise self._refusal(f"cannot be read: {error}") from error
            self.manifest = self._read_manifest()
            unless_whole.pop_all()

    def __enter__(self) -> "ArchiveReader":
        return self

    def __exit__(self, *_exc: object) -> None:
        self._tar.close()

    def extract(self, entry: Entry, target: IO[bytes], on_bytes: OnBytes) -> str:
        """Write the file; "" if it is what the manifest says, else what is wrong. Raises OSError of the target.

        One of another size than the manifest says is not written at all.
        """
        member = self._members.get(entry.name)
        source = None if member is None else self._tar.extractfile(member)
        if member is None or source is None:
            return "is not in the backup"
        if member.size != entry.size:
            return "is damaged in the backup"
        reader = _Reader(source, on_bytes)
        while True:
            try:
                chunk = reader.read(CHUNK_BYTES)
            except (tarfile.TarError, OSError) as error:
                return f"cannot be read in the backup: {error}"
            if not chunk:
                break
            target.write(chunk)
        whole = reader.count == entry.size and reader.digest.hexdigest() == entry.sha256
        return "" if whole else "is damaged in the backup"

    def _read_manifest(self) -> Manifest:
        member = self._members.get(MANIFEST)
        if member is None or member.size > MAX_MANIFEST_BYTES:
            raise self._refusal(
                "is no whole backup: it was cut off, or is no archive of Drover's. What came before the cut can be "
                f"unpacked with tar, and its {DATABASE} restored alone"
            )
        file = self._tar.extractfile(member)
        data = file.read() if file is not None else b""
        try:
            manifest = msgspec.json.decode(data, type=Manifest)
        except msgspec.MsgspecError as error:
            raise self._refusal(f"is no backup that this version knows: {error}") from error
        if manifest.format != FORMAT:
            raise self._refusal(f"has format {manifest.format}, this version knows {FORMAT}")
        strange = [entry.name for entry in manifest.files if not _NAME.fullmatch(entry.name)]
        if strange or manifest.database.name != DATABASE:
            raise self._refusal(f"names a file that Drover never writes: {(*strange, manifest.database.name)[0]!r}")
        if len({entry.name for entry in manifest.files}) < len(manifest.files):
            raise self._refusal("names a file twice, which Drover never does")
        # A file that could not be read whole left a member, and so may its thumbnail have, that is not named here.
        copies = sum(entry.name.startswith(f"{COPIES}/") for entry in manifest.files)
        if len(self._members) > (most := 2 * (copies + len(manifest.missing)) + 2):
            raise self._refusal(f"holds {len(self._members)} files, and by its {MANIFEST} at most {most}")
        return manifest

    def _plain_files(self, members: Iterable[tarfile.TarInfo]) -> dict[str, tarfile.TarInfo]:
        """The files by name; the last member of a name is what tar means by it. Folders of other tars do no harm."""
        found: dict[str, tarfile.TarInfo] = {}
        for member in members:
            if member.isdir():
                continue
            if not member.isreg() or member.issparse() or member.size < 0:
                raise self._refusal(
                    f"holds {member.name[:100]!r}, which is no plain file (a link, a device, or sparse): Drover never "
                    "writes such, and it could take any amount of the disk. Nothing was changed"
                )
            found[member.name] = member
        return found

    def _refusal(self, why: str) -> StoreError:
        return StoreError(f"{self._path}: {why}")


def is_archive(path: Path) -> bool:
    """Whether it begins as a tar does; a plain copy of the database does not. Raises OSError."""
    with path.open("rb") as file:
        return file.read(512)[257:262] == b"ustar"


def digest_of(path: Path) -> str:
    """The file's SHA-256, hexadecimal; raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class _Reader:
    """Reads through, and knows the digest and the count of what was read."""

    def __init__(self, file: IO[bytes], on_bytes: OnBytes) -> None:
        self._file = file
        self._on_bytes = on_bytes
        self.digest = hashlib.sha256()
        self.count = 0

    def read(self, size: int = -1, /) -> bytes:
        data = self._file.read(size)
        self.digest.update(data)
        self.count += len(data)
        self._on_bytes(len(data))
        return data


class _Filling(_Reader):
    """A size was promised before the content was read: what cannot be read is filled up, and `fault` says so."""

    fault = ""

    def read(self, size: int = -1, /) -> bytes:
        try:
            data = super().read(size)
        except OSError as error:
            self.fault, data = f"its file cannot be read: {error.strerror}", b""
        if len(data) < size:
            self.fault = self.fault or "its file was cut off meanwhile"
        return data.ljust(size, b"\0")


def _info(name: str, size: int) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.size, info.mode, info.mtime = size, 0o600, time.time()
    return info
