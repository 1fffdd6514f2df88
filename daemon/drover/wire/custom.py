"""Scripts other than the built-in ones, commands and Python plugins: how each is described and asked for."""

import re
from typing import Annotated, Any, Final, Literal

import msgspec

from drover.wire.faults import Code, RequestError
from drover.wire.scripts import KNOWN, SUPPORTED, AppName

DEFAULT_TIMEOUT_S: Final = 1800.0
MAX_TIMEOUT_S: Final = 86400.0
MAX_ARGUMENTS: Final = 256
MAX_ARGUMENT_CHARS: Final = 4096
NAME: Final = re.compile(r"[a-z][a-z0-9_-]{0,47}")
PRIVATE: Final = re.compile(r"(DROVER|TIKMATRIX|LISTEN|WATCHDOG)_.*|NOTIFY_SOCKET|CREDENTIALS_DIRECTORY")
"""Variables of the daemon's own that are not for a script: settings with tokens in them, systemd's sockets."""
_VARIABLE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}")
_PACKAGE: Final = re.compile(r"[A-Za-z0-9_.]{0,200}")

Mode = Literal["generic"] | AppName
"""What is done before a command starts: nothing, or the app is opened and the account made current."""

CommandTimeout = Annotated[float, msgspec.Meta(gt=0, le=MAX_TIMEOUT_S)]


class CommandSpec(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A command that is a script: an argument list, never a shell line. Also what stands under [scripts.NAME].

    `retry_safe` says that running it twice does no harm: then an attempt that was cut off is run again. `environment`
    names variables of the daemon that it gets in addition to the usual few.
    """

    command: list[str]
    platform: Mode = "generic"
    package: str = ""
    timeout_s: CommandTimeout = DEFAULT_TIMEOUT_S
    retry_safe: bool = False
    summary: str = ""
    environment: list[str] = []


class ManagedRun(msgspec.Struct, frozen=True, kw_only=True):
    """What a worker needs to run a command: its description, and how it reaches its phone through the API.

    `token_file` holds the API's token; "" where none is asked for. `api_socket` is the API's Unix socket; "" where it
    has none, as `api_base` is where it has no TCP.
    """

    spec: CommandSpec
    session: str
    api_base: str
    token_file: str = ""
    api_socket: str = ""


class PluginSheet(msgspec.Struct, frozen=True, kw_only=True):
    """What a Python plugin says of itself, as the zygote read it. `fault` says why it cannot be used; then the rest is
    empty. `parameters` is the JSON schema of its configuration."""

    name: str
    origin: str
    summary: str = ""
    effect: str = ""
    reconciles: bool = False
    retry_safe: bool = False
    parameters: dict[str, Any] = {}
    fault: str = ""


# --- requests and answers ---------------------------------------------------------------------------------------


class ListScripts(msgspec.Struct, frozen=True, kw_only=True, tag="list_scripts"):
    """Ask for every script that a task can name, and for plugins that cannot be used."""


class AddScript(msgspec.Struct, frozen=True, kw_only=True, tag="add_script"):
    """Register a command under a name; `replace` takes the place of one that was added before."""

    script_name: str
    spec: CommandSpec
    replace: bool = False


class RemoveScript(msgspec.Struct, frozen=True, kw_only=True, tag="remove_script"):
    """Forget a command that was added by AddScript."""

    script_name: str


class ScriptInfo(msgspec.Struct, frozen=True, kw_only=True, tag="script_info"):
    """A script as people see it. `fault` says in words why it cannot run now; empty where it can."""

    name: str
    kind: Literal["built_in", "python", "command"]
    origin: str
    summary: str = ""
    effect: str = ""
    reconciles: bool = False
    retry_safe: bool = False
    platform: str = ""
    package: str = ""
    timeout_s: float | None = None
    command: list[str] = []
    parameters: dict[str, Any] = {}
    fault: str = ""


class ScriptList(msgspec.Struct, frozen=True, kw_only=True, tag="script_list"):
    """Built-in scripts first, then the others by name."""

    scripts: list[ScriptInfo]


ScriptRequest = ListScripts | AddScript | RemoveScript
ScriptAnswer = ScriptInfo | ScriptList


# --- what a registration may say ---------------------------------------------------------------------------------


def checked(name: str, spec: CommandSpec) -> CommandSpec:
    """The registration as it is kept; raises RequestError naming the field."""
    checked_name(name)
    words = spec.command
    if not words or not words[0].strip():
        raise RequestError(Code.INVALID, "command: expected a program and its arguments, as a list of strings")
    if len(words) > MAX_ARGUMENTS or any("\0" in word or len(word) > MAX_ARGUMENT_CHARS for word in words):
        why = f"expected at most {MAX_ARGUMENTS} arguments of at most {MAX_ARGUMENT_CHARS} characters, without NUL"
        raise RequestError(Code.INVALID, f"command: {why}")
    if not _PACKAGE.fullmatch(spec.package):
        raise RequestError(Code.INVALID, f"package: expected an Android package name, got {spec.package!r}")
    if wrong := [name for name in spec.environment if not _VARIABLE.fullmatch(name) or PRIVATE.fullmatch(name)]:
        why = "expected names of variables that are not Drover's or systemd's own"
        raise RequestError(Code.INVALID, f"environment: {why}, got {wrong[0][:60]!r}")
    return spec


def checked_name(name: str) -> str:
    """A name that a script may have; raises RequestError."""
    if not NAME.fullmatch(name):
        why = "expected a lower-case letter, then up to 47 lower-case letters, digits, dashes or underscores"
        raise RequestError(Code.INVALID, f"name: {why}, got {name[:60]!r}")
    if name in SUPPORTED or name in KNOWN:
        raise RequestError(Code.CONFLICT, f"name: {name!r} is a script of Drover's own; take another", {"name": name})
    return name
