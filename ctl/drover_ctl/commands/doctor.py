"""droverctl doctor."""

import click

from drover.wire.control import Diagnose, Diagnosis
from drover.wire.doctor import Level
from drover_ctl.exits import Exit
from drover_ctl.session import session, shared_options


@click.command()
@click.option("--all", "everything", is_flag=True, help="Show also what is well.")
@shared_options
@click.pass_context
def doctor(ctx: click.Context, everything: bool) -> int:
    """Look at what Drover needs, and say what to fix.

    Adb, keys, rights, disk, ports and phones are looked at, and nothing is changed.

    Exit code 1 if something does not work.

    \b
    Example:
      droverctl doctor --all
    """
    run = session(ctx)
    findings = run.ask(Diagnose(), Diagnosis).findings
    shown = [finding for finding in findings if everything or finding.level is not Level.OK]
    rows = [[f.level.value, f.check, f.subject, f.found, f.fix or "-"] for f in shown]
    run.output.table(
        ["LEVEL", "CHECK", "SUBJECT", "FOUND", "WHAT TO DO"],
        rows,
        findings,
        empty=f"All is well: {len(findings)} things looked at.",
    )
    return Exit.FAILED if any(finding.level is Level.ERROR for finding in findings) else Exit.OK
