"""Opens the SQLite file: durable settings on every connection, migrations, and refusal of what is not ours to touch."""

import os
import sqlite3
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final

import structlog
from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, event
from sqlalchemy.exc import DBAPIError

from drover.store import backup
from drover.store.batch import driver_of
from drover.store.errors import StoreError
from drover.store.schema import REVISION

_log = structlog.get_logger(__name__)

BUSY_TIMEOUT_S: Final = 5.0
MIGRATIONS: Final = Path(__file__).with_name("migrations")
UNRELEASED: Final = frozenset(f"{number:04}" for number in range(1, 12))
"""Schemas of development versions from before the first release: nothing migrates them."""

_CHECKED_BYTES: Final = 64 * 1024 * 1024
"""Up to this size the whole file is checked at each start (about 0.1 s); a bigger one would delay it for long."""


def engine_for(path: Path, *, writes: bool) -> Engine:
    """An engine whose connections begin transactions themselves: at once exclusive for writing, a snapshot for reading.

    sqlite3's own implicit BEGIN would leave savepoints and DDL outside of transactions.
    """
    url = URL.create("sqlite+pysqlite", database=str(path))
    engine = create_engine(url, poolclass=NullPool, connect_args={"isolation_level": None})
    event.listen(engine, "connect", _configure_writer if writes else _configure_reader)
    event.listen(engine, "begin", _begin_writing if writes else _begin_reading)
    return engine


def _begin_writing(conn: Connection) -> None:
    conn.exec_driver_sql("BEGIN IMMEDIATE")


def _begin_reading(conn: Connection) -> None:
    conn.exec_driver_sql("BEGIN")


def _configure_writer(connection: sqlite3.Connection, _record: Any) -> None:
    _configure_reader(connection, _record)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA query_only = OFF")


def _configure_reader(connection: sqlite3.Connection, _record: Any) -> None:
    connection.execute(f"PRAGMA busy_timeout = {int(BUSY_TIMEOUT_S * 1000)}")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA journal_size_limit = 67108864")
    connection.execute("PRAGMA query_only = ON")


@contextmanager
def prepared(path: Path) -> Generator[None]:
    """Create the file (0600) and its directory where missing, check it, and bring its schema to this version.

    Raises StoreError, having changed nothing, for a file that is damaged, another program's, or of a newer Drover.
    Connect inside the block: when the last connection closes, SQLite writes the whole log back into the file.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        looking = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, check_same_thread=False)
    except OSError as error:
        raise StoreError(
            f"{path}: cannot open the database: {error.strerror}; check the path and its rights"
        ) from error
    with closing(looking):
        try:
            _check(path, looking)
            _bring_up_to_date(path)
        except (sqlite3.DatabaseError, DBAPIError) as error:
            cause = error.orig if isinstance(error, DBAPIError) else error
            raise StoreError(
                f"{path}: {cause}; move the file away to begin with an empty one, or restore a backup"
            ) from error
        yield


def _check(path: Path, looking: sqlite3.Connection) -> None:
    """Look without changing anything: the connection is one that cannot."""
    if path.stat().st_size == 0:
        return
    if path.stat().st_size <= _CHECKED_BYTES:
        (found,) = looking.execute("PRAGMA quick_check(1)").fetchone()
        if found != "ok":
            raise StoreError(f"{path}: the database is damaged ({found}); restore a backup, or move it away")
    _refuse_foreign(path, looking)


def _refuse_foreign(path: Path, looking: sqlite3.Connection) -> None:
    revision = _revision(looking)
    if revision is None and looking.execute("SELECT 1 FROM sqlite_master WHERE type = 'table'").fetchone():
        raise StoreError(f"{path}: this is another program's database; set another path for Drover's")
    if revision is not None:
        _refuse_unknown(path, revision)


def _refuse_unknown(path: Path, revision: str) -> None:
    """Raise StoreError for a schema that no migration of this version starts from."""
    if revision in UNRELEASED:
        raise StoreError(
            f"{path}: the database was written by a development version of Drover (schema {revision}) and cannot be "
            f"upgraded; export its accounts with that version (droverctl account export), then move {path.name}* away: "
            "Drover begins with an empty database"
        )
    if revision != REVISION and revision not in known_revisions():
        raise StoreError(
            f"{path}: the database was written by a newer Drover (schema {revision}, this one knows up to {REVISION}); "
            "start the newer version, or restore a backup of before the upgrade"
        )


def _revision(driver: sqlite3.Connection) -> str | None:
    """The schema's migration, None for an empty database. Read without Alembic, whose import costs every start."""
    if not driver.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'alembic_version'").fetchone():
        return None
    row = driver.execute("SELECT version_num FROM alembic_version").fetchone()
    return str(row[0]) if row else None


def migrate(path: Path) -> None:
    """Bring a copy to this version's schema; it is not copied before, being one. Raises StoreError."""
    engine = engine_for(path, writes=True)
    try:
        with engine.begin() as conn:
            revision = _revision(driver_of(conn))
            if revision is not None:
                _refuse_unknown(path, revision)
            if revision != REVISION:
                _migrate(conn)
    except (sqlite3.DatabaseError, DBAPIError) as error:
        raise StoreError(f"{path}: cannot be brought to this version's schema: {error}") from error
    finally:
        engine.dispose()


def _bring_up_to_date(path: Path) -> None:
    engine = engine_for(path, writes=True)
    with engine.begin() as conn:
        before = _revision(driver_of(conn))
        if before not in (None, REVISION):
            _back_up(path, str(before))
        if before != REVISION:
            _migrate(conn)
    engine.dispose()


def _back_up(path: Path, revision: str) -> None:
    """A copy of the database as the older version left it, next to it; made once a schema, and kept."""
    target = path.with_name(f"{path.name}.schema-{revision}.backup")
    if not target.exists():
        facts = backup.copy(path, target)
        _log.info("backed up before migrating", action="backup_made", path=facts.path, schema=revision, rows=facts.rows)


def known_revisions() -> set[str]:
    """Every migration that ships with this version."""
    from alembic.script import ScriptDirectory

    return {script.revision for script in ScriptDirectory.from_config(_alembic_config()).walk_revisions()}


def _migrate(conn: Connection) -> None:
    """Run what is missing, in the transaction of `conn`: all of it or nothing."""
    from alembic import command

    config = _alembic_config()
    config.attributes["connection"] = conn
    command.upgrade(config, "head")


def _alembic_config() -> Any:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config
