"""The daemon's configuration: a TOML file, overridden by environment variables. Owns defaults and their meaning.

Every key is documented in contrib/drover.toml. `DROVER_ADB_PORT=5038` overrides `port` in `[adb]`, and so on.
"""

import ipaddress
import os
import re
import tomllib
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_type_hints
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from msgspec import Meta

from drover import local_zone, unix_socket
from drover.wire.custom import CommandSpec, checked
from drover.wire.faults import RequestError
from drover.wire.scripts import AppName, describe

Port = Annotated[int, Meta(ge=1, le=65535)]
PortOrAny = Annotated[int, Meta(ge=0, le=65535)]
Days = Annotated[float, Meta(ge=0, le=36500)]
PerDay = Annotated[int, Meta(ge=0, le=100_000)]
PauseSeconds = Annotated[float, Meta(ge=0, le=86400)]
Seconds = Annotated[float, Meta(gt=0, le=86400)]
Hours = Annotated[float, Meta(gt=0, le=8760)]
TroublePause = Hours | Literal["released", "off"]


class ConfigError(Exception):
    """The configuration cannot be used; the message names file, line and key."""


class _Section(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Unknown keys are refused: a typo would silently leave a default in force."""


class DaemonSection(_Section, frozen=True, kw_only=True):
    data_dir: str = ""
    runtime_dir: str = ""
    timezone: str = ""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["auto", "text", "json"] = "auto"
    drain_timeout_s: Seconds = 60.0


class AdbSection(_Section, frozen=True, kw_only=True):
    host: str = "127.0.0.1"
    port: Port = 5037
    start_server: bool = True
    connect: list[str] = []


class DevicesSection(_Section, frozen=True, kw_only=True):
    engine: Literal["auto", "uiautomator2", "adb"] = "auto"
    ignore: list[str] = []
    lost_grace_s: Seconds = 12.0
    heartbeat_s: Annotated[float, Meta(ge=0.2, le=60)] = 3.0


class TasksSection(_Section, frozen=True, kw_only=True):
    late_grace_s: Annotated[float, Meta(ge=0, le=86400)] = 900.0
    attempt_timeout_s: Seconds = 600.0
    max_tries: Annotated[int, Meta(ge=1, le=10)] = 3
    default_platform: AppName = "tiktok"


class PaceSection(_Section, frozen=True, kw_only=True):
    """Of each account: effects a local day by script (0: no limit), and the pause between two of its tasks."""

    follow_per_day: PerDay = 60
    unfollow_per_day: PerDay = 60
    post_per_day: PerDay = 5
    pause_min_s: PauseSeconds = 30.0
    pause_max_s: PauseSeconds = 120.0

    @property
    def limits(self) -> dict[str, int]:
        """By script."""
        return {"follow": self.follow_per_day, "unfollow": self.unfollow_per_day, "post": self.post_per_day}


class TroubleSection(_Section, frozen=True, kw_only=True):
    """How long each trouble pauses its account: "released", a number of hours that doubles within a week, or "off"."""

    captcha: TroublePause = "released"
    verification: TroublePause = "released"
    suspended: TroublePause = "released"
    logged_out: TroublePause = "released"
    too_fast: TroublePause = 12.0
    failures_in_a_row: Annotated[int, Meta(ge=0, le=1000)] = 5

    @property
    def pauses(self) -> dict[str, timedelta | None]:
        """By trouble; None until it is released, and none of those that are off."""
        named = {key: getattr(self, key) for key in self.__struct_fields__ if key != "failures_in_a_row"}
        return {
            key: None if value == "released" else timedelta(hours=value)
            for key, value in named.items()
            if value != "off"
        }


class LicenseSection(_Section, frozen=True, kw_only=True):
    plan: Literal["Starter", "Pro", "Team", "Business"] = "Pro"
    device_limit: Annotated[int, Meta(ge=1, le=100000)] | None = None


class ApiSection(_Section, frozen=True, kw_only=True):
    enabled: bool = True
    host: str = "127.0.0.1"
    port: PortOrAny = 50809
    free_port_if_taken: bool = False
    tcp: bool = True
    socket: str = ""
    allowed_hosts: list[str] = []
    require_token: bool = False
    token_file: str = ""

    @property
    def open_to_local_users(self) -> bool:
        """Whether every user of this machine may use the API: loopback has no owner."""
        return self.enabled and self.tcp and not self.require_token


class MediaSection(_Section, frozen=True, kw_only=True):
    roots: list[str] = []
    max_upload_mb: Annotated[int, Meta(ge=1, le=100_000)] = 4000
    reuse: Literal["once", "per_account"] = "once"


class RetentionSection(_Section, frozen=True, kw_only=True):
    history_days: Days = 90.0
    artifacts_days: Days = 14.0
    events_days: Days = 7.0
    min_free_mb: Annotated[int, Meta(ge=0)] = 500


class RpcSection(_Section, frozen=True, kw_only=True):
    """Direct control; `adb` lets holders of leases run adb commands on their phones."""

    adb: bool = False


class Config(_Section, frozen=True, kw_only=True):
    """The whole configuration. Durations in seconds."""

    daemon: DaemonSection = DaemonSection()
    adb: AdbSection = AdbSection()
    devices: DevicesSection = DevicesSection()
    tasks: TasksSection = TasksSection()
    pace: PaceSection = PaceSection()
    trouble: TroubleSection = TroubleSection()
    license: LicenseSection = LicenseSection()
    api: ApiSection = ApiSection()
    retention: RetentionSection = RetentionSection()
    rpc: RpcSection = RpcSection()
    media: MediaSection = MediaSection()
    scripts: dict[str, CommandSpec] = {}

    @property
    def media_roots(self) -> list[Path]:
        """The folders in which files may lie that a request names."""
        return [Path(root) for root in self.media.roots]

    @property
    def data_dir(self) -> Path:
        """Where the store, logs and evidence lie."""
        if self.daemon.data_dir:
            return Path(self.daemon.data_dir).expanduser()
        state = os.environ.get("STATE_DIRECTORY")
        home = os.environ.get("XDG_DATA_HOME") or "~/.local/share"
        return Path(state) if state else Path(home).expanduser() / "drover"

    @property
    def library_dir(self) -> Path:
        """Where the library's files lie."""
        return self.data_dir / "media"

    @property
    def task_folders(self) -> Path:
        """Where the folders of all tasks lie."""
        return self.data_dir / "tasks"

    def task_folder(self, task_id: int) -> Path:
        """Where a task's log and evidence lie."""
        return self.task_folders / str(task_id)

    @property
    def token_path(self) -> Path:
        """Where the API's token lies, once one was made."""
        return Path(self.api.token_file).expanduser() if self.api.token_file else self.data_dir / "api-token"

    def api_socket(self, runtime_dir: Path) -> Path | None:
        """Where the API's socket lies, if it has one; a name without a folder lies in the runtime directory."""
        return runtime_dir / Path(self.api.socket).expanduser() if self.api.socket else None

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which "HH:MM" is read and local times are shown."""
        return ZoneInfo(self.daemon.timezone or local_zone.name())


def load(path: Path | None, environ: Mapping[str, str]) -> Config:
    """The configuration from the file (none: all defaults) and the environment; raises ConfigError."""
    text, raw = _read(path)
    overrides = _overrides(environ)
    for (section, key), value in overrides.items():
        raw.setdefault(section, {})[key] = value
    _check_scripts(raw.get("scripts", {}), path, text)
    try:
        config = msgspec.convert(raw, Config)
    except msgspec.ValidationError as error:
        raise ConfigError(_explain(error, path, text, overrides)) from None
    local_zone.name.cache_clear()
    try:
        _ = config.zone
    except local_zone.UnnamedZoneError as error:
        where = _place(path, text, "daemon", "timezone", overrides)
        raise ConfigError(f"{where}: {error}; name the zone here, such as Europe/Paris") from None
    except (ZoneInfoNotFoundError, ValueError):
        where = _place(path, text, "daemon", "timezone", overrides)
        message = f"no such time zone: {config.daemon.timezone!r}, expected an IANA name such as Europe/Paris"
        raise ConfigError(f"{where}: {message}") from None
    _refuse_roots(config, _place(path, text, "media", "roots", overrides))
    if config.pace.pause_max_s < config.pace.pause_min_s:
        where = _place(path, text, "pace", "pause_max_s", overrides)
        low, high = config.pace.pause_min_s, config.pace.pause_max_s
        raise ConfigError(f"{where}: {high:g} is shorter than pause_min_s ({low:g})")
    _refuse_socket(config.api, lambda key: _place(path, text, "api", key, overrides))
    if config.api.tcp and not _is_loopback(config.api.host) and not config.api.require_token:
        where = _place(path, text, "api", "host", overrides)
        raise ConfigError(
            f"{where}: {config.api.host!r} is not a loopback address: refused, because without a token anybody in the "
            "network could drive the phones. Set require_token = true in [api] (and see droverctl token show), or use "
            "127.0.0.1, and a tunnel or a proxy with a login"
        )
    return config


def media_faults(config: Config, path: Path | None, environ: Mapping[str, str]) -> list[str]:
    """What is wrong with the folders of media as they are now; they may be mounted later, so the daemon only warns."""
    faults = [(index, _root_fault(root)) for index, root in enumerate(config.media_roots)]
    where = _place(path, _read(path)[0], "media", "roots", _overrides(environ))
    return [f"{where}[{index}]: {fault}" for index, fault in faults if fault]


def _root_fault(root: Path) -> str:
    if not root.exists():
        return f"{root} does not exist; create or mount it, or take it out of roots"
    if not root.is_dir():
        return f"{root} is not a folder"
    if not os.access(root, os.R_OK | os.X_OK):
        return f"{root} cannot be read by this user; give it the right to, or take it out of roots"
    return ""


def _refuse_roots(config: Config, where: str) -> None:
    for index, root in enumerate(config.media_roots):
        if not root.is_absolute() or ".." in root.parts:
            raise ConfigError(f"{where}[{index}]: expected an absolute path such as /srv/media, got {str(root)!r}")
        if os.path.realpath(root) == "/":
            raise ConfigError(
                f"{where}[{index}]: {str(root)!r} is the whole file system; name the folders of media in it"
            )


def _refuse_socket(api: ApiSection, place: Callable[[str], str]) -> None:
    """Raises ConfigError for a socket that could not be served anywhere, and for an API without any address."""
    if api.enabled and not api.tcp and not api.socket:
        raise ConfigError(
            f"{place('tcp')}: without TCP the API needs a socket: set socket in [api], or enabled = false for no API"
        )
    try:
        path = Path(api.socket).expanduser()
    except RuntimeError as error:  # a home directory that is not known
        raise ConfigError(f"{place('socket')}: {error}") from None
    if "\0" in api.socket or not (path.is_absolute() or api.socket == path.name):
        raise ConfigError(
            f"{place('socket')}: expected an absolute path, or a name without a folder for a socket in runtime_dir, "
            f"got {api.socket!r}"
        )
    if not unix_socket.fits(path):
        most = unix_socket.MAX_PATH_BYTES
        raise ConfigError(f"{place('socket')}: longer than the {most} bytes that a socket's path may have")


def _check_scripts(sections: Mapping[str, Any], path: Path | None, text: str) -> None:
    """Names and commands by the same rules as those of `droverctl script add`."""
    for name, found in sections.items():
        try:
            checked(name, msgspec.convert(found, CommandSpec))
        except (RequestError, msgspec.ValidationError) as error:
            what = describe(error) if isinstance(error, msgspec.ValidationError) else str(error)
            section, key = (f"scripts.{name}", what.partition(":")[0]) if isinstance(found, dict) else ("scripts", name)
            line = _line(text, section, key)
            raise ConfigError(f"{path}:{line}: scripts.{name}: {what}") from None


def _is_loopback(host: str) -> bool:
    """Other names than localhost may resolve to anything, and to something else tomorrow."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _read(path: Path | None) -> tuple[str, dict[str, dict[str, Any]]]:
    if path is None:
        return "", {}
    text = ""
    try:
        text = path.read_text(encoding="utf-8")
        raw = tomllib.loads(text)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{path}: is not UTF-8 text") from None
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        number = line.group(1) if line else max(len(text.splitlines()), 1)
        raise ConfigError(f"{path}:{number}: not valid TOML: {error}") from None
    for name, value in raw.items():
        if not isinstance(value, dict):
            raise ConfigError(f"{path}:{_line(text, '', name)}: {name}: expected a section such as [{name}]")
    return text, raw


def _overrides(environ: Mapping[str, str]) -> dict[tuple[str, str], Any]:
    """Values from `DROVER_SECTION_KEY`, read as TOML where they are TOML and as text otherwise."""
    found: dict[tuple[str, str], Any] = {}
    for section in Config.__struct_fields__:
        if section == "scripts":
            continue  # its names are the user's
        for key in getattr(Config(), section).__struct_fields__:
            text = environ.get(f"DROVER_{section}_{key}".upper())
            if text is not None:
                found[section, key] = _toml_value(text)
    return found


def _toml_value(text: str) -> Any:
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def _explain(error: msgspec.ValidationError, path: Path | None, text: str, env: Mapping[tuple[str, str], Any]) -> str:
    what, _, where = str(error).partition(" - at `$")
    parts = [part for part in re.split(r"[.`\[\]]", where) if part and not part.isdigit() and part != "..."]
    unknown = re.search(r"unknown field `([^`]+)`", what)
    if unknown:
        what = "is not a known key" if parts else "is not a known section"
        parts.append(unknown.group(1))
    section, key = (parts[0], parts[1]) if len(parts) > 1 else ("", parts[0]) if parts else ("", "")
    if what.startswith("Invalid enum value"):
        words = _words(get_type_hints(type(getattr(Config(), section)))[key])
        what = f"{what}, expected one of: {', '.join(words)}"
    return f"{_place(path, text, section, key, env)}: {what[:1].lower()}{what[1:]}"


def _words(kind: Any) -> list[str]:
    """What a key may be that takes words: alone, or next to a number."""
    found = [word for part in get_args(kind) for word in ([part] if isinstance(part, str) else _words(part))]
    return [*found, "a number"] if float in get_args(kind) else found


def _place(path: Path | None, text: str, section: str, key: str, env: Mapping[tuple[str, str], Any]) -> str:
    """`drover.toml:12: adb.port`, or the environment variable that set it."""
    if (section, key) in env:
        return f"environment DROVER_{section}_{key}".upper().replace("ENVIRONMENT", "environment")
    name = f"{section}.{key}" if section else key
    return f"{path}:{_line(text, section, key)}: {name}"


def _line(text: str, section: str, key: str) -> int:
    """The line where the key of that section stands; 1 if it cannot be known."""
    current = ""
    for number, line in enumerate(text.splitlines(), start=1):
        header = re.match(r"\s*\[\s*([\w.-]+)\s*\]", line)
        if header:
            current = header.group(1)
            if not section and current == key:
                return number
        dotted = f"{section}.{key}" if not current else key
        if (current in (section, "")) and re.match(rf"\s*(\"?{re.escape(key)}\"?|{re.escape(dotted)})\s*=", line):
            return number
    return 1
