"""Scripts of other people's packages: what one looks like, what it says of itself, and how it runs as a Script.

A package names its class under the entry-point group `drover.scripts`; README.md here has a whole example.
"""

import inspect
import re
from dataclasses import dataclass
from typing import Any, Final, Protocol, cast

import msgspec

from drover.scripts.context import Context, Script, ScriptFactory

GROUP: Final = "drover.scripts"
_FLAGS: Final = ("reconciles", "retry_safe")
_EFFECT: Final = re.compile(r"[a-z][a-z0-9 _-]{0,47}|")


class PluginError(Exception):
    """What the entry point names is no script; the message says what is missing."""


class Plugin(Protocol):
    """A script with `run`. Its class has `Config`, a msgspec Struct, and is made with one.

    `effect` names what others can see, "" if nothing; what has an effect performs it by `ctx.commit`, once, and
    proves it by `ctx.confirm`. `reconciles` and `retry_safe` say when it may run again after an unknown outcome: it
    looks first (`ctx.reconcile`), or a second time does no harm.
    """

    effect: str
    reconciles: bool
    retry_safe: bool

    def run(self, ctx: Context) -> None: ...


@dataclass(frozen=True, kw_only=True)
class Described:
    """What a plugin's class says of itself; `parameters` is the JSON schema of its Config."""

    summary: str
    effect: str
    reconciles: bool
    retry_safe: bool
    parameters: dict[str, Any]
    factory: ScriptFactory


class RunScript:
    """A Script from a `run`: all of it happens in prepare, whose commit goes through the context's rules."""

    def __init__(self, plugin: Plugin) -> None:
        self.effect = plugin.effect
        self.reconciles = plugin.reconciles
        self._plugin = plugin

    def prepare(self, ctx: Context) -> bool:
        """Run it to its end; there is nothing left to do then."""
        self._plugin.run(ctx)
        return False

    def commit(self, ctx: Context) -> None:
        """Never called: `prepare` has done it all."""
        raise RuntimeError("a script with run has no commit of its own")

    def verify(self, ctx: Context) -> None:
        """Never called: `prepare` has done it all."""
        raise RuntimeError("a script with run has no verify of its own")


def describe(found: object) -> Described:
    """What the class says of itself; raises PluginError."""
    if not isinstance(found, type):
        raise PluginError(f"the entry point names {type(found).__name__}, not a class")
    config = getattr(found, "Config", None)
    if not (isinstance(config, type) and issubclass(config, msgspec.Struct)):
        raise PluginError(f"{found.__name__}.Config must be a msgspec.Struct with the script's parameters")
    if not config.__struct_config__.forbid_unknown_fields:
        raise PluginError(f"{found.__name__}.Config needs forbid_unknown_fields=True, or a typo would be ignored")
    declared = {name: getattr(found, name, None) for name in ("effect", *_FLAGS)}
    effect = declared["effect"]
    if not isinstance(effect, str) or not _EFFECT.fullmatch(effect):
        raise PluginError(f'{found.__name__}.effect must name what others can see in lower case, or be ""')
    for name in _FLAGS:
        if not isinstance(declared[name], bool):
            raise PluginError(f"{found.__name__}.{name} must be True or False")
    if not callable(getattr(found, "run", None)) and not _has_phases(found):
        raise PluginError(f"{found.__name__} needs a method run(ctx), or prepare, commit and verify")
    return Described(
        summary=(inspect.getdoc(found) or "").partition("\n")[0],
        effect=effect,
        reconciles=bool(declared["reconciles"]),
        retry_safe=bool(declared["retry_safe"]),
        parameters=_schema(config),
        factory=_factory(found, config),
    )


def _has_phases(found: type) -> bool:
    return all(callable(getattr(found, name, None)) for name in ("prepare", "commit", "verify"))


def _schema(config: type[msgspec.Struct]) -> dict[str, Any]:
    try:
        return msgspec.json.schema(config)
    except TypeError as error:
        raise PluginError(f"{config.__qualname__} has a field that JSON cannot say: {error}") from None


def _factory(found: type, config: type[msgspec.Struct]) -> ScriptFactory:
    def make(values: dict[str, Any]) -> Script:
        made: Any = found(msgspec.convert(values, config))
        return cast(Script, made) if _has_phases(found) else RunScript(cast(Plugin, made))

    return make
