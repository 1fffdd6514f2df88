"""droverctl audit: who changed what. Read only."""

import json

import click

from drover.wire.control import AuditEntry, AuditPage, ListAudit
from drover_ctl.session import Session, with_session
from drover_ctl.text import moment

COLUMNS = ("ID", "TIME", "WHO", "TOKEN", "CALL", "ABOUT", "RESULT")


@click.group()
def audit() -> None:
    """Every call that tried to change something, refused ones too."""


@audit.command("list")
@click.option("-n", "--limit", default=50, show_default=True, type=click.IntRange(1, 1000), help="How many, at most.")
@click.option("--before", type=click.IntRange(1), metavar="ID", help="Only entries before this one.")
@with_session
def list_(run: Session, limit: int, before: int | None) -> None:
    """List entries, newest first.

    \b
    Example:
      droverctl audit list -n 20
    """
    entries = run.ask(ListAudit(limit=limit, before=before), AuditPage).entries
    output = run.output
    rows = [[str(entry.id), moment(entry.at, output.zone), *_row(entry)] for entry in entries]
    output.table(COLUMNS, rows, entries, empty="nothing has been changed yet")


def _row(entry: AuditEntry) -> list[str]:
    who = entry.address or f"uid {entry.uid} ({entry.client})"
    about = json.dumps(entry.ids, ensure_ascii=False) if entry.ids else "-"
    return [who, entry.token_id or "-", entry.route or entry.action, about, "ok" if not entry.code else str(entry.code)]
