"""Which phones are there: from adb's listing, and what is proven of it, to what the registry hears of each phone."""

import asyncio
import random
from collections import Counter
from collections.abc import Sequence
from typing import Final

import structlog

from drover.policy.flapping import JITTER
from drover.policy.phone_events import TransportUnusable, TransportUsable
from drover.policy.transport_states import meaning
from drover.policy.transports import USABLE, Transport
from drover.supervisor.devices.names import DeviceNames
from drover.supervisor.devices.registry import DeviceRegistry
from drover.supervisor.devices.tracker import ADB_ERRORS, AdbTracker, error_text
from drover.supervisor.devices.transports import IDENTIFYING, Link, Transports
from drover.supervisor.jobs import Jobs
from drover.supervisor.settings import Settings
from drover.wire.devices import DeviceState

log = structlog.get_logger("drover.devices")

CONNECT_EVERY_S: Final = 10.0


class Presence:
    """Follows the listing. A device is used only by a transport that was proven to be its own; what that means for it
    is the registry's."""

    def __init__(
        self,
        settings: Settings,
        registry: DeviceRegistry,
        transports: Transports,
        names: DeviceNames,
        jobs: Jobs,
        rng: random.Random,
    ) -> None:
        self._settings = settings
        self._registry = registry
        self._names = names
        self._jobs = jobs
        self.transports = transports
        self._listing: dict[str, tuple[str, str]] = {}
        self._aliases: dict[str, str] = {}
        self._alike: Counter[str] = Counter()
        self._dialled: dict[str, str] = {}
        self._rng = rng
        self._reachable = False

    def listed(self, listing: Sequence[Transport] | None) -> list[Link]:
        """A new listing; None when the adb server itself is gone. Gives the links that must be identified."""
        self._reachable = listing is not None
        wanted = [one for one in listing or () if one.name not in self._settings.config.devices.ignore]
        appeared = self.transports.update(wanted)
        self.refresh()
        return appeared

    def proven(self, link: Link) -> None:
        """The phone behind a transport was recognised."""
        device, name = link.device, link.transport.name
        self._registry.identify(device, link.identity)
        label = self.transports.label(link)
        for other in {name, label} - {device}:
            if not self._registry.is_device(other) and self._aliases.get(other) != device:
                self._aliases[other] = device
                self._registry.remove(other)
                self._jobs.background(self._names.absorb(device, other))
        self.refresh()

    async def absorb(self, device: str, other: str) -> None:
        """Two devices are one: the other's name is given up."""
        await self._names.absorb(device, other)
        self.transports.rename(device, other)
        self._registry.remove(other)

    def refresh(self) -> None:
        """Tell the registry what adb lists and what is proven now."""
        ignored = self._settings.config.devices.ignore
        found = self._listing = {name: state for name, state in self.transports.found().items() if name not in ignored}
        self._alike = Counter(device.identity.android_id for device in self._registry.all())
        for serial in [*found, *((set(self._registry.listed()) | self._registry.provisional) - set(found))]:
            state, words = found.get(serial, (None, ""))
            if state == USABLE:
                self._usable(serial)
            elif state is None:
                self._gone(serial)
            else:
                self._unusable(serial, state, words)
        connections = self.transports.connections()
        for device in self._registry.all():
            self._registry.connect(device.serial, connections.get(device.serial, []))

    def _usable(self, serial: str) -> None:
        """By the proven transport that is in use, with a worker that accepts this phone only."""
        link = self.transports.in_use(serial)
        if link is None:
            return
        address = self.transports.address(link)
        usable = TransportUsable(
            address="" if address == serial else address,
            identity=link.identity,
            # Another phone could pass for this one once it was started again: then only this very start is accepted.
            same_boot=self._alike[link.identity.android_id] > 1,
            jitter=self._rng.uniform(1.0 - JITTER, 1.0 + JITTER),
        )
        self._registry.post(serial, usable)

    def _gone(self, serial: str) -> None:
        why = "adb does not list it" if self._reachable else "the adb server does not answer"
        # What adb's server does is no fault of the phone.
        gone = TransportUnusable(state=DeviceState.ABSENT, reason=why, its_own=self._reachable)
        self._registry.post(serial, gone)
        if serial in self._registry.provisional:
            self._registry.remove(serial)

    def _unusable(self, serial: str, state: str, words: str) -> None:
        """adb cannot use it now, and says so in its own words."""
        if self._registry.get(serial) is None:
            self._registry.provisional.add(serial)
        if state != IDENTIFYING:
            known = meaning(state)
            self._registry.post(
                serial, TransportUnusable(state=known.state, reason=known.reason, its_own=self._reachable)
            )
        elif words or self._registry.phone(serial).admitted:  # most have answered before anybody looks
            why = words or "adb lists it; Drover asks which phone it is"
            self._registry.post(serial, TransportUnusable(state=DeviceState.PREPARING, reason=why, its_own=False))

    def watch(self) -> None:
        """Called every second."""
        self._registry.tick(self._settings.config.devices.lost_grace_s)

    async def keep_connected(self, tracker: AdbTracker) -> None:
        """Ask adb to connect the configured network phones that it does not list, until cancelled."""
        while True:
            there = {one.name for one in self.transports.listing() if one.state == USABLE}
            missing = [address for address in self._settings.config.adb.connect if address not in there]
            if self._reachable:  # at once: one that does not answer must not keep the others waiting
                await asyncio.gather(*(self._dial(tracker, address) for address in missing))
            await asyncio.sleep(CONNECT_EVERY_S)

    async def _dial(self, tracker: AdbTracker, address: str) -> None:
        try:
            answer = await tracker.ask(f"host:connect:{address}")
        except ADB_ERRORS as error:
            answer = error_text(error)
        if self._dialled.get(address) != answer:
            self._dialled[address] = answer
            log.info("adb_connect", device=address, answer=answer)
