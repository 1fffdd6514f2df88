"""droverctl account: which account is logged in on which phone. Whole lists at once are in account_files.py."""

from zoneinfo import ZoneInfo

import click

from drover.wire.control import (
    Account,
    AccountList,
    AccountsDiscovered,
    ChangeAccount,
    DeleteAccount,
    DiscoverAccounts,
    Done,
    GetAccount,
    ListAccounts,
    PutAccount,
)
from drover_ctl.commands.account_files import export, import_
from drover_ctl.commands.pauses import pause_account, resume_account
from drover_ctl.complete import complete_serial
from drover_ctl.options import PLATFORM, platform_option, serial_argument, username_argument, which_platform_option
from drover_ctl.session import Session, with_session
from drover_ctl.text import paused_of, used_of

COLUMNS = ("USERNAME", "PLATFORM", "SERIAL", "STATE", "PACKAGE", "TODAY", "NOTE")
DISCOVERY_TIMEOUT_S = 110.0

package_option = click.option("--package", help="The package of the app's clone; leave it out for the app itself.")
note_option = click.option("--note", help="A note for yourself.")


@click.group()
def account() -> None:
    """Accounts and the phones they are logged in on. Passwords are never stored.

    \b
    Upper and lower case and a leading @ make no difference in a name.
    """


account.add_command(import_)
account.add_command(export)
account.add_command(pause_account)
account.add_command(resume_account)


@account.command()
@click.argument("username")
@click.option("--serial", required=True, help="The phone it is logged in on.", shell_complete=complete_serial)
@platform_option
@package_option
@note_option
@click.option("--disabled", is_flag=True, help="Register it without using it.")
@with_session
def add(
    run: Session,
    username: str,
    serial: str,
    platform: str,
    package: str | None,
    note: str | None,
    disabled: bool,
) -> None:
    """Register an account. It is a conflict if it is registered already: see set.

    \b
    Examples:
      droverctl account add shop.one --serial 127.0.0.1:5555
      droverctl account add shop.two --serial R58M1 --platform instagram --package com.instagram.clone
    """
    put = PutAccount(
        username=username,
        serial=serial,
        platform=platform,
        enabled=not disabled,
        package=package or "",
        note=note or "",
        new=True,
    )
    found = run.ask(put, Account)
    run.output.line(_place(found), found)


@account.command("list")
@click.option("--platform", type=PLATFORM, help="Only accounts of this platform.")
@click.option("--serial", help="Only accounts on this phone.", shell_complete=complete_serial)
@click.option("--enabled/--disabled", default=None, help="Only enabled accounts, or only disabled ones.")
@with_session
def list_(run: Session, platform: str | None, serial: str | None, enabled: bool | None) -> None:
    """List registered accounts with their use today and limits.

    \b
    Example:
      droverctl account list --serial 127.0.0.1:5555
    """
    accounts = run.ask(ListAccounts(platform=platform, serial=serial, enabled=enabled), AccountList).accounts
    empty = "no account is registered: droverctl account add NAME --serial SERIAL"
    run.output.table(COLUMNS, [_row(found, run.output.zone) for found in accounts], accounts, empty=empty)


@account.command()
@username_argument
@which_platform_option
@with_session
def show(run: Session, username: str, platform: str | None) -> None:
    """Show all that is known of one account.

    \b
    Example:
      droverctl account show shop.one
    """
    found = run.ask(GetAccount(username=username, platform=platform), Account)
    pairs = [
        ("username", found.username),
        ("platform", found.platform),
        ("serial", found.serial),
        ("state", state_of(found, run.output.zone)),
        ("paused by", f"{found.pause.by}: {found.pause.words or '-'}" if found.pause else "-"),
        ("package", found.package or "-"),
        *((f"{script} today", f"{found.used_today.get(script, 0)} of {n}") for script, n in found.limits.items()),
        ("note", found.note or "-"),
    ]
    run.output.record(pairs, found)


@account.command("set")
@username_argument
@which_platform_option
@click.option("--serial", help="The phone it is logged in on now.", shell_complete=complete_serial)
@package_option
@note_option
@with_session
def set_(
    run: Session, username: str, platform: str | None, serial: str | None, package: str | None, note: str | None
) -> None:
    """Change an account's phone, package or note. Pending tasks stay on the phone that they were created for.

    \b
    Examples:
      droverctl account set shop.one --serial R58M1
      droverctl account set shop.one --package "" --note "till 4"
    """
    if serial is None and package is None and note is None:
        raise click.UsageError("say what to change: --serial, --package or --note")
    change = ChangeAccount(username=username, platform=platform, serial=serial, package=package, note=note)
    found = run.ask(change, Account)
    run.output.line(_place(found), found)


@account.command()
@username_argument
@which_platform_option
@with_session
def enable(run: Session, username: str, platform: str | None) -> None:
    """Let tasks use an account again.

    \b
    Example:
      droverctl account enable shop.one
    """
    _switch(run, username, platform, enabled=True)


@account.command()
@username_argument
@which_platform_option
@with_session
def disable(run: Session, username: str, platform: str | None) -> None:
    """Stop using an account until it is enabled.

    Its pending tasks wait, and say why. A running one continues: see task stop.

    \b
    Example:
      droverctl account disable shop.one --platform tiktok
    """
    _switch(run, username, platform, enabled=False)


def _switch(run: Session, username: str, platform: str | None, *, enabled: bool) -> None:
    found = run.ask(ChangeAccount(username=username, platform=platform, enabled=enabled), Account)
    run.output.line(f"@{found.username} ({found.platform}) is {'enabled' if enabled else 'disabled'}", found)


@account.command()
@username_argument
@which_platform_option
@with_session
def remove(run: Session, username: str, platform: str | None) -> None:
    """Remove an account; its tasks stay.

    \b
    Example:
      droverctl account remove shop.one
    """
    name = username.strip().removeprefix("@")
    run.ask(DeleteAccount(username=name, platform=platform), Done)
    where = f" ({platform})" if platform else ""
    run.output.line(f"@{name}{where} is forgotten", {"username": name, "platform": platform})


@account.command()
@serial_argument
@platform_option
@package_option
@click.option("--register", is_flag=True, help="Register those that are not.")
@with_session
def discover(run: Session, serial: str, platform: str, package: str | None, register: bool) -> None:
    """Read on an idle phone which accounts an app is logged in with. No task runs there meanwhile.

    Exit code 5 if the phone is busy or away or the app shows no accounts, 4 if it was never seen.

    \b
    Examples:
      droverctl account discover 127.0.0.1:5555
      droverctl account discover 127.0.0.1:5555 --platform instagram --register
    """
    request = DiscoverAccounts(serial=serial, platform=platform, package=package or "", register=register)
    found = run.ask(request, AccountsDiscovered, timeout_s=DISCOVERY_TIMEOUT_S)
    rows = [
        [one.username, "yes" if one.active else "no", _registered(one.registered_on, found)] for one in found.accounts
    ]
    run.output.table(("USERNAME", "ACTIVE", "REGISTERED"), rows, found, empty=f"{platform} lists no account")


def _registered(on: str | None, found: AccountsDiscovered) -> str:
    if on is None:
        return "no"
    return "yes" if on == found.serial else f"on {on}"


def state_of(found: Account, zone: ZoneInfo) -> str:
    """Enabled or disabled; of a paused one why and until when."""
    return found.state if found.pause is None else f"{found.state}: {paused_of(found.pause, zone)}"


def _place(found: Account) -> str:
    clone = f" in {found.package}" if found.package else ""
    return f"@{found.username} ({found.platform}) is on {found.serial}{clone}{'' if found.enabled else ', disabled'}"


def _row(found: Account, zone: ZoneInfo) -> list[str]:
    return [
        found.username,
        found.platform,
        found.serial,
        state_of(found, zone),
        found.package or "-",
        used_of(found.used_today, found.limits),
        found.note or "-",
    ]
