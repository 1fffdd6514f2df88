"""Requests about scripts: which there are, and commands that become scripts."""

from drover.supervisor.api.handlers.table import Table
from drover.supervisor.api.state import DaemonState
from drover.wire.control import Done
from drover.wire.custom import AddScript, ListScripts, RemoveScript, ScriptInfo, ScriptList


class ScriptHandlers:
    """What clients ask of scripts."""

    def __init__(self, state: DaemonState) -> None:
        self._state = state

    def table(self) -> Table:
        return {ListScripts: self._list, AddScript: self._add, RemoveScript: self._remove}

    async def _list(self, _body: ListScripts) -> ScriptList:
        await self._state.tasks.scripts.looked_for()
        return ScriptList(scripts=self._state.tasks.scripts.listed())

    async def _add(self, body: AddScript) -> ScriptInfo:
        return await self._state.tasks.scripts.add(body)

    async def _remove(self, body: RemoveScript) -> Done:
        await self._state.tasks.scripts.remove(body.script_name)
        return Done()
