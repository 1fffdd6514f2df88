"""The migrations make the tables that the queries see."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection

from drover.store import Store, database
from drover.store.schema import REVISION, metadata


def test_the_migrations_make_what_the_queries_expect(store: Store) -> None:
    def no_index(_item: object, _name: object, kind: str, _reflected: bool, _other: object) -> bool:
        return kind != "index"  # Alembic cannot compare those with expressions; the next test compares all

    def differences(conn: Connection) -> list[object]:
        context = MigrationContext.configure(conn, opts={"include_object": no_index})
        return list(compare_metadata(context, metadata))

    assert store.read_sync(differences) == []


def test_the_indexes_are_the_same_to_the_letter(store: Store) -> None:
    from sqlalchemy.dialects import sqlite
    from sqlalchemy.schema import CreateIndex

    def stored(conn: Connection) -> dict[str, str]:
        rows = conn.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL")
        return {name: sql for name, sql in rows}

    expected = {
        str(index.name): str(CreateIndex(index).compile(dialect=sqlite.dialect()))
        for table in metadata.tables.values()
        for index in table.indexes
    }
    assert store.read_sync(stored) == expected


def test_the_revision_in_the_code_is_the_newest_migration() -> None:
    from alembic.script import ScriptDirectory

    scripts = ScriptDirectory.from_config(database._alembic_config())  # pyright: ignore[reportPrivateUsage]
    assert scripts.get_current_head() == REVISION
