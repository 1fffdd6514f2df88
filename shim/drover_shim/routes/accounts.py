"""The registered accounts: each by name, and all of them as CSV."""

from typing import Any, Final, Literal

from drover.wire.control import (
    Account,
    AccountList,
    AccountsCsv,
    AccountsImported,
    ChangeAccount,
    DeleteAccount,
    Done,
    ExportAccounts,
    GetAccount,
    ImportAccounts,
    ListAccounts,
    PutAccount,
)
from drover.wire.faults import Code, RequestError
from drover_shim.answers import ACCOUNT, ACCOUNT_LIST, ACCOUNTS_IMPORTED, DeletedView
from drover_shim.bodies import ChangeAccountBody, ImportBody, NewAccountBody
from drover_shim.envelope import Answer
from drover_shim.fields import Fields, query_choice
from drover_shim.new_task import PLATFORMS
from drover_shim.route import Call, Param, Route

_FLAGS: Final = {"true": True, "1": True, "false": False, "0": False}


def list_accounts(call: Call) -> AccountList:
    """Every registered account, with what it may and did today."""
    flag = query_choice(call.query, "enabled", tuple(_FLAGS))
    request = ListAccounts(
        platform=platform_of(call),
        serial=call.query.get("serial") or None,
        enabled=None if flag is None else _FLAGS[flag],
    )
    return call.ask(request, AccountList)


def get_account(call: Call) -> Account:
    """One account; `platform` is needed where the name has several."""
    return call.ask(GetAccount(username=username_of(call), platform=platform_of(call)), Account)


def create(call: Call) -> Account:
    """Register an account."""
    fields = Fields(call.read_json())
    request = PutAccount(
        username=_required(fields, "username"),
        serial=_required(fields, "serial"),
        platform=fields.choice("platform", PLATFORMS) or "tiktok",
        enabled=fields.flag("enabled", True),
        package=fields.text("package") or "",
        note=fields.text("note") or "",
        new=True,
    )
    return call.ask(request, Account)


def change(call: Call) -> Account:
    """Change an account.

    A field that is missing stays as it is; name and platform are what the account is known by, and stay.
    """
    fields = Fields(call.read_json())
    request = ChangeAccount(
        username=username_of(call),
        platform=platform_of(call),
        serial=fields.text("serial"),
        enabled=fields.optional_flag("enabled"),
        package=fields.text("package"),
        note=fields.text("note"),
    )
    return call.ask(request, Account)


def delete(call: Call) -> DeletedView:
    """Forget an account; its tasks stay."""
    call.ask(DeleteAccount(username=username_of(call), platform=platform_of(call)), Done)
    return DeletedView(deleted_count=1)


def export(call: Call) -> Answer:
    """All accounts as a CSV file, as `POST /account/import` and spreadsheets take it."""
    body = call.ask(ExportAccounts(), AccountsCsv).csv.encode()
    headers = {"Content-Disposition": 'attachment; filename="accounts.csv"'}
    return Answer(status=200, body=body, media_type="text/csv; charset=utf-8", headers=headers)


def import_(call: Call) -> AccountsImported:
    """Register and change accounts, all or nothing.

    CSV inside JSON: the browser guard lets no other body through, and this needs no exception from it.
    """
    fields = Fields(call.read_json())
    request = ImportAccounts(csv=_required(fields, "csv"), dry_run=fields.flag("dry_run", False))
    return call.ask(request, AccountsImported)


def username_of(call: Call) -> str:
    """The account's name in the path."""
    return call.args["username"]


def platform_of(call: Call) -> str | None:
    """The app in the query; None where it is left out."""
    return query_choice(call.query, "platform", PLATFORMS)


def _required(fields: Fields, name: str) -> str:
    value = fields.text(name)
    if not value:
        raise RequestError(Code.INVALID, f"{name}: is missing; expected a string")
    return value


PLATFORM_PARAM: Final = Param("platform", Literal["tiktok", "instagram"])
_FILTERS: Final = (PLATFORM_PARAM, Param("serial", str), Param("enabled", Literal["true", "false", "1", "0"]))
_SEVERAL: Final = (Code.CONFLICT,)
"""The name is registered on several platforms, and the request names none; or it is there already."""

_ONE: Final[dict[str, Any]] = {"path": "/account/<username>", "query": (PLATFORM_PARAM,), "refuses": _SEVERAL}

ROUTES: Final = (
    Route(method="GET", path="/account", handler=list_accounts, threaded=True, answers=ACCOUNT_LIST, query=_FILTERS),
    Route(method="POST", path="/account", handler=create, answers=ACCOUNT, body=NewAccountBody, refuses=_SEVERAL),
    Route(method="GET", path="/account/export", handler=export, threaded=True, answers="text/csv"),
    Route(method="POST", path="/account/import", handler=import_, answers=ACCOUNTS_IMPORTED, body=ImportBody),
    Route(method="GET", handler=get_account, answers=ACCOUNT, **_ONE),
    Route(method="PATCH", handler=change, answers=ACCOUNT, body=ChangeAccountBody, **_ONE),
    Route(method="PUT", handler=change, answers=ACCOUNT, body=ChangeAccountBody, **_ONE),
    Route(method="DELETE", handler=delete, answers=DeletedView, **_ONE),
)
