"""droverctl doctor."""

import click

from drover.wire.control import Diagnose, Diagnosis
from drover.wire.doctor import Level
from drover_ctl.exits import Exit
from drover_ctl.session import Session, with_session


@click.command()
@click.option("--all", "everything", is_flag=True, help="Also show what is fine.")
@with_session
def doctor(run: Session, everything: bool) -> int:
    """Check what Drover needs, and say what to fix.

    Checks adb, keys, permissions, disk, ports and phones. Changes nothing.

    Exit code 1 if something does not work.

    \b
    Example:
      droverctl doctor --all
    """
    findings = run.ask(Diagnose(), Diagnosis).findings
    shown = [finding for finding in findings if everything or finding.level is not Level.OK]
    rows = [[f.level.value, f.check, f.subject, f.found, f.fix or "-"] for f in shown]
    run.output.table(
        ["LEVEL", "CHECK", "SUBJECT", "FOUND", "WHAT TO DO"],
        rows,
        findings,
        empty=f"All is well: {len(findings)} things checked.",
    )
    return Exit.FAILED if any(finding.level is Level.ERROR for finding in findings) else Exit.OK
