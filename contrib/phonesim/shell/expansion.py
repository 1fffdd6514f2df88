"""From a word of a script to the words a command gets: values, splitting, file patterns. Runs nothing itself."""

import fnmatch
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from phonesim.files import FileSystem
from phonesim.shell.syntax import Part, Word

WILD: Final = frozenset("*?[")

# What a part stands for: itself, a variable's value, a command's output.
Value = Callable[[Part], Awaitable[str]]


@dataclass(kw_only=True)
class _Field:
    """A word in the making; `pattern` is its text with quoted wildcards made harmless."""

    text: str = ""
    pattern: str = ""
    wild: bool = False
    present: bool = False

    def add(self, text: str, *, quoted: bool, wildcards: bool) -> None:
        self.text += text
        self.pattern += _literal(text) if quoted else text
        self.wild = self.wild or (wildcards and not quoted and bool(WILD & set(text)))
        self.present = self.present or quoted or bool(text)


async def joined(word: Word, value: Value) -> str:
    """The word as one string, as an assignment or a redirect takes it."""
    return "".join([await value(part) for part in word])


async def expanded(word: Word, value: Value, *, files: FileSystem, cwd: str) -> list[str]:
    """The words that one word becomes: none, one, or several."""
    words: list[str] = []
    for field in await _fields(word, value):
        words += (field.wild and matches(files, cwd, field.pattern)) or [field.text]
    return words


async def _fields(word: Word, value: Value) -> list[_Field]:
    fields = [_Field()]
    for part in word:
        text = await value(part)
        if part.quoted or part.kind == "text":
            fields[-1].add(text, quoted=part.quoted, wildcards=True)
            continue
        # Only what comes out of an unquoted variable or command is split at its spaces.
        for index, piece in enumerate(text.split()):
            if index or (text[:1].isspace() and fields[-1].present):
                fields.append(_Field())
            fields[-1].add(piece, quoted=False, wildcards=False)
    return [field for field in fields if field.present]


def _literal(text: str) -> str:
    return "".join(f"[{char}]" if char in WILD else char for char in text)


def matches(files: FileSystem, cwd: str, pattern: str) -> list[str]:
    """Existing paths that the pattern means, in order; stars match within one name."""
    prefixes = ["/"] if pattern.startswith("/") else [""]
    for name in pattern.strip("/").split("/"):
        prefixes = [path for prefix in prefixes for path in _children(files, cwd, prefix, name)]
    return prefixes


def _children(files: FileSystem, cwd: str, prefix: str, name: str) -> list[str]:
    try:
        entries = list(files.list(prefix if prefix.startswith("/") else f"{cwd.rstrip('/')}/{prefix}"))
    except OSError:
        return []
    join = prefix if prefix.endswith("/") or not prefix else prefix + "/"
    hidden = name.startswith(".")
    return [
        join + entry for entry in entries if fnmatch.fnmatchcase(entry, name) and (hidden or not entry.startswith("."))
    ]
