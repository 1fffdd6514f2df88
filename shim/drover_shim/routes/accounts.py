"""Registered accounts, read only."""

from typing import Final

from drover.wire.control import AccountList, ListAccounts
from drover_shim import view
from drover_shim.route import Call, Route
from drover_shim.shapes import AccountListView


def list_accounts(call: Call) -> AccountListView:
    """Every registered account."""
    accounts = call.ask(ListAccounts(), AccountList).accounts
    return AccountListView(total=len(accounts), accounts=[view.account(account) for account in accounts])


ROUTES: Final = (Route(method="GET", path="/account", handler=list_accounts, answers=AccountListView),)
