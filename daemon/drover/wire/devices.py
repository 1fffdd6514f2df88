"""The device as everybody sees it, and the fixed words for its state."""

import re
from datetime import datetime
from enum import StrEnum
from typing import Final

import msgspec

from drover.wire.accounts import Login
from drover.wire.holds import Pause

SERIAL: Final = re.compile(r"(?!-)[A-Za-z0-9_.:\[\]@%+/=~#()\- ]{1,128}")
"""What adb could call a phone; never to be taken for an option."""


class DeviceState(StrEnum):
    """Where a phone stands. Each state carries a reason in words and, where it is transitional, a deadline."""

    ABSENT = "absent"  # adb does not list it
    UNAUTHORIZED = "unauthorized"  # somebody must allow USB debugging on the phone
    OFFLINE = "offline"  # adb lists it and cannot talk to it
    PREPARING = "preparing"  # its worker starts and looks at the phone
    IDLE = "idle"  # ready for a task
    BUSY = "busy"  # runs a task
    LEASED = "leased"  # somebody drives it directly
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


class Device(msgspec.Struct, frozen=True, kw_only=True, tag="device"):
    """One phone. `serial` is what adb calls it; `state_since`, `deadline` and `last_seen` are aware UTC.

    `transports` names its connections where it has several, the one in use first. `pause` is there while no task
    begins on it; it can be leased all the same. `condition` is what keeps a phone that answers from getting tasks;
    `reason` then says what helps. `logins` are the accounts that its apps were last seen with.
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


class DeviceList(msgspec.Struct, frozen=True, kw_only=True, tag="device_list"):
    """Devices in the order of their serials."""

    devices: list[Device]
