"""The name of the zone by whose rules this host's C library tells local time: TZ, else /etc/localtime, else UTC.

A host may have rules without a name (a copied file, `TZ=JST-9`): the file is then known by its content, and where that
is no one's, an error says so. A wrong zone would let tasks begin hours away from their start time.
"""

import functools
import os
import zoneinfo
from pathlib import Path
from typing import Final

LOCALTIME: Final = Path("/etc/localtime")
_DATABASE: Final = "zoneinfo"
"""The folder under which zone files lie on every system, by their names."""


class UnnamedZoneError(Exception):
    """The host's local time has no IANA name; the message says what was found."""


@functools.cache
def name() -> str:
    """The zone's IANA name, such as `Europe/Paris`; looked for once, until `name.cache_clear()`."""
    return find(os.environ.get("TZ"), LOCALTIME)


def find(tz: str | None, localtime: Path) -> str:
    """The name by the value of TZ (None: not set) and the file of the host's zone; raises UnnamedZoneError."""
    if tz is not None:
        return _by_variable(tz)
    if not localtime.exists():
        return "UTC"
    found = _by_path(localtime.resolve()) or _by_content(localtime)
    if found is None:
        raise UnnamedZoneError(f"{localtime} holds rules that no zone of the database has")
    return found


def _by_variable(tz: str) -> str:
    text = tz.removeprefix(":")
    if not text:
        return "UTC"
    path = Path(text)
    found = (_by_path(path) or _by_content(path)) if path.is_absolute() else _known(text)
    if found is None:
        raise UnnamedZoneError(f"TZ is {tz!r}, which is no name of a zone")
    return found


def _by_path(path: Path) -> str | None:
    """The name that the path spells below a database's folder."""
    parts = path.parts
    begins = (index + 1 for index, part in enumerate(parts) if part == _DATABASE)
    names = ("/".join(parts[begin:]) for begin in begins)
    return next((known for name in names if (known := _known(name))), None)


def _by_content(path: Path) -> str | None:
    """The zone whose file is the same, byte for byte; of several names the one with a region in it."""
    try:
        content = path.read_bytes()
    except OSError:
        return None
    for folder in map(Path, zoneinfo.TZPATH):
        same = [name for name in _names() if _has(folder / name, content)]
        if same:
            return min(same, key=lambda name: ("/" not in name, name.startswith("Etc/"), name))
    return None


def _names() -> set[str]:
    return zoneinfo.available_timezones()


def _has(path: Path, content: bytes) -> bool:
    try:
        return path.stat().st_size == len(content) and path.read_bytes() == content
    except OSError:
        return False


def _known(name: str) -> str | None:
    try:
        return zoneinfo.ZoneInfo(name).key
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return None
