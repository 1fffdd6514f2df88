"""Words and shapes of single values: times, durations, and texts from phones made safe for a terminal. Pure."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from drover.readable import readable
from drover.wire.holds import Pause
from drover.wire.tasks import Task

_ESCAPES: Final = re.compile("\x1b(?:\\[[0-?]*[ -/]*[@-~]|\\][^\x07\x1b]*(?:\x07|\x1b\\\\)?|[@-Z\\\\-_])")
# C0, DEL and C1 drive terminals; the bidirectional overrides make a text look like another one.
_UNSAFE: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


_LENGTH: Final = re.compile(r"(\d{1,9}(?:\.\d{1,3})?)([smhd])")
_UNITS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def clean(text: str) -> str:
    """The text on one line, without anything that a terminal would obey."""
    return clean_lines(text).replace("\n", " ").replace("\t", " ")


def clean_lines(text: str) -> str:
    """The text with its lines and tabs, without anything else that a terminal would obey."""
    return _UNSAFE.sub("", _ESCAPES.sub("", readable(text)).replace("\r\n", "\n"))


def moment(stamp: datetime | None, zone: ZoneInfo) -> str:
    """Local time to the second, or "-"."""
    return "-" if stamp is None else stamp.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")


def target(task: Task) -> str:
    """Whom a task is about, or which file it publishes (of several the first), or "-"."""
    user = task.script_config.get("target_user")
    if isinstance(user, str):
        return f"@{user}"
    files = task_files(task)
    return "-" if not files else files[0] + (f" and {len(files) - 1} more" if len(files) > 1 else "")


def task_files(task: Task) -> list[str]:
    """The names of the files that a task publishes: those that it took, else those that its request lists."""
    if task.media is not None:
        return [file.name for file in task.media.files]
    listed = task.script_config.get("material_list")
    return [path.rpartition("/")[2] for path in listed if isinstance(path, str)] if isinstance(listed, list) else []


def split_list(*texts: str) -> list[str]:
    """What stands between the commas of the texts, without blanks around it and what is empty."""
    return [part.strip() for text in texts for part in text.split(",") if part.strip()]


def file_size(size: int) -> str:
    """Bytes in thousands, millions or billions, with one decimal."""
    unit, name = next(((unit, name) for unit, name in ((1e9, "GB"), (1e6, "MB")) if size >= unit), (1e3, "kB"))
    return f"{size / unit:.1f} {name}"


def duration(seconds: float | None) -> str:
    """Seconds with one decimal, or "-"."""
    return "-" if seconds is None else f"{seconds:.1f} s"


def seconds_of(text: str) -> float | None:
    """Seconds of a length of time such as 45s, 90m, 12h or 2d; None for anything else, also beyond ten years."""
    found = _LENGTH.fullmatch(text.strip())
    if found is None:
        return None
    seconds = float(found[1]) * _UNITS[found[2]]
    return seconds if 0 < seconds <= 3650 * 86400 else None


def used_of(used: Mapping[str, int], limits: Mapping[str, int]) -> str:
    """`3/60 follow`, for each script that was used, or "-"."""
    words = [f"{n}/{limits[script]} {script}" if script in limits else f"{n} {script}" for script, n in used.items()]
    return ", ".join(words) or "-"


def paused_of(pause: Pause, zone: ZoneInfo) -> str:
    """`captcha`, or `too_fast until 2026-12-02 03:10:00`."""
    return pause.reason if pause.until is None else f"{pause.reason} until {moment(pause.until, zone)}"


def counts(numbers: Mapping[str, int]) -> str:
    """`2 idle, 1 busy`, or "none"."""
    return ", ".join(f"{number} {word}" for word, number in numbers.items() if number) or "none"
