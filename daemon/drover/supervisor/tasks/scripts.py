"""The scripts that are not built in, as they are now: from the configuration, from the store, from the zygote."""

import asyncio
import os
import shutil
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec
import structlog

from drover.policy.catalog import ADDED, CONFIGURED, Catalog, Command, Delivery
from drover.store import scripts, settings
from drover.store.errors import ConflictError
from drover.store.store import Store
from drover.wire.custom import AddScript, CommandSpec, PluginSheet, ScriptInfo, checked, checked_name
from drover.wire.faults import Code, RequestError

log = structlog.get_logger("drover.scripts")

LOOKED_FOR_S: Final = 5
"""How long a request waits for the zygote to tell which plugins there are."""


class Scripts:
    """Keeps the catalog true. A command of the configuration cannot be changed here."""

    def __init__(self, store: Store, configured: Mapping[str, CommandSpec]) -> None:
        self._store = store
        self._configured = configured
        self._added: dict[str, CommandSpec] = {}
        self._plugins: dict[str, PluginSheet] = {}
        self._remembered: dict[str, bool] = {}
        self._looked = asyncio.Event()
        self.catalog = Catalog()

    async def load(self) -> None:
        """Read what was added, and what is remembered of plugins: a start decides about the attempts of the boot before
        it, before its own zygote has reported what there is."""
        self._added = await self._store.read(scripts.all)
        self._remembered = await self._store.read(settings.get, settings.RECONCILING_PLUGINS, {})
        for name in self._configured.keys() & self._added.keys():
            log.warning("script_hidden", name=name, why="the configuration has a command of this name")
        self._renew()

    async def found_plugins(self, sheets: Sequence[PluginSheet]) -> None:
        """The zygote has looked: these there are."""
        self._plugins = {sheet.name: sheet for sheet in sheets}
        self._renew()
        self._looked.set()
        for sheet in self.catalog.plugins.values():
            if sheet.fault:
                log.error("plugin_unusable", name=sheet.name, origin=sheet.origin, why=sheet.fault)
        reconciling = {name: self.catalog.delivery(name).reconciles for name in self._plugins}
        if reconciling != self._remembered:
            self._remembered = reconciling
            await self._store.write(settings.put, settings.RECONCILING_PLUGINS, reconciling)

    async def looked_for(self, name: str = "") -> None:
        """Wait until it is known whether there is a script of this name (none given: which plugins there are).

        Takes time only at the begin of a boot, since the daemon is ready before its zygote is. Raises RequestError.
        """
        if name in self.catalog.names:
            return
        try:
            await asyncio.wait_for(self._looked.wait(), LOOKED_FOR_S)
        except TimeoutError:
            why = "The daemon has just started and is still importing plugins; try again in a moment."
            raise RequestError(Code.UNAVAILABLE, why, retry_after_s=LOOKED_FOR_S) from None

    def configure(self, configured: Mapping[str, CommandSpec]) -> None:
        """The commands of the configuration are these from now on."""
        self._configured = configured
        self._renew()

    def _renew(self) -> None:
        added = {name: Command(spec=spec, origin=ADDED) for name, spec in self._added.items()}
        configured = {name: Command(spec=spec, origin=CONFIGURED) for name, spec in self._configured.items()}
        commands = {**added, **configured}
        plugins = {name: _unless_taken(sheet, {*commands}) for name, sheet in self._plugins.items()}
        self.catalog = Catalog(commands=commands, plugins=plugins)

    def delivery(self, name: str) -> Delivery:
        """By which rules an attempt of this script ends."""
        return self.catalog.delivery(name, remembered=self._remembered)

    def command(self, name: str) -> CommandSpec | None:
        """The command of this name, as it is registered now."""
        command = self.catalog.commands.get(name)
        return None if command is None else command.spec

    def listed(self) -> list[ScriptInfo]:
        """Every script, with what keeps it from running now."""
        return [_with_fault(info) for info in self.catalog.listed()]

    def info(self, name: str) -> ScriptInfo:
        return next(info for info in self.listed() if info.name == name)

    async def add(self, asked: AddScript) -> ScriptInfo:
        """Register a command; raises RequestError."""
        name = asked.script_name
        spec = checked(name, asked.spec)
        await self.looked_for()
        if name in self._configured:
            why = f"name: {name!r} is registered in the configuration; change it there"
            raise RequestError(Code.CONFLICT, why, {"name": name})
        if name in self._plugins:
            why = f"name: {name!r} is a Python plugin ({self._plugins[name].origin}); take another"
            raise RequestError(Code.CONFLICT, why, {"name": name})
        if fault := command_fault(spec.command):
            raise RequestError(Code.INVALID, f"command: {fault}")
        try:
            await self._store.write(scripts.put, name, spec, replace=asked.replace)
        except ConflictError as error:
            raise RequestError(Code.CONFLICT, str(error), {"name": name}) from None
        self._added[name] = spec
        self._renew()
        log.info("script_added", name=name, command=spec.command[0])
        return self.info(name)

    async def remove(self, name: str) -> None:
        """Forget a command that was added; raises RequestError. Tasks that wait for it fail when their turn comes."""
        checked_name(name)
        if name in self._configured and name not in self._added:
            why = f"name: {name!r} is registered in the configuration; remove it there"
            raise RequestError(Code.CONFLICT, why, {"name": name})
        if not await self._store.write(scripts.delete, name):
            raise RequestError(Code.NOT_FOUND, f"script {name}: was never added")
        self._added.pop(name, None)
        self._renew()


def _unless_taken(sheet: PluginSheet, commands: set[str]) -> PluginSheet:
    fault = sheet.fault
    if not fault:
        try:
            checked_name(sheet.name)
        except RequestError as error:
            fault = str(error)
    if not fault and sheet.name in commands:
        fault = "a command of the same name is registered, and is used instead"
    return msgspec.structs.replace(sheet, fault=fault)


def command_fault(command: Sequence[str]) -> str:
    """Why this program cannot be started; empty where it can. A relative path would depend on who starts it."""
    program = command[0]
    if "/" in program and not os.path.isabs(program):
        return f"{program} is a relative path; give an absolute one, or a name on the daemon's PATH"
    if shutil.which(program) is None:
        there = os.path.exists(program)
        return f"{program} is not executable; chmod +x it" if there else f"{program} is not there, or not on the PATH"
    return ""


def _with_fault(info: ScriptInfo) -> ScriptInfo:
    if info.kind != "command":
        return info
    return msgspec.structs.replace(info, fault=command_fault(info.command))
