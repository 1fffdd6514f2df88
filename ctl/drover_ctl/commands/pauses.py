"""droverctl account pause and resume, device pause and resume."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import click

from drover.wire.holds import Pause
from drover.wire.pauses import AccountPause, DevicePause, PauseAccount, PauseDevice, ResumeAccount, ResumeDevice
from drover_ctl.options import serial_argument, username_argument, which_platform_option
from drover_ctl.session import F, Session, with_session
from drover_ctl.text import moment, seconds_of


def pause_options(command: F) -> F:
    """Why, and until when."""
    for option in (
        click.option("--until", metavar="TIME", help='Until when: "2026-12-24 18:00:00" local, or ISO 8601.'),
        click.option("--for", "for_", metavar="TIME", help="For how long, such as 90m, 12h or 2d."),
        click.option("--reason", default="", metavar="TEXT", help="A line that its pending tasks show."),
    ):
        command = option(command)
    return command


@click.command("pause")
@username_argument
@pause_options
@which_platform_option
@with_session
def pause_account(
    run: Session, username: str, reason: str, for_: str | None, until: str | None, platform: str | None
) -> None:
    """Begin no task of an account until it is resumed.

    With --for or --until the pause ends by itself. A running task continues; pending ones say why they wait. An account
    that is paused already gets the new reason and time.

    \b
    Examples:
      droverctl account pause shop.one --reason "new phone number"
      droverctl account pause shop.one --for 12h
      droverctl account pause shop.one --until "2026-12-24 18:00:00" --platform instagram
    """
    request = PauseAccount(username=username, platform=platform, reason=reason, until=_until(for_, until))
    _change_account(run, request)


@click.command("resume")
@username_argument
@which_platform_option
@with_session
def resume_account(run: Session, username: str, platform: str | None) -> None:
    """Let an account's tasks begin again.

    It does not matter whether a person or trouble in the app paused it.

    If the app asked for something, answer it on the phone first, or the next task meets the question again. Resuming
    does not reset the count of too_fast within a week: the next such pause is still twice
    as long.

    \b
    Example:
      droverctl account resume shop.one
    """
    _change_account(run, ResumeAccount(username=username, platform=platform))


@click.command("pause")
@serial_argument
@pause_options
@with_session
def pause_device(run: Session, serial: str, reason: str, for_: str | None, until: str | None) -> None:
    """Begin no task on a phone until it is resumed.

    With --for or --until the pause ends by itself. A running task continues. The phone stays attached: it can still be
    leased and inspected, and its accounts can be read.

    \b
    Examples:
      droverctl device pause 127.0.0.1:5555 --reason "battery is swollen"
      droverctl device pause 127.0.0.1:5555 --for 2h
    """
    _change_device(run, PauseDevice(serial=serial, reason=reason, until=_until(for_, until)))


@click.command("resume")
@serial_argument
@with_session
def resume_device(run: Session, serial: str) -> None:
    """Let tasks begin on a phone again.

    It does not matter whether a person or failures in a row paused it. Also resumes accounts on it whose
    name is not known yet: those of tasks that name none.

    \b
    Example:
      droverctl device resume 127.0.0.1:5555
    """
    _change_device(run, ResumeDevice(serial=serial))


def _change_account(run: Session, request: PauseAccount | ResumeAccount) -> None:
    done = run.ask(request, AccountPause)
    found = done.account
    hint = "" if found.enabled else f"; it is still disabled: droverctl account enable {found.username}"
    _show(run, f"@{found.username} ({found.platform})", found.pause, done, hint)


def _change_device(run: Session, request: PauseDevice | ResumeDevice) -> None:
    done = run.ask(request, DevicePause)
    _show(run, f"phone {done.device.serial}", done.device.pause, done)


def _show(run: Session, who: str, pause: Pause | None, done: AccountPause | DevicePause, hint: str = "") -> None:
    if pause is not None:
        state = f"paused {_end(pause.until, run.output.zone)}"
    else:
        state = "resumed" if done.changed else "not paused"
    run.output.line(f"{who} is {state}{hint}", done)


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
