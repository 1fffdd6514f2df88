"""The media library on the control socket: its items, which account used them, and the requests about them.

A file comes in two steps: PlaceUpload names a place on the daemon's disk, the client (on the same machine, as the same
user) writes the file there, and ImportMaterial takes it over. So no file goes through the socket.
"""

from datetime import datetime
from typing import Final

import msgspec

from drover.wire.media import MediaKind, UseState

MAX_TAGS: Final = 50
MAX_NOTE_CHARS: Final = 2000
MAX_NAME_CHARS: Final = 255

# --- requests ---------------------------------------------------------------------------------------------------


class PlaceUpload(msgspec.Struct, frozen=True, kw_only=True, tag="place_upload"):
    """Ask for a place where a file of `size` bytes can be put; 0 where the size is not known."""

    size: int = 0


class ImportMaterial(msgspec.Struct, frozen=True, kw_only=True, tag="import_material"):
    """Take over the file that was put at the place of this token. `name` is what its user calls it."""

    token: str
    name: str
    tags: list[str] = []
    note: str = ""


class ListMaterials(msgspec.Struct, frozen=True, kw_only=True, tag="list_materials"):
    """One page, newest first; only items with all of the tags, and of this kind. `page` counts from 1."""

    kind: MediaKind | None = None
    tags: list[str] = []
    page: int = 1
    page_size: int = 20


class GetMaterial(msgspec.Struct, frozen=True, kw_only=True, tag="get_material"):
    """One item with its uses."""

    material_id: int


class ChangeMaterial(msgspec.Struct, frozen=True, kw_only=True, tag="change_material"):
    """Set tags and note; what is None stays."""

    material_id: int
    tags: list[str] | None = None
    note: str | None = None


class DeleteMaterial(msgspec.Struct, frozen=True, kw_only=True, tag="delete_material"):
    """Remove an item and its file; refused while a task holds it. That it was used stays known."""

    material_id: int


class FindThumbnail(msgspec.Struct, frozen=True, kw_only=True, tag="find_thumbnail"):
    """Where the thumbnail of an item lies; answered by ArtifactFile."""

    material_id: int


MaterialRequest = (
    PlaceUpload | ImportMaterial | ListMaterials | GetMaterial | ChangeMaterial | DeleteMaterial | FindThumbnail
)

# --- answers ----------------------------------------------------------------------------------------------------


class UploadPlace(msgspec.Struct, frozen=True, kw_only=True, tag="upload_place"):
    """Create a file at `path`, not larger than `max_bytes`; the place is kept for an hour."""

    token: str
    path: str
    max_bytes: int


class Material(msgspec.Struct, frozen=True, kw_only=True, tag="material"):
    """One item. `path` is the library's own copy, never shown to a REST client; stamps are aware UTC.

    `used_by` are the accounts that used or reserved it, in words; `available` says whether a task of another account
    may still choose it.
    """

    id: int
    name: str
    path: str
    sha256: str
    kind: MediaKind
    media_type: str
    size: int
    width: int
    height: int
    duration_s: float | None = None
    tags: list[str] = []
    note: str = ""
    created_at: datetime
    used_by: list[str] = []
    available: bool = True


class MaterialUse(msgspec.Struct, frozen=True, kw_only=True):
    """An account's use: `account` is its key, `tiktok:name`, or `tiktok#SERIAL` while no one knows whose app that was;
    `who` is the same in words."""

    account: str
    who: str = ""
    task_id: int
    state: UseState
    at: datetime


class MaterialAdded(msgspec.Struct, frozen=True, kw_only=True, tag="material_added"):
    """The item; `existing` if the library held the same content already (then the tags were added to it).

    `warnings` say which apps do not take it, and why.
    """

    material: Material
    existing: bool = False
    warnings: list[str] = []


class MaterialDetail(msgspec.Struct, frozen=True, kw_only=True, tag="material_detail"):
    """An item and who used it, newest use first."""

    material: Material
    uses: list[MaterialUse]


class MaterialPage(msgspec.Struct, frozen=True, kw_only=True, tag="material_page"):
    """One page of items; `total` counts all that match."""

    total: int
    page: int
    page_size: int
    materials: list[Material]


MaterialAnswer = UploadPlace | Material | MaterialAdded | MaterialDetail | MaterialPage
