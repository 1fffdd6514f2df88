"""droverctl account pause and resume, device pause and resume."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import click

from drover.wire.pauses import AccountPause, DevicePause, PauseAccount, PauseDevice, ResumeAccount, ResumeDevice
from drover_ctl.complete import complete_account, complete_serial
from drover_ctl.options import which_platform_option
from drover_ctl.session import session, shared_options
from drover_ctl.text import moment, seconds_of

reason_option = click.option("--reason", default="", metavar="TEXT", help="A line that its waiting tasks show.")
for_option = click.option("--for", "for_", metavar="TIME", help="For so long, such as 90m, 12h or 2d.")
until_option = click.option("--until", metavar="TIME", help='Until then: "2026-12-24 18:00:00" local, or ISO 8601.')


@click.command("pause")
@click.argument("username", shell_complete=complete_account)
@reason_option
@for_option
@until_option
@which_platform_option
@shared_options
@click.pass_context
def pause_account(
    ctx: click.Context, username: str, reason: str, for_: str | None, until: str | None, platform: str | None
) -> None:
    """Begin nothing with an account until it is resumed.

    With --for or --until its time ends it too. A task that runs goes on; those that wait say why. An account that is
    paused already gets the new reason and time.

    \b
    Examples:
      droverctl account pause shop.one --reason "new phone number"
      droverctl account pause shop.one --for 12h
      droverctl account pause shop.one --until "2026-12-24 18:00:00" --platform instagram
    """
    request = PauseAccount(username=username, platform=platform, reason=reason, until=_until(for_, until))
    _tell_account(ctx, request)


@click.command("resume")
@click.argument("username", shell_complete=complete_account)
@which_platform_option
@shared_options
@click.pass_context
def resume_account(ctx: click.Context, username: str, platform: str | None) -> None:
    """Let an account's tasks begin again.

    It does not matter whether a person or trouble in the app paused it.

    Answer the app on the phone first where it asked for something, or the next task meets it again. How often an
    account was told within a week that it is too fast is remembered: the next such pause is twice as long all the same.

    \b
    Example:
      droverctl account resume shop.one
    """
    _tell_account(ctx, ResumeAccount(username=username, platform=platform))


@click.command("pause")
@click.argument("serial", shell_complete=complete_serial)
@reason_option
@for_option
@until_option
@shared_options
@click.pass_context
def pause_device(ctx: click.Context, serial: str, reason: str, for_: str | None, until: str | None) -> None:
    """Begin no task on a phone until it is resumed.

    With --for or --until its time ends it too. A task that runs goes on. The phone stays attached: it can still be
    leased, looked at, and its accounts be read.

    \b
    Examples:
      droverctl device pause 127.0.0.1:5555 --reason "battery is swollen"
      droverctl device pause 127.0.0.1:5555 --for 2h
    """
    _tell_device(ctx, PauseDevice(serial=serial, reason=reason, until=_until(for_, until)))


@click.command("resume")
@click.argument("serial", shell_complete=complete_serial)
@shared_options
@click.pass_context
def resume_device(ctx: click.Context, serial: str) -> None:
    """Let tasks begin on a phone again.

    It does not matter whether a person or failures in a row paused it. Also resumes the accounts on it that have no
    name yet: those of tasks that name none.

    \b
    Example:
      droverctl device resume 127.0.0.1:5555
    """
    _tell_device(ctx, ResumeDevice(serial=serial))


def _tell_account(ctx: click.Context, request: PauseAccount | ResumeAccount) -> None:
    run = session(ctx)
    done = run.ask(request, AccountPause)
    found = done.account
    who = f"@{found.username} ({found.platform})"
    if found.pause is not None:
        told = f"{who} is paused {_end(found.pause.until, run.output.zone)}"
    else:
        told = f"{who} is resumed" if done.changed else f"{who} is not paused"
    if not found.enabled:
        told += f"; it is disabled all the same: droverctl account enable {found.username}"
    run.output.line(told, done)


def _tell_device(ctx: click.Context, request: PauseDevice | ResumeDevice) -> None:
    run = session(ctx)
    done = run.ask(request, DevicePause)
    found = done.device
    if found.pause is not None:
        told = f"phone {found.serial} is paused {_end(found.pause.until, run.output.zone)}"
    else:
        told = f"phone {found.serial} is resumed" if done.changed else f"phone {found.serial} is not paused"
    run.output.line(told, done)


def _end(until: datetime | None, zone: ZoneInfo) -> str:
    return "until it is resumed" if until is None else f"until {moment(until, zone)}"


def _until(for_: str | None, until: str | None) -> str:
    """When it ends, as the request says it; raises UsageError."""
    if for_ is None:
        return until or ""
    if until is not None:
        raise click.UsageError("give --for or --until, not both")
    seconds = seconds_of(for_)
    if seconds is None:
        raise click.UsageError(f"--for: expected a time such as 90m, 12h or 2d, got {for_!r}")
    return (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat()
