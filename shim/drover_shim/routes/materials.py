"""The media library: upload, list, change, remove, and who used what."""

import re
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from msgspec import Meta

from drover.client import import_timeout_s
from drover.wire.control import ArtifactFile, Done
from drover.wire.faults import Code, RequestError
from drover.wire.materials import (
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
    PlaceUpload,
    UploadPlace,
)
from drover.wire.media import MediaKind
from drover_shim import view
from drover_shim.bodies import ChangeMaterialBody, FileName, MaterialTags
from drover_shim.envelope import Answer
from drover_shim.fields import Fields, path_id, query_choice, query_integer, query_page_size, refuse
from drover_shim.route import Call, Param, Route
from drover_shim.routes.task_files import read_file
from drover_shim.shapes import (
    DeletedView,
    MaterialAddedView,
    MaterialDetailView,
    MaterialPageView,
    MaterialView,
)
from drover_shim.uploads import is_form, receive

KINDS: Final = tuple(kind.value for kind in MediaKind)


def upload(call: Call) -> MaterialAddedView:
    """Add a file: the raw body with `?name=&tags=&note=`, or a form with `file`, `tags` and `note`."""
    if not (is_form(call.upload) or call.query.get("name")):
        raise RequestError(Code.INVALID, "name: expected the file's name, such as ?name=clip.mp4")
    place = call.ask(PlaceUpload(size=call.upload.length), UploadPlace)
    path = Path(place.path)
    received = receive(call.upload, path, max_bytes=place.max_bytes)
    said = {**received.texts, **call.query}
    name = said.get("name") or received.file_name
    try:
        timeout_s = import_timeout_s(path.stat().st_size)
        request = ImportMaterial(
            token=place.token, name=name, tags=_split(said.get("tags", "")), note=said.get("note", "")
        )
        added = call.ask(request, MaterialAdded, timeout_s=timeout_s)
    finally:
        path.unlink(missing_ok=True)
    shown = view.material_fields(added.material, call.zone)
    return MaterialAddedView(**shown, existing=added.existing, warnings=added.warnings)


def list_materials(call: Call) -> MaterialPageView:
    """A page of the media library, newest first; only items with all of the tags."""
    query = call.query
    kind = query_choice(query, "kind", KINDS)
    request = ListMaterials(
        kind=None if kind is None else MediaKind(kind),
        tags=_split(query.get("tags", "")),
        page=query_integer(query, "page", 1, 10**9) or 1,
        page_size=query_page_size(query),
    )
    page = call.ask(request, MaterialPage)
    zone = call.zone
    shown = [view.material(item, zone) for item in page.materials]
    return MaterialPageView(total=page.total, page=page.page, page_size=page.page_size, materials=shown)


def get(call: Call) -> MaterialDetailView:
    """One item with its uses, newest first."""
    found = call.ask(GetMaterial(material_id=_id(call)), MaterialDetail)
    zone = call.zone
    uses = [view.material_use(use, zone) for use in found.uses]
    return MaterialDetailView(**view.material_fields(found.material, zone), uses=uses)


def change(call: Call) -> MaterialView:
    """Set `tags` (an array, or text with commas) and `note`; what is missing stays."""
    body = call.read_json()
    fields = Fields(body)
    tags = body.get("tags")
    if isinstance(tags, str):
        tags = _split(tags)
    elif tags is not None:
        tags = fields.array("tags", _tag, "tags")
    request = ChangeMaterial(material_id=_id(call), tags=tags, note=fields.text("note"))
    return view.material(call.ask(request, Material), call.zone)


def delete(call: Call) -> DeletedView:
    """Remove an item and its file; refused while a task holds it."""
    call.ask(DeleteMaterial(material_id=_id(call)), Done)
    return DeletedView(deleted_count=1)


def thumbnail(call: Call) -> Answer:
    """A small JPEG of the picture, or of the video's first frame."""
    wanted = _id(call)
    found = call.ask(FindThumbnail(material_id=wanted), ArtifactFile)
    body = read_file(Path(found.path))
    if body is None:
        raise RequestError(Code.NOT_FOUND, f"material {wanted}: its thumbnail is not there any more")
    return Answer(status=200, body=body, media_type=found.media_type)


def _id(call: Call) -> int:
    return path_id("material", call.args["material_id"])


def _split(text: str) -> list[str]:
    return [part.strip() for part in _COMMAS.split(text) if part.strip()]


_COMMAS: Final = re.compile(r"[,\n]")


def _tag(path: str, value: Any) -> str:
    if isinstance(value, str):
        return value
    refuse(path, "a tag", value)


_ABOUT_FILE: Final = (
    Param("name", FileName, "the file's name; needed where the body is the file itself"),
    Param("tags", MaterialTags, "separated by commas"),
    Param("note", Annotated[str, Meta(max_length=MAX_NOTE_CHARS)]),
)
_FILTERS: Final = (
    Param("kind", Literal["image", "video"]),
    Param("tags", MaterialTags, "separated by commas"),
    Param("page", Annotated[int, Meta(ge=1, le=10**9)], "from 1"),
    Param("page_size", Annotated[int, Meta(ge=1, le=10**9)], "default 20; more than 100 is taken for 100"),
)
_ONE: Final = "/material/<material_id>"

ROUTES: Final = (
    Route(method="POST", path="/material", handler=upload, upload=True, answers=MaterialAddedView, query=_ABOUT_FILE),
    Route(method="GET", path="/material", handler=list_materials, answers=MaterialPageView, query=_FILTERS),
    Route(method="GET", path=_ONE, handler=get, answers=MaterialDetailView),
    Route(method="PATCH", path=_ONE, handler=change, answers=MaterialView, body=ChangeMaterialBody),
    Route(method="DELETE", path=_ONE, handler=delete, answers=DeletedView, refuses=(Code.CONFLICT,)),
    Route(method="GET", path=f"{_ONE}/thumbnail", handler=thumbnail, answers="image/jpeg"),
)
