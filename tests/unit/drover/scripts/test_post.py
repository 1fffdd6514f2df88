"""`post` on TikTok over the simulated app: what is published, and that nothing is where it should not be."""

from pathlib import Path
from typing import Any

import pytest

from drover.wire.tasks import Effect, Reason
from tests.support.media_files import image_files, video_file
from tests.support.script_phone import DisplayPhone, RecordingContext, Result, run

CAPTION = "Zwei Wörter 🎄 und #fyp @ada"


def publish(phone: DisplayPhone, folder: Path, **config: Any) -> tuple[RecordingContext, Result]:
    """A post with the files that its config asks for."""
    count = config.get("image_count", 1)
    files = image_files(folder, count) if config.get("content_type") else [video_file(folder)]
    ctx = RecordingContext(phone, media=files, task_id=7)
    return ctx, run("post", ctx, {"captions": CAPTION, **config})


def test_share_a_video(phone: DisplayPhone, tmp_path: Path) -> None:
    phone.fault("share_lands_on", page="form")
    ctx, result = publish(phone, tmp_path)
    assert result.reason is None, result.remark
    assert [post["caption"] for post in phone.posts()] == [CAPTION]
    assert ctx.commits == ["publish a video on TikTok"]
    assert ctx.effect is Effect.CONFIRMED
    assert phone.shelf.names() == []
