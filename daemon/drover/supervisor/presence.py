"""Which phones are there: from adb's listing to device states and wanted workers, with grace for short absences."""

import asyncio
import random
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

import structlog

from drover.config import Config
from drover.policy import ladder, remarks
from drover.policy.device_states import DeviceEvent
from drover.policy.flapping import Flapping
from drover.policy.transports import preferred
from drover.supervisor.board import DeviceBoard
from drover.supervisor.fleet import Fleet
from drover.supervisor.tracker import ADB_ERRORS, AdbTracker, said
from drover.supervisor.transports import Transports
from drover.wire.devices import DeviceState
from drover.wire.worker import Probe

log = structlog.get_logger("drover.devices")

CONNECT_EVERY_S: Final = 10.0
FLAP_LINE_S: Final = 10.0

_PERSON: Final = ladder.PERSON

# What adb calls a transport that does not work yet, and what a person should do about it.
UNUSABLE: Final[Mapping[str, tuple[DeviceEvent, str]]] = {
    "unauthorized": (
        DeviceEvent.UNAUTHORIZED,
        f"the phone has not allowed this computer; {_PERSON[DeviceState.UNAUTHORIZED]}",
    ),
    "authorizing": (DeviceEvent.UNAUTHORIZED, "adb is being authorized; unlock the phone if it asks"),
    "no permissions": (DeviceEvent.UNAUTHORIZED, "this user may not open the USB device; install adb's udev rules"),
    "offline": (
        DeviceEvent.OFFLINE,
        f"adb sees the phone and gets no answer; Drover reconnects it; {_PERSON[DeviceState.OFFLINE]}",
    ),
}


class Presence:
    """Follows the listing. `lost` is told of a device that stayed away longer than the grace."""

    def __init__(
        self,
        config: Config,
        board: DeviceBoard,
        fleet: Fleet,
        *,
        lost: Callable[[str, str], None],
        joined: Callable[[str, str], None],
        running_task: Callable[[str], int | None],
        transports: Transports,
        rng: random.Random,
    ) -> None:
        self.configure(config)
        self._board = board
        self._fleet = fleet
        self._lost = lost
        self._joined = joined
        self._running_task = running_task
        self._usable: set[str] = set()
        self._away_since: dict[str, float] = {}
        self._transports = transports
        self._raw: dict[str, str] = {}
        self._listing: dict[str, str] = {}
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

    def listed(self, listing: Mapping[str, str] | None) -> None:
        """A new listing; None when the adb server itself is gone."""
        self._reachable = listing is not None
        self._raw = {serial: state for serial, state in (listing or {}).items() if serial not in self._ignored}
        found = self._listing = self._transports.collapse(self._raw)
        shown = self._board.in_state(DeviceState.UNAUTHORIZED, DeviceState.OFFLINE)
        for serial in [*found, *((self._usable | set(shown)) - set(found))]:
            if found.get(serial) == "device":
                self._present(serial)
            elif serial not in self._held:
                self._missing(serial)

    def _missing(self, serial: str) -> None:
        """adb cannot use it now: in its own words, if it lists the phone at all."""
        state = self._listing.get(serial)
        if state is not None:
            event, reason = UNUSABLE.get(state, (DeviceEvent.OFFLINE, f"adb calls its state {state!r}"))
            self._away(serial, event, reason)
        else:
            why = "adb does not list it" if self._reachable else "the adb server does not answer"
            self._away(serial, DeviceEvent.GONE, why)

    def _present(self, serial: str) -> None:
        if serial in self._usable:
            self._fleet.want(serial, self._transport(serial))
            return
        if self._holds_back(serial):
            return
        self._usable.add(serial)
        came_back = self._away_since.pop(serial, None) is not None
        self._board.apply(serial, DeviceEvent.LISTED, "adb lists it")
        self._fleet.want(serial, self._transport(serial))
        task_id = self._running_task(serial)
        if task_id is not None:  # it came back within the grace and its attempt goes on
            self._board.apply(serial, DeviceEvent.ATTEMPT_BEGAN, f"task {task_id}", task_id=task_id)
        elif came_back:
            self._fleet.send(serial, Probe())  # its worker lived through the absence; let it look

    def _transport(self, serial: str) -> str:
        current = self._transports.current(serial)
        return "" if current == serial else current

    def join(self, serial: str) -> None:
        """A worker has told which phone it found: if another device is that phone too, they become one."""
        twin = self._transports.twin(serial, self._raw)
        if twin is None:
            return
        # The one that runs something goes on; otherwise the better name stays.
        running = [name for name in (serial, twin) if self._running_task(name) is not None]
        device = preferred(running or (serial, twin))
        other = twin if device == serial else serial
        self._transports.join(device, other)
        self._usable.discard(other)
        self._away_since.pop(other, None)
        self._held.discard(other)
        self._fleet.unwant(other)
        reason = f"the same phone as {device}, which drives it; give its tasks to {device}"
        self._board.apply(other, DeviceEvent.GONE, reason)
        self._joined(device, other)

    def _holds_back(self, serial: str) -> bool:
        """Whether a phone that comes and goes must wait before it is used again; then it is shown as offline."""
        now, flapping = time.monotonic(), self._flaps.setdefault(serial, Flapping())
        hold_s = flapping.came(now, self._rng)
        if hold_s <= 0:
            flapping.admitted(now)
            self._held.discard(serial)
            if flapping.absences <= 1:
                self._board.restless.discard(serial)
            return False
        if serial not in self._held:
            self._held.add(serial)
            self._board.restless.add(serial)
            self._hold(serial, flapping.absences, hold_s)
        return True

    def _hold(self, serial: str, absences: int, hold_s: float) -> None:
        reason = (
            f"it comes and goes ({absences} times); Drover takes it back in {hold_s:.1f} s; check its cable, its USB "
            "port and its power"
        )
        deadline = datetime.now(UTC) + timedelta(seconds=hold_s)
        self._board.apply(serial, DeviceEvent.OFFLINE, reason, deadline=deadline)
        now = time.monotonic()
        if now - self._flap_line_at.get(serial, float("-inf")) >= FLAP_LINE_S:
            self._flap_line_at[serial] = now
            log.warning("device_flaps", device=serial, absences=absences, hold_s=round(hold_s, 1))

    def _away(self, serial: str, event: DeviceEvent, reason: str) -> None:
        if serial in self._usable:
            self._usable.discard(serial)
            self._away_since[serial] = time.monotonic()
            if self._reachable:  # that adb's server died is no fault of the phone
                self._flaps.setdefault(serial, Flapping()).went(time.monotonic())
        self._board.apply(serial, event, reason)

    def watch(self) -> None:
        """Give up devices that stayed away too long; called every second."""
        now = time.monotonic()
        for serial in list(self._held):
            if self._listing.get(serial) == "device":
                self._present(serial)
            elif self._flaps[serial].came(now, self._rng) <= 0:  # its time is over and it is not there
                self._held.discard(serial)
                self._missing(serial)
        for serial, since in list(self._away_since.items()):
            if now - since < self._grace_s:
                continue
            del self._away_since[serial]
            self._lost(serial, remarks.lost(serial, self._grace_s))
            self._fleet.unwant(serial)

    async def keep_connected(self, tracker: AdbTracker) -> None:
        """Ask adb to connect the configured network phones that it does not list, until cancelled."""
        while True:
            missing = [address for address in self._connect if self._raw.get(address) != "device"]
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
