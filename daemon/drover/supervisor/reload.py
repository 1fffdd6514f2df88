"""Reads the configuration again while the daemon works: all of it is taken, or nothing.

What cannot change under a running daemon (sockets, folders, the address of adb) waits for the next start, and is named.
"""

from collections.abc import Callable
from typing import Any, Final

import msgspec

from drover.config import Config
from drover.wire.control import ConfigReloaded

LIVE: Final = frozenset(
    {
        "daemon.log_level",
        "daemon.drain_timeout_s",
        "adb.start_server",
        "adb.connect",
        "devices.ignore",
        "devices.lost_grace_s",
        "media.roots",
        "rpc.adb",
    }
)
LIVE_SECTIONS: Final = frozenset({"tasks", "pace", "license", "retention"})
"""Sections whose every key is read anew at each use."""


class Reloader:
    """Holds the configuration in force. `load` reads it anew, `apply` hands it to the daemon's parts."""

    def __init__(self, config: Config, load: Callable[[], Config], apply: Callable[[Config], None]) -> None:
        self._config = config
        self._load = load
        self._apply = apply

    def reload(self) -> ConfigReloaded:
        """Take what may change now; raises ConfigError, and then the old configuration stays in force."""
        found = self._load()
        changed = changes(self._config, found)
        applied = [key for key in changed if is_live(key)]
        self._config = merged(self._config, found, applied)
        self._apply(self._config)
        return ConfigReloaded(applied=applied, after_restart=[key for key in changed if key not in applied])


def is_live(key: str) -> bool:
    """Whether this `section.key` takes effect without a restart."""
    return key in LIVE or key.partition(".")[0] in LIVE_SECTIONS


def changes(old: Config, new: Config) -> list[str]:
    """Every `section.key` in which they differ, in the order of the configuration."""
    return [
        f"{section}.{key}"
        for section in Config.__struct_fields__
        for key in getattr(old, section).__struct_fields__
        if getattr(getattr(old, section), key) != getattr(getattr(new, section), key)
    ]


def merged(old: Config, new: Config, keys: list[str]) -> Config:
    """The old configuration with these keys of the new one."""
    sections: dict[str, dict[str, Any]] = {}
    for name in keys:
        section, _, key = name.partition(".")
        sections.setdefault(section, {})[key] = getattr(getattr(new, section), key)
    replaced = {name: msgspec.structs.replace(getattr(old, name), **values) for name, values in sections.items()}
    return msgspec.structs.replace(old, **replaced)
