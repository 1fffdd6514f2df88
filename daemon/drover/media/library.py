"""The library's files on the disk: where uploads arrive, where copies and thumbnails lie. Knows no database.

An item is a copy, named by its content: what was checked once does not change, whoever changes the file it
was made from. Taking over an upload is a rename, so nothing is written twice.
"""

import contextlib
import re
import secrets
import shutil
import time
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import Final

from drover.durable import sync
from drover.media.files import MediaError, OpenFile, open_named
from drover.media.limits import types

PLACE_KEPT_S: Final = 3600.0
RESERVE_BYTES: Final = 200_000_000
"""Left free on the disk by every upload, so that the database can go on."""

_TOKEN: Final = re.compile(r"[0-9a-f]{32}")


class NoSpaceError(Exception):
    """The disk cannot take a file of that size."""


class LibraryFolder:
    """`root` holds `incoming/` (uploads on their way), `library/` (copies) and `thumbnails/`, all private."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.incoming = root / "incoming"
        self.copies = root / "library"
        self.thumbnails = root / "thumbnails"

    def prepare(self) -> None:
        """Make the folders, and remove the uploads that a boot before this one left."""
        for folder in (self.root, self.incoming, self.copies, self.thumbnails):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.sweep(older_than_s=0.0)

    def place(self, size: int) -> tuple[str, Path]:
        """A token and the path where a client may create a file of that many bytes; raises NoSpaceError."""
        self.sweep(older_than_s=PLACE_KEPT_S)
        free = shutil.disk_usage(self.incoming).free
        if free - size < RESERVE_BYTES:
            raise NoSpaceError(f"the disk of {self.root} has {free / 1e6:.0f} MB left; make room, then try again")
        token = secrets.token_hex(16)
        return token, self.incoming / token

    def sweep(self, *, older_than_s: float) -> None:
        """Remove uploads that no one finished."""
        limit = time.time() - older_than_s
        for entry in self.incoming.iterdir():
            with contextlib.suppress(FileNotFoundError):
                if entry.lstat().st_mtime <= limit:
                    entry.unlink()

    def open_upload(self, token: str, name: str) -> OpenFile:
        """The uploaded file under the name that its user gave it; raises MediaError."""
        if not _TOKEN.fullmatch(token):
            raise MediaError("token: expected one that PlaceUpload gave")
        try:
            return replace(open_named(str(self.incoming / token), [self.incoming], claims=name), named=name)
        except MediaError as error:
            raise MediaError(str(error).replace(str(self.incoming / token), name)) from None

    def drop_upload(self, token: str) -> None:
        """Remove an upload that is not wanted."""
        if _TOKEN.fullmatch(token):
            (self.incoming / token).unlink(missing_ok=True)

    def copy_path(self, sha256: str, media_type: str) -> Path:
        """Where the copy of this content lies."""
        return self.copies / sha256[:2] / f"{sha256}{types()[media_type].extensions[0]}"

    def thumbnail_path(self, sha256: str) -> Path:
        return self.thumbnails / f"{sha256}.jpg"

    def take(self, token: str, sha256: str, media_type: str, thumbnail: bytes) -> str:
        """Make the upload the library's copy, durable before this returns; its path within `copies`."""
        path = self.copy_path(sha256, media_type)
        path.parent.mkdir(mode=0o700, exist_ok=True)
        upload = self.incoming / token
        upload.chmod(0o600)
        sync(upload)
        small = self.thumbnail_path(sha256)
        small.write_bytes(thumbnail)
        small.chmod(0o600)
        upload.replace(path)
        sync(path.parent)
        return str(path.relative_to(self.copies))

    def remove(self, sha256: str, media_type: str) -> None:
        """Remove the copy and its thumbnail."""
        self.copy_path(sha256, media_type).unlink(missing_ok=True)
        self.thumbnail_path(sha256).unlink(missing_ok=True)

    def remove_strangers(self, known: Collection[str]) -> int:
        """Remove copies that no item names, left by a crash between the disk and the database; how many.

        `known` are paths within `copies`, so that a library that was moved stays whole.
        """
        strangers = self._strangers(known)
        for path in strangers:
            path.unlink(missing_ok=True)
            self.thumbnail_path(path.stem).unlink(missing_ok=True)
        return len(strangers)

    def set_aside(self, known: Collection[str], folder: Path) -> int:
        """Move the copies that no item names to `folder`, laid out as this one is; how many. Nothing else is there."""
        aside = LibraryFolder(folder)
        strangers = self._strangers(known)
        for path in strangers:
            there = aside.copies / path.relative_to(self.copies)
            there.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.replace(there)
            with contextlib.suppress(FileNotFoundError):
                aside.thumbnails.mkdir(mode=0o700, exist_ok=True)
                self.thumbnail_path(path.stem).replace(aside.thumbnail_path(path.stem))
        return len(strangers)

    def _strangers(self, known: Collection[str]) -> list[Path]:
        return [path for path in self.copies.glob("*/*") if str(path.relative_to(self.copies)) not in known]
