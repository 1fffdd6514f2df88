"""`content`: queries, inserts, deletions and calls, of the media store and the settings."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from phonesim.media import rows, scan
from phonesim.shell.call import Call, Command

CONDITION: Final = re.compile(r"\s*(\w+)\s*(=|!=|LIKE|>|<)\s*(?:'((?:[^']|'')*)'|\"([^\"]*)\"|(\S+))\s*", re.IGNORECASE)


def _options(args: list[str]) -> dict[str, list[str]]:
    """`--name value` pairs; a name may come several times."""
    found: dict[str, list[str]] = {}
    for name, value in zip(args[::2], args[1::2], strict=False):
        found.setdefault(name, []).append(value)
    return found


def condition(where: str) -> Callable[[Mapping[str, Any]], bool]:
    """A test of one row for `a='x' AND b=1`; raises ValueError for more than that."""
    tests: list[tuple[str, str, str]] = []
    for clause in re.split(r"\s+AND\s+", where.strip(), flags=re.IGNORECASE):
        match = CONDITION.fullmatch(clause)
        if match is None:
            raise ValueError(f"near {clause!r}: syntax error")
        quoted = match[3].replace("''", "'") if match[3] is not None else None
        tests.append((match[1], match[2].upper(), quoted or match[4] or match[5] or ""))
    return lambda row: all(_compare(str(row.get(name, "")), operator, value) for name, operator, value in tests)


def _compare(left: str, operator: str, right: str) -> bool:
    if operator == "LIKE":
        return re.fullmatch(re.escape(right).replace("%", ".*").replace("_", "."), left, re.IGNORECASE) is not None
    if operator in "<>":
        return (int(left) < int(right)) == (operator == "<") and left != right
    return (left == right) == (operator == "=")


def _selected(call: Call, options: Mapping[str, list[str]]) -> list[dict[str, Any]]:
    found = rows(call.device, options["--uri"][0])
    if where := options.get("--where"):
        found = [row for row in found if condition(where[0])(row)]
    if "desc" in options.get("--sort", [""])[0].lower():
        found.reverse()
    return found


def _query(call: Call, options: Mapping[str, list[str]]) -> int:
    found = _selected(call, options)
    if not found:
        return call.print("No result found.")
    names = options["--projection"][0].split(":") if "--projection" in options else list(found[0])
    for index, row in enumerate(found):
        call.print(f"Row: {index} " + ", ".join(f"{name}={row.get(name, 'NULL')}" for name in names))
    return 0


def _insert(call: Call, options: Mapping[str, list[str]]) -> int:
    bound = {name: value for name, _, value in (bind.split(":", 2) for bind in options.get("--bind", []))}
    if not call.device.room_for(4096):
        return call.error("Error while accessing provider:media\nandroid.database.sqlite.SQLiteFullException: full")
    if "_data" not in bound or scan(call.device, bound["_data"]) is None:
        return call.error("Error while accessing provider:media\njava.lang.IllegalArgumentException: no such file")
    return 0


def _delete(call: Call, options: Mapping[str, list[str]]) -> int:
    gone = {row["_id"] for row in _selected(call, options)}
    for row in [row for row in call.device.media if row.row_id in gone]:
        call.device.media.remove(row)
        if call.device.files.exists(row.path):
            call.device.files.remove(row.path)
    return 0


def _call(call: Call, options: Mapping[str, list[str]]) -> int:
    if options.get("--method") != ["scan_file"]:
        return call.print("Result: null")
    row = scan(call.device, options.get("--arg", [""])[0])
    uri = f"content://media/external_primary/{row.kind}/media/{row.row_id}" if row else "null"
    return call.print(f"Result: Bundle[{{uri={uri}}}]")


_HANDLERS: Final = {"query": _query, "insert": _insert, "delete": _delete, "call": _call}


async def content(call: Call) -> int:
    name, *args = call.args or [""]
    options = _options(args)
    if name not in _HANDLERS or "--uri" not in options:
        return call.error("usage: adb shell content [subcommand] [options]\n[ERROR] Unsupported operation: " + name)
    if not options["--uri"][0].startswith("content://media"):
        return call.error(f"Error while accessing provider\njava.lang.IllegalStateException: {options['--uri'][0]}")
    try:
        return _HANDLERS[name](call, options)
    except ValueError as error:
        return call.error(f"Error while accessing provider:media\nandroid.database.sqlite.SQLiteException: {error}")


COMMANDS: Final[Mapping[str, Command]] = {"content": content}
