"""Reads the configuration again while the daemon works: all of it is taken, or nothing.

What cannot change under a running daemon (sockets, folders, the address of adb) waits for the next start, and is named.
"""

from collections.abc import Callable
from typing import Any, Final, cast

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
        "media.reuse",
        "rpc.adb",
    }
)
LIVE_SECTIONS: Final = frozenset({"tasks", "pace", "trouble", "license", "retention", "scripts"})
"""Sections whose every key is read anew at each use."""


class Reloader:
    """Holds the configuration in force. `load` reads it anew, `apply` hands it to the daemon's components."""

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
    found: list[str] = []
    for section in Config.__struct_fields__:
        before, after = _values(getattr(old, section)), _values(getattr(new, section))
        keys = dict.fromkeys((*before, *after))
        found += [f"{section}.{key}" for key in keys if before.get(key) != after.get(key)]
    return found


def _values(section: Any) -> dict[str, Any]:
    """What a section holds by key; one whose names are the user's is a dict already."""
    if isinstance(section, dict):
        return cast(dict[str, Any], section)
    return {key: getattr(section, key) for key in section.__struct_fields__}


def merged(old: Config, new: Config, keys: list[str]) -> Config:
    """The old configuration with these keys of the new one."""
    sections = {name.partition(".")[0]: dict[str, Any]() for name in keys}
    for name in keys:
        section, _, key = name.partition(".")
        sections[section][key] = _values(getattr(new, section)).get(key)
    replaced = {name: _replaced(getattr(old, name), values) for name, values in sections.items()}
    return msgspec.structs.replace(old, **replaced)


def _replaced(section: Any, values: dict[str, Any]) -> Any:
    if isinstance(section, dict):
        kept = {**cast(dict[str, Any], section), **values}
        return {name: value for name, value in kept.items() if value is not None}
    return msgspec.structs.replace(section, **values)
