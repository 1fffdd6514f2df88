"""Short ways to run `post` on a phone with the files that its configuration asks for."""

from pathlib import Path
from typing import Any, Final

import pytest

from drover.wire.media import MediaFile
from tests.support.media_files import image_files, video_file
from tests.support.script_phone import DisplayPhone, RecordingContext, Result, run

CAPTION: Final = "Zwei Wörter 🎄 und #fyp @ada"
ANY_WORDS: Final = pytest.mark.parametrize(
    "caption",
    ["", "plain", "مرحبا بالعالم", "two\nlines", "\"quoted\" 'n' $HOME; rm -rf / `x`", "👩‍👩‍👧 family", "ends in #tag"],
)


def files_for(folder: Path, config: dict[str, Any]) -> list[MediaFile]:
    """A video, or as many pictures as the configuration says."""
    return image_files(folder, config.get("image_count", 1)) if config.get("content_type") else [video_file(folder)]


def publish(
    phone: DisplayPhone, folder: Path, *, username: str | None = None, **config: Any
) -> tuple[RecordingContext, Result]:
    """A post on the phone's app."""
    ctx = phone.context(username=username, media=files_for(folder, config), task_id=7)
    return ctx, run("post", ctx, {"captions": CAPTION, **config})


def published(phone: DisplayPhone) -> list[tuple[str, str, int]]:
    """Where each post went, its words, how many files it has."""
    return [(post["placement"], post["caption"].strip(), len(post["files"])) for post in phone.posts()]


def leaves_nothing(phone: DisplayPhone) -> bool:
    """Whether there is no post, no draft and no file."""
    return (phone.posts(), phone.drafts, phone.shelf.names()) == ([], 0, [])
