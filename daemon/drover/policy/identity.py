"""Who a phone is: what it is asked, how its answer is read, and whether two answers come from one phone. Pure.

A name that adb gives to a connection proves nothing: addresses change hands, and makers write one serial number into
many phones. So a phone is recognised by what it answers, and two are taken for one only where nothing contradicts it.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from drover.wire.devices import Identity

_MARK: Final = "drover-id:"
_FIELDS: Final[Mapping[str, str]] = {
    "booted": "getprop sys.boot_completed",
    "serialno": "getprop ro.serialno",
    "boot_serialno": "getprop ro.boot.serialno",
    "model": "getprop ro.product.model",
    "boot_time": "getprop ro.boottime.zygote",
    "boot_id": "cat /proc/sys/kernel/random/boot_id",
    "android_id": "settings --user 0 get secure android_id",  # the owner's, whoever of its users is before the screen
}
_INTERFACES: Final = ("wlan0", "eth0")

QUESTION: Final = "; ".join(
    [
        *(f'echo "{_MARK}{name}=$({command} 2>/dev/null)"' for name, command in _FIELDS.items()),
        *(f'echo "{_MARK}{name}=$(cat /sys/class/net/{name}/address 2>/dev/null)"' for name in _INTERFACES),
    ]
)
"""One command line of the phone's shell. Each line of the answer carries a mark, so that warnings between are no
answers."""

_ANSWER: Final = re.compile(rf"^{_MARK}(\w+)=(.*)$", re.M)
_ANDROID_ID: Final = re.compile(r"[0-9a-f]{8,32}")
_ADDRESS: Final = re.compile(r"(?:[0-9a-f]{2}:){5}[0-9a-f]{2}")
_NO_NUMBER: Final = frozenset({"", "unknown", "null", "none", "n/a"})
_PLACEHOLDER: Final = re.compile(
    r"0+|(.)\1*|(?:0123456789|123456789|1234567890)(?:abcdef)?|emulator.*|.*[^A-Za-z0-9_.-].*|.{0,3}", re.I
)
"""Numbers that makers put there instead of one."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a phone answered. `booted` is False while Android starts: then it cannot answer who it is yet."""

    identity: Identity
    booted: bool


def read(text: str) -> Answer | None:
    """The answer to QUESTION; None if it is not whole."""
    found = {name: value.strip() for name, value in _ANSWER.findall(text)}
    if not (_FIELDS.keys() | set(_INTERFACES)) <= found.keys():
        return None
    android_id = found["android_id"].lower()
    addresses = {name: found[name].lower() for name in _INTERFACES if _ADDRESS.fullmatch(found[name].lower())}
    identity = Identity(
        serialno=_number(found["serialno"]),
        boot_serialno=_number(found["boot_serialno"]),
        android_id=android_id if _ANDROID_ID.fullmatch(android_id) else "",
        boot_id=found["boot_id"].lower(),
        boot_time=found["boot_time"],
        model=found["model"],
        addresses={name: address for name, address in addresses.items() if address != "00:00:00:00:00:00"},
    )
    return Answer(identity=identity, booted=found["booted"] == "1")


def _number(text: str) -> str:
    return "" if text.lower() in _NO_NUMBER else text


def is_number(serialno: str) -> bool:
    """Whether a serial number looks like one that its maker gave to one phone only."""
    return not _PLACEHOLDER.fullmatch(serialno) and serialno.lower() not in _NO_NUMBER


class Verdict(StrEnum):
    """What two answers say about the phones that gave them."""

    SAME = "same"  # one phone
    OTHER = "other"  # two phones
    DOUBT = "doubt"  # they agree where many phones do, and what would distinguish them is missing or contradicts itself
    SILENT = "silent"  # nothing in them speaks for or against


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """A verdict and what it rests on, in words."""

    verdict: Verdict
    why: str


class _Sign(StrEnum):
    AGREES = "agrees"
    DIFFERS = "differs"
    UNKNOWN = "unknown"


_NAMES: Final[Mapping[str, str]] = {
    "android_id": "Android id",
    "serialno": "serial number",
    "boot_serialno": "bootloader's serial number",
    "model": "model",
}


def same_now(one: Identity, other: Identity) -> Comparison:
    """Compare two answers that were given at nearly the same time, each by a phone that is there."""
    if (field := _differing(one, other)) is not None:
        return Comparison(verdict=Verdict.OTHER, why=f"its {_NAMES[field]} differs")
    boot, kernel, network = _boot(one, other), _field(one, other, "boot_id"), _network(one, other, hardware=False)
    if boot is _Sign.AGREES:
        return Comparison(verdict=Verdict.SAME, why="the same start of Android")
    if boot is _Sign.DIFFERS or kernel is _Sign.DIFFERS:
        return Comparison(verdict=Verdict.OTHER, why="it was started at another time")
    if network is _Sign.DIFFERS:
        return Comparison(verdict=Verdict.OTHER, why="its network addresses differ")
    # Containers share the boot id of their host, so that alone proves nothing.
    proofs = [sign is _Sign.AGREES for sign in (kernel, network, _field(one, other, "android_id"))]
    if sum(proofs) >= 2:
        return Comparison(verdict=Verdict.SAME, why="the same boot id, Android id or network addresses")
    if any(proofs) or _field(one, other, "serialno") is _Sign.AGREES:
        return Comparison(verdict=Verdict.DOUBT, why="the same numbers, and nothing that only one phone can say")
    return Comparison(verdict=Verdict.SILENT, why="nothing in common")


def same_as_before(answer: Identity, before: Identity) -> Comparison:
    """Compare an answer with an earlier one of a phone: it may have been started again since."""
    if (field := _differing(answer, before)) is not None:
        return Comparison(verdict=Verdict.OTHER, why=f"its {_NAMES[field]} differs")
    if _boot(answer, before) is _Sign.AGREES:
        return Comparison(verdict=Verdict.SAME, why="the same start of Android")
    if before.android_id and not answer.android_id:
        return Comparison(verdict=Verdict.DOUBT, why="it does not say its Android id")
    if _field(answer, before, "android_id") is _Sign.AGREES:
        if _network(answer, before, hardware=True) is _Sign.DIFFERS:
            return Comparison(verdict=Verdict.DOUBT, why="the same Android id with another network address")
        return Comparison(verdict=Verdict.SAME, why="the same Android id")
    if _field(answer, before, "serialno") is _Sign.AGREES and is_number(answer.serialno):
        return Comparison(verdict=Verdict.SAME, why="the same serial number")
    return Comparison(verdict=Verdict.SILENT, why="nothing in common that only one phone has")


def same_boot(one: Identity, other: Identity) -> bool:
    """Whether both answers are of one start of one Android."""
    return _boot(one, other) is _Sign.AGREES


def same_hardware(identities: Iterable[Identity]) -> bool:
    """Whether all of them have a network address in common that their maker gave."""
    first, *others = identities
    return all(_network(first, other, hardware=True) is _Sign.AGREES for other in others)


def _differing(one: Identity, other: Identity) -> str | None:
    return next((field for field in _NAMES if _field(one, other, field) is _Sign.DIFFERS), None)


def _field(one: Identity, other: Identity, field: str) -> _Sign:
    return _sign(str(getattr(one, field)), str(getattr(other, field)))


def _sign(one: str, other: str) -> _Sign:
    if not one or not other:
        return _Sign.UNKNOWN
    return _Sign.AGREES if one == other else _Sign.DIFFERS


def _boot(one: Identity, other: Identity) -> _Sign:
    """By the moment at which Android was started, in nanoseconds: containers of one host differ there too."""
    time, kernel = _field(one, other, "boot_time"), _field(one, other, "boot_id")
    return _Sign.DIFFERS if kernel is _Sign.DIFFERS and time is not _Sign.UNKNOWN else time


def _network(one: Identity, other: Identity, *, hardware: bool) -> _Sign:
    """By the addresses of the interfaces that both have; `hardware`: only those that a maker gave, which stay."""
    signs = [
        _sign(address, other.addresses[name])
        for name, address in one.addresses.items()
        if name in other.addresses and not (hardware and (_made_up(address) or _made_up(other.addresses[name])))
    ]
    if not signs:
        return _Sign.UNKNOWN
    return _Sign.AGREES if _Sign.AGREES in signs else _Sign.DIFFERS


def _made_up(address: str) -> bool:
    """Whether software drew this address: phones take another in each network, containers one from their number."""
    return bool(int(address[:2], 16) & 2)
