"""procrastinate on PostgreSQL, which wakes its worker."""
# pyright: reportMissingImports=false
# These packages are in the peers' own environment only.

import os
from typing import Any

from procrastinate import App, PsycopgConnector

from tests.bench.peers.payload import noop

where = f"host={os.environ['BENCH_PEER_FOLDER']} user=bench dbname=postgres"
app = App(connector=PsycopgConnector(conninfo=where, min_size=1, max_size=16))
task = app.task(noop, name="noop")


def prepare() -> None:
    """In the server's process, before it serves."""
    app.open()
    app.schema_manager.apply_schema()


def put(config: dict[str, Any]) -> str:
    """Enqueue one; its id."""
    return str(task.defer(config=config))
