"""huey on Redis."""
# pyright: reportMissingImports=false
# These packages are in the peers' own environment only.

import os
from typing import Any

import redis
from huey import RedisHuey

from tests.bench.peers.payload import noop

pool = redis.ConnectionPool(
    connection_class=redis.UnixDomainSocketConnection,
    path=os.path.join(os.environ["BENCH_PEER_FOLDER"], "redis.sock"),
)
huey = RedisHuey(connection_pool=pool, results=False)
task = huey.task()(noop)


def put(config: dict[str, Any]) -> str:
    """Enqueue one; its id."""
    one = task.s(config)
    huey.enqueue(one)
    return str(one.id)
