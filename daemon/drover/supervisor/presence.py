"""Which phones are there: from adb's listing to device states and wanted workers, with grace for short absences."""

import asyncio
import time
from collections.abc import Callable, Mapping
from typing import Final

import structlog

from drover.config import Config
from drover.policy import remarks
from drover.policy.device_states import DeviceEvent
from drover.supervisor.board import DeviceBoard
from drover.supervisor.fleet import Fleet
from drover.supervisor.tracker import ADB_ERRORS, AdbTracker, said
from drover.wire.devices import DeviceState
from drover.wire.worker import Probe

log = structlog.get_logger("drover.devices")

CONNECT_EVERY_S: Final = 10.0

# What adb calls a transport that does not work yet, and what a person should do about it.
UNUSABLE: Final[Mapping[str, tuple[DeviceEvent, str]]] = {
    "unauthorized": (DeviceEvent.UNAUTHORIZED, "unlock the phone and allow USB debugging for this computer"),
    "authorizing": (DeviceEvent.UNAUTHORIZED, "adb is being authorized; unlock the phone if it asks"),
    "no permissions": (DeviceEvent.UNAUTHORIZED, "this user may not open the USB device; install adb's udev rules"),
    "offline": (DeviceEvent.OFFLINE, "adb sees the phone but gets no answer; Drover waits for it to come back"),
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
        running_task: Callable[[str], int | None],
    ) -> None:
        self._grace_s = config.devices.lost_grace_s
        self._ignored = frozenset(config.devices.ignore)
        self._connect = tuple(config.adb.connect)
        self._board = board
        self._fleet = fleet
        self._lost = lost
        self._running_task = running_task
        self._usable: set[str] = set()
        self._away_since: dict[str, float] = {}
        self._reachable = False

    def listed(self, listing: Mapping[str, str] | None) -> None:
        """A new listing; None when the adb server itself is gone."""
        self._reachable = listing is not None
        found = {serial: state for serial, state in (listing or {}).items() if serial not in self._ignored}
        for serial, state in found.items():
            if state == "device":
                self._present(serial)
            else:
                event, reason = UNUSABLE.get(state, (DeviceEvent.OFFLINE, f"adb calls its state {state!r}"))
                self._away(serial, event, reason)
        for serial in self._usable | set(self._board.in_state(DeviceState.UNAUTHORIZED, DeviceState.OFFLINE)):
            if serial not in found:
                why = "adb does not list it" if self._reachable else "the adb server does not answer"
                self._away(serial, DeviceEvent.GONE, why)

    def _present(self, serial: str) -> None:
        if serial in self._usable:
            return
        self._usable.add(serial)
        came_back = self._away_since.pop(serial, None) is not None
        self._board.apply(serial, DeviceEvent.LISTED, "adb lists it")
        self._fleet.want(serial)
        task_id = self._running_task(serial)
        if task_id is not None:  # it came back within the grace and its attempt goes on
            self._board.apply(serial, DeviceEvent.ATTEMPT_BEGAN, f"task {task_id}", task_id=task_id)
        elif came_back:
            self._fleet.send(serial, Probe())  # its worker lived through the absence; let it look

    def _away(self, serial: str, event: DeviceEvent, reason: str) -> None:
        if serial in self._usable:
            self._usable.discard(serial)
            self._away_since[serial] = time.monotonic()
        self._board.apply(serial, event, reason)

    def watch(self) -> None:
        """Give up devices that stayed away too long; called every second."""
        now = time.monotonic()
        for serial, since in list(self._away_since.items()):
            if now - since < self._grace_s:
                continue
            del self._away_since[serial]
            self._lost(serial, remarks.lost(serial, self._grace_s))
            self._fleet.unwant(serial)

    async def keep_connected(self, tracker: AdbTracker) -> None:
        """Ask adb to connect the configured network phones that it does not list, until cancelled."""
        while self._connect:
            for address in self._connect:
                if self._reachable and address not in self._usable:
                    try:
                        answer = await tracker.ask(f"host:connect:{address}")
                    except ADB_ERRORS as error:
                        answer = said(error)
                    log.info("adb_connect", device=address, answer=answer)
            await asyncio.sleep(CONNECT_EVERY_S)
