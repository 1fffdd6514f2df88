"""What each request means: one module a noun, and the table that the control server asks.

Handlers return data; nothing here formats for people.
"""

from typing import Final

import msgspec

from drover.store.errors import StoreUnavailableError
from drover.supervisor.api.handlers import (
    access,
    accounts,
    daemon,
    devices,
    leases,
    materials,
    pauses,
    scripts,
    task_files,
    tasks,
    upkeep,
)
from drover.supervisor.api.handlers.table import Table
from drover.supervisor.api.server import Answer, Peer
from drover.supervisor.api.state import DaemonState
from drover.wire import control
from drover.wire.faults import Code, RequestError

NOUNS: Final = (
    tasks.TaskHandlers,
    task_files.TaskFileHandlers,
    devices.DeviceHandlers,
    accounts.AccountHandlers,
    pauses.PauseHandlers,
    leases.LeaseHandlers,
    scripts.ScriptHandlers,
    materials.MaterialHandlers,
    daemon.DaemonHandlers,
    upkeep.UpkeepHandlers,
    access.AccessHandlers,
)


class Handlers:
    """Answers requests from the daemon's components."""

    def __init__(self, state: DaemonState) -> None:
        self._state = state
        self._table: Table = {}
        for noun in NOUNS:
            self._table |= noun(state).table()

    async def __call__(self, body: control.RequestBody, peer: Peer) -> Answer:
        """Dispatch by type; a store that cannot write answers 50301, so that the client may come again."""
        match body:
            case control.Hello():
                raise RequestError(Code.INVALID, "Hello comes once, first")
            case control.AnnounceApi():  # the one request that is about its connection
                self._state.announce_api(body, peer)
                return control.Done()
            case _:
                pass
        try:
            return await self._table[type(body)](self._by_name(body))
        except StoreUnavailableError as error:
            raise RequestError(Code.UNAVAILABLE, str(error), retry_after_s=5) from error

    def _by_name(self, body: control.RequestBody) -> control.RequestBody:
        """The request about the device itself, where it names an address that the device has now."""
        serial = getattr(body, "serial", None)
        if not isinstance(serial, str) or (device := self._state.devices.transports.device_of(serial)) == serial:
            return body
        return msgspec.structs.replace(body, **{"serial": device})
