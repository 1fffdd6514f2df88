"""The media library of the daemon's double: real files through the real media package, items in memory."""

from datetime import UTC, datetime
from pathlib import Path
from tempfile import mkdtemp

import msgspec

from drover.media.files import MediaError
from drover.media.library import LibraryFolder
from drover.media.messages import Question
from drover.media.probe import look
from drover.policy.media import library_tags
from drover.wire import materials as m
from drover.wire.control import ArtifactFile, Done
from drover.wire.faults import Code, RequestError
from drover.wire.media import UseState

MAX_BYTES = 5_000_000


class MaterialModel:
    """`held` names the tasks that hold an item, `uses` who used it."""

    def __init__(self, folder: Path | None) -> None:
        self._library_root = None if folder is None else folder / "media"
        self._library: LibraryFolder | None = None
        self.materials: dict[int, m.Material] = {}
        self.uses: dict[int, list[m.MaterialUse]] = {}
        self._next_material = 1

    @property
    def library(self) -> LibraryFolder:
        if self._library is None:
            self._library = LibraryFolder(self._library_root or Path(mkdtemp(prefix="lib")))
            self._library.prepare()
        return self._library

    def _place_upload(self, body: m.PlaceUpload) -> m.UploadPlace:
        if body.size > MAX_BYTES:
            raise RequestError(Code.TOO_LARGE, f"the library takes at most {MAX_BYTES} bytes a file")
        token, path = self.library.place(body.size)
        return m.UploadPlace(token=token, path=str(path), max_bytes=MAX_BYTES)

    def _import_material(self, body: m.ImportMaterial) -> m.MaterialAdded:
        tags = library_tags(body.tags)
        try:
            with self.library.open_upload(body.token, body.name) as file:
                question = Question(
                    kind=file.kind, media_type=file.media_type, size=file.size, digest=True, thumbnail=True
                )
                finding = look(question, file.handle.fileno())
            if finding.facts is None:
                raise MediaError(f"{body.name}: {finding.why}")
        except MediaError as error:
            self.library.drop_upload(body.token)
            raise RequestError(Code.INVALID, str(error)) from None
        facts = finding.facts
        path = self.library.take(body.token, facts.sha256, facts.media_type, finding.thumbnail)
        for known in self.materials.values():
            if known.sha256 == facts.sha256:
                merged = list(dict.fromkeys([*known.tags, *tags]))
                return m.MaterialAdded(material=self._keep_material(known, tags=merged), existing=True)
        item = m.Material(
            id=self._next_material,
            name=body.name,
            path=str(self.library.copies / path),
            tags=tags,
            note=body.note,
            created_at=datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC),
            **msgspec.structs.asdict(facts),
        )
        self._next_material += 1
        return m.MaterialAdded(material=self._keep_material(item))

    def _list_materials(self, body: m.ListMaterials) -> m.MaterialPage:
        tags = set(library_tags(body.tags))
        found = [
            item
            for item in reversed(self.materials.values())
            if body.kind in (None, item.kind) and tags <= set(item.tags)
        ]
        start = (body.page - 1) * body.page_size
        shown = found[start : start + body.page_size]
        return m.MaterialPage(total=len(found), page=body.page, page_size=body.page_size, materials=shown)

    def _get_material(self, body: m.GetMaterial) -> m.MaterialDetail:
        return m.MaterialDetail(material=self._item(body.material_id), uses=self.uses.get(body.material_id, []))

    def _change_material(self, body: m.ChangeMaterial) -> m.Material:
        item = self._item(body.material_id)
        tags = item.tags if body.tags is None else library_tags(body.tags)
        return self._keep_material(item, tags=tags, note=item.note if body.note is None else body.note)

    def _delete_material(self, body: m.DeleteMaterial) -> Done:
        item = self._item(body.material_id)
        held = [use.task_id for use in self.uses.get(item.id, []) if use.state is UseState.RESERVED]
        if held:
            raise RequestError(Code.CONFLICT, f"material {item.id}: is held by task {held[0]}", {"task_ids": held})
        self.library.remove(item.sha256, item.media_type)
        del self.materials[item.id]
        return Done()

    def _find_thumbnail(self, body: m.FindThumbnail) -> ArtifactFile:
        item = self._item(body.material_id)
        return ArtifactFile(path=str(self.library.thumbnail_path(item.sha256)), media_type="image/jpeg")

    def _item(self, material_id: int) -> m.Material:
        if material_id not in self.materials:
            raise RequestError(Code.NOT_FOUND, f"material {material_id}: there is no such item in the library")
        return self.materials[material_id]

    def _keep_material(self, item: m.Material, **changes: object) -> m.Material:
        self.materials[item.id] = msgspec.structs.replace(item, **changes)
        return self.materials[item.id]
