"""Reads the configuration again while the daemon works: all of it is taken, or nothing.

What cannot change under a running daemon (sockets, folders, the address of adb) waits for the next start, and is named.
"""

from collections.abc import Callable
from typing import Any, Final, cast

import msgspec
import structlog

from drover import logs
from drover.config import Config
from drover.supervisor.dispatch_signal import DispatchSignal
from drover.supervisor.settings import Settings
from drover.supervisor.tasks.scripts import Scripts
from drover.wire.control import ConfigReloaded

log = structlog.get_logger("drover.daemon")

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
"""Sections whose every key is read again at each use."""


class Reloader:
    """Replaces the configuration in force. `load` reads it again."""

    def __init__(
        self, settings: Settings, load: Callable[[], Config], scripts: Scripts, signal: DispatchSignal
    ) -> None:
        self._settings = settings
        self._load = load
        self._scripts = scripts
        self._signal = signal

    def reload(self) -> ConfigReloaded:
        """Take what may change now; raises ConfigError, and then the old configuration stays in force."""
        before, found = self._settings.config, self._load()
        changed = changes(before, found)
        applied = [key for key in changed if is_live(key)]
        config = merged(before, found, applied)
        self._settings.replace(config)
        logs.configure(config.daemon.log_level, config.daemon.log_format)
        self._scripts.configure(config.scripts)
        self._signal.wake()
        done = ConfigReloaded(applied=applied, after_restart=[key for key in changed if key not in applied])
        log.info("config_reloaded", applied=done.applied, after_restart=done.after_restart)
        return done


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
