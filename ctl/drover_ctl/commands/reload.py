"""droverctl reload."""

import click

from drover.wire.control import ConfigReloaded, ReloadConfig
from drover_ctl.session import Session, with_session


@click.command()
@with_session
def reload(run: Session) -> None:
    """Make the daemon read its configuration again. A bad file changes nothing; the error names line and key.

    \b
    Example:
      droverctl reload
    """
    done = run.ask(ReloadConfig(), ConfigReloaded)
    pairs = [
        ("in force now", ", ".join(done.applied) or "nothing changed"),
        ("after a restart", ", ".join(done.after_restart) or "-"),
    ]
    run.output.record(pairs, done)
