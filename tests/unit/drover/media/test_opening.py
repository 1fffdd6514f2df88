"""A file that comes late, from a disk that was away, is not left open."""

import asyncio
import threading
from pathlib import Path

import pytest

from drover.media.files import MediaError, OpenFile, open_named
from drover.media.opening import opened
from tests.support.media import make_picture


class Disk:
    """Opens a picture when the disk is back; `reached` once the thread is at it."""

    def __init__(self, folder: Path) -> None:
        self.picture = make_picture(folder / "a.png")
        self.reached, self.back, self.done = threading.Event(), threading.Event(), threading.Event()
        self.files: list[OpenFile] = []

    def open(self) -> OpenFile:
        self.reached.set()
        assert self.back.wait(30)
        self.files.append(open_named(str(self.picture), [self.picture.parent]))
        self.done.set()
        return self.files[-1]


def test_the_file_is_open_for_who_waits_and_an_error_is_raised_there(tmp_path: Path) -> None:
    disk = Disk(tmp_path)
    disk.back.set()
    with asyncio.run(opened(disk.open)) as file:
        assert file.handle.read(4) == b"\x89PNG"
    with pytest.raises(MediaError, match="lies outside"):
        asyncio.run(opened(open_named, "/etc/passwd", [tmp_path]))


@pytest.mark.parametrize("late", [True, False])
def test_who_waits_no_longer_leaves_no_file_open(tmp_path: Path, late: bool) -> None:
    """Also where the file has come and its waiter does not know of it yet."""
    disk = Disk(tmp_path)

    async def play() -> None:
        waiting = asyncio.create_task(opened(disk.open))
        while not disk.reached.is_set():
            await asyncio.sleep(0)
        if not late:
            disk.back.set()
            disk.done.wait(30)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        disk.back.set()

    asyncio.run(play())  # ends with its threads
    (file,) = disk.files
    assert file.handle.closed
