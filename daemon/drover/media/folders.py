"""The media files of a folder that somebody named, and the folder of an account in it; opened as named files are."""

from collections.abc import Sequence
from pathlib import Path

from drover.media.files import MediaError, locate, misnamed, open_named, shown
from drover.media.limits import types
from drover.readable import is_utf8
from drover.wire.media import MediaKind


def file_key(path: Path, size: int, mtime_ns: int) -> str:
    """A file of a folder is the same as long as its path, size and time of change are: reading all of every file for
    a digest, with each task, would cost minutes in a folder of videos."""
    return f"file:{path}:{size}:{mtime_ns}"


def folder_at(named: str, roots: Sequence[Path]) -> Path:
    """The real path of a folder that is named; raises MediaError."""
    _, real = locate(named, roots)
    if not real.is_dir():
        raise MediaError(f"{shown(named)}: {'is no folder' if real.exists() else 'there is no such folder'}")
    return real


def own_folder(named: str, roots: Sequence[Path], handle: str) -> Path | None:
    """The folder `@handle` in the named one, whatever the case of its letters; of several the first by name."""
    wanted = f"@{handle.lower()}"
    found = [path for path in folder_at(named, roots).iterdir() if path.name.lower() == wanted and path.is_dir()]
    return min(found, key=lambda path: path.name, default=None)


def files_of(named: str, roots: Sequence[Path], kind: MediaKind) -> tuple[list[tuple[str, str]], list[str]]:
    """(path, key) of the media files of this kind in the folder, in the order of their names, and which files can be
    none for their names; not those in folders within, nor hidden ones."""
    found: list[tuple[str, str]] = []
    refused: list[str] = []
    extensions = {end for known in types().values() if known.kind is kind for end in known.extensions}
    for path in sorted(folder_at(named, roots).iterdir(), key=lambda path: path.name):
        if path.name.startswith("."):
            continue
        if not is_utf8(path.name):
            if path.suffix.lower() in extensions:
                refused.append(misnamed(str(path)))
            continue
        try:
            with open_named(str(path), roots) as file:
                if file.kind is kind:
                    found.append((str(path), file_key(file.path, file.size, file.mtime_ns)))
        except MediaError:
            continue
    return found, refused
