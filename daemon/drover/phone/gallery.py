"""The phone's gallery as scripts use it: put a file there and wait until apps can see it; take ours away again."""

import math
import time
from collections.abc import Callable, Iterable, Sequence
from typing import BinaryIO, Final

from drover.phone import conditions, mediastore
from drover.phone.adb import Adb, last_line
from drover.phone.engine import PhoneError, PhoneTimeoutError
from drover.phone.mediastore import GalleryItem, GalleryName
from drover.phone.sync import push_stream
from drover.wire.media import MediaKind

CALL_S: Final = 15.0
ROW_S: Final = 30.0
LEAST_RATE: Final = 512 * 1024
"""Bytes a second; a slower transfer is given up."""
MARGIN: Final = 1.2
SPARE_MB: Final = 50
"""What must be free to publish a file: so many times its size, for an app keeps parts of it, and so many MB more."""
_POLL_S: Final = 0.5
_NUDGE_S: Final = 8.0
_APART_S: Final = 1.1
"""Rows are dated by the second: files put less far apart would lie in any order."""
_REMOVE_S: Final = 8.0


class Gallery:
    """Implements `put`, `ours` and `remove` for one phone. `cancelled` is called between waits and may raise."""

    def __init__(self, adb: Adb, cancelled: Callable[[], None]) -> None:
        self._adb = adb
        self._cancelled = cancelled
        self._sdk: int | None = None
        self._announced_at = -_APART_S

    def have_room(self, size: int) -> None:
        """Raises PhoneNotReadyError, with nothing written, where /data cannot take so many bytes and what an app
        writes meanwhile; a phone that does not say is tried."""
        free = conditions.free_mb(self._adb.shell(["df", "-k", "/data"], timeout_s=CALL_S).text)
        needed = math.ceil(size * MARGIN / 2**20) + SPARE_MB
        if free is not None and free < needed:
            raise conditions.storage_full(self._adb.serial, free, needed, "what is to be published")

    def put(
        self,
        source: BinaryIO,
        *,
        name: str,
        kind: MediaKind,
        media_type: str,
        size: int,
        sent: Callable[[int], None] = lambda _bytes: None,
        timeout_s: float = ROW_S,
    ) -> GalleryItem:
        """Copy a file of `size` bytes to the phone as its newest item; returns once its row is there.

        `sent` hears how many bytes went out. Raises PhoneTimeoutError if no row came within `timeout_s` of the copy.
        """

        def on_sent(total: int) -> None:
            self._cancelled()
            sent(total)

        path = mediastore.path_of(name)
        pushed = push_stream(self._adb, source, path, timeout_s=CALL_S + size / LEAST_RATE, sent=on_sent)
        if pushed != size:
            raise PhoneError(
                f"{self._adb.serial}: {name} has {pushed} bytes and not {size}: the file changed meanwhile"
            )
        self._announce(name)
        return self._wait_for_row(name, kind, media_type, timeout_s)

    def ours(self) -> list[GalleryName]:
        """Files of ours that are on the phone, also those of other tasks and of attempts that crashed."""
        return mediastore.ours(self._adb, timeout_s=CALL_S)

    def remove(self, names: Iterable[str]) -> None:
        """Take files and their rows away, in one round trip."""
        mediastore.remove(self._adb, names, timeout_s=_REMOVE_S)

    def newer_than(self, items: Sequence[GalleryItem]) -> list[str]:
        """Names of what came into the same table after the first of these items, ours left out; one round trip."""
        return mediastore.newer_than(self._adb, items, timeout_s=CALL_S)

    def allow_reading(self, package: str) -> None:
        """Let an app see the gallery, as a person's tap on Allow would; silent where Android does not take it."""
        wanted = ("READ_MEDIA_VIDEO", "READ_MEDIA_IMAGES") if self._level() >= 33 else ("READ_EXTERNAL_STORAGE",)
        grants = [["pm", "grant", package, f"android.permission.{permission}"] for permission in wanted]
        self._adb.shell_all(grants, timeout_s=CALL_S)

    def _announce(self, name: str) -> None:
        while (left := self._announced_at + _APART_S - time.monotonic()) > 0:
            self._cancelled()
            time.sleep(left)
        mediastore.announce(self._adb, name, sdk=self._level(), timeout_s=CALL_S)
        self._announced_at = time.monotonic()

    def _wait_for_row(self, name: str, kind: MediaKind, media_type: str, timeout_s: float) -> GalleryItem:
        """Poll for the row; where the scanner is slow it is asked again, and then the row is written by ourselves."""
        begun = time.monotonic()
        nudges = [lambda: self._announce(name)]
        if kind is MediaKind.IMAGE and self._level() >= 29:
            nudges.append(lambda: mediastore.insert(self._adb, name, kind, media_type, timeout_s=CALL_S))
        while True:
            self._cancelled()
            item = mediastore.find(self._adb, name, kind, media_type, timeout_s=CALL_S)
            if item is not None:
                return item
            waited = time.monotonic() - begun
            if waited > timeout_s:
                raise PhoneTimeoutError(
                    f"{self._adb.serial}: {name} was copied and no app can see it: its MediaStore row did not come "
                    f"within {timeout_s:.0f} s; reboot the phone, then retry"
                )
            if nudges and waited > _NUDGE_S:
                begun, timeout_s = time.monotonic(), timeout_s - waited
                nudges.pop(0)()
            time.sleep(_POLL_S)

    def _level(self) -> int:
        """The phone's SDK level, asked once."""
        if self._sdk is None:
            level = last_line(self._adb.shell(["getprop", "ro.build.version.sdk"], timeout_s=CALL_S).text)
            self._sdk = int(level) if level.isdigit() else 0
        return self._sdk
