"""huey on SQLite, each commit on the disk."""
# pyright: reportMissingImports=false
# These packages are in the peers' own environment only.

import os
from typing import Any

from huey import SqliteHuey

from tests.bench.peers.payload import noop

huey = SqliteHuey(filename=os.path.join(os.environ["BENCH_PEER_FOLDER"], "huey.db"), fsync=True, results=False)
task = huey.task()(noop)


def put(config: dict[str, Any]) -> str:
    """Enqueue one; its id."""
    one = task.s(config)
    huey.enqueue(one)
    return str(one.id)
