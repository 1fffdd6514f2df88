"""The media of tasks that publish: checked when a task is accepted, looked for when its attempt is about to begin.

Looks at files; the choice itself is made by policy.media inside the store's transaction.
"""

import asyncio
import os
from collections import OrderedDict
from collections.abc import Awaitable, Sequence
from pathlib import Path
from typing import Final, TypeVar

import msgspec
import structlog

from drover.media.files import MediaError, MediaUnavailableError, OpenFile, open_named, shown
from drover.media.folders import file_key, files_of, folder_at, own_folder
from drover.media.inspector import Inspector
from drover.media.opening import opened
from drover.media.texts import read_text
from drover.policy import folder_texts, post_texts
from drover.policy.folder_texts import FolderTexts
from drover.policy.media import KINDS, Candidate, Wanted, limit_for, misfit, too_few, too_many, wanted
from drover.policy.pace import account_key
from drover.policy.records import NewTask
from drover.store import media_uses
from drover.store.publications import Listed, Waiting
from drover.store.store import Store
from drover.supervisor.settings import Settings
from drover.wire.faults import Code, RequestError
from drover.wire.media import MediaFacts, MediaFile, MediaLimit
from drover.wire.post import PostConfig, TextLimit
from drover.wire.tasks import Task

log = structlog.get_logger("drover.tasks")

T = TypeVar("T")

RETRY_AFTER_S: Final = 10
"""Told where this machine could not open a file just now."""
OPEN_TIMEOUT_S: Final = 20.0
"""A disk that is away (a network share, say) must not hold a phone or a request for ever."""
FACTS_KEPT: Final = 4096
"""Files whose content is remembered, by path, size and time of change; a folder is looked at with each task."""


class TaskMedia:
    """`library` holds the copies of its items.

    In which folders files may lie that a request names, and whether a file that was published is chosen again, the
    configuration says; it counts from the next choice on.
    """

    def __init__(
        self,
        settings: Settings,
        store: Store,
        inspector: Inspector,
        library: Path,
        limits: Sequence[MediaLimit],
        texts: Sequence[TextLimit],
    ) -> None:
        self._settings = settings
        self._store = store
        self._library = library
        self._inspector = inspector
        self._limits = limits
        self._texts = texts
        self._known: OrderedDict[str, MediaFacts] = OrderedDict()
        self._logged: set[str] = set()

    @property
    def _roots(self) -> list[Path]:
        return list(self._settings.config.media_roots)

    # --- when tasks are accepted

    async def check(self, planned: Sequence[NewTask]) -> None:
        """Refuse what could never be published, naming the field; raises RequestError."""
        if planned and (why := too_few(msgspec.convert(planned[0].script_config, PostConfig), len(planned))):
            raise RequestError(Code.INVALID, f"script_config.material_list: {why}")
        for task in {task.platform: task for task in planned}.values():
            config = msgspec.convert(task.script_config, PostConfig)
            if why := post_texts.misfit(config, self._text_limit(config, task.platform)):
                raise RequestError(Code.INVALID, f"script_config.{why}")
            account = account_key(task.platform, task.username, task.serial)
            await self._check_one(wanted(config, platform=task.platform, account=account))

    async def _check_one(self, want: Wanted) -> None:
        limit = self.limit(want)
        if why := too_many(want, limit):
            field = "material_list" if want.source == "list" else "image_count"
            raise RequestError(Code.INVALID, f"script_config.{field}: {why}")
        for index, path in enumerate(want.paths):
            try:
                await self._candidate(path, limit)
            except MediaUnavailableError as error:
                raise RequestError(Code.UNAVAILABLE, f"{error}; try again", retry_after_s=RETRY_AFTER_S) from None
            except MediaError as error:
                raise RequestError(Code.INVALID, f"script_config.material_list[{index}]: {error}") from None
        if want.source == "folder":
            try:
                await _in_time(want.folder, asyncio.to_thread(folder_at, want.folder, self._roots))
            except MediaError as error:
                raise RequestError(Code.INVALID, f"script_config.material_path: {error}") from None

    # --- when an attempt is about to begin

    def limit(self, want: Wanted) -> MediaLimit:
        """What the app takes there."""
        return limit_for(self._limits, want)

    def _text_limit(self, config: PostConfig, platform: str) -> TextLimit:
        return post_texts.limit_for(self._texts, platform, KINDS[config.content_type])

    def wanted(self, waiting: Waiting) -> Wanted:
        """What a stored task asks for."""
        task = waiting.task
        config = msgspec.convert(task.script_config, PostConfig)
        return wanted(
            config,
            platform=waiting.platform,
            account=waiting.account,
            group_id=task.group_id,
            reuse=self._settings.config.media.reuse,
        )

    @property
    def worker_roots(self) -> list[str]:
        """The folders in which a worker may open files."""
        return [str(root) for root in (*self._roots, self._library)]

    def located(self, files: Sequence[MediaFile]) -> list[MediaFile]:
        """The files with whole paths: those of the library are stored within its folder."""
        return [
            file
            if file.material_id is None
            else msgspec.structs.replace(file, path=os.path.realpath(self._library / file.path))
            for file in files
        ]

    async def listed(self, waiting: Waiting, want: Wanted) -> Listed:
        """The files of the task's list or folder; raises MediaError where it, one of the list, or a text of the task is
        unusable."""
        self._check_texts(waiting.task, want.platform)
        if want.source == "list" and not want.shares_list:
            limit = self.limit(want)
            return Listed(candidates=[await self._candidate(path, limit) for path in want.paths])
        if waiting.earlier or want.source == "library":
            return Listed()
        if want.source == "list":
            return await self._of_list(want)
        return await self._in_folder(want, msgspec.convert(waiting.task.script_config, PostConfig))

    def _check_texts(self, task: Task, platform: str) -> None:
        """Raise MediaError for a text that the app cannot take: the task is of an earlier version, or took it then."""
        config = msgspec.convert(folder_texts.with_texts(task.script_config, task.media), PostConfig)
        if why := post_texts.misfit(config, self._text_limit(config, platform)):
            raise MediaError(f"{why}; create the task again with another text")

    async def _of_list(self, want: Wanted) -> Listed:
        """The videos of a list that the tasks of a request share; those that are gone or broken are left out."""
        found: list[Candidate] = []
        faults: list[str] = []
        for path in dict.fromkeys(want.paths):
            try:
                found.append(await self._candidate(path, None))
            except MediaUnavailableError:
                raise
            except MediaError as error:
                faults.append(str(error))
        return Listed(candidates=found, faults=faults)

    async def _in_folder(self, want: Wanted, config: PostConfig) -> Listed:
        """Unused files in the order of their names, at least twice as many as are wanted if there are so many, and the
        texts next to them. Those in the account's own folder come first."""
        own = None
        if want.handle:
            own = await _in_time(want.folder, asyncio.to_thread(own_folder, want.folder, self._roots, want.handle))
        folders = [*([(own, own.name)] if own else []), (Path(want.folder), "")]
        listed: list[Listed] = []
        for folder, place in folders:
            listed.append(await self._listing(want, config, folder, place))
            if not listed[-1].complete:
                break  # more than enough for this task; the next one looks again
        return Listed(
            candidates=[candidate for one in listed for candidate in one.candidates],
            used=sum(one.used for one in listed),
            faults=[fault for one in listed for fault in one.faults],
            complete=listed[-1].complete,
            texts={place: texts for one in listed for place, texts in one.texts.items()},
        )

    async def _listing(self, want: Wanted, config: PostConfig, folder: Path, place: str) -> Listed:
        """What one folder has for the task."""
        files, misnamed = await _in_time(str(folder), asyncio.to_thread(files_of, str(folder), self._roots, want.kind))
        self._tell(misnamed)
        taken = await self._store.read(media_uses.taken, want, [key for _, key in files])
        free = [path for path, key in files if key not in taken]
        candidates, faults, complete = await self._fitting(free, want, place)
        texts: dict[str, FolderTexts] = {}
        if candidates and (names := folder_texts.wanted_files(config, want.platform)):
            limit = self._text_limit(config, want.platform)
            read = asyncio.to_thread(_texts_of, folder, self._roots, names, limit)
            texts[place] = await _in_time(str(folder), read)
        faults = [*misnamed, *faults]
        return Listed(candidates=candidates, used=len(taken), faults=faults, complete=complete, texts=texts)

    def _tell(self, misnamed: Sequence[str]) -> None:
        """Log each once: the folder is looked at with each task."""
        for why in misnamed:
            if why not in self._logged and len(self._logged) < FACTS_KEPT:
                self._logged.add(why)
                log.warning("file_left_out", why=why)

    async def _fitting(self, paths: Sequence[str], want: Wanted, place: str) -> tuple[list[Candidate], list[str], bool]:
        """(candidates, what is wrong with broken files, whether all were looked at)."""
        limit = self.limit(want)
        found: list[Candidate] = []
        faults: list[str] = []
        fitting = 0
        for path in paths:
            if fitting == 2 * want.count:
                return found, faults, False
            try:
                found.append(await self._candidate(path, None, place))
            except MediaUnavailableError:
                raise
            except MediaError as error:
                faults.append(str(error))  # one bad file in a folder does not stop the others
            else:
                fitting += not misfit(found[-1].facts, limit)
        return found, faults, True

    async def _candidate(self, path: str, limit: MediaLimit | None, place: str = "") -> Candidate:
        """The named file with what its content says; raises MediaError, also where the app does not take it."""
        file = await _in_time(path, opened(open_named, path, self._roots))
        with file:
            facts = await self._facts(file)
        if limit is not None and (why := misfit(facts, limit)):
            raise MediaError(f"{shown(path)}: {why}")
        return Candidate(
            key=file_key(file.path, file.size, file.mtime_ns),
            file=file.file,
            facts=facts,
            name=f"{place}/{file.path.name}" if place else file.path.name,
            place=place,
        )

    async def _facts(self, file: OpenFile) -> MediaFacts:
        key = file_key(file.path, file.size, file.mtime_ns)
        if key in self._known:
            self._known.move_to_end(key)
            return self._known[key]
        facts = self._known[key] = await self._inspector.facts(file)
        if len(self._known) > FACTS_KEPT:
            self._known.popitem(last=False)
        return facts


async def _in_time(named: str, work: Awaitable[T]) -> T:
    """What a thread gives; raises MediaError where the disk gives none in time."""
    try:
        return await asyncio.wait_for(work, OPEN_TIMEOUT_S)
    except TimeoutError:
        message = f"{shown(named)}: could not be opened within {OPEN_TIMEOUT_S:.0f} s; is its disk there?"
        raise MediaError(message) from None


def _texts_of(folder: Path, roots: Sequence[Path], names: Sequence[str], limit: TextLimit) -> FolderTexts:
    """What the files of texts in the folder say; raises MediaError for one that cannot be used, or that holds a text
    which the app cannot take."""
    lines: dict[str, tuple[str, ...]] = {}
    for name in names:
        path = str(folder / name)
        try:
            lines[name] = folder_texts.lines_of(name, read_text(path, roots) or "")
            folder_texts.refuse_unfit(name, lines[name], limit)
        except ValueError as error:
            raise MediaError(f"{shown(path)}: {error}") from None
    return FolderTexts(path=str(folder), lines=lines)
