"""The media store: which files have rows, from when on. The `content` command and the apps see the same rows."""

import math
import posixpath
import time
from collections.abc import Sequence
from typing import Any, Final

from phonesim.contract import MediaItem
from phonesim.device import Device, MediaRow
from phonesim.faults import number

KINDS: Final = {
    ".mp4": "video", ".mov": "video", ".webm": "video", ".3gp": "video",
    ".jpg": "images", ".jpeg": "images", ".png": "images", ".webp": "images", ".gif": "images",
    ".mp3": "audio", ".m4a": "audio", ".wav": "audio",
}  # fmt: skip
MIME: Final = {
    ".mp4": "video/mp4",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".png": "image/png",
    ".mp3": "audio/mpeg",
}


def scan(device: Device, path: str) -> MediaRow | None:
    """Look at one file, as the scanner does: a row if it is a picture, video or sound, none any more if it is gone."""
    real = device.files.resolve(path)
    known = next((row for row in device.media if row.path == real), None)
    kind = KINDS.get(posixpath.splitext(real)[1].lower())
    if not device.files.exists(real) or kind is None:
        if known is not None:
            device.media.remove(known)
        return None
    if known is None:
        known = MediaRow(
            row_id=next(device.row_ids), path=real, kind=kind, visible_at=time.monotonic() + _delay(device)
        )
        device.media.append(known)
    return known


def _delay(device: Device) -> float:
    """How many seconds a new row takes to appear; for ever under the fault `lost_media`."""
    if device.faults.get("lost_media"):
        return math.inf
    fault = device.faults.get("late_media")
    return (number(fault.params, "delay_seconds", default=5) or 0) if fault else 0.0


class DeviceMedia:
    """Implements `phonesim.contract.MediaStore` for the apps of one phone. Called from the display's threads."""

    def __init__(self, device: Device) -> None:
        self._device = device

    def items(self, kind: str = "") -> Sequence[MediaItem]:
        found = [self._item(row) for row in reversed(list(self._device.media)) if kind in ("", row.kind)]
        return [item for item in found if item is not None]

    def find(self, uri: str) -> MediaItem | None:
        parts = [part for part in uri.removeprefix("content://media/").split("/") if part]
        if not uri.startswith("content://media/") or not parts or not parts[-1].isdigit():
            return None
        row = next((row for row in list(self._device.media) if row.row_id == int(parts[-1])), None)
        if row is None or (len(parts) > 2 and parts[1] not in (row.kind, "file", "downloads")):
            return None
        return self._item(row)

    def _item(self, row: MediaRow) -> MediaItem | None:
        """None while the row does not exist yet, and when its file was taken away."""
        if row.visible_at > time.monotonic():
            return None
        try:
            blob = self._device.files.find(row.path).blob
        except OSError:
            return None
        if blob is None:
            return None
        folder, name = posixpath.split(row.path)
        return MediaItem(
            row_id=row.row_id,
            kind=row.kind,
            name=name,
            path=row.path,
            album=posixpath.basename(folder),
            size=len(blob.data),
            sha256=blob.sha256,
            data=blob.data,
        )


def rows(device: Device, uri: str) -> list[dict[str, Any]]:
    """The rows that a query of this URI finds now, newest last."""
    parts = [part for part in uri.removeprefix("content://media/").split("/") if part]
    wanted_kind = parts[1] if len(parts) > 1 else "file"
    wanted_id = int(parts[-1]) if parts and parts[-1].isdigit() else None
    return [
        columns(device, row)
        for row in device.media
        if row.visible_at <= time.monotonic()
        and wanted_kind in (row.kind, "file", "downloads")
        and wanted_id in (None, row.row_id)
        and device.files.exists(row.path)
    ]


def columns(device: Device, row: MediaRow) -> dict[str, Any]:
    node = device.files.find(row.path)
    name = posixpath.basename(row.path)
    folder = posixpath.dirname(row.path).removeprefix("/storage/emulated/0/")
    return {
        "_id": row.row_id,
        "_data": row.path,
        "_display_name": name,
        "_size": node.size,
        "mime_type": MIME.get(posixpath.splitext(name)[1].lower(), f"{row.kind.rstrip('s')}/*"),
        "title": posixpath.splitext(name)[0],
        "relative_path": folder + "/",
        "bucket_display_name": posixpath.basename(folder),
        "date_added": int(node.mtime),
        "date_modified": int(node.mtime),
        "is_pending": 0,
    }
