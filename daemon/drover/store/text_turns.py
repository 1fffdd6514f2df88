"""Whose turn it is among the lines of each file of texts: counted in the transaction that gives a line to a task."""

from sqlalchemy import Connection
from sqlalchemy.dialects.sqlite import insert

from drover.store.schema import text_turns


def take(conn: Connection, path: str) -> int:
    """How many lines of this file were given out before; one more is from now on."""
    first = insert(text_turns).values(path=path, turn=1)
    counted = first.on_conflict_do_update(index_elements=["path"], set_={"turn": text_turns.c.turn + 1})
    return int(conn.execute(counted.returning(text_turns.c.turn)).scalar_one()) - 1
