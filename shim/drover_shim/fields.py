"""Typed reading of named values from a body or a query. A refusal names the field and what was expected."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Final, NoReturn, TypeVar

from drover.wire.devices import SERIAL
from drover.wire.faults import Code, RequestError

T = TypeVar("T")

_CLOCK: Final = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_DIGITS: Final = re.compile(r"[0-9]{1,18}")

MAX_PAGE_SIZE: Final = 100


class Fields:
    """Reads the fields of one JSON object. A field that is missing or null has its default."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = values

    def flag(self, name: str, default: bool) -> bool:
        value: bool = self._read(name, default, lambda v: isinstance(v, bool), "true or false")
        return value

    def integer(self, name: str, default: int, low: int, high: int) -> int:
        def fits(value: Any) -> bool:
            return _is_whole(value) and low <= value <= high

        return int(self._read(name, default, fits, f"an integer from {low} to {high}"))

    def number(self, name: str, default: float) -> float:
        def fits(value: Any) -> bool:
            return isinstance(value, (int, float)) and not isinstance(value, bool)

        return float(self._read(name, default, fits, "a number"))

    def optional_flag(self, name: str) -> bool | None:
        value: bool | None = self._read(name, None, lambda v: isinstance(v, bool), "true or false")
        return value

    def choice(self, name: str, choices: tuple[str, ...]) -> str | None:
        value: str | None = self._read(name, None, lambda v: v in choices, " or ".join(choices))
        return value

    def text(self, name: str) -> str | None:
        value: str | None = self._read(name, None, lambda v: isinstance(v, str), "a string")
        return value

    def clock(self, name: str) -> str | None:
        """A time of day; an empty text is one that is not given."""

        def fits(value: Any) -> bool:
            return isinstance(value, str) and _CLOCK.fullmatch(value) is not None

        if self._values.get(name) == "":
            return None
        value: str | None = self._read(name, None, fits, 'a time of day "HH:MM"')
        return value

    def object(self, name: str) -> dict[str, Any]:
        value: dict[str, Any] = self._read(name, {}, lambda v: isinstance(v, dict), "an object")
        return value

    def array(self, name: str, item: Callable[[str, Any], T], of: str) -> list[T]:
        """The items, each read by `item(path, value)`."""
        values: list[Any] = self._read(name, [], lambda v: isinstance(v, list), f"an array of {of}")
        return [item(f"{name}[{index}]", value) for index, value in enumerate(values)]

    def _read(self, name: str, default: Any, fits: Callable[[Any], bool], expected: str) -> Any:
        value = self._values.get(name)
        if value is None:
            return default
        if not fits(value):
            refuse(name, expected, value)
        return value


def serial(path: str, value: Any) -> str:
    """A serial as adb could name it, not to be taken for an option; spaces around it are passed over."""
    found = value.strip() if isinstance(value, str) else ""
    if SERIAL.fullmatch(found):
        return found
    refuse(path, "a serial as adb lists it: 1 to 128 letters, digits and signs, no leading '-'", value)


def text_item(path: str, value: Any) -> str:
    """A string in an array."""
    if isinstance(value, str):
        return value
    refuse(path, "a string", value)


def positive_id(path: str, value: Any) -> int:
    """A task's id in a body."""
    if _is_whole(value) and 0 < value < 2**63:
        return int(value)
    refuse(path, "a task id (a positive integer)", value)


def _is_whole(value: Any) -> bool:
    """An integer, also one that is written 3.0, which is the same number in JSON."""
    return (isinstance(value, int) and not isinstance(value, bool)) or (isinstance(value, float) and value.is_integer())


def path_id(noun: str, text: str) -> int:
    """The id in a path; raises RequestError."""
    if not (text.isascii() and text.isdigit()):
        raise RequestError(Code.INVALID, f"{noun} id: expected a positive integer, got {text[:60]!r}")
    if len(text) > 18 or int(text) == 0:
        raise RequestError(Code.NOT_FOUND, f"there is no {noun} {text[:24]}")
    return int(text)


def query_integer(query: Mapping[str, str], name: str, low: int, high: int) -> int | None:
    """An integer from the query; None when it is missing or empty."""
    text = query.get(name, "")
    if not text:
        return None
    if not _DIGITS.fullmatch(text) or not low <= int(text) <= high:
        refuse(name, f"an integer from {low} to {high}", text)
    return int(text)


def query_page_size(query: Mapping[str, str]) -> int:
    """How many things a page shows: 20 where the query says nothing, 100 where it asks for more."""
    return min(query_integer(query, "page_size", 1, 10**9) or 20, MAX_PAGE_SIZE)


def query_choice(query: Mapping[str, str], name: str, choices: tuple[str, ...]) -> str | None:
    """One of the words from the query; None when it is missing or empty."""
    text = query.get(name, "")
    if not text:
        return None
    if text not in choices:
        refuse(name, " or ".join(choices), text)
    return text


def refuse(path: str, expected: str, value: Any) -> NoReturn:
    """Raise RequestError INVALID: what was expected at this path, and what was there."""
    shown = json.dumps(value, ensure_ascii=False, default=str)
    got = shown if len(shown) <= 60 else f"{shown[:57]}..."
    raise RequestError(Code.INVALID, f"{path}: expected {expected}, got {_CONTROL.sub('?', got)}")
