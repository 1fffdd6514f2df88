"""Reads a request's body as strict JSON. What JSON parsers disagree about is refused, not guessed."""

import codecs
import json
import re
from dataclasses import dataclass
from typing import Any, Final, NoReturn, Protocol

from drover.wire.faults import Code, RequestError

_TEXT: Final = re.compile(rb'"(?:[^"\\]|\\.)*+"', re.DOTALL)
_VALUE_BYTES: Final = 120
"""An empty list takes 64, an object with one member some 240."""

_ASCII_COPIES: Final = 3
_WIDE_COPIES: Final = 9
"""The bytes, and text of four bytes a character: of the whole, and of the values."""

LARGEST_BYTES: Final = 160 * 1024 * 1024
"""More is taken for so much: a body that is allowed must fit when it is alone."""

_INT_MIN: Final = -(2**63)
_INT_MAX: Final = 2**64 - 1


class Readable(Protocol):
    """The part of `wsgi.input` that is used."""

    def read(self, size: int, /) -> bytes: ...


@dataclass(frozen=True, kw_only=True)
class Upload:
    """A body that is no JSON, not yet read; `length` in bytes."""

    stream: Readable
    media_type: str
    length: int


def read_body(stream: Readable, *, max_bytes: int) -> bytes:
    """The bytes; raises RequestError TOO_LARGE over the cap."""
    data = stream.read(max_bytes + 1)
    if len(data) > max_bytes:
        raise RequestError(Code.TOO_LARGE, f"body: at most {max_bytes} bytes are accepted")
    return data


def memory_of(data: bytes, *, max_items: int) -> int:
    """About how many bytes of memory the JSON takes while it is worked on, estimated without making its values.

    Raises RequestError INVALID for one that surely has more than `max_items`.
    """
    commas, openings = _marks(data)
    if max(commas, openings) > max_items:
        commas, openings = _marks(_TEXT.sub(b"", data))  # a long text may hold as many
        if max(commas, openings) > max_items:
            _refuse(f"holds more than {max_items} values")
    copies = _ASCII_COPIES if data.isascii() else _WIDE_COPIES
    return min(LARGEST_BYTES, copies * len(data) + _VALUE_BYTES * (commas + openings))


def _marks(data: bytes) -> tuple[int, int]:
    """Commas and openings: there is a value for each of either, and none that stands behind neither."""
    return data.count(b","), data.count(b"[") + data.count(b"{")


def parse_object(data: bytes, *, max_depth: int, max_items: int) -> dict[str, Any]:
    """The JSON object, or {} for an empty body; a leading byte order mark is ignored.

    Raises RequestError INVALID for bytes that are not UTF-8, syntax errors, NaN and infinities, duplicate keys, whole
    numbers over 64 bit, lone surrogates, more than `max_depth` levels or `max_items` values, and what is no object.
    """
    if not data.strip():
        return {}
    try:
        value = _DECODER.decode(data.removeprefix(codecs.BOM_UTF8).decode("utf-8"))
    except UnicodeDecodeError as error:
        _refuse(f"is not UTF-8 (byte {error.start})")
    except json.JSONDecodeError as error:
        _refuse(f"is not JSON: {error.msg} at line {error.lineno}, column {error.colno}")
    except RecursionError:
        _refuse(f"is nested deeper than {max_depth} levels")
    _measure(value, max_depth, max_items)
    if not isinstance(value, dict):
        _refuse("expected a JSON object")
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                _refuse(f"the key {key[:60]!r} occurs twice in one object")
            seen.add(key)
    return result


def _integer(text: str) -> int:
    if len(text) > 20 or not _INT_MIN <= (value := int(text)) <= _INT_MAX:
        _refuse(
            f"the integer {text[:24]}... does not fit 64 bits" if len(text) > 24 else f"{text} does not fit 64 bits"
        )
    return value


def _number(text: str) -> float:
    """A whole number is one in JSON however it is written, so 1e20 is refused as 100000000000000000000 is."""
    value = float(text)
    if value in (float("inf"), float("-inf")):
        _refuse(f"the number {text[:24]} is out of range")
    if value.is_integer() and not _INT_MIN <= value <= _INT_MAX:
        _refuse(f"the number {text[:24]} does not fit 64 bits")
    return value


def _constant(name: str) -> NoReturn:
    _refuse(f"{name} is not JSON")


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_unique, parse_int=_integer, parse_float=_number, parse_constant=_constant
)


def _measure(value: Any, max_depth: int, max_items: int) -> None:
    """Walk without recursion, level by level."""
    level, depth, items = [value], 0, 0
    while level:
        items += len(level)
        if items > max_items:
            _refuse(f"holds more than {max_items} values")
        below: list[Any] = []
        for item in level:
            if isinstance(item, dict):
                below.extend(item.values())
                for key in item:
                    _text(key)
            elif isinstance(item, list):
                below.extend(item)
            elif isinstance(item, str):
                _text(item)
        containers = any(isinstance(item, (dict, list)) for item in level)
        depth += containers
        if depth > max_depth:
            _refuse(f"is nested deeper than {max_depth} levels")
        level = below


def _text(text: str) -> None:
    if not text.isascii():
        try:
            text.encode("utf-8")
        except UnicodeEncodeError:
            _refuse("holds half of a surrogate pair, which is not text")


def _refuse(why: str) -> NoReturn:
    raise RequestError(Code.INVALID, f"body: {why}")
