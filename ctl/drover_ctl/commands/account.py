"""droverctl account: which account is logged in on which phone."""

import click

from drover.wire.control import Account, AccountList, DeleteAccount, ListAccounts, PutAccount
from drover_ctl.complete import complete_serial
from drover_ctl.session import session, shared_options

COLUMNS = ("USERNAME", "PLATFORM", "SERIAL", "ENABLED")

platform_option = click.option(
    "--platform", type=click.Choice(["tiktok", "instagram"]), default="tiktok", show_default=True
)


@click.group()
def account() -> None:
    """Accounts and the phones they are logged in on. Passwords are never kept."""


@account.command()
@click.argument("username")
@click.option("--serial", required=True, help="The phone it is logged in on.", shell_complete=complete_serial)
@platform_option
@click.option("--disabled", is_flag=True, help="Register it, but use it for nothing.")
@shared_options
@click.pass_context
def add(ctx: click.Context, username: str, serial: str, platform: str, disabled: bool) -> None:
    """Register an account, or change where it is.

    \b
    Example:
      droverctl account add shop.one --serial 127.0.0.1:5555
    """
    run = session(ctx)
    name = username.removeprefix("@")
    put = PutAccount(username=name, serial=serial, platform=platform, enabled=not disabled)
    found = run.ask(put, Account)
    run.output.line(f"@{found.username} ({found.platform}) is on {found.serial}", found)


@account.command("list")
@shared_options
@click.pass_context
def list_(ctx: click.Context) -> None:
    """Every registered account.

    \b
    Example:
      droverctl account list
    """
    run = session(ctx)
    accounts = run.ask(ListAccounts(), AccountList).accounts
    rows = [[found.username, found.platform, found.serial, "yes" if found.enabled else "no"] for found in accounts]
    empty = "no account is registered: droverctl account add NAME --serial SERIAL"
    run.output.table(COLUMNS, rows, accounts, empty=empty)


@account.command()
@click.argument("username")
@platform_option
@shared_options
@click.pass_context
def remove(ctx: click.Context, username: str, platform: str) -> None:
    """Forget an account; its tasks stay.

    \b
    Example:
      droverctl account remove shop.one
    """
    run = session(ctx)
    name = username.removeprefix("@")
    run.call(DeleteAccount(username=name, platform=platform))
    run.output.line(f"@{name} ({platform}) is forgotten", {"username": name, "platform": platform})
