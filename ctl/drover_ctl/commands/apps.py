"""droverctl apps: what Drover knows of the apps, held against a phone's screen."""

import click

from drover.wire.leases import CheckScreen
from drover.wire.screens import NearMiss, ScreenCheck
from drover_ctl.commands.device_inspect import leased
from drover_ctl.options import PLATFORM, serial_argument
from drover_ctl.session import Session, with_session

COLUMNS = ("LABEL", "MEANS", "LANGUAGE", "TAPPABLE", "AT")


@click.group()
def apps() -> None:
    """Check what Drover knows of the apps that it drives."""


@apps.command()
@serial_argument
@click.option("--platform", type=PLATFORM, help="Whose data; default: the app in the foreground.")
@with_session
def check(run: Session, serial: str, platform: str | None) -> None:
    """Name the screen that a phone shows, and the labels that match it.

    \b
    Example:
      droverctl apps check 127.0.0.1:5555
    """
    with leased(run, serial, "droverctl apps check") as held:
        found = run.ask(CheckScreen(session=held, serial=serial, platform=platform or ""), ScreenCheck)
    output = run.output
    if output.as_json:
        output.json(found)
        return
    output.record(
        [
            ("screen", found.screen),
            ("app", f"{found.platform}; on the screen: {', '.join(found.packages) or '-'}"),
            ("behind it", found.behind or "-"),
            ("popup", found.popup or "-"),
            ("blocker", found.blocker or "-"),
            ("language", found.language or "-"),
            ("account", f"@{found.handle}" if found.handle else "-"),
            ("not there", ", ".join(found.missing) or "-"),
            ("not known", ", ".join(f"“{text}”" for text in found.strange) or "-"),
            *(("nearly", _near(near)) for near in found.near),
        ],
        found,
    )
    rows = [
        [m.written, m.meaning, m.language, "yes" if m.tappable else "no", ",".join(map(str, m.bounds))]
        for m in found.matched
    ]
    output.table(COLUMNS, rows, found.matched, empty="no label of the app's data is on the screen")


def _near(near: NearMiss) -> str:
    hindered = f"; must not be there: {', '.join(near.hindered)}" if near.hindered else ""
    return f"{near.screen}: missing {', '.join(near.missing) or 'nothing'}{hindered}"
