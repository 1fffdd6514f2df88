"""The media of tasks that publish: checked when a task is accepted, looked for when its attempt is about to begin.

Looks at files; the choice itself is made by policy.media inside the store's transaction.
"""

import asyncio
import os
from collections import OrderedDict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, ParamSpec, TypeVar

import msgspec

from drover.media.files import MediaError, OpenFile, locate, open_named, shown
from drover.media.inspector import Inspector
from drover.policy.media import Candidate, Wanted, limit_for, misfit, too_many, wanted
from drover.policy.pace import account_key
from drover.policy.records import NewTask
from drover.store import media_uses
from drover.store.publishing import Listed, Waiting
from drover.store.store import Store
from drover.wire.faults import Code, RequestError
from drover.wire.media import MediaFacts, MediaFile, MediaKind, MediaLimit
from drover.wire.post import PostConfig

P = ParamSpec("P")
T = TypeVar("T")

OPEN_TIMEOUT_S: Final = 20.0
"""A disk that is away (a network share, say) must not hold a phone or a request for ever."""
FACTS_KEPT: Final = 4096
"""Files whose content is remembered, by path, size and time of change; a folder is looked at with each task."""


class PublishingMedia:
    """`roots` are the folders in which files may lie that a request names, `library` holds the copies of its items."""

    def __init__(
        self,
        store: Store,
        inspector: Inspector,
        *,
        roots: Sequence[Path],
        library: Path,
        limits: Sequence[MediaLimit],
    ) -> None:
        self._store = store
        self._library = library
        self._inspector = inspector
        self.roots = list(roots)
        self._limits = limits
        self._known: OrderedDict[str, MediaFacts] = OrderedDict()

    # --- when tasks are accepted

    async def check(self, planned: Sequence[NewTask]) -> None:
        """Refuse what could never be published, naming the field; raises RequestError."""
        wants = {
            task.platform: wanted(
                msgspec.convert(task.script_config, PostConfig),
                platform=task.platform,
                account=account_key(task.platform, task.username, task.serial),
            )
            for task in planned
        }
        for want in wants.values():
            await self._check_one(want)

    async def _check_one(self, want: Wanted) -> None:
        limit = self.limit(want)
        if why := too_many(want, limit):
            field = "material_list" if want.source == "list" else "image_count"
            raise RequestError(Code.INVALID, f"script_config.{field}: {why}")
        for index, path in enumerate(want.paths):
            try:
                await self._candidate(path, limit)
            except MediaError as error:
                raise RequestError(Code.INVALID, f"script_config.material_list[{index}]: {error}") from None
        if want.source == "folder":
            try:
                await _in_time(want.folder, _folder, want.folder, self.roots)
            except MediaError as error:
                raise RequestError(Code.INVALID, f"script_config.material_path: {error}") from None

    # --- when an attempt is about to begin

    def limit(self, want: Wanted) -> MediaLimit:
        """What the app takes there."""
        return limit_for(self._limits, want)

    def wanted(self, waiting: Waiting) -> Wanted:
        """What a stored task asks for."""
        config = msgspec.convert(waiting.task.script_config, PostConfig)
        return wanted(config, platform=waiting.platform, account=waiting.account)

    @property
    def worker_roots(self) -> list[str]:
        """The folders in which a worker may open files."""
        return [str(root) for root in (*self.roots, self._library)]

    def located(self, files: Sequence[MediaFile]) -> list[MediaFile]:
        """The files with whole paths: those of the library are stored within its folder."""
        return [
            file
            if file.material_id is None
            else msgspec.structs.replace(file, path=os.path.realpath(self._library / file.path))
            for file in files
        ]

    async def listed(self, waiting: Waiting, want: Wanted) -> Listed:
        """The files of the task's list or folder; raises MediaError where it, or one of the list, is unusable."""
        if want.source == "list":
            limit = self.limit(want)
            return Listed(candidates=[await self._candidate(path, limit) for path in want.paths])
        if want.source == "folder" and not waiting.earlier:
            return await self._in_folder(want)
        return Listed()

    async def _in_folder(self, want: Wanted) -> Listed:
        """Unused files in the order of their names, at least twice as many as are wanted if there are so many."""
        limit = self.limit(want)
        files = await _in_time(want.folder, _files_of, want.folder, self.roots, want.kind)
        keys = [key for _, key in files]
        taken = await self._store.read(media_uses.taken, want.account, keys)
        found: list[Candidate] = []
        faults: list[str] = []
        fitting = 0
        for path, key in files:
            if key in taken:
                continue
            if fitting == 2 * want.count:
                return Listed(candidates=found, used=len(taken), faults=faults, complete=False)
            try:
                found.append(await self._candidate(path, None))
            except MediaError as error:
                faults.append(str(error))  # one bad file in a folder stands in nobody's way
            else:
                fitting += not misfit(found[-1].facts, limit)
        return Listed(candidates=found, used=len(taken), faults=faults)

    async def _candidate(self, path: str, limit: MediaLimit | None) -> Candidate:
        """The named file with what its content says; raises MediaError, also where the app does not take it."""
        file = await _in_time(path, open_named, path, self.roots)
        with file:
            facts = await self._facts(file)
        if limit is not None and (why := misfit(facts, limit)):
            raise MediaError(f"{shown(path)}: {why}")
        return Candidate(
            key=_key(file.path, file.size, file.mtime_ns), file=file.file, facts=facts, name=file.path.name
        )

    async def _facts(self, file: OpenFile) -> MediaFacts:
        key = _key(file.path, file.size, file.mtime_ns)
        if key in self._known:
            self._known.move_to_end(key)
            return self._known[key]
        facts = self._known[key] = await self._inspector.facts(file)
        if len(self._known) > FACTS_KEPT:
            self._known.popitem(last=False)
        return facts


async def _in_time(named: str, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """The function's result from a thread; raises MediaError where the disk gives none in time."""
    try:
        return await asyncio.wait_for(asyncio.to_thread(function, *args, **kwargs), OPEN_TIMEOUT_S)
    except TimeoutError:
        message = f"{shown(named)}: could not be opened within {OPEN_TIMEOUT_S:.0f} s; is its disk there?"
        raise MediaError(message) from None


def _key(path: Path, size: int, mtime_ns: int) -> str:
    """A file of a folder is the same as long as its path, size and time of change are: reading all of every file for
    a digest, with each task, would cost minutes in a folder of videos."""
    return f"file:{path}:{size}:{mtime_ns}"


def _folder(named: str, roots: Sequence[Path]) -> Path:
    _, real = locate(named, roots)
    if not real.is_dir():
        raise MediaError(f"{shown(named)}: {'is no folder' if real.exists() else 'there is no such folder'}")
    return real


def _files_of(named: str, roots: Sequence[Path], kind: MediaKind) -> list[tuple[str, str]]:
    """(path, key) of the media files of this kind in the folder, in the order of their names; not those in folders
    within, nor hidden ones."""
    found: list[tuple[str, str]] = []
    for path in sorted(_folder(named, roots).iterdir(), key=lambda path: path.name):
        if path.name.startswith("."):
            continue
        try:
            with open_named(str(path), roots) as file:
                if file.kind is kind:
                    found.append((str(path), _key(file.path, file.size, file.mtime_ns)))
        except MediaError:
            continue
    return found
