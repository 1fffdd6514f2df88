"""The registry of devices: the present state of each phone, moved only by the table in policy.device_states.

Owns no process and no task; tells `changed` of every new state.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

import msgspec
import structlog

from drover.policy.device_states import DeviceEvent, advance, explains
from drover.policy.lifecycle import IllegalTransitionError
from drover.wire.devices import Connection, Device, DeviceFacts, DeviceState, Identity

log = structlog.get_logger("drover.devices")


class DeviceRegistry:
    """Devices by serial. Those known from before begin absent: presence is never read back from disk as true."""

    def __init__(self, known: Iterable[Device], changed: Callable[[Device], None]) -> None:
        now = datetime.now(UTC)
        self.restless: set[str] = set()
        """Devices that change all the time: their changes would drown the log."""
        self.provisional: set[str] = set()
        """Names of transports whose phone is not known yet: shown, not remembered."""
        self._changed = changed
        self._devices = {
            device.serial: msgspec.structs.replace(
                device, state=DeviceState.ABSENT, reason="not seen since the daemon started", state_since=now,
                deadline=None, task_id=None, worker_pid=None, queued=0,
                transports=[], connections=[],
            )
            for device in known
        }  # fmt: skip

    def get(self, serial: str) -> Device | None:
        return self._devices.get(serial)

    def all(self) -> list[Device]:
        return [self._devices[serial] for serial in sorted(self._devices)]

    def in_state(self, *states: DeviceState) -> list[str]:
        return [serial for serial, device in self._devices.items() if device.state in states]

    def counts(self) -> dict[str, int]:
        return dict(Counter(device.state.value for device in self._devices.values()))

    def not_ready(self) -> dict[str, str]:
        """Phones that answer and wait for a person, each with what helps."""
        return {device.serial: device.reason for device in self.all() if device.condition is not None}

    def apply(self, serial: str, event: DeviceEvent, reason: str = "", **changes: Any) -> Device:
        """Move the device by the table; an event that its state does not know is logged and changes nothing."""
        device = self._devices.get(serial) or Device(serial=serial, state=DeviceState.ABSENT)
        try:
            state = advance(device.state, event)
        except IllegalTransitionError as error:
            log.error("device_transition_refused", device=serial, why=str(error))
            return device
        if not explains(state, event):
            reason = device.reason
        now = datetime.now(UTC)
        if state is not device.state:
            changes = {"deadline": None, **changes, "state_since": now}
        changes = {"condition": None, **changes}  # only its worker says so, and with each look
        moved = msgspec.structs.replace(device, state=state, reason=reason, last_seen=now, **changes)
        self._devices[serial] = moved
        if (moved.state, moved.reason, moved.task_id) != (device.state, device.reason, device.task_id):
            (log.debug if serial in self.restless else log.info)(
                "device_state", device=serial, state=state.value, reason=reason
            )
            self._changed(moved)
        return moved

    def expect(self, serial: str, deadline: datetime) -> None:
        """Until when the device's state lasts at most, or when something is tried about it."""
        device = self._devices.get(serial)
        if device is not None:
            self._devices[serial] = msgspec.structs.replace(device, deadline=deadline)

    def learn(self, serial: str, facts: DeviceFacts) -> None:
        """Keep what a worker found out of its phone."""
        device = self._devices.get(serial)
        if device is not None:
            self._devices[serial] = msgspec.structs.replace(device, facts=facts, last_seen=datetime.now(UTC))

    def is_device(self, serial: str) -> bool:
        """Whether this is the name of a phone that was recognised, now or in an earlier boot."""
        return serial in self._devices and serial not in self.provisional

    def identify(self, serial: str, identity: Identity) -> None:
        """Keep what the phone answered to the question who it is."""
        self.provisional.discard(serial)
        device = self._devices.get(serial) or Device(serial=serial, state=DeviceState.ABSENT)
        answered = self._devices[serial] = msgspec.structs.replace(device, identity=identity)
        if device.identity != identity:
            self._changed(answered)

    def connect(self, serial: str, connections: list[Connection]) -> None:
        """Keep by which connections the phone is reached, the one in use first."""
        device = self._devices.get(serial)
        if device is None or device.connections == connections:
            return
        names = [connection.name for connection in connections]
        several = names if len(names) > 1 or (names and names != [serial]) else []
        self._devices[serial] = msgspec.structs.replace(device, connections=connections, transports=several)

    def remove(self, serial: str) -> Device | None:
        """Show the device no more."""
        self.provisional.discard(serial)
        return self._devices.pop(serial, None)

    def put(self, device: Device) -> None:
        """Take what the store made of a device; its present state stays."""
        old = self._devices.get(device.serial)
        if old is not None:
            self._devices[device.serial] = msgspec.structs.replace(old, note=device.note, tags=device.tags)

    def describe(self, serial: str, *, note: str | None, tags: list[str] | None) -> Device | None:
        """Change what people wrote about a phone, as far as it is given; None for one that was never seen."""
        device = self._devices.get(serial)
        if device is None:
            return None
        words = {"note": note, "tags": tags}
        described = msgspec.structs.replace(device, **{key: value for key, value in words.items() if value is not None})
        self._devices[serial] = described
        self._changed(described)
        return described

    def note_worker(self, serial: str, pid: int | None, starts: int | None = None) -> None:
        """Keep which process serves the phone, and the how-manieth it is, if one does."""
        device = self._devices.get(serial)
        if device is not None:
            starts = device.worker_starts if starts is None else starts
            self._devices[serial] = msgspec.structs.replace(device, worker_pid=pid, worker_starts=starts)
