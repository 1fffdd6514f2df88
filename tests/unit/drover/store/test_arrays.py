"""Many values as one parameter reach SQLite as they are."""

from sqlalchemy import text

from drover.store import Store
from drover.store.arrays import json_array


def test_a_parameter_holds_any_values(store: Store) -> None:
    serials = {"", 'a"b', "10.0.0.1:5555", "ü"}
    each = text("SELECT value FROM json_each(:serials)")
    found = store.read_sync(lambda conn: set(conn.execute(each, {"serials": json_array(serials)}).scalars()))
    assert found == serials
