"""Reads limits.toml: the types of media file there are, and what each app takes of files and texts. Data only; policy
decides by it.
"""

import tomllib
from functools import cache
from importlib import resources

import msgspec

from drover.wire.media import MediaKind, MediaLimit
from drover.wire.post import TextLimit


class MediaType(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A type of file that some app takes; the first extension is the usual one."""

    kind: MediaKind
    extensions: list[str]


class _Tables(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    types: dict[str, MediaType]
    limits: list[MediaLimit]
    texts: list[TextLimit]


def limits() -> list[MediaLimit]:
    """What each app takes."""
    return _tables().limits


def texts() -> list[TextLimit]:
    """How long the texts of a post may be on each app."""
    return _tables().texts


def types() -> dict[str, MediaType]:
    """Every type that some app takes, by its media type."""
    return _tables().types


@cache
def _tables() -> _Tables:
    text = resources.files("drover.media").joinpath("limits.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text), _Tables)
