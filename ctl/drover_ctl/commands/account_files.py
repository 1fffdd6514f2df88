"""droverctl account import and export: all accounts as CSV. The daemon reads and writes it; here it meets files."""

import sys
from pathlib import Path

import click

from drover.wire.control import AccountsCsv, AccountsImported, ExportAccounts, ImportAccounts
from drover.wire.faults import Code, RequestError
from drover_ctl.session import Session, with_session

MAX_BYTES = 4 * 1024 * 1024


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Check the file and say what would change; store nothing.")
@with_session
def import_(run: Session, file: Path, dry_run: bool) -> None:
    """Register or change the accounts of a CSV file, all or none.

    The first row names the columns, in any order: username and serial, which must be there, platform (tiktok or
    instagram; tiktok if left out), package, enabled (yes or no) and note. What has no column stays as it is for
    accounts that are registered already. Columns with passwords, tokens or the like are refused. "-" reads
    standard input.

    \b
    Examples:
      droverctl account import accounts.csv --dry-run
      droverctl account import accounts.csv
    """
    try:
        found = run.ask(ImportAccounts(csv=_text(file), dry_run=dry_run), AccountsImported)
    except RequestError as error:
        raise _with_all(error) from None
    words = "would be " if dry_run else ""
    text = f"{found.created} {words}registered, {found.changed} {words}changed, {found.unchanged} as before"
    run.output.line(text, found)


def _text(file: Path) -> str:
    data = sys.stdin.buffer.read(MAX_BYTES + 1) if str(file) == "-" else file.read_bytes()
    if len(data) > MAX_BYTES:
        raise RequestError(Code.INVALID, f"{file}: is larger than {MAX_BYTES // 1024**2} MiB")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise RequestError(Code.INVALID, f"{file}: is not UTF-8 text (byte {error.start}); save it as UTF-8") from None


def _with_all(error: RequestError) -> RequestError:
    """The refusal with every mistake in words, not with the first one only."""
    mistakes = (error.failure.data or {}).get("errors")
    if not mistakes:
        return error
    words = [
        f"line {one['line']}{', column ' + one['column'] if one['column'] else ''}: {one['message']}"
        for one in mistakes
    ]
    return RequestError(error.failure.code, f"nothing was stored; {'; '.join(words)}", error.failure.data)


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, writable=True, path_type=Path), required=False)
@with_session
def export(run: Session, file: Path | None) -> None:
    """Write all accounts as CSV, to a file or to standard output.

    Cells that a spreadsheet would take for formulas begin with an apostrophe; import takes it off again.

    \b
    Examples:
      droverctl account export accounts.csv
      droverctl account export | head
    """
    found = run.ask(ExportAccounts(), AccountsCsv)
    if file is not None:
        file.write_bytes(found.csv.encode())
        run.output.line(f"wrote {file}", {"file": str(file)})
    elif run.as_json:
        run.output.json(found)
    else:
        run.output.raw(found.csv)
