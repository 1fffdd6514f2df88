"""Requests about the media library; what each means is the library's own table."""

from drover.supervisor.handlers.table import Table
from drover.supervisor.state import DaemonState


class MaterialHandlers:
    """What clients ask of the library."""

    def __init__(self, state: DaemonState) -> None:
        self._state = state

    def table(self) -> Table:
        return self._state.materials.table()
