"""Brings files into the library: finds them, puts each where the daemon says, and hands it over. Prints nothing."""

import os
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path

from drover.client import ControlClient, import_timeout_s
from drover.readable import is_utf8
from drover.wire.faults import Code, RequestError
from drover.wire.materials import ImportMaterial, Material, MaterialAdded, PlaceUpload, UploadPlace


def files_under(sources: Iterable[Path]) -> list[Path]:
    """The given files, and in the order of their names the files of the given folders, hidden ones left out."""
    found: dict[Path, None] = {}
    for source in sources:
        inside = sorted(source.rglob("*")) if source.is_dir() else [source]
        for path in inside:
            hidden = any(part.startswith(".") for part in path.relative_to(source).parts)
            if not hidden and not path.is_dir():
                found.setdefault(path)
    return list(found)


class Importer:
    """Adds one file after another and remembers what came of each."""

    def __init__(self, client: ControlClient, *, tags: Sequence[str], note: str) -> None:
        self._client = client
        self._tags = list(tags)
        self._note = note
        self.added: list[Material] = []
        self.existing: list[Material] = []
        self.skipped: list[tuple[Path, str]] = []
        self.warnings: list[tuple[Material, str]] = []

    def add(self, path: Path) -> None:
        """Add one file. What is wrong with the file itself is remembered; other refusals are raised."""
        try:
            answer = self._hand_over(path)
        except OSError as error:
            self.skipped.append((path, error.strerror or str(error)))
            return
        except RequestError as error:
            if error.failure.code not in (Code.INVALID, Code.TOO_LARGE):
                raise
            self.skipped.append((path, _without_name(str(error), path.name)))
            return
        (self.existing if answer.existing else self.added).append(answer.material)
        self.warnings += [(answer.material, warning) for warning in answer.warnings]

    def _hand_over(self, path: Path) -> MaterialAdded:
        if not path.is_file():
            raise OSError(0, "is no regular file")
        if not is_utf8(path.name):
            raise OSError(0, "has a name that is not UTF-8; rename it")
        size = path.stat().st_size
        place = self._client.ask(PlaceUpload(size=size), UploadPlace)
        there = Path(place.path)
        try:
            _copy(path, there)
            request = ImportMaterial(token=place.token, name=path.name, tags=self._tags, note=self._note)
            return self._client.ask(request, MaterialAdded, timeout_s=import_timeout_s(size))
        finally:
            there.unlink(missing_ok=True)


def _copy(path: Path, there: Path) -> None:
    """Private, and the daemon's own also where root runs this command."""
    descriptor = os.open(there, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with path.open("rb") as source, os.fdopen(descriptor, "wb") as target:
        if os.geteuid() == 0:
            owner = there.parent.stat()
            os.fchown(target.fileno(), owner.st_uid, owner.st_gid)
        shutil.copyfileobj(source, target, 1024 * 1024)


def _without_name(message: str, name: str) -> str:
    """The daemon begins with the file's name, which the reader has before it already."""
    return message.removeprefix(f"{name}: ")
