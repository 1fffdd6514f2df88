"""The only place that formats and prints: tables and records on a terminal, aligned text in a pipe, or JSON."""

import json
import sys
from collections.abc import Sequence
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec
from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from drover.wire.faults import RequestError
from drover.wire.tasks import Task
from drover_ctl.text import clean, clean_lines

STYLES: Final = {
    **{"pending": "yellow", "running": "cyan", "completed": "green", "failed": "red"},
    **{"idle": "green", "busy": "cyan", "leased": "cyan", "preparing": "yellow"},
    **{"absent": "dim", "unauthorized": "red", "offline": "red", "quarantined": "red"},
    **{"ok": "green", "warning": "yellow", "error": "red"},
}
"""Colours of the words for states, wherever they stand in a table."""


class Output:
    """Prints to standard output. `as_json` replaces every table and record by the data behind it."""

    def __init__(self, *, as_json: bool, zone: ZoneInfo) -> None:
        self.as_json = as_json
        self.zone = zone
        self.console = Console(highlight=False, markup=False, emoji=False)

    def table(self, columns: Sequence[str], rows: Sequence[Sequence[str]], data: Any, *, empty: str) -> None:
        """Rows under headings; `data` is what JSON shows, `empty` is printed when there are no rows."""
        if self.as_json:
            self.json(data)
        elif not rows:
            print(empty)
        elif self.console.is_terminal:
            self._rich_table(columns, rows)
        else:
            print(aligned([columns, *rows]))

    def record(self, pairs: Sequence[tuple[str, str]], data: Any) -> None:
        """Names and values, a line each."""
        if self.as_json:
            self.json(data)
        elif self.console.is_terminal:
            grid = Table.grid(padding=(0, 2))
            grid.add_column(style="bold", no_wrap=True)
            grid.add_column(overflow="fold")
            for name, value in pairs:
                grid.add_row(Text(name), _cell(value))
            self.console.print(grid)
        else:
            print(aligned(pairs))

    def line(self, text: str, data: Any = None) -> None:
        """One sentence; with JSON its data instead, if there are any."""
        if not self.as_json:
            print(clean(text))
        elif data is not None:
            self.json(data)

    def more(self, *, total: int, page: int, page_size: int) -> None:
        """Say on a terminal that there are further pages."""
        left = total - page * page_size
        if left > 0 and not self.as_json and self.console.is_terminal:
            self.line(f"{left} more: --page {page + 1}")

    def note(self, text: str) -> None:
        """A remark for the person, on standard error, so that it never ends up in a pipe."""
        print(f"droverctl: {clean(text)}", file=sys.stderr)

    def raw(self, text: str) -> None:
        """Lines as they are, but for what a terminal would obey."""
        sys.stdout.write(clean_lines(text))
        sys.stdout.flush()

    def json(self, data: Any) -> None:
        """Indented JSON; control characters are escaped by JSON itself."""
        print(json.dumps(builtins(data), indent=2, ensure_ascii=not _utf8()))

    def json_line(self, data: Any) -> None:
        """One JSON value on one line, for streams of them."""
        print(json.dumps(builtins(data), ensure_ascii=not _utf8()), flush=True)

    def _rich_table(self, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
        for column in columns:
            table.add_column(column, overflow="fold")
        for row in rows:
            table.add_row(*[_cell(value) for value in row])
        self.console.print(table)


def complain(error: Exception, *, as_json: bool) -> None:
    """Say on standard error what went wrong."""
    if not as_json:
        print(f"droverctl: {clean(str(error))}", file=sys.stderr)
        return
    failure = error.failure if isinstance(error, RequestError) else None
    code = int(failure.code) if failure is not None else None
    data = failure.data if failure is not None else None
    print(json.dumps({"code": code, "message": str(error), "data": data}), file=sys.stderr)


def builtins(data: Any) -> Any:
    """Wire records as JSON values; a task also says its status in a word."""
    if isinstance(data, msgspec.Struct):
        fields = {name: builtins(getattr(data, name)) for name in data.__struct_fields__}
        return {**fields, "status_text": data.status.name.lower()} if isinstance(data, Task) else fields
    if isinstance(data, dict):
        return {name: builtins(value) for name, value in data.items()}
    if isinstance(data, (list, tuple)):
        return [builtins(value) for value in data]
    return msgspec.to_builtins(data)


def aligned(rows: Sequence[Sequence[str]]) -> str:
    """Columns padded to their widest cell, two spaces apart, as `column -t` and `awk` like them."""
    cleaned = [[clean(cell) for cell in row] for row in rows]
    widths = [max(cell_len(cell) for cell in column) for column in zip(*cleaned, strict=True)]
    lines = (
        "  ".join(cell + " " * (width - cell_len(cell)) for cell, width in zip(row, widths, strict=True))
        for row in cleaned
    )
    return "\n".join(line.rstrip() for line in lines)


def _cell(value: str) -> Text:
    return Text(clean(value), style=STYLES.get(value, ""))


def _utf8() -> bool:
    return (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
