"""Reading the configuration again: all or nothing; what cannot change now waits, and is named until it has."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from drover.config import Config, ConfigError, load
from drover.supervisor.settings import Settings
from drover.supervisor.upkeep.reload import LIVE, LIVE_SECTIONS, Reloader, changes, merged


class Rig:
    """A configuration file, and what the daemon's components were given."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "drover.toml"
        self.file.write_text("")
        self.given: list[Config] = []
        self.settings = Settings(load(self.file, {}))
        nothing: Any = SimpleNamespace(wake=self._woken, configure=self._configured)
        self.reloader = Reloader(self.settings, self._load, nothing, nothing)
        self.commands: object = None

    def _load(self) -> Config:
        return load(self.file, {})

    def _configured(self, commands: object) -> None:
        self.commands = commands

    def _woken(self) -> None:
        """The dispatcher looks again, when everything is in force."""
        assert self.commands is self.settings.config.scripts
        self.given.append(self.settings.config)


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    return Rig(tmp_path)


def test_r19_what_may_change_is_applied_and_the_rest_waits(rig: Rig) -> None:
    rig.file.write_text("[pace]\nfollow_per_day = 7\n[api]\nport = 50810\n[devices]\nignore = ['A']\nengine = 'adb'\n")
    done = rig.reloader.reload()
    assert done.applied == ["devices.ignore", "pace.follow_per_day"]
    assert done.after_restart == ["devices.engine", "api.port"]
    (config,) = rig.given
    assert (config.pace.follow_per_day, config.devices.ignore) == (7, ["A"])
    assert (config.api, config.devices.engine) == (Config().api, "auto")
    again = rig.reloader.reload()
    assert (again.applied, again.after_restart) == ([], ["devices.engine", "api.port"])


def test_case_c10_c11_reuse_and_the_default_platform_change_while_the_daemon_works(rig: Rig) -> None:
    rig.file.write_text("[media]\nreuse = 'per_account'\n[tasks]\ndefault_platform = 'instagram'\n")
    assert rig.reloader.reload().applied == ["tasks.default_platform", "media.reuse"]
    rig.file.write_text("[media]\nreuse = 'twice'\n")
    with pytest.raises(ConfigError, match=r"drover.toml:2: media.reuse: .* expected one of: once, per_account"):
        rig.reloader.reload()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[tasks]\nmax_tries = 4\nmax_trys = 5\n", r"drover.toml:3: tasks.max_trys: is not a known key"),
        ("[tasks]\nmax_tries = 99\n", r"drover.toml:2: tasks.max_tries"),
        ("[tasks\n", r"drover.toml:1: not valid TOML"),
    ],
)
def test_r19_a_bad_file_changes_nothing_and_names_line_and_key(rig: Rig, text: str, said: str) -> None:
    rig.file.write_text(text)
    with pytest.raises(ConfigError, match=said):
        rig.reloader.reload()
    assert rig.given == []
    rig.file.write_text("[tasks]\nmax_tries = 4\n")
    assert rig.reloader.reload().applied == ["tasks.max_tries"]


def test_every_live_key_exists() -> None:
    known = {f"{section}.{key}" for section in Config.__struct_fields__ for key in keys(section)}
    assert known > LIVE
    assert set(Config.__struct_fields__) > LIVE_SECTIONS


def test_a_merge_of_all_that_changed_is_the_new_configuration() -> None:
    new = load(None, {"DROVER_ADB_PORT": "5038", "DROVER_TASKS_MAX_TRIES": "5", "DROVER_ADB_CONNECT": '["a:1"]'})
    found = changes(Config(), new)
    assert found == ["adb.port", "adb.connect", "tasks.max_tries"]
    assert merged(Config(), new, found) == new


def keys(section: str) -> Any:
    return getattr(getattr(Config(), section), "__struct_fields__", ())


def test_commands_come_change_and_go(rig: Rig) -> None:
    rig.file.write_text('[scripts.warm]\ncommand = ["a"]\n[scripts.cold]\ncommand = ["b"]\n')
    assert rig.reloader.reload().applied == ["scripts.warm", "scripts.cold"]
    rig.file.write_text('[scripts.cold]\ncommand = ["c"]\n')
    assert rig.reloader.reload().applied == ["scripts.warm", "scripts.cold"]
    assert {name: spec.command for name, spec in rig.given[-1].scripts.items()} == {"cold": ["c"]}
