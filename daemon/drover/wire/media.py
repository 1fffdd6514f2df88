"""A media file on its way to a phone, what is known of its content, and what an app takes."""

from enum import StrEnum

import msgspec


class MediaKind(StrEnum):
    """What an app publishes."""

    VIDEO = "video"
    IMAGE = "image"


class UseState(StrEnum):
    """How far the use of a file by an account went. A file whose use came to nothing has none."""

    RESERVED = "reserved"  # chosen for a task that has not ended
    USED = "used"  # published, or it may have been


class MediaFile(msgspec.Struct, frozen=True, kw_only=True):
    """One file that an attempt publishes, checked when it was chosen and to be checked again when it is opened.

    `path` is real (no links) and absolute, inside one of the media roots; `media_type` is what its content says,
    such as `video/mp4`; `size` in bytes. `material_id` names its item of the library, if it has one, and `name` is
    what its user calls it.
    """

    path: str
    kind: MediaKind
    media_type: str
    size: int
    material_id: int | None = None
    name: str = ""


class TakenFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file that a task took: its name, for one of a folder with the account's own folder before it."""

    name: str
    material_id: int | None = None


class TaskMedia(msgspec.Struct, frozen=True, kw_only=True):
    """What the newest attempt of a `post` took: its files, and the texts that came from files next to them.

    A text is "" where the request gave it, or where there was none.
    """

    files: list[TakenFile] = []
    captions: str = ""
    sound_name: str = ""
    custom_sound_keyword: str = ""


class MediaFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What a file's content says: upright width and height in pixels, duration in seconds (None for pictures).

    `sha256` is hexadecimal, and "" where no one asked for it.
    """

    kind: MediaKind
    media_type: str
    size: int
    width: int
    height: int
    duration_s: float | None = None
    sha256: str = ""


class MediaLimit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an app takes of one kind at one place; 0 means that it sets no limit.

    `app` is its name for people, `placement` the place within it ("" for any); sizes in bytes, times in seconds, sides
    in pixels of the shorter and the longer edge, `most` files in one post.
    """

    app: str
    platform: str
    kind: MediaKind
    media_types: list[str]
    placement: str = ""
    max_bytes: int = 0
    min_s: float = 0.0
    max_s: float = 0.0
    min_side: int = 0
    max_side: int = 0
    most: int = 1
