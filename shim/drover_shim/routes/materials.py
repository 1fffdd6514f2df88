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
from drover_shim.answers import MATERIAL, MATERIAL_ADDED, MATERIAL_DETAIL, MATERIAL_PAGE, DeletedView
from drover_shim.bodies import ChangeMaterialBody, FileName, MaterialTags
from drover_shim.envelope import Answer
from drover_shim.fields import Fields, path_id, query_choice, refuse
from drover_shim.route import Call, Param, Route
from drover_shim.routes.task_files import read_file
from drover_shim.routes.tasks import PAGE_PARAMS, page_of
from drover_shim.uploads import is_form, receive

KINDS: Final = tuple(kind.value for kind in MediaKind)


def upload(call: Call) -> MaterialAdded:
    """Add a file: the raw body with `?name=&tags=&note=`, or a form with `file`, `tags` and `note`."""
    if not (is_form(call.upload) or call.query.get("name")):
        raise RequestError(Code.INVALID, "name: expected the file's name, such as ?name=clip.mp4")
    place = call.ask(PlaceUpload(size=call.upload.length), UploadPlace)
    path = Path(place.path)
    received = receive(call.upload, path, max_bytes=place.max_bytes)
    texts = {"name": received.file_name, "tags": "", "note": "", **received.texts, **call.query}
    request = ImportMaterial(
        token=place.token, name=texts["name"] or received.file_name, tags=_split(texts["tags"]), note=texts["note"]
    )
    try:
        return call.ask(request, MaterialAdded, timeout_s=import_timeout_s(path.stat().st_size))
    finally:
        path.unlink(missing_ok=True)


def list_materials(call: Call) -> MaterialPage:
    """A page of the media library, newest first; only items with all of the tags."""
    kind = query_choice(call.query, "kind", KINDS)
    page, page_size = page_of(call)
    request = ListMaterials(
        kind=None if kind is None else MediaKind(kind),
        tags=_split(call.query.get("tags", "")),
        page=page,
        page_size=page_size,
    )
    return call.ask(request, MaterialPage)


def get(call: Call) -> MaterialDetail:
    """One item with its uses, newest first."""
    return call.ask(GetMaterial(material_id=_id(call)), MaterialDetail)


def change(call: Call) -> Material:
    """Set `tags` (an array, or text with commas) and `note`; what is missing stays."""
    body = call.read_json()
    fields = Fields(body)
    tags = body.get("tags")
    if isinstance(tags, str):
        tags = _split(tags)
    elif tags is not None:
        tags = fields.array("tags", _tag, "tags")
    return call.ask(ChangeMaterial(material_id=_id(call), tags=tags, note=fields.text("note")), Material)


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
    *PAGE_PARAMS,
)
_ONE: Final = "/material/<material_id>"

ROUTES: Final = (
    Route(method="POST", path="/material", handler=upload, upload=True, answers=MATERIAL_ADDED, query=_ABOUT_FILE),
    Route(method="GET", path="/material", handler=list_materials, answers=MATERIAL_PAGE, query=_FILTERS),
    Route(method="GET", path=_ONE, handler=get, answers=MATERIAL_DETAIL),
    Route(method="PATCH", path=_ONE, handler=change, answers=MATERIAL, body=ChangeMaterialBody),
    Route(method="DELETE", path=_ONE, handler=delete, answers=DeletedView, refuses=(Code.CONFLICT,)),
    Route(method="GET", path=f"{_ONE}/thumbnail", handler=thumbnail, threaded=True, answers="image/jpeg"),
)
