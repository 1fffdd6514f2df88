"""Opens a media file that somebody named: inside the roots, a regular file, what it claims to be. Promise S13.

The file is opened once and everything is read from that handle, so nothing can be put in its place after the check.
"""

import errno
import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, Self

import filetype

from drover.media.limits import types
from drover.readable import is_utf8, readable
from drover.wire.media import MediaFile, MediaKind

MAX_PATH_CHARS: Final = 4096
HEAD_BYTES: Final = 8192

OTHERS: Final = {
    "image/apng": "is an animated PNG; save one picture of it, or the whole as a video",
    "image/gif": "is a GIF; save one picture of it, or the whole as a video",
}
"""What people take for a picture that the apps do not, and what to do with it."""

_MEDIA: Final = "a media file"
_KINDS: Final = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
    (stat.S_ISLNK, "a link"),
)


class MediaError(Exception):
    """A file that cannot be used; the message names it as it was named, what it is, and what was expected."""


class MediaUnavailableError(MediaError):
    """This machine could not open the file just now; the file may be as it should be."""


PASSING: Final = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EIO, errno.ESTALE, errno.ETIMEDOUT})
"""Errors that say nothing of the file: another try can help, and no one has to give another file."""


@dataclass(frozen=True, kw_only=True)
class OpenFile:
    """An open media file: its handle, real path, size in bytes and type by its content. Close it, or use `with`."""

    handle: BinaryIO
    named: str
    path: Path
    kind: MediaKind
    media_type: str
    size: int
    mtime_ns: int

    @property
    def file(self) -> MediaFile:
        """What a worker gets of it."""
        return MediaFile(
            path=str(self.path), kind=self.kind, media_type=self.media_type, size=self.size, name=self.path.name
        )

    def close(self) -> None:
        self.handle.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()


def open_named(named: str, roots: Sequence[Path], *, claims: str | None = None) -> OpenFile:
    """The file of this absolute path, opened; never waits for a pipe or a device. Raises MediaError.

    `claims` is the name whose extension is believed, where it is not the path's own.
    """
    root, real = locate(named, roots)
    handle = os.fdopen(_open_beneath(root, real, named), "rb")
    try:
        return _checked(handle, named, real, claims or named)
    except BaseException:
        handle.close()
        raise


def open_regular(named: str, roots: Sequence[Path], *, expected: str) -> BinaryIO:
    """The regular file of this absolute path, opened by the same rules whatever it holds. Raises MediaError.

    `expected` says in a refusal what it ought to be.
    """
    root, real = locate(named, roots)
    handle = os.fdopen(_open_beneath(root, real, named, expected), "rb")
    try:
        _refuse_irregular(os.fstat(handle.fileno()).st_mode, named, expected)
        os.set_blocking(handle.fileno(), True)
    except BaseException:
        handle.close()
        raise
    return handle


def locate(named: str, roots: Sequence[Path]) -> tuple[Path, Path]:
    """(the root, the real path) of a file or folder that is named; whether it exists is not looked at where it lies
    outside, so that no one learns of other files. Raises MediaError."""
    _refuse_odd(named)
    try:
        real = Path(os.path.realpath(named))
    except OSError as error:
        raise MediaError(f"{shown(named)}: cannot be found: {error.strerror}") from None
    for root in roots:
        top = Path(os.path.realpath(root))
        if real.is_relative_to(top):
            if not is_utf8(str(real)):
                raise MediaError(misnamed(str(real)))
            return top, real
    if not roots:
        raise MediaError(f"{shown(named)}: no folder of media is configured; name one under roots in [media]")
    raise MediaError(f"{shown(named)}: lies outside the folders of media; add its folder to roots in [media]")


def shown(named: str) -> str:
    """A caller's path as a message repeats it: short, and without anything that a terminal would obey."""
    text = "".join(char if char.isprintable() else "?" for char in readable(named))
    return text if len(text) <= 200 else f"{text[:120]}...{text[-60:]}"


def misnamed(named: str) -> str:
    """The refusal of a path that is not UTF-8: nothing could store it, or tell a worker of it."""
    return f"{shown(named)}: has a name that is not UTF-8; rename it"


def _refuse_odd(named: str) -> None:
    if not is_utf8(named):
        raise MediaError(misnamed(named))
    if "\0" in named:
        raise MediaError(f"{shown(named)}: a path holds no NUL character")
    if len(named) > MAX_PATH_CHARS:
        raise MediaError(f"{shown(named)}: a path has at most {MAX_PATH_CHARS} characters, not {len(named)}")
    if not named.startswith("/") or named.startswith("//"):
        raise MediaError(
            f"{shown(named)}: expected an absolute path on the daemon's machine, such as /srv/media/clip.mp4"
        )


def _open_beneath(root: Path, real: Path, named: str, expected: str = _MEDIA) -> int:
    """A descriptor reached from the root one step at a time, through no link: what was a folder when the path was
    resolved and is a link now leads nowhere."""
    parts = real.relative_to(root).parts
    if not parts:
        raise MediaError(f"{shown(named)}: is a folder, expected {expected}")
    folder = -1
    try:
        folder = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        for part in parts[:-1]:
            step = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=folder)
            os.close(folder)
            folder = step
        # Looked at first, because opening a device can do something; looked at again by the handle.
        _refuse_irregular(os.stat(parts[-1], dir_fd=folder, follow_symlinks=False).st_mode, named, expected)
        flags = os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_NOCTTY | os.O_CLOEXEC
        return os.open(parts[-1], flags, dir_fd=folder)
    except FileNotFoundError:
        raise MediaError(f"{shown(named)}: there is no such file") from None
    except OSError as error:
        kind = MediaUnavailableError if error.errno in PASSING else MediaError
        raise kind(f"{shown(named)}: cannot be opened: {error.strerror}") from None
    finally:
        if folder >= 0:
            os.close(folder)


def _refuse_irregular(mode: int, named: str, expected: str = _MEDIA) -> None:
    if not stat.S_ISREG(mode):
        what = next((word for is_kind, word in _KINDS if is_kind(mode)), "something else")
        raise MediaError(f"{shown(named)}: is {what}, expected {expected}")


def _checked(handle: BinaryIO, named: str, real: Path, claims: str) -> OpenFile:
    info = os.fstat(handle.fileno())
    _refuse_irregular(info.st_mode, named)
    os.set_blocking(handle.fileno(), True)
    if info.st_size == 0:
        raise MediaError(f"{shown(named)}: is empty, expected a media file")
    media_type = content_type(os.pread(handle.fileno(), HEAD_BYTES, 0))
    known = types().get(media_type)
    if known is None:
        what = OTHERS.get(media_type) or f"is {media_type or 'no media file'} by its content"
        raise MediaError(f"{shown(named)}: {what}, expected {' or '.join(types())}")
    _refuse_false_name(claims, named, media_type)
    return OpenFile(
        handle=handle,
        named=named,
        path=real,
        kind=known.kind,
        media_type=media_type,
        size=info.st_size,
        mtime_ns=info.st_mtime_ns,
    )


def _refuse_false_name(claims: str, named: str, media_type: str) -> None:
    """An app reads the type from the name on the phone, so a name that claims another type would mislead it."""
    extension = os.path.splitext(claims)[1].lower()
    expected = types()[media_type].extensions
    if extension not in expected:
        got = f"is named {extension}" if extension else "has no extension"
        raise MediaError(f"{shown(named)}: is {media_type} by its content but {got}; rename it to {expected[0]}")


def content_type(head: bytes) -> str:
    """The media type by the first bytes of a file, "" if no one knows it."""
    found = filetype.guess_mime(head)
    if found is None and head[4:8] == b"ftyp":
        return "video/mp4"  # brands that the library does not know, such as those of fragmented files
    return "" if found is None else str(found)
