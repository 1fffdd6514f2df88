"""A media file on its way to a phone, and the kinds there are."""

from enum import StrEnum

import msgspec


class MediaKind(StrEnum):
    """What an app publishes."""

    VIDEO = "video"
    IMAGE = "image"


class MediaFile(msgspec.Struct, frozen=True, kw_only=True):
    """One file that an attempt publishes, checked when it was chosen and to be checked again when it is opened.

    `path` is real (no links) and absolute, inside one of the media roots; `media_type` is what its content says,
    such as `video/mp4`; `size` in bytes. `material_id` names its item of the library, if it has one.
    """

    path: str
    kind: MediaKind
    media_type: str
    size: int
    material_id: int | None = None
