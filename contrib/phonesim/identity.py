"""What a phone answers to questions that only one phone can answer: its numbers, its network addresses, its start."""

import time
import uuid
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from phonesim.files import FileSystem

BOOT_ID: Final = "/proc/sys/kernel/random/boot_id"
_NAMES: Final = ("serialno", "android_id", "boot_id", "boot_time")


class InvalidIdentityError(ValueError):
    """An unknown field or a wrong type; the message names it."""


@dataclass(kw_only=True)
class Numbers:
    """The identity of one phone. `boot_id` and `boot_time` are drawn again at each start."""

    serialno: str
    android_id: str
    addresses: dict[str, str]
    boot_id: str = ""
    boot_time: str = ""
    shared: frozenset[str] = field(default_factory=frozenset[str])

    @classmethod
    def new(cls, serialno: str) -> "Numbers":
        """Those of a phone of its own."""
        number = zlib.crc32(serialno.encode())
        address = ":".join(f"{byte:02x}" for byte in (0xA4, 0x50, *number.to_bytes(4, "big")))
        return cls(serialno=serialno, android_id=f"{number:016x}", addresses={"wlan0": address})

    def start(self) -> None:
        """Android starts: what was set by hand stays."""
        if "boot_id" not in self.shared:
            self.boot_id = str(uuid.uuid4())
        if "boot_time" not in self.shared:
            self.boot_time = str(time.monotonic_ns())

    def change(self, values: Mapping[str, Any]) -> None:
        """Set fields by hand, also to "", as cheap phones and clones have them; raises InvalidIdentityError."""
        addresses = values.get("addresses", self.addresses)
        wrong = [name for name, value in values.items() if name != "addresses" and not isinstance(value, str)]
        unknown = [name for name in values if name not in (*_NAMES, "addresses")]
        if wrong or unknown or not isinstance(addresses, dict):
            raise InvalidIdentityError(
                f"expected text in {', '.join(_NAMES)} and addresses by interface, got {values!r}"
            )
        for name in _NAMES:
            if name in values:
                setattr(self, name, values[name])
        self.addresses = {str(name): str(address) for name, address in addresses.items()}
        self.shared |= {name for name in ("boot_id", "boot_time") if name in values}

    def write(self, props: dict[str, str], secure: dict[str, str], files: FileSystem) -> None:
        """Put them where a phone keeps them."""
        props |= {"ro.serialno": self.serialno, "ro.boot.serialno": self.serialno, "ro.boottime.zygote": self.boot_time}
        secure["android_id"] = self.android_id
        files.install_file(BOOT_ID, f"{self.boot_id}\n".encode())
        for name, address in self.addresses.items():
            files.install_file(f"/sys/class/net/{name}/address", f"{address}\n".encode())

    def shown(self) -> dict[str, Any]:
        """As JSON."""
        return {**{name: getattr(self, name) for name in _NAMES}, "addresses": self.addresses}
