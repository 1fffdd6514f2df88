"""The media library: uploads taken over, items listed, changed and removed. What an account used is the store's."""

import asyncio
import unicodedata
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import PurePath
from typing import Any

import msgspec
import structlog

from drover.media.files import MediaError, MediaUnavailableError
from drover.media.inspector import Inspector
from drover.media.library import LibraryFolder, NoSpaceError
from drover.media.opening import opened
from drover.policy.media import library_tags, misfit, who
from drover.store import materials, media_uses
from drover.store.errors import StoreUnavailableError
from drover.store.store import Store
from drover.supervisor import clock
from drover.supervisor.settings import Settings
from drover.wire.control import ArtifactFile, Done
from drover.wire.faults import Code, RequestError
from drover.wire.materials import (
    MAX_NAME_CHARS,
    MAX_NOTE_CHARS,
    ChangeMaterial,
    DeleteMaterial,
    FindThumbnail,
    GetMaterial,
    ImportMaterial,
    ListMaterials,
    Material,
    MaterialAdded,
    MaterialAnswer,
    MaterialDetail,
    MaterialPage,
    MaterialRequest,
    PlaceUpload,
    UploadPlace,
)
from drover.wire.media import MediaFacts, MediaLimit

log = structlog.get_logger("drover.media")


class MaterialLibrary:
    """Requests about the library. `limits` are what the apps take: what one does not take is kept, with a warning.

    Whether an item that was used is still available to other accounts, the configuration says.
    """

    def __init__(
        self,
        settings: Settings,
        store: Store,
        folder: LibraryFolder,
        inspector: Inspector,
        limits: list[MediaLimit],
        max_bytes: int,
    ) -> None:
        self._settings = settings
        self._store = store
        self._folder = folder
        self._inspector = inspector
        self._limits = limits
        self._max_bytes = max_bytes
        # Import and removal of the same content must not cross between the disk and the database.
        self._changing = asyncio.Lock()
        self._keepers = 0

    async def prepare(self) -> None:
        """Make the folders and remove what a crash left in them. Nothing else uses them yet."""
        await asyncio.to_thread(self._folder.prepare)
        await self._sweep()

    @asynccontextmanager
    async def kept(self) -> AsyncGenerator[LibraryFolder]:
        """The library's folder, in which no file goes meanwhile; what was deleted goes afterwards."""
        self._keepers += 1
        try:
            yield self._folder
        finally:
            self._keepers -= 1
            if not self._keepers:
                try:
                    await self._sweep()
                except (StoreUnavailableError, OSError) as error:
                    log.error("library_not_swept", why=str(error))  # the next start does it

    async def _sweep(self) -> None:
        """Remove the copies that no item names; one that is being taken over is named before this looks."""
        async with self._changing:
            known = await self._store.read(materials.paths)
            if removed := await asyncio.to_thread(self._folder.remove_strangers, known):
                log.info("library_swept", removed=removed)

    async def answer(self, body: MaterialRequest) -> MaterialAnswer | ArtifactFile | Done:
        """The answer to one request; raises RequestError."""
        answer: MaterialAnswer | ArtifactFile | Done = await self._table()[type(body)](body)
        return answer

    def _table(self) -> dict[type, Callable[[Any], Awaitable[Any]]]:
        """What answers each request."""
        return {
            PlaceUpload: self._place,
            ImportMaterial: self._import,
            ListMaterials: self._list,
            GetMaterial: self._get,
            ChangeMaterial: self._change,
            DeleteMaterial: self._delete,
            FindThumbnail: self._thumbnail,
        }

    # --- files in

    async def _place(self, body: PlaceUpload) -> UploadPlace:
        if not 0 <= body.size <= self._max_bytes:
            raise RequestError(
                Code.TOO_LARGE,
                f"the file has {body.size / 1e6:.1f} MB; the library takes at most {self._max_bytes / 1e6:.0f} MB "
                "(max_upload_mb in [media])",
            )
        try:
            token, path = await asyncio.to_thread(self._folder.place, body.size)
        except NoSpaceError as error:
            raise RequestError(Code.UNAVAILABLE, str(error), retry_after_s=60) from None
        return UploadPlace(token=token, path=str(path), max_bytes=self._max_bytes)

    async def _import(self, body: ImportMaterial) -> MaterialAdded:
        name, wanted_tags, note = _name(body.name), library_tags(body.tags), _note(body.note)
        try:
            facts, thumbnail = await self._look(body.token, name)
            async with self._changing:
                path = await asyncio.to_thread(self._folder.take, body.token, facts.sha256, facts.media_type, thumbnail)
                item, existing = await self._store.write(
                    materials.add,
                    facts,
                    name=name,
                    path=path,
                    tags=wanted_tags,
                    note=note,
                    now=clock.now(),
                )
        except MediaUnavailableError as error:
            raise RequestError(Code.UNAVAILABLE, f"{error}; try again", retry_after_s=60) from error
        except MediaError as error:
            raise RequestError(Code.INVALID, str(error)) from None
        except OSError as error:
            message = f"{name}: cannot be stored now: {error.strerror}; make room on the disk, then try again"
            raise RequestError(Code.UNAVAILABLE, message, retry_after_s=60) from error
        finally:
            await asyncio.to_thread(self._folder.drop_upload, body.token)
        log.info("material_added", material=item.id, existing=existing, media_type=item.media_type, size=item.size)
        return MaterialAdded(material=await self._one_shown(item), existing=existing, warnings=self._warnings(facts))

    async def _look(self, token: str, name: str) -> tuple[MediaFacts, bytes]:
        with await opened(self._folder.open_upload, token, name) as file:
            if file.size > self._max_bytes:
                raise MediaError(f"{name}: has more than {self._max_bytes / 1e6:.0f} MB")
            return await self._inspector.look(file)

    def _warnings(self, facts: MediaFacts) -> list[str]:
        """Which places of which apps do not take it."""
        same_kind = [limit for limit in self._limits if limit.kind is facts.kind]
        return [why for limit in same_kind if (why := misfit(facts, limit))]

    # --- items

    async def _list(self, body: ListMaterials) -> MaterialPage:
        total, found = await self._store.read(
            materials.page, kind=body.kind, tags=library_tags(body.tags), page=body.page, page_size=body.page_size
        )
        return MaterialPage(total=total, page=body.page, page_size=body.page_size, materials=await self._shown(found))

    async def _get(self, body: GetMaterial) -> MaterialDetail:
        item = await self._find(body.material_id)
        uses = await self._store.read(media_uses.of_key, materials.key_of(item.sha256))
        return MaterialDetail(material=await self._one_shown(item), uses=uses)

    async def _change(self, body: ChangeMaterial) -> Material:
        wanted_tags = None if body.tags is None else library_tags(body.tags)
        note = None if body.note is None else _note(body.note)
        item = await self._store.write(materials.change, body.material_id, tags=wanted_tags, note=note)
        if item is None:
            raise _missing(body.material_id)
        return await self._one_shown(item)

    async def _delete(self, body: DeleteMaterial) -> Done:
        async with self._changing:
            item = await self._find(body.material_id)
            holders = await self._store.write(materials.delete_unless_held, item)
            if holders:
                raise RequestError(
                    Code.CONFLICT,
                    f"material {item.id}: is held by task {', '.join(map(str, holders))}; "
                    "delete it when that has ended, or stop the task",
                    {"task_ids": holders},
                )
            if not self._keepers:
                await asyncio.to_thread(self._folder.remove, item.sha256, item.media_type)
        return Done()

    async def _thumbnail(self, body: FindThumbnail) -> ArtifactFile:
        item = await self._find(body.material_id)
        return ArtifactFile(path=str(self._folder.thumbnail_path(item.sha256)), media_type="image/jpeg")

    async def _one_shown(self, item: Material) -> Material:
        return (await self._shown([item]))[0]

    async def _shown(self, items: Sequence[Material]) -> list[Material]:
        """The items with the whole paths of their copies, and with what is known of their use."""
        used = await self._store.read(media_uses.by_key, [materials.key_of(item.sha256) for item in items])
        return [self._with_uses(item, used.get(materials.key_of(item.sha256), [])) for item in items]

    def _with_uses(self, item: Material, accounts: Sequence[str]) -> Material:
        return msgspec.structs.replace(
            item,
            path=str(self._folder.copies / item.path),
            used_by=[who(account) for account in accounts],
            available=self._settings.config.media.reuse == "per_account" or not accounts,
        )

    async def _find(self, material_id: int) -> Material:
        item = await self._store.read(materials.get, material_id)
        if item is None:
            raise _missing(material_id)
        return item


def _missing(material_id: int) -> RequestError:
    return RequestError(Code.NOT_FOUND, f"material {material_id}: there is no such item in the library")


def _name(text: str) -> str:
    """The last part of what a client calls the file, without anything that a terminal would obey."""
    text = unicodedata.normalize("NFC", text)
    name = "".join(char for char in PurePath(text.replace("\\", "/")).name if char.isprintable()).strip()
    if not name or len(name) > MAX_NAME_CHARS:
        raise RequestError(Code.INVALID, f"name: expected a file name of 1-{MAX_NAME_CHARS} characters")
    return name


def _note(text: str) -> str:
    if len(text) > MAX_NOTE_CHARS:
        raise RequestError(Code.INVALID, f"note: expected at most {MAX_NOTE_CHARS} characters, got {len(text)}")
    return text
