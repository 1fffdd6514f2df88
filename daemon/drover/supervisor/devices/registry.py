"""The registry of devices: it alone holds each phone's state, moves it by policy.phone, and shows it to readers.

An event is taken at once. The commands that come of it wait in `orders` for the loop that carries them out.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

import msgspec
import structlog

from drover.policy.clock import Reading
from drover.policy.phone import step
from drover.policy.phone_commands import Command, EndWorker, ForgetLogins, Publish
from drover.policy.phone_events import Event, Ticked, TransportUnusable, TransportUsable
from drover.policy.phone_state import NOT_SEEN, Beginning, Phone, Running
from drover.supervisor.clock import reading
from drover.wire.devices import Connection, Device, DeviceFacts, DeviceState, Identity

log = structlog.get_logger("drover.devices")

_CHANGES: Final = ("state", "reason", "condition", "task_id", "deadline")
"""What an event of a phone may change of how it is shown, its stamps left out."""

INTENT_WAIT_S: Final = 8.0
"""Less than a worker waits for the answer to its intent."""


@dataclass(frozen=True, slots=True)
class Order:
    """A command about a phone, with the phone as it was shown when the command was given."""

    device: Device
    command: Command


@dataclass(frozen=True, slots=True)
class Foreseen:
    """How a phone will be shown, for the transaction after which it is. `published`: what had been until then."""

    device: Device
    published: int


class DeviceRegistry:
    """Phones by serial. Those known from before begin absent: presence is never read back from disk as true."""

    def __init__(self, known: Iterable[Device], clock: Callable[[], Reading] = reading) -> None:
        self._clock = clock
        now = clock().wall
        self.provisional: set[str] = set()
        """Names of transports whose phone is not known yet: shown, not remembered."""
        self._draining = False
        self.orders: asyncio.Queue[Order] = asyncio.Queue()
        self._phones: dict[str, Phone] = {}
        self._devices: dict[str, Device] = {}
        self._published = Counter[str]()
        """How many changes of what is shown of a phone were given to be written down."""
        self._waiting: dict[str, list[asyncio.Future[None]]] = {}
        for device in known:
            phone = self._phones[device.serial] = Phone(
                serial=device.serial, reason=NOT_SEEN.reason, state_since=now, last_seen=device.last_seen
            )
            self._devices[device.serial] = _shown(
                phone, msgspec.structs.replace(device, queued=0, transports=[], connections=[])
            )

    # --- what happens to a phone

    def foresee(self, serial: str, event: Event) -> Foreseen | None:
        """How the phone will be shown once this happens, to be written down in the transaction that makes it happen.

        None where nothing of it will change, or where an earlier change still waits to be written down: this one's
        comes after it.
        """
        if not (self.orders.empty() and self.is_device(serial)):
            return None
        phone, commands = step(self.phone(serial), event, self._clock())
        if not any(isinstance(command, Publish) for command in commands):
            return None
        return Foreseen(_shown(phone, self._devices[serial]), self._published[serial])

    def post(self, serial: str, event: Event, *, written: Foreseen | None = None) -> None:
        """Something happened to a phone. Raises IllegalTransitionError for an act that makes no sense now.

        Only adb makes a phone known: what comes late about one that was dropped changes nothing. What was foreseen
        and is `written` down is not given to be written down again, unless it came otherwise.
        """
        phone = self._phones.get(serial)
        if phone is None:
            phone = Phone(serial=serial)
            if not isinstance(event, TransportUsable | TransportUnusable):
                step(phone, event, self._clock())
                return
        elif serial not in self._devices and isinstance(event, TransportUsable | TransportUnusable):
            self._devices[serial] = Device(serial=serial, state=phone.state)
        self._take(serial, *step(phone, event, self._clock()), written)

    def tick(self, grace_s: float) -> None:
        """Time passed; called every second."""
        for serial in [serial for serial, phone in self._phones.items() if phone.waits_for_time]:
            self.post(serial, Ticked(grace_s=grace_s))

    def _take(self, serial: str, phone: Phone, commands: list[Command], written: Foreseen | None) -> None:
        known = serial in self._devices or serial not in self._phones
        device = _shown(phone, self._devices.get(serial) or Device(serial=serial, state=phone.state))
        self._phones[serial] = phone
        if known:
            self._devices[serial] = device
        elif phone.occupant is None:
            del self._phones[serial]  # dropped, and no one has it any more
        for command in commands:
            if isinstance(command, Publish):
                if not known:
                    continue
                level = log.debug if phone.restless else log.info
                level("device_state", device=serial, state=device.state.value, reason=device.reason)
                if written is not None and self._is_as(device, written):
                    continue
            self._order(device, command)
        if phone.admitted:
            for waiting in self._waiting.pop(serial, []):
                if not waiting.done():
                    waiting.set_result(None)

    def _is_as(self, device: Device, foreseen: Foreseen) -> bool:
        """Whether the phone is shown as it was foreseen, and nothing else was said of it since."""
        alike = all(getattr(device, name) == getattr(foreseen.device, name) for name in _CHANGES)
        return alike and self._published[device.serial] == foreseen.published

    def _order(self, device: Device, command: Command) -> None:
        if isinstance(command, Publish):
            self._published[device.serial] += 1
        self.orders.put_nowait(Order(device, command))

    async def until_usable(self, serial: str) -> str:
        """Wait until a proven transport leads to the phone; why none does, if none did in time."""
        phone = self._phones.get(serial)
        if phone is not None and phone.admitted:
            return ""
        waiting: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(serial, []).append(waiting)
        try:
            await asyncio.wait_for(waiting, INTENT_WAIT_S)
        except TimeoutError:
            return f"{serial}: adb has no transport that was proven to lead to this phone"
        return ""

    # --- who has which phone

    @property
    def draining(self) -> bool:
        """Whether the daemon shuts down, and no one gets a phone any more."""
        return self._draining

    def drain(self) -> None:
        """Give no phone to anybody from now on."""
        self._draining = True

    def phone(self, serial: str) -> Phone:
        """All that is known of a phone; of one that was never seen, that it is absent."""
        return self._phones.get(serial) or Phone(serial=serial)

    def is_idle(self, serial: str) -> bool:
        """Whether the phone is ready and no one has it."""
        return self.phone(serial).free

    def idle(self) -> list[str]:
        """The phones that are ready and that no one has."""
        return [serial for serial, phone in self._phones.items() if phone.free]

    @property
    def spoken_for(self) -> int:
        """Devices that run something now, and those on which a task is about to begin."""
        return sum(phone.occupant is not None for phone in self._phones.values())

    @property
    def in_use(self) -> int:
        """Devices that run something now."""
        return self.spoken_for - sum(isinstance(phone.occupant, Beginning) for phone in self._phones.values())

    def acting(self, *, besides: str = "") -> set[str]:
        """The accounts that act now or are about to, by policy.pace's keys; not the one on the phone `besides`."""
        return {
            phone.occupant.account
            for serial, phone in self._phones.items()
            if isinstance(phone.occupant, Beginning | Running) and phone.occupant.account and serial != besides
        }

    # --- what is shown

    def get(self, serial: str) -> Device | None:
        return self._devices.get(serial)

    def all(self) -> list[Device]:
        return [self._devices[serial] for serial in sorted(self._devices)]

    def listed(self) -> list[str]:
        """The phones that adb lists, by its last listing."""
        return [
            serial
            for serial, phone in self._phones.items()
            if isinstance(phone.listed, TransportUsable) or phone.listed.state is not DeviceState.ABSENT
        ]

    def counts(self) -> dict[str, int]:
        return dict(Counter(device.state.value for device in self._devices.values()))

    def not_ready(self) -> dict[str, str]:
        """Phones that answer and wait for a person, each with what helps."""
        return {device.serial: device.reason for device in self.all() if device.condition is not None}

    # --- what a phone is

    def is_device(self, serial: str) -> bool:
        """Whether this is the name of a phone that was recognised, now or in an earlier boot."""
        return serial in self._devices and serial not in self.provisional

    def learn(self, serial: str, facts: DeviceFacts) -> None:
        """Keep what a worker found out of its phone."""
        device = self._devices.get(serial)
        if device is not None:
            learned = self._devices[serial] = msgspec.structs.replace(device, facts=facts)
            if device.facts.apps != facts.apps:
                self._order(learned, ForgetLogins())

    def identify(self, serial: str, identity: Identity) -> None:
        """Keep what the phone answered to the question who it is."""
        self.provisional.discard(serial)
        self._phones.setdefault(serial, Phone(serial=serial))
        device = self._devices.get(serial) or Device(serial=serial, state=DeviceState.ABSENT)
        answered = self._devices[serial] = msgspec.structs.replace(device, identity=identity)
        if device.identity != identity:
            self._order(answered, Publish())

    def connect(self, serial: str, connections: list[Connection]) -> None:
        """Keep by which connections the phone is reached, the one in use first."""
        device = self._devices.get(serial)
        if device is None or device.connections == connections:
            return
        names = [connection.name for connection in connections]
        several = names if len(names) > 1 or (names and names != [serial]) else []
        self._devices[serial] = msgspec.structs.replace(device, connections=connections, transports=several)

    def remove(self, serial: str) -> None:
        """Show the device no more, and have no worker for it. Who has it now is still heard until he leaves it."""
        self.provisional.discard(serial)
        device = self._devices.pop(serial, None)
        if device is not None:
            self._order(device, EndWorker())
        if self.phone(serial).occupant is None:
            self._phones.pop(serial, None)

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
        self._order(described, Publish())
        return described


def _shown(phone: Phone, device: Device) -> Device:
    """The device as everybody sees it, with the phone's present state."""
    return msgspec.structs.replace(
        device,
        state=phone.state,
        reason=phone.reason,
        condition=phone.condition,
        state_since=phone.state_since,
        deadline=phone.deadline,
        last_seen=phone.last_seen,
        task_id=phone.task_id,
        worker_pid=phone.worker_pid,
        worker_starts=phone.worker_starts,
    )
