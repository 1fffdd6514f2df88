"""droverctl status."""

import click

from drover.wire.control import CheckLicense, DaemonStatus, GetStatus, License
from drover_ctl.session import session, shared_options
from drover_ctl.text import counts, moment


@click.command()
@shared_options
@click.pass_context
def status(ctx: click.Context) -> None:
    """How the daemon is: version, API, adb, devices, tasks.

    \b
    Example:
      droverctl status
    """
    run = session(ctx)
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
        ("API", found.api_url or "not up"),
        ("adb", f"{found.adb}, {'connected' if found.adb_connected else 'not connected'}"),
        ("plan", f"{plan.plan_name}, {plan.device_limit} devices at a time{access}"),
        ("devices", counts(found.devices)),
        *(("not ready", f"{serial}: {why}") for serial, why in found.not_ready.items()),
        ("workers", str(found.workers)),
        ("tasks", counts(by_status)),
        ("mended", counts(found.counters)),
        ("data", found.data_dir or "-"),
        ("socket", str(run.client.path)),
    ]
    output.record(pairs, {"daemon": found, "license": plan, "socket": str(run.client.path)})
