"""The registered accounts: each by name, and all of them as CSV."""

from typing import Final, Literal

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
from drover_shim import view
from drover_shim.bodies import ChangeAccountBody, ImportBody, NewAccountBody
from drover_shim.envelope import Answer
from drover_shim.fields import Fields, query_choice
from drover_shim.new_task import PLATFORMS
from drover_shim.route import Call, Param, Route
from drover_shim.shapes import (
    AccountListView,
    AccountsImportedView,
    AccountView,
    DeletedView,
)

_FLAGS: Final = {"true": True, "1": True, "false": False, "0": False}


def list_accounts(call: Call) -> AccountListView:
    """Every registered account, with what it may and did today."""
    flag = query_choice(call.query, "enabled", tuple(_FLAGS))
    request = ListAccounts(
        platform=platform_of(call),
        serial=call.query.get("serial") or None,
        enabled=None if flag is None else _FLAGS[flag],
    )
    accounts = call.ask(request, AccountList).accounts
    return AccountListView(total=len(accounts), accounts=[view.account(account, call.zone) for account in accounts])


def get_account(call: Call) -> AccountView:
    """One account; `platform` is needed where the name has several."""
    return view.account(
        call.ask(GetAccount(username=username_of(call), platform=platform_of(call)), Account), call.zone
    )


def create(call: Call) -> AccountView:
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
    return view.account(call.ask(request, Account), call.zone)


def change(call: Call) -> AccountView:
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
    return view.account(call.ask(request, Account), call.zone)


def delete(call: Call) -> DeletedView:
    """Forget an account; its tasks stay."""
    call.ask(DeleteAccount(username=username_of(call), platform=platform_of(call)), Done)
    return DeletedView(deleted_count=1)


def export(call: Call) -> Answer:
    """All accounts as a CSV file, as `POST /account/import` and spreadsheets take it."""
    body = call.ask(ExportAccounts(), AccountsCsv).csv.encode()
    headers = {"Content-Disposition": 'attachment; filename="accounts.csv"'}
    return Answer(status=200, body=body, media_type="text/csv; charset=utf-8", headers=headers)


def import_(call: Call) -> AccountsImportedView:
    """Register and change accounts, all or nothing.

    CSV inside JSON: the browser guard lets no other body through, and this needs no exception from it.
    """
    fields = Fields(call.read_json())
    request = ImportAccounts(csv=_required(fields, "csv"), dry_run=fields.flag("dry_run", False))
    found = call.ask(request, AccountsImported)
    return AccountsImportedView(
        created_count=found.created,
        changed_count=found.changed,
        unchanged_count=found.unchanged,
        dry_run=found.dry_run,
    )


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
_ONE: Final = "/account/<username>"
_SEVERAL: Final = (Code.CONFLICT,)
"""The name is registered on several platforms, and the request names none; or it is there already."""

ROUTES: Final = (
    Route(method="GET", path="/account", handler=list_accounts, answers=AccountListView, query=_FILTERS),
    Route(method="POST", path="/account", handler=create, answers=AccountView, body=NewAccountBody, refuses=_SEVERAL),
    Route(method="GET", path="/account/export", handler=export, answers="text/csv"),
    Route(method="POST", path="/account/import", handler=import_, answers=AccountsImportedView, body=ImportBody),
    Route(method="GET", path=_ONE, handler=get_account, answers=AccountView, query=(PLATFORM_PARAM,), refuses=_SEVERAL),
    *(
        Route(
            method=method,
            path=_ONE,
            handler=change,
            answers=AccountView,
            body=ChangeAccountBody,
            query=(PLATFORM_PARAM,),
            refuses=_SEVERAL,
        )
        for method in ("PATCH", "PUT")
    ),
    Route(method="DELETE", path=_ONE, handler=delete, answers=DeletedView, query=(PLATFORM_PARAM,), refuses=_SEVERAL),
)
