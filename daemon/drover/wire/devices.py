"""The device as everybody sees it, and the fixed words for its state."""

import re
from datetime import datetime
from enum import StrEnum
from typing import Final

import msgspec

from drover.wire.accounts import Login
from drover.wire.holds import Pause

SERIAL: Final = re.compile(r"[A-Za-z0-9_.:\[\]@%+/=~#()][A-Za-z0-9_.:\[\]@%+/=~#()\- ]{0,127}")
"""What adb could call a phone; never to be taken for an option."""

MAX_TAGS: Final = 20
TAG: Final = re.compile(r"[^\x00-\x20\x7f-\xa0,]([^\x00-\x1f\x7f-\x9f,]{0,38}[^\x00-\x20\x7f-\xa0,])?")
"""What a person may tag a phone with."""


class DeviceState(StrEnum):
    """Where a phone stands. Each state carries a reason in words and, where it is transitional, a deadline."""

    ABSENT = "absent"  # adb does not list it
    UNAUTHORIZED = "unauthorized"  # someone must allow USB debugging on the phone
    OFFLINE = "offline"  # adb lists it and cannot talk to it
    PREPARING = "preparing"  # its worker starts and looks at the phone
    IDLE = "idle"  # ready for a task
    BUSY = "busy"  # runs a task
    LEASED = "leased"  # someone drives it directly
    QUARANTINED = "quarantined"  # its worker crashed too often; still probed


class PhoneCondition(StrEnum):
    """What is wrong with a phone as a whole. It gets no task until a person has taken the one step that helps."""

    LOCKED = "locked"  # the lock screen asks for a PIN, a pattern or a password
    NOT_UNLOCKED = "not_unlocked_since_boot"  # apps and their files come with the first unlock after a boot
    INPUT_FORBIDDEN = "input_forbidden"  # Android refuses touches and keys that come from adb
    STORAGE_FULL = "storage_full"  # no room for what tasks bring
    NO_KEYBOARD = "no_keyboard"  # nothing can type what a task has to type; other tasks run


class DeviceFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What a worker learned of its phone. Sizes in pixels, battery in percent, `apps` package to version.

    `touches_allowed` is False where the phone's maker has adb ask for a permission of its own (Xiaomi).
    """

    hardware_serial: str = ""
    model: str = ""
    platform_version: str = ""
    sdk: int = 0
    width: int = 0
    height: int = 0
    battery: int | None = None
    engine: str = ""
    apps: dict[str, str] = {}
    storage_free_mb: int | None = None
    font_scale: float = 1.0
    touches_allowed: bool = True


class TransportKind(StrEnum):
    """How adb reaches a phone."""

    USB = "usb"  # a cable
    NETWORK = "network"  # adb connected to an address
    WIRELESS = "wireless"  # wireless debugging: adb found it in the network, encrypted
    EMULATOR = "emulator"  # adb found an emulator on its own machine


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """What a phone answered when it was asked who it is; "" where it did not say.

    `boot_id` is its kernel's, `boot_time` its Android's: both are new after each restart. `addresses` are the hardware
    addresses of its network interfaces by name.
    """

    serialno: str = ""
    boot_serialno: str = ""
    android_id: str = ""
    boot_id: str = ""
    boot_time: str = ""
    model: str = ""
    addresses: dict[str, str] = {}


class Connection(msgspec.Struct, frozen=True, kw_only=True):
    """One transport of adb that leads to a phone. `state` is adb's own word, `usb` the path of its port.

    `proof` says in words how the phone behind it was recognised, or why it was not; "" as long as it is asked.
    """

    name: str
    kind: TransportKind
    state: str
    usb: str = ""
    in_use: bool = False
    proof: str = ""


class Device(msgspec.Struct, frozen=True, kw_only=True, tag="device"):
    """One phone. `serial` is its name: given when it is first seen, and kept whatever adb calls it later.

    `state_since`, `deadline` and `last_seen` are aware UTC. `transports` names its connections where it has several or
    one of another name, the one in use first; `connections` says more of each that adb lists now. `pause` is there
    while no task begins on it; it can be leased all the same. `condition` is what keeps a phone that answers from
    getting tasks; `reason` then says what helps. `logins` are the accounts that its apps were last seen with.
    """

    serial: str
    state: DeviceState
    reason: str = ""
    state_since: datetime | None = None
    deadline: datetime | None = None
    facts: DeviceFacts = DeviceFacts()
    task_id: int | None = None
    queued: int = 0
    worker_pid: int | None = None
    worker_starts: int = 0
    last_seen: datetime | None = None
    tags: list[str] = []
    note: str = ""
    transports: list[str] = []
    pause: Pause | None = None
    condition: PhoneCondition | None = None
    logins: list[Login] = []
    identity: Identity = Identity()
    connections: list[Connection] = []


class ListDevices(msgspec.Struct, frozen=True, kw_only=True, tag="list_devices"):
    """Ask for every device ever seen."""


class GetDevice(msgspec.Struct, frozen=True, kw_only=True, tag="get_device"):
    """One device by serial."""

    serial: str


class SetDevice(msgspec.Struct, frozen=True, kw_only=True, tag="set_device"):
    """Change what people wrote about a phone; None leaves it as it is, `tags` replaces them all."""

    serial: str
    note: str | None = None
    tags: list[str] | None = None


class ForgetDevice(msgspec.Struct, frozen=True, kw_only=True, tag="forget_device"):
    """Remove an absent phone with its tasks and accounts; answered by DeviceForgotten.

    Refused while adb lists it or anything runs there.
    """

    serial: str


class DeviceForgotten(msgspec.Struct, frozen=True, kw_only=True, tag="device_forgotten"):
    """The phone is gone, and with it so many tasks and accounts."""

    serial: str
    tasks: int
    accounts: int


class DeviceList(msgspec.Struct, frozen=True, kw_only=True, tag="device_list"):
    """Devices in the order of their serials."""

    devices: list[Device]
