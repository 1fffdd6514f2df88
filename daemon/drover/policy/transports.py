"""The transports that adb lists: how a line of its listing is read, and which of a phone's transports drives."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from drover.wire.devices import TransportKind

USABLE: Final = "device"

_STATES: Final = (
    "device", "offline", "unauthorized", "authorizing", "connecting", "detached", "bootloader", "host", "recovery",
    "sideload", "rescue", "unknown",
)  # fmt: skip
_WORDS: Final = rf"(?:{'|'.join(_STATES)})(?=\s|$)|no permissions(?:.*?\[[^\]]*\])?[^\[]*?(?=(?:\s+[\w-]+:\S)|$)"
_LINE: Final = re.compile(
    rf"(?P<name>\S.*?)\s+(?P<state>{_WORDS}|\S+)(?P<more>(?:\s.*)?)$",
)
_LONG: Final = re.compile(rf"(?P<name>\S.*?)\s+(?P<state>{_WORDS})(?P<more>(?:\s.*)?)$")
_ID: Final = re.compile(r"\btransport_id:(\d+)\s*$")
_USB: Final = re.compile(r"(?:^|\s)(usb:\S+)")
_NAMELESS: Final = re.compile(r"\(no serial number\)|\?+")
_TLS: Final = re.compile(r"\._adb-tls-connect\._tcp\.?$")
_EMULATOR: Final = re.compile(r"emulator-\d+")


@dataclass(frozen=True, kw_only=True)
class Transport:
    """One line of adb's listing. `state` is in adb's own words; `id` is None where an old server gives none."""

    name: str
    state: str
    id: int | None = None
    usb: str = ""

    @property
    def kind(self) -> TransportKind:
        """By what adb says of it: a cable has a path; the two others get their names from adb itself."""
        if self.usb:
            return TransportKind.USB
        if _TLS.search(self.name):
            return TransportKind.WIRELESS
        return TransportKind.EMULATOR if _EMULATOR.fullmatch(self.name) else TransportKind.NETWORK

    @property
    def named(self) -> bool:
        """Whether adb has a name for it."""
        return not _NAMELESS.fullmatch(self.name)

    @property
    def key(self) -> str:
        """What tells it from all others of one life of the adb server, where two may have one name."""
        return f"id:{self.id}" if self.id is not None else f"name:{self.name}"

    @property
    def selector(self) -> str:
        """How the adb server is asked for this transport and no other."""
        return f"transport-id:{self.id}" if self.id is not None else f"transport:{self.name}"

    @property
    def host_prefix(self) -> str:
        """How a question to the server about this transport begins."""
        return f"host-transport-id:{self.id}" if self.id is not None else f"host-serial:{self.name}"


def read(listing: str) -> tuple[Transport, ...]:
    """The transports of a listing, long or short; what cannot be read is left out."""
    found = (_short(line) if "\t" in line else _long(line) for line in listing.splitlines())
    return tuple(one for one in found if one is not None)


def _short(line: str) -> Transport | None:
    name, _tab, state = line.partition("\t")
    return Transport(name=name, state=state.strip()) if name and state.strip() else None


def _long(line: str) -> Transport | None:
    found = _LONG.fullmatch(line) or _LINE.fullmatch(line)
    if found is None:
        return None
    more = found["more"]
    number, usb = _ID.search(more), _USB.search(more)
    return Transport(
        name=found["name"],
        state=found["state"].strip(),
        id=int(number[1]) if number else None,
        usb=usb[1] if usb else "",
    )


def driver(transports: Iterable[Transport], current: str | None) -> Transport | None:
    """The transport to use, of those that work: the present one (by its key), else a cable, else by name."""
    working = [one for one in transports if one.state == USABLE]
    present = [one for one in working if one.key == current]
    ranked = sorted(working, key=lambda one: (one.kind is not TransportKind.USB, one.name, one.usb))
    return next(iter(present or ranked), None)
