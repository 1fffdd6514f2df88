"""How logcat prints an entry: the formats of `-v` and what may be added to their times. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from phonesim.logs import LogEntry

MODIFIERS: Final = frozenset({"epoch", "printable", "usec", "UTC", "year", "zone"})
"""`printable` and `UTC` change nothing: messages are printed as they are, and the phone's own zone is UTC."""

FORMATS: Final[Mapping[str, Callable[[LogEntry, str], tuple[str, str]]]] = {
    "brief": lambda e, _at: (f"{e.priority}/{e.tag:<8}({e.pid:5}): ", ""),
    "process": lambda e, _at: (f"{e.priority}({e.pid:5}) ", f"  ({e.tag})"),
    "tag": lambda e, _at: (f"{e.priority}/{e.tag:<8}: ", ""),
    "thread": lambda e, _at: (f"{e.priority}({e.pid:5}:{e.pid:5}) ", ""),
    "raw": lambda _e, _at: ("", ""),
    "time": lambda e, at: (f"{at} {e.priority}/{e.tag:<8}({e.pid:5}): ", ""),
    "threadtime": lambda e, at: (f"{at} {e.pid:5} {e.pid:5} {e.priority} {e.tag:<8}: ", ""),
    "long": lambda e, at: (f"[ {at} {e.pid:5}:{e.pid:5} {e.priority}/{e.tag:<8} ]\n", "\n"),
}
"""What stands before and after each line of the message, given the entry and its time as text."""


@dataclass(kw_only=True)
class Format:
    """One format and its modifiers."""

    name: str = "threadtime"
    modifiers: set[str] = field(default_factory=set[str])

    def text(self, entry: LogEntry) -> str:
        """The entry with the newline at its end; each line of its message is one here, except in `long`."""
        before, after = FORMATS[self.name](entry, self._stamp(entry))
        lines = [entry.message] if self.name == "long" else entry.message.split("\n")
        return "".join(f"{before}{line}{after}\n" for line in lines)

    def _stamp(self, entry: LogEntry) -> str:
        digits = 6 if "usec" in self.modifiers else 3
        fraction = f"{entry.at.microsecond:06}"[:digits]
        if "epoch" in self.modifiers:
            return f"{int(entry.at.timestamp()):19}.{fraction}"
        day = "%Y-%m-%d" if "year" in self.modifiers else "%m-%d"
        zone = " +0000" if "zone" in self.modifiers else ""
        return f"{entry.at.strftime(f'{day} %H:%M:%S')}.{fraction}{zone}"
