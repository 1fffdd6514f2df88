"""Requests about access: the API's token, and who changed what."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Final

from drover import token_file
from drover.store import audit
from drover.supervisor.api.handlers.table import Table
from drover.supervisor.api.state import DaemonState
from drover.wire import control
from drover.wire.faults import Code, RequestError

MAX_AUDIT_PAGE: Final = 1000


class AccessHandlers:
    """The token's file and the audit's rows."""

    def __init__(self, state: DaemonState) -> None:
        self._state = state

    def table(self) -> Table:
        return {control.ShowToken: self._show, control.RotateToken: self._rotate, control.ListAudit: self._audit}

    async def _show(self, _body: control.ShowToken) -> control.ApiToken:
        return await self._token(token_file.ensure)

    async def _rotate(self, _body: control.RotateToken) -> control.ApiToken:
        return await self._token(token_file.replace)

    async def _audit(self, body: control.ListAudit) -> control.AuditPage:
        limit = min(max(body.limit, 1), MAX_AUDIT_PAGE)
        return control.AuditPage(entries=await self._state.core.store.read(audit.page, before=body.before, limit=limit))

    async def _token(self, make: Callable[[Path], str]) -> control.ApiToken:
        config = self._state.core.settings.config
        path = config.token_path
        try:
            token = await asyncio.to_thread(make, path)
        except token_file.TokenFileError as error:
            raise RequestError(Code.CONFLICT, str(error), {"path": str(path)}) from None
        return control.ApiToken(token=token, path=str(path), required=config.api.require_token)
