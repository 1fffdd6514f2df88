"""Files of ours in the phone's camera folder and their rows in the MediaStore: names, commands, answers.

Every name carries its task, so that what a crash left behind is known for ours. What a command's exit code says is
never trusted: a file is there when its row is.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from drover.phone.adb import Adb
from drover.phone.engine import PhoneError
from drover.wire.media import MediaKind

FOLDER: Final = "/sdcard/DCIM/Camera"
_REAL: Final = "/storage/emulated/0/DCIM/Camera"
_FILES: Final = "content://media/external/file"
_SCOPED_SDK: Final = 29
"""From Android 10 on a scan can be asked for by a call; before, only by a broadcast."""

_NAME: Final = re.compile(r"drover-(\d+)-(\d+)-(\d+)\.[a-z0-9]{2,5}")
_EXTENSIONS: Final = {
    "video/mp4": "mp4",
    "video/quicktime": "mov",
    "video/webm": "webm",
    "video/3gpp": "3gp",
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "image/heic": "heic",
    "image/gif": "gif",
}
_TABLES: Final = {MediaKind.VIDEO: "video", MediaKind.IMAGE: "images"}


@dataclass(frozen=True, kw_only=True)
class GalleryName:
    """The name of a file of ours: its task, when it was made (Unix seconds), and its place among several."""

    task_id: int
    stamp: int
    index: int
    extension: str

    def __str__(self) -> str:
        return f"drover-{self.task_id}-{self.stamp}-{self.index}.{self.extension}"


@dataclass(frozen=True, kw_only=True)
class GalleryItem:
    """One file of ours in the gallery, and its row in the MediaStore. `duration_s` is None where the row has none."""

    name: str
    kind: MediaKind
    media_type: str
    row: int
    duration_s: float | None = None

    @property
    def uri(self) -> str:
        return f"{_table(self.kind)}/{self.row}"


def name_for(task_id: int, stamp: int, index: int, media_type: str) -> str:
    """A name for a file of this task; raises PhoneError for a type that galleries do not show."""
    extension = _EXTENSIONS.get(media_type)
    if extension is None:
        raise PhoneError(f"{media_type!r} is no picture or video that a gallery shows; convert it to MP4 or JPEG")
    return str(GalleryName(task_id=task_id, stamp=stamp, index=index, extension=extension))


def parsed(name: str) -> GalleryName | None:
    """What a name of ours says; None for a file that is not ours."""
    match = _NAME.fullmatch(name)
    if match is None:
        return None
    return GalleryName(
        task_id=int(match[1]), stamp=int(match[2]), index=int(match[3]), extension=name.rpartition(".")[2]
    )


def path_of(name: str) -> str:
    """Where a file of this name goes; raises PhoneError for a name that is not ours."""
    return f"{FOLDER}/{_checked(name)}"


def announce(adb: Adb, name: str, *, sdk: int, timeout_s: float) -> None:
    """Make the file the newest, and have the media scanner look at it."""
    real = f"{_REAL}/{_checked(name)}"
    scan = [["am", "broadcast", "-a", "android.intent.action.MEDIA_SCANNER_SCAN_FILE", "-d", f"file://{real}"]]
    if sdk >= _SCOPED_SDK:
        scan.append(["content", "call", "--uri", "content://media", "--method", "scan_file", "--arg", real])
    adb.shell_all([["touch", path_of(name)], *scan], timeout_s=timeout_s)


def insert(adb: Adb, name: str, kind: MediaKind, media_type: str, *, timeout_s: float) -> None:
    """Write the row ourselves, for phones whose scanner does not answer."""
    bound = (f"_data:s:{_REAL}/{_checked(name)}", f"_display_name:s:{name}", f"mime_type:s:{media_type}")
    binds = [word for bind in (*bound, "is_pending:i:0") for word in ("--bind", bind)]
    adb.shell(["content", "insert", "--uri", _table(kind), *binds], timeout_s=timeout_s)


def find(adb: Adb, name: str, kind: MediaKind, media_type: str, *, timeout_s: float) -> GalleryItem | None:
    """The item of this name if the MediaStore has its row."""
    columns = ("_id", "_display_name", "duration") if kind is MediaKind.VIDEO else ("_id", "_display_name")
    where = ["--where", f"_display_name='{_checked(name)}'"]
    output = adb.shell(
        ["content", "query", "--uri", _table(kind), "--projection", ":".join(columns), *where], timeout_s=timeout_s
    )
    for row in rows(output.text, columns):
        if row["_display_name"] == name and row["_id"].isdigit():
            return GalleryItem(
                name=name, kind=kind, media_type=media_type, row=int(row["_id"]), duration_s=_seconds(row)
            )
    return None


def ours(adb: Adb, *, timeout_s: float) -> list[GalleryName]:
    """Every file and row of ours that is on the phone, whatever task it was for."""
    query = ["content", "query", "--uri", _FILES, "--projection", "_display_name"]
    listing, answer = adb.shell_all(
        [["ls", FOLDER], [*query, "--where", "_display_name LIKE 'drover-%'"]], timeout_s=timeout_s
    )
    names = {*listing.split(), *(row["_display_name"] for row in rows(answer, ("_display_name",)))}
    found = (parsed(name) for name in names)
    return sorted((name for name in found if name), key=str)


def newer_than(adb: Adb, items: Sequence[GalleryItem], *, timeout_s: float) -> list[str]:
    """Names of rows of the items' table that are newer than the oldest of them and not among them."""
    columns = ("_id", "_display_name")
    where = ["--where", f"_id>{min(item.row for item in items)}"]
    output = adb.shell(
        ["content", "query", "--uri", _table(items[0].kind), "--projection", ":".join(columns), *where],
        timeout_s=timeout_s,
    )
    known = {item.name for item in items}
    return [row["_display_name"] for row in rows(output.text, columns) if row["_display_name"] not in known]


def remove(adb: Adb, names: Iterable[str], *, timeout_s: float) -> None:
    """Take files and rows away in one round trip; those that are gone already do no harm."""
    commands: list[list[str]] = []
    for name in names:
        commands.append(["content", "delete", "--uri", _FILES, "--where", f"_display_name='{_checked(name)}'"])
        commands.append(["rm", "-f", path_of(name)])
    if commands:
        adb.shell_all(commands, timeout_s=timeout_s)


def rows(answer: str, columns: Sequence[str]) -> list[dict[str, str]]:
    """What `content query` printed, by the columns that were asked for; values may hold commas."""
    fields = ", ".join(rf"{re.escape(column)}=(?P<c{index}>.*?)" for index, column in enumerate(columns))
    pattern = re.compile(rf"^Row: \d+ {fields}\r?$", re.M)
    return [{column: match[f"c{index}"] for index, column in enumerate(columns)} for match in pattern.finditer(answer)]


def _table(kind: MediaKind) -> str:
    return f"content://media/external/{_TABLES[kind]}/media"


def _seconds(row: dict[str, str]) -> float | None:
    milliseconds = row.get("duration", "")
    return int(milliseconds) / 1000 if milliseconds.isdigit() else None


def _checked(name: str) -> str:
    if parsed(name) is None:
        raise PhoneError(f"{name!r} is not the name of a file of ours")
    return name
