"""Commands that were registered as scripts by `droverctl script add`."""

from sqlalchemy import Connection, select
from sqlalchemy import delete as delete_from
from sqlalchemy.dialects.sqlite import insert

from drover.store.errors import ConflictError
from drover.store.schema import scripts
from drover.wire.custom import CommandSpec


def all(conn: Connection) -> dict[str, CommandSpec]:
    """Every one, by name."""
    rows = conn.execute(select(scripts).order_by(scripts.c.name))
    return {row.name: row.spec for row in rows}


def put(conn: Connection, name: str, spec: CommandSpec, *, replace: bool = False) -> None:
    """Keep the command; raises ConflictError where the name is taken, unless `replace`."""
    known = conn.execute(select(scripts.c.name).where(scripts.c.name == name)).first()
    if known is not None and not replace:
        raise ConflictError(f"name: a script {name!r} was added already; --replace takes its place")
    statement = insert(scripts).values(name=name, spec=spec)
    conn.execute(statement.on_conflict_do_update(index_elements=["name"], set_={"spec": statement.excluded.spec}))


def delete(conn: Connection, name: str) -> bool:
    """Forget the command; False if there was none."""
    return conn.execute(delete_from(scripts).where(scripts.c.name == name)).rowcount > 0
