"""Requests about the registered accounts."""

from typing import Annotated, Any

import msgspec

from drover.store import accounts
from drover.supervisor.handlers.table import Table
from drover.supervisor.state import DaemonState
from drover.wire import control
from drover.wire.faults import Code, RequestError
from drover.wire.scripts import AppName, Username, describe


class _CheckedAccount(msgspec.Struct, kw_only=True):
    """What a registered account must look like."""

    username: Username
    serial: Annotated[str, msgspec.Meta(min_length=1, max_length=128)]
    platform: AppName
    enabled: bool
    package: str
    note: str


class AccountHandlers:
    """What clients ask of accounts."""

    def __init__(self, state: DaemonState) -> None:
        self._state = state

    def table(self) -> Table:
        return {
            control.ListAccounts: self._list,
            control.PutAccount: self._put_account,
            control.DeleteAccount: self._delete_account,
        }

    async def _list(self, _body: control.ListAccounts) -> control.AccountList:
        return control.AccountList(accounts=await self._state.store.read(accounts.all))

    async def _put_account(self, body: control.PutAccount) -> control.Account:
        fields: dict[str, Any] = msgspec.structs.asdict(body)
        fields["username"] = body.username.strip().removeprefix("@")
        try:
            account = msgspec.convert(fields, _CheckedAccount)
        except msgspec.ValidationError as error:
            raise RequestError(Code.INVALID, describe(error)) from None
        row = control.Account(**msgspec.structs.asdict(account))
        await self._state.store.write(accounts.put, row)
        return row

    async def _delete_account(self, body: control.DeleteAccount) -> control.Done:
        username = body.username.strip().removeprefix("@")
        if not await self._state.store.write(accounts.delete, username, body.platform):
            raise RequestError(Code.NOT_FOUND, f"account @{username}: nobody registered it on {body.platform}")
        return control.Done()
