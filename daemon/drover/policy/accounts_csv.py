"""Accounts as CSV, out and in. What goes out comes back unchanged, and no spreadsheet takes a cell for a formula.

A cell that begins like a formula gets an apostrophe in front, which reading takes off again. Secrets have no column.
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import Final

from drover.policy.accounts import DEFAULT_PLATFORM, bare, changed, faults
from drover.wire.control import Account, ChangeAccount
from drover.wire.faults import Code, RequestError

COLUMNS: Final = ("username", "platform", "serial", "package", "enabled", "note")
REQUIRED: Final = ("username", "serial")
MAX_ROWS: Final = 10_000
MAX_SHOWN: Final = 20
"""Mistakes in one answer."""

_FORMULA: Final = re.compile(r"'*[=+\-@\t\r\n]")
_QUOTED: Final = re.compile(r"'+[=+\-@\t\r\n]")
_SECRET: Final = re.compile(r"pass|pwd|token|secret|cookie|session|2fa|otp|mfa|key")
_Mistake = tuple[int, str, str]
"""Line, column and what is wrong there."""

_YES: Final = frozenset({"", "yes", "true", "1", "on"})
_NO: Final = frozenset({"no", "false", "0", "off"})


def write(accounts: Iterable[Account]) -> str:
    """A header row and a row for each account, lines ending as RFC 4180 says."""
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow(COLUMNS)
    for one in accounts:
        enabled = "yes" if one.enabled else "no"
        cells = (one.username, one.platform, one.serial, one.package, enabled, one.note)
        rows.writerow([f"'{cell}" if _FORMULA.match(cell) else cell for cell in cells])
    return text.getvalue()


def read(text: str) -> list[ChangeAccount]:
    """What a CSV text says of each account, in its order; None for a column that it does not have.

    Columns may be left out but for `username` and `serial`; they are separated by commas, semicolons or tabs, with or
    without a byte order mark, as spreadsheets write it. Raises RequestError INVALID that names line and column of
    each mistake, in `data.errors` too.
    """
    text = text.removeprefix("\ufeff")
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    found: list[ChangeAccount] = []
    lines: dict[tuple[str, str | None], int] = {}
    errors: list[_Mistake] = []
    try:
        columns = _columns(next(rows, []))
        for cells in rows:
            if not any(cell.strip() for cell in cells):
                continue
            change, wrong = _row(columns, cells)
            errors += [(rows.line_num, column, why) for column, why in wrong.items()]
            if change is not None:
                found.append(change)
                first = lines.setdefault((change.username.lower(), change.platform), rows.line_num)
                if first != rows.line_num:
                    errors.append((rows.line_num, "username", f"@{change.username} stands on line {first} already"))
            if len(found) > MAX_ROWS:
                raise _refused([(rows.line_num, "", f"expected at most {MAX_ROWS} accounts")])
    except csv.Error as error:
        errors.append((rows.line_num, "", f"is not CSV: {error}"))
    if errors:
        raise _refused(errors)
    return found


def _delimiter(text: str) -> str:
    """What separates the header's columns."""
    header = text.partition("\n")[0]
    return max(",;\t", key=header.count)


def _columns(header: Sequence[str]) -> list[str]:
    names = [name.strip().lower() for name in header]
    wrong: list[_Mistake] = []
    for name in names:
        if _SECRET.search(name):
            why = "Drover stores no passwords, tokens or other secrets; log in on the phone and remove this column"
            wrong.append((1, name, why))
        elif name not in COLUMNS:
            wrong.append((1, name, f"is not a column; expected: {', '.join(COLUMNS)}"))
        elif names.count(name) > 1 and (1, name, "stands there twice") not in wrong:
            wrong.append((1, name, "stands there twice"))
    wrong += [(1, name, "is missing in the header row") for name in REQUIRED if name not in names]
    if wrong:
        raise _refused(wrong)
    return names


def _row(columns: Sequence[str], cells: Sequence[str]) -> tuple[ChangeAccount | None, dict[str, str]]:
    """What a row says of its account, and what is wrong with it by column."""
    if len(cells) != len(columns):
        return None, {"": f"expected {len(columns)} cells as in the header, got {len(cells)}"}
    row = {name: _plain(cell.strip()) for name, cell in zip(columns, cells, strict=True)}
    word = row.get("enabled", "").lower()
    change = ChangeAccount(
        username=bare(row["username"]),
        platform=(row.get("platform") or DEFAULT_PLATFORM).lower(),
        serial=row["serial"],
        enabled=word in _YES if "enabled" in row else None,
        package=row.get("package"),
        note=row.get("note"),
    )
    wrong = faults(changed(None, change))
    if word not in _YES | _NO:
        wrong["enabled"] = f"expected yes or no, got {word!r}"
    return change, wrong


def _plain(cell: str) -> str:
    return cell[1:] if _QUOTED.match(cell) else cell


def _refused(errors: Sequence[_Mistake]) -> RequestError:
    lines = [f"line {line}{f', column {column}' if column else ''}: {why}" for line, column, why in errors[:MAX_SHOWN]]
    more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    rows = [{"line": line, "column": column, "message": why} for line, column, why in errors[:MAX_SHOWN]]
    return RequestError(Code.INVALID, f"csv: {lines[0]}{more}; nothing was stored", {"errors": rows})
