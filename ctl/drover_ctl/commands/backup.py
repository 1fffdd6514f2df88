"""droverctl backup."""

from pathlib import Path
from typing import Final

import click

from drover.client import ControlClient
from drover.wire.control import BackupMade, BackupProgress, GetBackupProgress, MakeBackup
from drover_ctl.progress import transferring
from drover_ctl.session import Session, with_session
from drover_ctl.text import counts, file_size

LONGEST_S: Final = 24 * 3600.0
"""A library may be large and a disk slow. Should the daemon end meanwhile, its socket says so at once."""


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--database-only", is_flag=True, help="Leave out the library's files: small and quick.")
@with_session
def backup(run: Session, file: Path, database_only: bool) -> None:
    """Copy database and library to FILE while the daemon runs.

    FILE must not exist. It gets tasks, attempts, accounts, events, the audit and the library with its videos and
    pictures, but not logs and evidence of tasks (data_dir/tasks), the API's token and your configuration. Ctrl-C
    cancels and leaves nothing behind. Restore it with `droverd --restore FILE` while no daemon runs.

    \b
    Examples:
      droverctl backup /srv/backup/drover-$(date +%F).tar
      droverctl backup --database-only /srv/backup/drover-$(date +%F).db
    """
    client, output = run.client, run.output
    with transferring(output, "backup", lambda: _progress(client)):
        made = client.ask(
            MakeBackup(path=str(file.absolute()), library=not database_only), BackupMade, timeout_s=LONGEST_S
        )
    library = f"{made.files} files, {file_size(made.files_size)}"
    if database_only:
        library = f"not in it: {made.rows.get('materials', 0)} files; copy media/ of the daemon's data folder yourself"
    pairs = [
        ("backup", made.path),
        ("size", file_size(made.size)),
        ("schema", made.schema),
        ("rows", counts(made.rows)),
        ("library", library),
    ]
    output.record(pairs, made)
    for missing in made.missing:
        output.note(f"not in it: material {missing.material_id}, {missing.name}: {missing.why}; add the file again")


def _progress(client: ControlClient) -> tuple[int, int]:
    """(bytes done, bytes in all), asked on its own connection."""
    with ControlClient(client.path, client_name="droverctl") as own:
        seen = own.ask(GetBackupProgress(), BackupProgress)
    return seen.bytes_done, seen.bytes
