"""Which phones are there: from adb's listing to device states and wanted workers, with grace for short absences."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

import structlog

from drover.config import Config
from drover.policy import remarks
from drover.policy.device_states import DeviceEvent
from drover.policy.flapping import Flapping
from drover.policy.transport_states import meaning
from drover.policy.transports import USABLE, Transport
from drover.supervisor.devices.registry import DeviceRegistry
from drover.supervisor.devices.tracker import ADB_ERRORS, AdbTracker, said
from drover.supervisor.devices.transports import IDENTIFYING, Link, Transports
from drover.supervisor.workers.pool import WorkerPool
from drover.wire.devices import DeviceState
from drover.wire.worker import Probe

log = structlog.get_logger("drover.devices")

CONNECT_EVERY_S: Final = 10.0
FLAP_LINE_S: Final = 10.0

INTENT_WAIT_S: Final = 8.0
"""Less than a worker waits for the answer to its intent."""


class Presence:
    """Follows the listing. `lost` is told of a device that stayed away longer than the grace, `joined` of a name that
    turned out to be a device's other one. A device is used only by a transport that was proven to be its own."""

    def __init__(
        self,
        config: Config,
        registry: DeviceRegistry,
        worker_pool: WorkerPool,
        *,
        lost: Callable[[str, str], None],
        joined: Callable[[str, str], None],
        appeared: Callable[[list[Link]], None],
        running_task: Callable[[str], int | None],
        transports: Transports,
        rng: random.Random,
    ) -> None:
        self.configure(config)
        self._registry = registry
        self._worker_pool = worker_pool
        self._lost = lost
        self._joined = joined
        self._appeared = appeared
        self._running_task = running_task
        self._usable: set[str] = set()
        self._away_since: dict[str, float] = {}
        self.transports = transports
        self._listing: dict[str, tuple[str, str]] = {}
        self._aliases: dict[str, str] = {}
        self._alike: Counter[str] = Counter()
        self._waiting: dict[str, list[asyncio.Future[None]]] = {}
        self._held: set[str] = set()
        self._flaps: dict[str, Flapping] = {}
        self._flap_line_at: dict[str, float] = {}
        self._dialled: dict[str, str] = {}
        self._rng = rng
        self._reachable = False

    def configure(self, config: Config) -> None:
        """Go by this configuration from the next listing on."""
        self._grace_s = config.devices.lost_grace_s
        self._ignored = frozenset(config.devices.ignore)
        self._connect = tuple(config.adb.connect)

    def listed(self, listing: Sequence[Transport] | None) -> None:
        """A new listing; None when the adb server itself is gone."""
        self._reachable = listing is not None
        wanted = [one for one in listing or () if one.name not in self._ignored]
        appeared = self.transports.update(wanted)
        self.refresh()
        self._appeared(appeared)

    def proven(self, link: Link) -> None:
        """The phone behind a transport was recognised."""
        device, name = link.device, link.transport.name
        self._registry.identify(device, link.identity)
        label = self.transports.label(link)
        for other in {name, label} - {device}:
            if not self._registry.is_device(other) and self._aliases.get(other) != device:
                self._aliases[other] = device
                self._withdraw(other)
                self._joined(device, other)
        self.refresh()

    def absorbed(self, device: str, other: str) -> None:
        """Two devices are one: the other's name is given up."""
        self.transports.rename(device, other)
        self._withdraw(other)

    def _withdraw(self, name: str) -> None:
        """Let go of a name that is no device."""
        self._usable.discard(name)
        self._away_since.pop(name, None)
        self._held.discard(name)
        self._worker_pool.unwant(name)
        self._registry.remove(name)

    def refresh(self) -> None:
        """Bring every device to what adb lists and what is proven now."""
        found = self._listing = {
            name: state for name, state in self.transports.found().items() if name not in self._ignored
        }
        self._alike = Counter(device.identity.android_id for device in self._registry.all())
        shown = self._registry.in_state(DeviceState.UNAUTHORIZED, DeviceState.OFFLINE)
        for serial in [*found, *((self._usable | set(shown) | self._registry.provisional) - set(found))]:
            if self._state(serial) == USABLE:
                self._present(serial)
            elif serial not in self._held:
                self._missing(serial)
        connections = self.transports.connections()
        for device in self._registry.all():
            self._registry.connect(device.serial, connections.get(device.serial, []))

    def _state(self, serial: str) -> str | None:
        return self._listing.get(serial, (None, ""))[0]

    def _missing(self, serial: str) -> None:
        """adb cannot use it now: in its own words, if it lists the phone at all."""
        state, words = self._listing.get(serial, (None, ""))
        if state is None:
            why = "adb does not list it" if self._reachable else "the adb server does not answer"
            self._away(serial, DeviceEvent.GONE, why)
            if serial in self._registry.provisional:
                self._registry.remove(serial)
            return
        if self._registry.get(serial) is None:
            self._registry.provisional.add(serial)
        if state == IDENTIFYING:
            if words or serial in self._usable:  # most have answered before anybody looks
                self._away(serial, DeviceEvent.UNPROVEN, words or "adb lists it; Drover asks which phone it is")
        else:
            known = meaning(state)
            self._away(serial, known.event, known.reason)

    def _present(self, serial: str) -> None:
        if serial in self._usable:
            self._want(serial)
            return
        if self._holds_back(serial):
            return
        self._usable.add(serial)
        came_back = self._away_since.pop(serial, None) is not None
        self._registry.apply(serial, DeviceEvent.LISTED, "adb lists it")
        self._want(serial)
        task_id = self._running_task(serial)
        if task_id is not None:  # it came back within the grace and its attempt goes on
            self._registry.apply(serial, DeviceEvent.ATTEMPT_BEGAN, f"task {task_id}", task_id=task_id)
        elif came_back:
            self._worker_pool.send(serial, Probe())  # its worker lived through the absence; let it look
        for waiting in self._waiting.pop(serial, []):
            if not waiting.done():
                waiting.set_result(None)

    def _want(self, serial: str) -> None:
        """Have a worker that goes by the proven transport, and that accepts this phone only."""
        link = self.transports.in_use(serial)
        if link is None:
            return
        address = self.transports.address(link)
        # Another phone could pass for this one once it was started again: then only this very start is accepted.
        ambiguous = self._alike[link.identity.android_id] > 1
        self._worker_pool.want(serial, "" if address == serial else address, link.identity, same_boot=ambiguous)

    async def until_proven(self, serial: str) -> str:
        """Wait until the transport of a device is proven; why it is not, if it was not in time."""
        if serial in self._usable:
            return ""
        waiting: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(serial, []).append(waiting)
        try:
            await asyncio.wait_for(waiting, INTENT_WAIT_S)
        except TimeoutError:
            return f"{serial}: adb has no transport that was proven to lead to this phone"
        return ""

    def _holds_back(self, serial: str) -> bool:
        """Whether a phone that comes and goes must wait before it is used again; then it is shown as offline."""
        now, flapping = time.monotonic(), self._flaps.setdefault(serial, Flapping())
        hold_s = flapping.came(now, self._rng)
        if hold_s <= 0:
            flapping.admitted(now)
            self._held.discard(serial)
            if flapping.absences <= 1:
                self._registry.restless.discard(serial)
            return False
        if serial not in self._held:
            self._held.add(serial)
            self._registry.restless.add(serial)
            self._hold(serial, flapping.absences, hold_s)
        return True

    def _hold(self, serial: str, absences: int, hold_s: float) -> None:
        reason = (
            f"it comes and goes ({absences} times); Drover takes it back in {hold_s:.1f} s; check its cable, its USB "
            "port and its power"
        )
        deadline = datetime.now(UTC) + timedelta(seconds=hold_s)
        self._registry.apply(serial, DeviceEvent.OFFLINE, reason, deadline=deadline)
        now = time.monotonic()
        if now - self._flap_line_at.get(serial, float("-inf")) >= FLAP_LINE_S:
            self._flap_line_at[serial] = now
            log.warning("device_flaps", device=serial, absences=absences, hold_s=round(hold_s, 1))

    def _away(self, serial: str, event: DeviceEvent, reason: str) -> None:
        if serial in self._usable:
            self._usable.discard(serial)
            self._away_since[serial] = time.monotonic()
            if self._reachable and event is not DeviceEvent.UNPROVEN:  # what adb's server does is no fault of the phone
                self._flaps.setdefault(serial, Flapping()).went(time.monotonic())
        self._registry.apply(serial, event, reason)

    def watch(self) -> None:
        """Give up devices that stayed away too long; called every second."""
        now = time.monotonic()
        for serial in list(self._held):
            if self._state(serial) == USABLE:
                self._present(serial)
            elif self._flaps[serial].came(now, self._rng) <= 0:  # its time is over and it is not there
                self._held.discard(serial)
                self._missing(serial)
        for serial, since in list(self._away_since.items()):
            if now - since < self._grace_s:
                continue
            del self._away_since[serial]
            self._lost(serial, remarks.lost(serial, self._grace_s))
            self._worker_pool.unwant(serial)

    async def keep_connected(self, tracker: AdbTracker) -> None:
        """Ask adb to connect the configured network phones that it does not list, until cancelled."""
        while True:
            there = {one.name for one in self.transports.listing() if one.state == USABLE}
            missing = [address for address in self._connect if address not in there]
            if self._reachable:  # at once: one that does not answer must not keep the others waiting
                await asyncio.gather(*(self._dial(tracker, address) for address in missing))
            await asyncio.sleep(CONNECT_EVERY_S)

    async def _dial(self, tracker: AdbTracker, address: str) -> None:
        try:
            answer = await tracker.ask(f"host:connect:{address}")
        except ADB_ERRORS as error:
            answer = said(error)
        if self._dialled.get(address) != answer:
            self._dialled[address] = answer
            log.info("adb_connect", device=address, answer=answer)
