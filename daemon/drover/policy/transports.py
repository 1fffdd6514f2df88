"""Which of several connections to one phone is the device, and which drives. Facts in, names out."""

from collections.abc import Collection, Iterable
from typing import Final

from drover.policy.ladder import is_network

SHARED_SERIALNOS: Final = frozenset({"", "unknown", "0", "0123456789ABCDEF", "123456789ABCDEF", "1234567890ABCDEF"})
"""What makers who gave no number put there: many phones have these, so they say nothing."""


def same_phone(serial: str, other: str, serialno: str) -> bool:
    """Whether two transports with this `ro.serialno` in common are one phone: no phone has two USB cables."""
    return serial != other and serialno not in SHARED_SERIALNOS and (is_network(serial) or is_network(other))


def preferred(serials: Iterable[str]) -> str:
    """The name that stays: USB before network, then by name, so that every start decides alike."""
    return min(serials, key=lambda serial: (is_network(serial), serial))


def driver(device: str, transports: Collection[str], usable: Collection[str], current: str) -> str:
    """The transport to use: the present one as long as it works, else the best that does, else the device's own."""
    if current in usable:
        return current
    working = [serial for serial in transports if serial in usable]
    return preferred(working) if working else device
