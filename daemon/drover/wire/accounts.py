"""The user's accounts in the apps: which there are, on which device, and what each did today."""

import re
from datetime import datetime
from enum import StrEnum
from typing import Final

import msgspec

from drover.wire.holds import Pause

MAX_NOTE: Final = 500
LINE: Final = re.compile(r"[^\x00-\x1f\x7f-\x9f]*")
"""A text of one line without control characters, as notes and reasons are."""

MAX_PACKAGE: Final = 255
PACKAGE: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*)+")
"""The name of an Android package."""


class Account(msgspec.Struct, frozen=True, kw_only=True, tag="account"):
    """An account of the user's and the device that it is logged in on; `package` is "" unless it is in a clone.

    `used_today` counts by script what others may have seen today; `limits` is what a day may have, by script.
    `pause` is there while nothing of it begins.
    """

    username: str
    serial: str
    platform: str
    enabled: bool
    package: str = ""
    note: str = ""
    used_today: dict[str, int] = {}
    limits: dict[str, int] = {}
    pause: Pause | None = None

    @property
    def state(self) -> str:
        """`disabled`, `paused`, or `enabled`."""
        if not self.enabled:
            return "disabled"
        return "enabled" if self.pause is None else "paused"


class LoginSource(StrEnum):
    """Who saw which account an app is logged in as."""

    ACCOUNT_READER = "account_reader"  # `account discover`
    SCRIPT = "script"  # an attempt that stood on the own profile


class Login(msgspec.Struct, frozen=True, kw_only=True):
    """An app on a phone was last seen logged in as this account, at `learned_at` (aware UTC).

    `package` is the installed one; `main` says that it is the one that a task without a package gets. `app_version` is
    what was installed then, "" where nothing tells.
    """

    serial: str
    platform: str
    package: str
    username: str
    source: LoginSource
    learned_at: datetime
    main: bool = True
    app_version: str = ""


class ListAccounts(msgspec.Struct, frozen=True, kw_only=True, tag="list_accounts"):
    """Ask for the registered accounts, or for those that all of the given filters fit."""

    platform: str | None = None
    serial: str | None = None
    enabled: bool | None = None


class GetAccount(msgspec.Struct, frozen=True, kw_only=True, tag="get_account"):
    """One account. `platform` may be left out where the name is registered once."""

    username: str
    platform: str | None = None


class PutAccount(msgspec.Struct, frozen=True, kw_only=True, tag="put_account"):
    """Register an account on a device, or change it; with `new` an account that exists is a conflict.

    `package` names a clone of the app; "" is the app itself.
    """

    username: str
    serial: str
    platform: str = "tiktok"
    enabled: bool = True
    package: str = ""
    note: str = ""
    new: bool = False


class ChangeAccount(msgspec.Struct, frozen=True, kw_only=True, tag="change_account"):
    """Change some fields of an account; None leaves a field as it is."""

    username: str
    platform: str | None = None
    serial: str | None = None
    enabled: bool | None = None
    package: str | None = None
    note: str | None = None


class DeleteAccount(msgspec.Struct, frozen=True, kw_only=True, tag="delete_account"):
    """Forget an account; its tasks stay. `platform` may be left out where the name is registered once."""

    username: str
    platform: str | None = None


class ImportAccounts(msgspec.Struct, frozen=True, kw_only=True, tag="import_accounts"):
    """Register or change every account of a CSV text, all or none; `dry_run` checks and stores nothing."""

    csv: str
    dry_run: bool = False


class ExportAccounts(msgspec.Struct, frozen=True, kw_only=True, tag="export_accounts"):
    """Ask for all accounts as CSV, as ImportAccounts takes it."""


class DiscoverAccounts(msgspec.Struct, frozen=True, kw_only=True, tag="discover_accounts"):
    """Read on an idle phone which accounts an app is logged in with; `register` registers those that are not.

    `package` names a clone; "" is the first installed of the platform's. Answered within 105 seconds.
    """

    serial: str
    platform: str = "tiktok"
    package: str = ""
    register: bool = False


class AccountList(msgspec.Struct, frozen=True, kw_only=True, tag="account_list"):
    """Accounts in the order of their names."""

    accounts: list[Account]


class AccountsImported(msgspec.Struct, frozen=True, kw_only=True, tag="accounts_imported"):
    """How many accounts were new, changed, and as they were already; with `dry_run` what would have been."""

    created: int
    changed: int
    unchanged: int
    dry_run: bool = False


class AccountsCsv(msgspec.Struct, frozen=True, kw_only=True, tag="accounts_csv"):
    """Accounts as CSV with a header row; cells that a spreadsheet would take for formulas begin with an apostrophe."""

    csv: str


class FoundAccount(msgspec.Struct, frozen=True, kw_only=True):
    """An account that an app lists. `registered_on` is the serial in the registry, None where it is not there."""

    username: str
    active: bool
    registered_on: str | None = None


class AccountsDiscovered(msgspec.Struct, frozen=True, kw_only=True, tag="accounts_discovered"):
    """What the app lists, in its order, and which names were registered just now."""

    serial: str
    platform: str
    accounts: list[FoundAccount]
    package: str = ""
    registered: list[str] = []
