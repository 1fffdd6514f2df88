"""A library with files of any content on a real disk, its items in a real store."""

import hashlib
from pathlib import Path

from drover.media.library import LibraryFolder
from drover.store import Store, materials
from drover.wire.materials import Material
from drover.wire.media import MediaFacts, MediaKind


def library_in(data_dir: Path) -> LibraryFolder:
    """The folder of the library where a daemon has it."""
    folder = LibraryFolder(data_dir / "media")
    folder.prepare()
    return folder


def add_item(store: Store, library: LibraryFolder, content: bytes, name: str = "a.png") -> Material:
    """What an import does once the file was looked at: the copy first, then the row."""
    token, place = library.place(len(content))
    place.write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()
    path = library.take(token, digest, "image/png", b"small " + content[:8])
    facts = MediaFacts(
        kind=MediaKind.IMAGE, media_type="image/png", size=len(content), width=9, height=16, sha256=digest
    )
    item, _ = store.write_sync(materials.add, facts, name=name, path=path, tags=[], note="", now=store.clock())
    return item


def files_under(folder: Path) -> dict[str, bytes]:
    """Every file below, by its path within."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
