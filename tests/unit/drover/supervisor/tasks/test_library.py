"""The library: what is taken over is kept once, said what no app takes, and never removed while it is in use."""

import asyncio
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from drover.config import Config, MediaSection
from drover.media.inspector import Inspector
from drover.media.library import LibraryFolder, NoSpaceError
from drover.media.limits import limits
from drover.store import Store, StoreUnavailableError, materials
from drover.supervisor.settings import Settings
from drover.supervisor.tasks.library import MaterialLibrary
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
    MaterialDetail,
    MaterialPage,
    MaterialRequest,
    PlaceUpload,
    UploadPlace,
)
from tests.support.library import files_under
from tests.support.media import make_picture, make_video
from tests.support.published import add_post, begin_post, names

MAX_BYTES = 2_000_000


class Shelf:
    """The library over a folder on a real disk, with the real decoders."""

    def __init__(self, store: Store, folder: Path) -> None:
        self.settings, self.inspector = Settings(Config()), Inspector()
        self.folder = LibraryFolder(folder)
        self.library = MaterialLibrary(self.settings, store, self.folder, self.inspector, limits(), MAX_BYTES)

    async def upload(self, source: Path) -> str:
        place = await self.library.answer(PlaceUpload(size=source.stat().st_size))
        assert isinstance(place, UploadPlace)
        shutil.copy(source, place.path)
        return place.token

    async def add(self, source: Path, name: str = "a.png", **more: object) -> MaterialAdded:
        request = ImportMaterial(token=await self.upload(source), name=name, **more)  # type: ignore[arg-type]
        added = await self.library.answer(request)
        assert isinstance(added, MaterialAdded)
        return added

    async def refusal(self, request: MaterialRequest) -> RequestError:
        with pytest.raises(RequestError) as refused:
            await self.library.answer(request)
        return refused.value

    def copies(self) -> list[str]:
        return sorted(files_under(self.folder.copies))

    def uploads(self) -> list[Path]:
        return list(self.folder.incoming.iterdir())


Run = Callable[[Callable[[Shelf], Awaitable[None]]], None]


@pytest.fixture
def run_library(store: Store, tmp_path: Path) -> Run:
    def played(story: Callable[[Shelf], Awaitable[None]]) -> None:
        async def whole() -> None:
            shelf = Shelf(store, tmp_path / "library")
            await shelf.library.prepare()
            try:
                await story(shelf)
            finally:
                shelf.inspector.close()

        asyncio.run(whole())

    return played


def test_one_content_is_one_item_however_often_it_comes(run_library: Run, tmp_path: Path) -> None:
    picture = make_picture(tmp_path / "a.png")

    async def story(shelf: Shelf) -> None:
        first = await shelf.add(picture, "C:\\photos\\cafe\u0301\x1b.png")
        again = await shelf.add(picture, "b.png")
        assert (first.existing, again.existing, again.material.id) == (False, True, first.material.id)
        assert first.material.name == "caf\u00e9.png"
        assert (len(shelf.copies()), shelf.uploads()) == (1, [])
        assert Path(first.material.path).read_bytes() == picture.read_bytes()
        thumbnail = await shelf.library.answer(FindThumbnail(material_id=first.material.id))
        assert isinstance(thumbnail, ArtifactFile)
        assert Path(thumbnail.path).read_bytes()[:2] == b"\xff\xd8"

    run_library(story)


def test_what_no_app_takes_is_kept_and_said(run_library: Run, tmp_path: Path) -> None:
    short = make_video(tmp_path / "a.mp4", seconds=0.4)

    async def story(shelf: Shelf) -> None:
        added = await shelf.add(short, "a.mp4")
        assert any("TikTok takes 1 to 600 s" in why for why in added.warnings)
        assert len(shelf.copies()) == 1
        assert (await shelf.add(make_picture(tmp_path / "a.png"))).warnings == []

    run_library(story)


@pytest.mark.parametrize(
    ("name", "note"), [("", ""), ("/", ""), ("x" * (MAX_NAME_CHARS + 1), ""), ("a.png", "x" * (MAX_NOTE_CHARS + 1))]
)
def test_what_cannot_be_kept_so_is_refused(run_library: Run, name: str, note: str) -> None:
    async def story(shelf: Shelf) -> None:
        refused = await shelf.refusal(ImportMaterial(token="0" * 32, name=name, note=note))
        assert refused.failure.code is Code.INVALID

    run_library(story)


def test_an_upload_that_is_refused_leaves_nothing(run_library: Run, tmp_path: Path) -> None:
    broken, large = tmp_path / "a.png", tmp_path / "b.png"
    broken.write_bytes(make_picture(tmp_path / "c.png").read_bytes()[:100])
    large.write_bytes((tmp_path / "c.png").read_bytes() + bytes(MAX_BYTES))

    async def story(shelf: Shelf) -> None:
        for source, size, words in ((broken, 100, "a.png: "), (large, 100, "more than 2 MB")):
            place = await shelf.library.answer(PlaceUpload(size=size))  # the client says less than it sends
            assert isinstance(place, UploadPlace)
            shutil.copy(source, place.path)
            refused = await shelf.refusal(ImportMaterial(token=place.token, name="a.png"))
            assert refused.failure.code is Code.INVALID
            assert words in str(refused)
            assert place.token not in str(refused)
        assert (shelf.uploads(), shelf.copies()) == ([], [])

    run_library(story)


def test_an_upload_that_has_no_room_is_not_begun(run_library: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_size: int) -> None:
        raise NoSpaceError("the disk has 1 MB left")

    async def story(shelf: Shelf) -> None:
        assert (await shelf.refusal(PlaceUpload(size=MAX_BYTES + 1))).failure.code is Code.TOO_LARGE
        assert (await shelf.refusal(PlaceUpload(size=-1))).failure.code is Code.TOO_LARGE
        assert await shelf.library.answer(PlaceUpload(size=MAX_BYTES))
        monkeypatch.setattr(shelf.folder, "place", full)
        refused = await shelf.refusal(PlaceUpload(size=1))
        assert (refused.failure.code, refused.failure.retry_after_s) == (Code.UNAVAILABLE, 60)

    run_library(story)


def test_a_disk_that_refuses_the_copy_is_told_to_come_again(
    run_library: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture = make_picture(tmp_path / "a.png")

    def full(*_args: object) -> str:
        raise OSError(28, "No space left on device")

    async def story(shelf: Shelf) -> None:
        monkeypatch.setattr(shelf.folder, "take", full)
        refused = await shelf.refusal(ImportMaterial(token=await shelf.upload(picture), name="a.png"))
        assert (refused.failure.code, refused.failure.retry_after_s) == (Code.UNAVAILABLE, 60)
        assert "No space left on device" in str(refused)
        assert shelf.uploads() == []

    run_library(story)


def test_an_item_is_removed_with_its_file_unless_a_task_holds_it(
    run_library: Run, store: Store, tmp_path: Path
) -> None:
    picture, video = make_picture(tmp_path / "a.png"), make_video(tmp_path / "a.mp4", seconds=2)

    async def story(shelf: Shelf) -> None:
        item, held = (await shelf.add(picture)).material, (await shelf.add(video, "a.mp4")).material
        task_id = add_post(store)
        assert names(begin_post(store, task_id)) == [held.id]
        assert await shelf.library.answer(DeleteMaterial(material_id=item.id)) == Done()
        refused = await shelf.refusal(DeleteMaterial(material_id=held.id))
        assert (refused.failure.code, refused.failure.data) == (Code.CONFLICT, {"task_ids": [task_id]})
        assert len(shelf.copies()) == 1
        assert (await shelf.refusal(GetMaterial(material_id=item.id))).failure.code is Code.NOT_FOUND

    run_library(story)


def test_no_file_goes_while_a_backup_copies_them_and_what_was_deleted_goes_afterwards(
    run_library: Run, tmp_path: Path
) -> None:
    picture = make_picture(tmp_path / "a.png")

    async def story(shelf: Shelf) -> None:
        item = (await shelf.add(picture)).material
        async with shelf.library.kept():
            async with shelf.library.kept():
                await shelf.library.answer(DeleteMaterial(material_id=item.id))
            assert len(shelf.copies()) == 1  # another copies still
        assert shelf.copies() == []

    run_library(story)


def test_a_start_removes_copies_that_no_item_names_and_no_others(run_library: Run, tmp_path: Path) -> None:
    picture = make_picture(tmp_path / "a.png")

    async def story(shelf: Shelf) -> None:
        item = (await shelf.add(picture)).material
        stranger = Path(item.path).with_name("0" * 64 + ".png")
        stranger.write_bytes(b"x")
        await shelf.upload(picture)
        await shelf.library.prepare()
        assert (stranger.exists(), Path(item.path).exists(), shelf.uploads()) == (False, True, [])

    run_library(story)


def test_a_sweep_that_fails_fails_no_backup(run_library: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_args: object) -> None:
        raise StoreUnavailableError("the disk is full")

    async def story(shelf: Shelf) -> None:
        monkeypatch.setattr(materials, "paths", full)
        async with shelf.library.kept() as folder:
            assert folder is shelf.folder

    run_library(story)


def test_items_are_found_changed_and_shown_with_who_used_them(run_library: Run, store: Store, tmp_path: Path) -> None:
    picture, video = make_picture(tmp_path / "a.png"), make_video(tmp_path / "a.mp4", seconds=2)

    async def story(shelf: Shelf) -> None:
        one, used = (await shelf.add(picture, tags=["x"])).material, (await shelf.add(video, "a.mp4")).material
        changed = await shelf.library.answer(ChangeMaterial(material_id=one.id, note="new"))
        assert isinstance(changed, Material)
        assert (changed.tags, changed.note) == (["x"], "new")
        assert (await shelf.refusal(ChangeMaterial(material_id=99))).failure.code is Code.NOT_FOUND
        assert names(begin_post(store, add_post(store, "p1", "me"))) == [used.id]
        page = await shelf.library.answer(ListMaterials())
        assert isinstance(page, MaterialPage)
        assert [(item.id, item.available) for item in page.materials] == [(used.id, False), (one.id, True)]
        detail = await shelf.library.answer(GetMaterial(material_id=used.id))
        assert isinstance(detail, MaterialDetail)
        assert (len(detail.uses), detail.material.used_by) == (1, page.materials[0].used_by)
        shelf.settings.replace(Config(media=MediaSection(reuse="per_account")))
        again = await shelf.library.answer(GetMaterial(material_id=used.id))
        assert isinstance(again, MaterialDetail)
        assert again.material.available

    run_library(story)
