"""Which scripts there are now, what a request may say to each, and by which rules of delivery it runs. Pure.

Built-in scripts, commands of the configuration and of `droverctl script add`, and Python plugins have one namespace.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

import jsonschema_rs
import msgspec

from drover.policy.accounts import DEFAULT_PLATFORM
from drover.wire.control import CreateTasks
from drover.wire.custom import CommandSpec, PluginSheet, ScriptInfo
from drover.wire.faults import Code, RequestError
from drover.wire.scripts import RECONCILES, SUPPORTED, ScriptConfig, expand, unsupported_message

GENERIC: Final = "generic"
CONFIGURED: Final = "configuration"
ADDED: Final = "droverctl script add"
MAX_CONFIG_BYTES: Final = 64 * 1024
"""A command gets its configuration in its environment, and one variable holds 128 KiB at most."""


BUILT_IN: Final = {
    "follow": ("follow", "Follow one user."),
    "unfollow": ("unfollow", "Unfollow one user."),
    "post": ("post", "Publish a video or images."),
}


@dataclass(frozen=True, kw_only=True)
class Command:
    """A registered command and who registered it."""

    spec: CommandSpec
    origin: str


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """The rules for an attempt that ends: `reconciles` lets it be repeated though its outcome is unknown; `own_word`
    says that what the script reports about its end stands, because no one else can know its effect."""

    reconciles: bool
    own_word: bool = False


@dataclass(frozen=True, kw_only=True)
class Catalog:
    """The scripts besides the built-in ones. A name belongs to one of them."""

    commands: Mapping[str, Command] = field(default_factory=dict[str, Command])
    plugins: Mapping[str, PluginSheet] = field(default_factory=dict[str, PluginSheet])

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Every name that a task may have."""
        usable = [name for name, sheet in self.plugins.items() if not sheet.fault]
        return (*SUPPORTED, *sorted({*self.commands, *usable}))

    def expand(self, name: str, config: dict[str, Any]) -> Sequence[ScriptConfig | dict[str, Any]]:
        """The validated configurations of one request, one for each task and device; raises RequestError."""
        if name in self.commands:
            return [_command_config(config)]
        sheet = self.plugins.get(name)
        if sheet is not None and not sheet.fault:
            return [_plugin_config(sheet, config)]
        if name not in SUPPORTED:
            raise RequestError(Code.SCRIPT_UNSUPPORTED, self._unsupported(name, sheet))
        return expand(name, config)

    def _unsupported(self, name: str, sheet: PluginSheet | None) -> str:
        if sheet is not None:
            return f"script_name: the plugin {name!r} cannot be used; `droverctl doctor` says why"
        return unsupported_message(name, self.names)

    def placed(self, request: CreateTasks) -> CreateTasks:
        """The request with the platform that its script is for; raises RequestError where it names another."""
        command = self.commands.get(request.script_name)
        if command is None or command.spec.platform == GENERIC:
            return request
        wanted = command.spec.platform
        if request.platform not in (None, wanted):
            why = f"platform: the script {request.script_name!r} is for {wanted}, got {request.platform!r}"
            raise RequestError(Code.INVALID, why)
        return msgspec.structs.replace(request, platform=wanted)

    def default_platform(self, name: str, usual: str = DEFAULT_PLATFORM) -> str:
        """The platform of a task whose request names neither platform nor account: a command's own, else the usual."""
        command = self.commands.get(name)
        return usual if command is None else command.spec.platform

    def delivery(self, name: str, *, remembered: Mapping[str, bool] | None = None) -> Delivery:
        """By which rules an attempt of this script ends. `remembered` stands in for plugins that are not known yet."""
        if name in self.commands:
            return Delivery(reconciles=False, own_word=True)
        sheet = self.plugins.get(name)
        if sheet is not None and not sheet.fault:
            return Delivery(reconciles=sheet.reconciles or sheet.retry_safe)
        return Delivery(reconciles=name in RECONCILES or bool(remembered and remembered.get(name)))

    def listed(self) -> list[ScriptInfo]:
        """Everything, plugins that cannot be used too."""
        own = [_built_in(name) for name in SUPPORTED]
        others = [_of_command(name, command) for name, command in self.commands.items()]
        others += [_of_plugin(sheet) for sheet in self.plugins.values()]
        return [*own, *sorted(others, key=lambda info: info.name)]


BUILT_IN_ONLY: Final = Catalog()


def _command_config(config: dict[str, Any]) -> dict[str, Any]:
    size = len(msgspec.json.encode(config))
    if size > MAX_CONFIG_BYTES:
        why = f"expected at most {MAX_CONFIG_BYTES} bytes of JSON for a custom script, got {size}"
        raise RequestError(Code.INVALID, f"script_config: {why}")
    return config


def _plugin_config(sheet: PluginSheet, config: dict[str, Any]) -> dict[str, Any]:
    validator = jsonschema_rs.Draft202012Validator(sheet.parameters)
    for error in validator.iter_errors(config):
        where = ".".join(("script_config", *map(str, error.instance_path)))
        raise RequestError(Code.INVALID, f"{where}: {error.message[:300]}")
    return config


def _built_in(name: str) -> ScriptInfo:
    effect, summary = BUILT_IN[name]
    return ScriptInfo(
        name=name, kind="built_in", origin="drover", summary=summary, effect=effect, reconciles=name in RECONCILES
    )


def _of_command(name: str, command: Command) -> ScriptInfo:
    spec = command.spec
    return ScriptInfo(
        name=name,
        kind="command",
        origin=command.origin,
        summary=spec.summary,
        retry_safe=spec.retry_safe,
        platform=spec.platform,
        package=spec.package,
        timeout_s=spec.timeout_s,
        command=spec.command,
    )


def _of_plugin(sheet: PluginSheet) -> ScriptInfo:
    return ScriptInfo(kind="python", **{name: getattr(sheet, name) for name in sheet.__struct_fields__})
