"""What passes between the inspector and its probe process, as msgpack over a socket pair."""

import msgspec

from drover.wire.media import MediaFacts, MediaKind


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """About the one file whose descriptor comes with it. `digest` and `thumbnail` cost reading all of it."""

    kind: MediaKind
    media_type: str
    size: int
    digest: bool
    thumbnail: bool


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """`facts` and a JPEG, or in `why` what is wrong with the file."""

    facts: MediaFacts | None = None
    thumbnail: bytes = b""
    why: str = ""
