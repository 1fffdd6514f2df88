"""droverctl reload."""

import click

from drover.wire.control import ConfigReloaded, ReloadConfig
from drover_ctl.session import session, shared_options


@click.command()
@shared_options
@click.pass_context
def reload(ctx: click.Context) -> None:
    """Have the daemon read its configuration again. A bad file changes nothing; line and key are named.

    \b
    Example:
      droverctl reload
    """
    run = session(ctx)
    done = run.ask(ReloadConfig(), ConfigReloaded)
    pairs = [
        ("in force now", ", ".join(done.applied) or "nothing changed"),
        ("after a restart", ", ".join(done.after_restart) or "-"),
    ]
    run.output.record(pairs, done)
