"""Registered accounts, read only."""

from typing import Any, Final

from drover.wire.control import AccountList, ListAccounts
from drover_shim import view
from drover_shim.route import Call, Route


def list_accounts(call: Call) -> dict[str, Any]:
    accounts = call.ask(ListAccounts(), AccountList).accounts
    return {"total": len(accounts), "accounts": [view.account(account) for account in accounts]}


ROUTES: Final = (Route(method="GET", path="/account", handler=list_accounts),)
