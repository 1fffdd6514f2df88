"""Many values as one parameter of a statement."""

from collections.abc import Collection
from typing import Any

import msgspec
from sqlalchemy import Column, ColumnElement, bindparam, func, select


def json_array(values: Collection[str] | Collection[int]) -> str:
    """For SQLite's json_each."""
    return msgspec.json.encode(list(values)).decode()


def among(column: Column[Any], parameter: str) -> ColumnElement[bool]:
    """That a column has one of many values, which are bound as a `json_array` by this name."""
    values = func.json_each(bindparam(parameter)).table_valued("value")
    return column.in_(select(values.c.value))
