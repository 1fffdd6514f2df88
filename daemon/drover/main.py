"""droverd's command line: reads the configuration, claims runtime and data directory, runs the daemon.

Imports little before the zygote is started: what the daemon is made of takes as long to import as what workers are,
and longer than a second daemon may take to be refused.
"""

import gc
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from drover import unix_socket
from drover.allocation import give_back_large_blocks
from drover.client.errors import RuntimeDirError
from drover.client.paths import runtime_dir
from drover.config import Config, ConfigError, load, media_faults
from drover.supervisor.app.runtime_dir import DataDir, RuntimeDir
from drover.supervisor.workers.zygote_process import ZygoteProcess

if TYPE_CHECKING:
    from drover.store.restoration import Restoration

DEFAULT_CONFIG = Path("~/.config/drover/drover.toml")
MISSING_CODE = 3
MISSING = """\
The database is restored, and {count} files of the library are not there. Copy {folder} from the machine that has
them, add each again (`droverctl material add FILE`: the same content finds its item), or delete the item."""

UNKNOWN_SINCE = """\
What was done since the backup is not known here: files that were published, what counted towards daily limits, pauses
and answers to Idempotency-Keys. Before new posts choose from the library, take out what was published meanwhile."""


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--config", "config_path", type=click.Path(path_type=Path), help="Configuration file (TOML).")
@click.option("--check-config", is_flag=True, help="Read the configuration, say what is wrong with it, and end.")
@click.version_option(package_name="drover", prog_name="droverd")
@click.option(
    "--restore",
    "backup_path",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="Put a backup made by `droverctl backup` in the place of database and library, and end; exit code 3 where "
    "files of the library are missing afterwards. No daemon may run.",
)
def main(config_path: Path | None, check_config: bool, backup_path: Path | None) -> None:
    """Run tasks on the Android phones that adb lists.

    Runs in the foreground until SIGTERM or Ctrl-C; a second one ends it without waiting for running tasks.

    \b
    Examples:
      droverd
      droverd --config /etc/drover.toml
      DROVER_ADB_PORT=5038 droverd
      droverd --restore /srv/backup/drover-2026-11-25.tar
    """
    os.umask(0o077)
    config_path = _found(config_path)
    config = _configured(config_path)
    faults = media_faults(config, config_path, os.environ)
    if check_config:
        if faults:
            raise click.ClickException("\n".join(faults))
        click.echo("The configuration is good.")
        return
    with ExitStack() as locks:
        runtime = _claimed(config, locks)
        if backup_path is not None:
            sys.exit(_restore(backup_path, config))
        if _run(config, config_path, runtime, faults):
            sys.exit(1)


def _claimed(config: Config, locks: ExitStack) -> RuntimeDir:
    """Take both locks before anything else: a daemon that shared either would end the other one's workers."""
    path = Path(config.daemon.runtime_dir) if config.daemon.runtime_dir else runtime_dir()
    try:
        runtime = RuntimeDir.claim(path)
        locks.callback(runtime.release)
        locks.callback(DataDir.claim(config.data_dir).release)
    except RuntimeDirError as error:
        raise click.ClickException(str(error)) from None
    return runtime


def _run(config: Config, config_path: Path | None, runtime: RuntimeDir, faults: Sequence[str]) -> bool:
    """Be the daemon; whether it ended because a part of it failed."""
    give_back_large_blocks()
    zygote = ZygoteProcess.start(log_level=config.daemon.log_level, log_format=config.daemon.log_format)
    try:
        # Nothing that is imported is ever thrown away: to look for garbage meanwhile is a seventh of a start's time.
        gc.disable()
        import uvloop

        from drover import logs, token_file
        from drover.store.errors import StoreError
        from drover.supervisor.app.daemon import Daemon

        gc.freeze()
        gc.enable()
        # What a request makes holds no cycles: to look for them every 700 objects was a tenth of its time.
        gc.set_threshold(10_000)
        logs.configure(config.daemon.log_level, config.daemon.log_format)
        for fault in faults:
            logs.get_logger("drover.daemon").warning("media_root_unusable", why=fault)
        try:
            _ready_api(config, runtime)
            daemon = Daemon(config, runtime, zygote, lambda: _reloaded(config_path))
            with logs.in_thread():
                uvloop.run(daemon.run())
        except (StoreError, token_file.TokenFileError, unix_socket.SocketPathError) as error:
            raise click.ClickException(str(error)) from None
    finally:
        zygote.end()
    return daemon.failed


def _ready_api(config: Config, runtime: RuntimeDir) -> None:
    """See to the API's token and to the place of its socket; raises TokenFileError, SocketPathError."""
    from drover import token_file

    if config.api.require_token:
        token_file.ensure(config.token_path)
    if config.api.enabled and (path := config.api_socket(runtime.path)):
        unix_socket.check_path(path)


def _restore(backup_path: Path, config: Config) -> int:
    """The exit code. The lock is held, so no daemon has the database open."""
    from drover.archive.restore import restore
    from drover.media.library import LibraryFolder
    from drover.store.errors import StoreError
    from drover.supervisor.app.daemon import DATABASE

    with click.progressbar(length=0, label="restoring", file=sys.stderr) as bar:

        def begins(size: int) -> None:
            bar.length = size

        try:
            done = restore(
                backup_path,
                config.data_dir / DATABASE,
                LibraryFolder(config.library_dir),
                stamp=datetime.now(UTC).strftime("%Y%m%d-%H%M%S"),
                begins=begins,
                on_bytes=bar.update,
            )
        except StoreError as error:
            raise click.ClickException(str(error)) from None
    click.echo(f"Restored {backup_path}: " + ", ".join(f"{n} {table}" for table, n in done.facts.rows.items()))
    click.echo(f"Files of the library: {done.files} {'checked' if done.checked else 'there, by their sizes'}")
    for line in _about_the_past(done.past):
        click.echo(line)
    for path in filter(None, (done.old, done.aside, done.folders_aside)):
        click.echo(f"What was there before: {path}")
    for file in done.missing:
        click.echo(f"Missing: material {file.material_id}, {file.name}: {file.why}", err=True)
    if done.missing:
        click.echo(MISSING.format(count=len(done.missing), folder=config.library_dir), err=True)
    return MISSING_CODE if done.missing else 0


def _about_the_past(past: "Restoration") -> Iterator[str]:
    """What a person must know before anything goes on from a restored backup."""
    if past.held:
        blind = f", {past.blind} of them cannot look whether they were (post, commands)" if past.blind else ""
        yield f"Held: {past.held} tasks that may have been done since the backup{blind}: `droverctl task release`"
    if past.done_since:
        yield f"{past.done_since} of the held and failed tasks were done since, or perhaps; their remarks say so"
    if past.unproven:
        yield f"Failed before: {past.unproven} tasks may have been retried and done since; a retry looks first, or asks"
    if past.carried:
        carried = ", ".join(f"{n} {table}" for table, n in past.carried.items())
        yield f"Carried over from the database that was replaced: {carried}"
    if not past.since_known:
        yield UNKNOWN_SINCE
    yield f"The next task is {past.next_task}"


def _found(path: Path | None) -> Path | None:
    """The given file, else the one in the home directory if it exists."""
    if path is None and DEFAULT_CONFIG.expanduser().exists():
        return DEFAULT_CONFIG.expanduser()
    return path


def _reloaded(path: Path | None) -> Config:
    """The configuration as the file says it now; raises ConfigError, also for folders of media that cannot be used."""
    config = load(path, os.environ)
    if faults := media_faults(config, path, os.environ):
        raise ConfigError("; ".join(faults))
    return config


def _configured(path: Path | None) -> Config:
    try:
        return load(path, os.environ)
    except ConfigError as error:
        raise click.ClickException(str(error)) from None


if __name__ == "__main__":
    main()
