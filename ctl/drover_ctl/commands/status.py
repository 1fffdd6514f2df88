"""droverctl status."""

import click

from drover.wire.control import CheckLicense, DaemonStatus, GetStatus, License
from drover.wire.holds import Pause, PauseSubject
from drover_ctl.session import Session, with_session
from drover_ctl.text import counts, moment

MOST_NAMES = 10


def _restored(found: DaemonStatus) -> str:
    """What is held since a backup was restored, and what releases it."""
    blind = f", {found.restored_blind} of them cannot check whether they were done" if found.restored_blind else ""
    return f"{found.restored} tasks since a backup was restored{blind}; `droverctl task release`"


@click.command()
@with_session
def status(run: Session) -> None:
    """Show the daemon's state: version, API, adb, devices, tasks.

    \b
    Example:
      droverctl status
    """
    found = run.ask(GetStatus(), DaemonStatus)
    plan = run.ask(CheckLicense(), License)
    output = run.output
    tasks = found.tasks
    by_status = {
        "pending": tasks.pending,
        "running": tasks.running,
        "completed": tasks.completed,
        "failed": tasks.failed,
    }
    access = "" if plan.api_enabled else ", no API access"
    pairs = [
        ("daemon", f"{found.daemon_version}, pid {found.pid}{', draining' if found.draining else ''}"),
        ("since", moment(found.started_at, output.zone)),
        ("time zone", output.zone.key),
        ("API", " and ".join(filter(None, (found.api_url, found.api_socket))) or "not up"),
        ("adb", f"{found.adb}, {'connected' if found.adb_connected else 'not connected'}"),
        ("plan", f"{plan.plan_name}, {plan.device_limit} devices at a time{access}"),
        ("devices", counts(found.devices)),
        *(("not ready", f"{serial}: {why}") for serial, why in found.not_ready.items()),
        *(("cannot take", f"{what}: {why}") for what, why in found.cannot_take.items()),
        ("workers", str(found.workers)),
        ("tasks", counts(by_status)),
        *([("restored", _restored(found))] if found.restored else []),
        ("paused", _paused(found)),
        ("held", f"{found.held} tasks wait for what is paused or disabled" if found.held else "no task"),
        ("recovered", counts(found.counters)),
        ("data", found.data_dir or "-"),
        ("socket", str(run.client.path)),
    ]
    output.record(pairs, {"daemon": found, "license": plan, "socket": str(run.client.path)})


def _paused(found: DaemonStatus) -> str:
    """How many accounts and phones, and which, as far as they fit on a line."""
    names = list(dict.fromkeys(map(_name, found.pauses)))
    if not names:
        return "nothing"
    more = f" and {len(names) - MOST_NAMES} more: droverctl doctor --all" if len(names) > MOST_NAMES else ""
    return f"{len(names)}: {', '.join(names[:MOST_NAMES])}{more}"


def _name(pause: Pause) -> str:
    if pause.subject is PauseSubject.DEVICE:
        return f"phone {pause.serial} ({pause.reason})"
    who = f"@{pause.username} on {pause.platform}" if pause.username else f"{pause.platform} on {pause.serial}"
    return f"{who} ({pause.reason})"
