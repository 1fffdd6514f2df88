"""droverctl lease: who drives which phone directly, and taking one back."""

import click

from drover.wire.control import Done
from drover.wire.leases import EvictLease, Lease, LeaseList, ListLeases, ReleaseLease, Waiting
from drover_ctl.complete import complete_serial
from drover_ctl.output import Output
from drover_ctl.session import Session, with_session
from drover_ctl.text import moment

COLUMNS = ("SERIAL", "HELD BY", "SINCE", "ENDS", "CALLS")
IN_LINE = "in line"


@click.group()
def lease() -> None:
    """Phones under direct control."""


@lease.command("list")
@with_session
def list_(run: Session) -> None:
    """List live leases, and who waits in line for a phone.

    \b
    Example:
      droverctl lease list
    """
    found = run.ask(ListLeases(), LeaseList)
    rows = [_row(held, run.output) for held in found.leases]
    rows += [_waiting(waits, run.output) for waits in found.waiting]
    run.output.table(COLUMNS, rows, found, empty="no phone is leased")


@lease.command()
@click.argument("session_or_serial", metavar="SESSION|SERIAL", shell_complete=complete_serial)
@click.option("--force", is_flag=True, help="Take the phone from whoever holds it.")
@with_session
def release(run: Session, session_or_serial: str, force: bool) -> None:
    """Give a phone back.

    Name the session id of its lease or, with --force, its serial.

    With --force its holder is refused from then on and tasks continue; a running call gets five seconds.

    \b
    Examples:
      droverctl lease release 3f0c5be1
      droverctl lease release 127.0.0.1:5555 --force
    """
    held = {one.serial for one in run.ask(ListLeases(), LeaseList).leases}
    if session_or_serial in held and not force:
        raise click.UsageError(f"{session_or_serial} is leased; --force ends the lease, or name its session id")
    by_serial = session_or_serial in held or (force and not _is_session(session_or_serial))
    request = EvictLease(serial=session_or_serial) if by_serial else ReleaseLease(session=session_or_serial)
    run.ask(request, Done)
    run.output.line(f"released {session_or_serial if by_serial else 'the lease'}", {"released": True})


def _is_session(word: str) -> bool:
    return len(word) == 48 and all(letter in "0123456789abcdef" for letter in word)


def _row(held: Lease, output: Output) -> list[str]:
    who = f"task {held.task_id}" if held.task_id is not None else held.label or "-"
    ends = moment(held.expires_at, output.zone) if held.expires_at else "with its task"
    return [held.serial, who, moment(held.taken_at, output.zone), ends, str(held.calls)]


def _waiting(waits: Waiting, output: Output) -> list[str]:
    who = f"{IN_LINE}: {waits.label}" if waits.label else IN_LINE
    return [waits.serial, who, moment(waits.since, output.zone), moment(waits.until, output.zone), "-"]
