"""A post cut at every touch, before it and after it: published at most once, and once when what may be repeated is."""

import itertools
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from drover.phone.engine import PhoneLostError
from drover.wire.tasks import Effect
from tests.support.media_files import video_file
from tests.support.script_phone import DisplayPhone, RecordingContext, run, simulate_time

TOUCHES = ("tap", "key", "type_text", "swipe")
MOST = 60


class KilledError(BaseException):
    """The worker is gone: nothing of the script runs any more, its clean-up neither."""


class Cutter:
    """Counts what is done to a phone, and raises at one of these, before or after it is done."""

    def __init__(self, phone: DisplayPhone, *, at: int, after: bool, error: type[BaseException]) -> None:
        self.count = 0
        self._at, self._after, self._error = at, after, error
        for name in TOUCHES:
            setattr(phone.touch, name, self._cutting(getattr(phone.touch, name)))
        for owner, name in ((phone, "share"), (phone, "launch"), (phone.shelf, "put")):
            setattr(owner, name, self._cutting(getattr(owner, name)))

    def _cutting(self, act: Callable[..., Any]) -> Callable[..., Any]:
        def cut(*args: Any, **options: Any) -> Any:
            self.count += 1
            if self.count == self._at and not self._after:
                raise self._error("cut before it was done")
            result = act(*args, **options)
            if self.count == self._at:
                raise self._error("cut after it was done")
            return result

        return cut


def attempt(phone: DisplayPhone, folder: Path, way: str) -> RecordingContext:
    ctx = RecordingContext(phone, media=[video_file(folder)], task_id=7)
    result = run("post", ctx, {"captions": "words #tag", "post_way": way})
    assert result.reason is None, result.remark
    return ctx


@pytest.mark.parametrize("way", ["share", "addButton"])
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("error", [PhoneLostError, KilledError], ids=["lost", "killed"])
def test_r02_cut_at_every_touch(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, error: type[BaseException], after: bool, way: str
) -> None:
    for at in itertools.count(1):
        phone = DisplayPhone("en")
        simulate_time(monkeypatch, phone.clock)
        cutter = Cutter(phone, at=at, after=after, error=error)
        ctx = RecordingContext(phone, media=[video_file(tmp_path)], task_id=7)
        with suppress(error):
            run("post", ctx, {"captions": "words #tag", "post_way": way})
        phone.clock.pass_s(10)
        phone.screen()
        if cutter.count < at:
            assert at > 5
            return
        assert at < MOST
        assert len(phone.posts()) <= 1, f"touch {at}"
        if ctx.effect is Effect.NONE:
            assert phone.posts() == [], f"touch {at}"
            attempt(phone, tmp_path, way)
            assert len(phone.posts()) == 1, f"touch {at}"
            assert phone.shelf.names() == []
