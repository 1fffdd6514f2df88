"""Requests about the media library; what each means is the library's own table."""

from typing import get_args

from drover.supervisor.api.handlers.table import Table
from drover.supervisor.api.server import Answer
from drover.supervisor.api.state import DaemonState
from drover.wire.materials import MaterialRequest


class MaterialHandlers:
    """What clients ask of the library."""

    def __init__(self, state: DaemonState) -> None:
        self._state = state

    def table(self) -> Table:
        return dict.fromkeys(get_args(MaterialRequest), self._answer)

    async def _answer(self, body: MaterialRequest) -> Answer:
        return await self._state.tasks.materials.answer(body)
