"""droverctl device: phones, and what people write about them."""

from zoneinfo import ZoneInfo

import click

from drover.wire.accounts import Login
from drover.wire.control import DeviceForgotten, DeviceList, ForgetDevice, GetDevice, ListDevices, SetDevice
from drover.wire.devices import Connection, Device
from drover_ctl.commands.device_inspect import inspect
from drover_ctl.commands.pauses import pause_device, resume_device
from drover_ctl.options import serial_argument
from drover_ctl.progress import working
from drover_ctl.session import Session, with_session
from drover_ctl.text import moment, paused_of, split_list

COLUMNS = ("SERIAL", "STATE", "MODEL", "ANDROID", "BATTERY", "TASK", "QUEUED", "REASON")


@click.group()
def device() -> None:
    """Phones and their state."""


@device.command("list")
@with_session
def list_(run: Session) -> None:
    """List every phone ever seen.

    \b
    Example:
      droverctl device list
    """
    devices = run.ask(ListDevices(), DeviceList).devices
    empty = "no device has been seen yet: attach a phone with USB debugging allowed"
    run.output.table(COLUMNS, [_row(found) for found in devices], devices, empty=empty)


@device.command()
@serial_argument
@with_session
def show(run: Session, serial: str) -> None:
    """Show all that is known of one phone.

    \b
    Example:
      droverctl device show 127.0.0.1:5555
    """
    found = run.ask(GetDevice(serial=serial), Device)
    output = run.output
    facts = found.facts
    apps = ", ".join(f"{package} {version}" for package, version in sorted(facts.apps.items()))
    pairs = [
        ("serial", found.serial),
        ("state", found.state.value),
        ("reason", found.reason or "-"),
        ("paused", f"{paused_of(found.pause, output.zone)}: {found.pause.words or '-'}" if found.pause else "no"),
        ("since", moment(found.state_since, output.zone)),
        ("deadline", moment(found.deadline, output.zone)),
        ("model", facts.model or "-"),
        ("android", f"{facts.platform_version} (API {facts.sdk})" if facts.sdk else "-"),
        ("hardware serial", facts.hardware_serial or "-"),
        ("screen", f"{facts.width}x{facts.height}" if facts.width else "-"),
        ("battery", _battery(found)),
        ("engine", facts.engine or "-"),
        ("apps", apps or "-"),
        ("logged in", "; ".join(_login(one, output.zone) for one in found.logins) or "-"),
        ("task", str(found.task_id or "-")),
        ("queued", str(found.queued)),
        ("worker", f"pid {found.worker_pid}, started {found.worker_starts}x" if found.worker_pid else "-"),
        ("last seen", moment(found.last_seen, output.zone)),
        ("tags", ", ".join(found.tags) or "-"),
        ("note", found.note or "-"),
        *_identity(found),
        *(("reached by", _connection(one)) for one in found.connections),
    ]
    output.record(pairs, found)


@device.command("set")
@serial_argument
@click.option("--note", help='A note for yourself; "" removes it.')
@click.option("--tag", "tags", multiple=True, metavar="T[,T]", help='All its tags, replacing the old; "" removes them.')
@with_session
def set_(run: Session, serial: str, note: str | None, tags: tuple[str, ...]) -> None:
    """Set a phone's note or tags.

    \b
    Examples:
      droverctl device set 127.0.0.1:5555 --note "cracked screen" --tag shelf-1,samsung
      droverctl device set 127.0.0.1:5555 --tag ""
    """
    if note is None and not tags:
        raise click.UsageError("say what to set: --note or --tag")
    found = run.ask(SetDevice(serial=serial, note=note, tags=split_list(*tags) if tags else None), Device)
    run.output.line(f"{found.serial}: note {found.note or '-'}, tags {', '.join(found.tags) or '-'}", found)


@device.command()
@serial_argument
@with_session
def forget(run: Session, serial: str) -> None:
    """Remove an absent phone with its tasks and accounts.

    Refused while adb lists the phone or a task runs there. What its accounts did today still counts towards their
    limits.

    \b
    Example:
      droverctl device forget 127.0.0.1:5555
    """
    with working(run.output, "deleted") as progress:
        gone = run.ask(ForgetDevice(serial=serial), DeviceForgotten, progress=progress)
    run.output.line(f"{gone.serial} is forgotten, with {gone.tasks} tasks and {gone.accounts} accounts", gone)


def _login(login: Login, zone: ZoneInfo) -> str:
    """Which account an app was last seen with, by what, and when."""
    source = login.source.value.replace("_", " ")
    return f"{login.package} as @{login.username} ({source}, {moment(login.learned_at, zone)})"


device.add_command(inspect)
device.add_command(pause_device)
device.add_command(resume_device)


def _identity(found: Device) -> list[tuple[str, str]]:
    """What the phone answered to the question who it is."""
    answer = found.identity
    addresses = ", ".join(f"{name} {address}" for name, address in sorted(answer.addresses.items()))
    return [("android id", answer.android_id or "-"), ("addresses", addresses or "-")]


def _connection(one: Connection) -> str:
    words = [one.name, one.kind.value, *([one.usb] if one.usb else []), *(["in use"] if one.in_use else [])]
    return f"{', '.join(words)}: {one.state}{f' ({one.proof})' if one.proof else ''}"


def _row(found: Device) -> list[str]:
    return [
        found.serial,
        f"{found.state.value}, paused" if found.pause else found.state.value,
        found.facts.model or "-",
        found.facts.platform_version or "-",
        _battery(found),
        str(found.task_id or "-"),
        str(found.queued),
        "; ".join(filter(None, (found.pause.words if found.pause else "", found.reason))) or "-",
    ]


def _battery(found: Device) -> str:
    return "-" if found.facts.battery is None else f"{found.facts.battery}%"
