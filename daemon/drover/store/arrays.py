"""Many values as one parameter of a statement."""

from collections.abc import Collection

import msgspec


def json_array(values: Collection[str] | Collection[int]) -> str:
    """For SQLite's json_each."""
    return msgspec.json.encode(list(values)).decode()
