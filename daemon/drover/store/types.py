"""Column types: stamps as integers and values as JSON. The only place that knows how they lie in the database."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import msgspec
from sqlalchemy import BigInteger, Dialect, Text
from sqlalchemy.dialects import sqlite
from sqlalchemy.types import TypeDecorator

Processor = Callable[[Any], Any] | None
"""Turns a value into what its column holds, or back; None where both are the same."""

_DIALECT: Final = sqlite.dialect()
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


def to_micros(moment: datetime) -> int:
    """Microseconds since 1970 UTC; a datetime without a zone is a mistake and raises TypeError."""
    return (moment - _EPOCH) // _MICROSECOND


def from_micros(micros: int) -> datetime:
    """Aware UTC."""
    return _EPOCH + timedelta(0, 0, micros)


class Stamp(TypeDecorator[datetime]):
    """An aware UTC datetime, kept as microseconds since 1970: exact, compact, and in order."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        return self.bound(value)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        return None if value is None else from_micros(value)

    @staticmethod
    def bound(value: datetime | None) -> int | None:
        """What the column holds."""
        return None if value is None else to_micros(value)


class Json(TypeDecorator[Any]):
    """A value of the given type as JSON text."""

    impl = Text
    cache_ok = True

    def __init__(self, kind: Any = Any) -> None:
        super().__init__()
        self.kind = kind
        self._decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder(kind)

    def process_bind_param(self, value: Any, dialect: Dialect) -> str:
        return self.bound(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else self.read(value)

    @staticmethod
    def bound(value: Any) -> str:
        """What the column holds; of None, too, which is no NULL."""
        return msgspec.json.encode(value).decode()

    def read(self, text: str) -> Any:
        """The value of a column that is not NULL."""
        return self._decoder.decode(text)


def binder(kind: Any) -> Processor:
    """What turns a value into what a column of this type holds; directly for our own types, which Core wraps twice."""
    if isinstance(kind, Stamp | Json):
        return kind.bound
    processor: Processor = kind.dialect_impl(_DIALECT).bind_processor(_DIALECT)
    return processor


def reader(kind: Any) -> Processor:
    """What turns what such a column holds into the value, where it is not NULL; directly, as `binder`."""
    if isinstance(kind, Stamp):
        return from_micros
    if isinstance(kind, Json):
        return kind.read
    processor: Processor = kind.dialect_impl(_DIALECT).result_processor(_DIALECT, None)
    return processor
