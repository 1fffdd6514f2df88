"""USB and network connections of one phone are one device: who is whose, as this boot's workers have seen it.

Knows names only; presence.py and the fleet act on them.
"""

from collections.abc import Mapping

import structlog

from drover.policy import transports

log = structlog.get_logger("drover.devices")


class Transports:
    """Devices by their transports. Learnt anew in each boot: an address may belong to another phone by now."""

    def __init__(self) -> None:
        self._serialno: dict[str, str] = {}
        self._device: dict[str, str] = {}
        self._current: dict[str, str] = {}

    def device_of(self, serial: str) -> str:
        """The device that this transport belongs to, mostly itself."""
        return self._device.get(serial, serial)

    def of(self, device: str) -> list[str]:
        """All transports of a device, the one in use first; empty where it has one only."""
        others = sorted(serial for serial, owner in self._device.items() if owner == device)
        if not others:
            return []
        current = self.current(device)
        return [current, *(serial for serial in (device, *others) if serial != current)]

    def current(self, device: str) -> str:
        """The transport in use."""
        return self._current.get(device, device)

    def learn(self, device: str, serialno: str) -> None:
        """What the worker of a device read from its phone, by the transport in use."""
        self._serialno[self.current(device)] = serialno

    def twin(self, device: str, listing: Mapping[str, str]) -> str | None:
        """Another device that adb lists now and that is the same phone."""
        current = self.current(device)
        mine = self._serialno.get(current, "")
        for serial, serialno in self._serialno.items():
            owner = self.device_of(serial)
            listed = listing.get(serial) == "device" and owner != device
            if listed and serialno == mine and transports.same_phone(serial, current, mine):
                return owner
        return None

    def join(self, device: str, other: str) -> None:
        """From now on `other` and its transports are `device`'s."""
        current = self.current(device)
        for serial in [other, *(serial for serial, owner in self._device.items() if owner == other)]:
            self._device[serial] = device
        self._current.pop(other, None)
        self._current[device] = current
        log.info("transports_joined", device=device, transport=other, in_use=current)

    def collapse(self, listing: Mapping[str, str]) -> dict[str, str]:
        """The listing by devices: of each, the state of its best transport; chooses the one to use."""
        found: dict[str, str] = {}
        usable = {serial for serial, state in listing.items() if state == "device"}
        for serial, state in listing.items():
            device = self.device_of(serial)
            if found.get(device) != "device":
                found[device] = state
        for device in set(self._device.values()):
            names = [device, *(serial for serial, owner in self._device.items() if owner == device)]
            self._current[device] = transports.driver(device, names, usable, self.current(device))
        return found
