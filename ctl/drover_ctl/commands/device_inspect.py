"""droverctl device inspect, and the short lease that looking at a phone needs."""

import re
from collections.abc import Generator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import click

from drover.wire.control import Done
from drover.wire.leases import DirectResult, LeaseTaken, ReadHierarchy, ReleaseLease, TakeLease, TakeScreenshot
from drover_ctl.inspection import BadHierarchyError, page
from drover_ctl.options import serial_argument
from drover_ctl.session import Session, with_session
from drover_ctl.text import clean

LOOK_S = 60


@contextmanager
def leased(run: Session, serial: str, label: str) -> Generator[str]:
    """The session of a lease that ends with the block."""
    taken = run.ask(TakeLease(serial=serial, label=label, ttl_s=LOOK_S), LeaseTaken)
    try:
        yield taken.session
    finally:
        run.ask(ReleaseLease(session=taken.session), Done)


@click.command()
@serial_argument
@click.option("-o", "--output", "file", type=click.Path(path_type=Path, dir_okay=False), help="The file to write.")
@with_session
def inspect(run: Session, serial: str, file: Path | None) -> None:
    """Save what a phone shows as one HTML file.

    A screenshot, the UI tree next to it, and selectors to copy.

    \b
    Examples:
      droverctl device inspect 127.0.0.1:5555
      droverctl device inspect 127.0.0.1:5555 -o profile.html
    """
    with leased(run, serial, "droverctl device inspect") as held:
        picture = _content(run.ask(TakeScreenshot(session=held, serial=serial), DirectResult))
        hierarchy = _content(run.ask(ReadHierarchy(session=held, serial=serial), DirectResult))
    now = datetime.now(run.output.zone)
    target = file or Path(f"inspect-{re.sub(r'[^A-Za-z0-9._-]', '_', serial)}-{now:%Y%m%d-%H%M%S}.html")
    try:
        text = page(f"{serial}, {now:%Y-%m-%d %H:%M:%S}", picture, hierarchy)
        target.write_text(text, encoding="utf-8")
    except BadHierarchyError as error:
        raise click.ClickException(f"device {serial}: {error}") from None
    except OSError as error:
        raise click.ClickException(clean(f"{target}: {error.strerror}")) from None
    run.output.line(f"wrote {target}; open it in a browser", {"file": str(target.absolute())})


def _content(result: DirectResult) -> bytes:
    return Path(result.path).read_bytes() if result.path else result.data
