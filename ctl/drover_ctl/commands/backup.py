"""droverctl backup."""

from pathlib import Path

import click

from drover.wire.control import BackupMade, MakeBackup
from drover_ctl.session import session, shared_options
from drover_ctl.text import counts


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@shared_options
@click.pass_context
def backup(ctx: click.Context, file: Path) -> None:
    """Copy the database to FILE while the daemon works; FILE must not exist.

    Tasks, attempts, accounts and events are in it; evidence and logs lie beside the database and are not.
    It is put back with `droverd --restore FILE` while no daemon runs.

    \b
    Example:
      droverctl backup /srv/backup/drover-$(date +%F).db
    """
    run = session(ctx)
    made = run.ask(MakeBackup(path=str(file.absolute())), BackupMade)
    pairs = [
        ("backup", made.path),
        ("size", f"{made.size} bytes"),
        ("schema", made.schema),
        ("rows", counts(made.rows)),
    ]
    run.output.record(pairs, made)
