"""Filters of text: grep, head, tail, wc, sort, cut, tr, base64. From files or what a pipe brings."""

import base64 as codec
import re
from collections.abc import Mapping
from typing import Final

from phonesim.shell.call import Call, Command

ESCAPES: Final = {"\\n": "\n", "\\t": "\t", "\\r": "\r", "\\\\": "\\"}


async def grep(call: Call) -> int:
    options, words = call.flags("vicoEFnq")
    if not words:
        return call.error("grep: no REGEX", code=2)
    pattern = re.escape(words[0]) if "F" in options else words[0]
    expression = re.compile(pattern, re.IGNORECASE if "i" in options else 0)
    text = await _input(call, words[1:])
    hits = [line for line in text.splitlines() if bool(expression.search(line)) != ("v" in options)]
    if "c" in options:
        call.print(str(len(hits)))
    elif "q" not in options and hits:
        call.print("\n".join(hits))
    return int(not hits)


async def _input(call: Call, names: list[str]) -> str:
    if not names:
        return (await call.read_all()).decode(errors="replace")
    return "".join(call.device.files.read(call.path(name)).decode(errors="replace") for name in names)


async def head(call: Call) -> int:
    count, names = 10, list(call.args)
    if names and names[0].startswith("-"):
        option = names.pop(0)
        count = int(names.pop(0) if option == "-n" else option.lstrip("-n"))
    lines = (await _input(call, names)).splitlines()
    chosen = lines[:count] if call.name == "head" else lines[-count:]
    return call.print("\n".join(chosen)) if chosen else 0


async def count_words(call: Call) -> int:
    options, names = call.flags("lwc")
    text = await _input(call, names)
    counts = {"l": text.count("\n"), "w": len(text.split()), "c": len(text.encode())}
    shown = [str(counts[option]) for option in "lwc" if option in (options or set("lwc"))]
    return call.print(" ".join([*shown, *names]))


async def base64(call: Call) -> int:
    options, names = call.flags("dw")
    data = b"".join(call.device.files.read(call.path(n)) for n in names) if names else await call.read_all()
    if "d" in options:
        call.out.write(codec.b64decode(data))
        return 0
    return call.print(codec.b64encode(data).decode())


async def sort(call: Call) -> int:
    options, names = call.flags("nru")
    lines = (await _input(call, names)).splitlines()
    ordered = sorted(set(lines) if "u" in options else lines, reverse="r" in options)
    if "n" in options:
        ordered.sort(key=lambda line: int(re.match(r"\s*(\d*)", line)[1] or 0), reverse="r" in options)  # type: ignore[index]
    return call.print("\n".join(ordered)) if ordered else 0


async def cut(call: Call) -> int:
    """`-d X -f N` and `-c A-B`, one range."""
    words = {word[:2]: word[2:] or following for word, following in zip(call.args, [*call.args[1:], ""], strict=True)}
    first, _, last = words.get("-f", words.get("-c", "1")).partition("-")
    start, end = int(first or 1) - 1, int(last) if last else (None if "-" in words.get("-c", "") else int(first))
    delimiter = words.get("-d", "\t")
    for line in (await _input(call, [])).splitlines():
        if "-c" in words:
            call.print(line[start:end])
        else:
            call.print(delimiter.join(line.split(delimiter)[start:end]))
    return 0


async def tr(call: Call) -> int:
    """`-d CHARACTERS`, or one set of characters for another of the same length."""
    options, words = call.flags("ds")
    sets = [re.sub(r"\\[ntr\\]", lambda match: ESCAPES[match[0]], word) for word in words]
    text = (await call.read_all()).decode(errors="replace")
    if "d" in options:
        return call.print(text.translate(dict.fromkeys(map(ord, sets[0]))), end="")
    return call.print(text.translate(str.maketrans(sets[0], sets[1].ljust(len(sets[0]), sets[1][-1]))), end="")


COMMANDS: Final[Mapping[str, Command]] = {
    "grep": grep,
    "head": head,
    "tail": head,
    "wc": count_words,
    "sort": sort,
    "cut": cut,
    "tr": tr,
    "base64": base64,
}
