"""rq on Redis, without a fork for each task."""
# pyright: reportMissingImports=false
# These packages are in the peers' own environment only.

import os
from typing import Any

from redis import Redis
from rq import Queue

from tests.bench.peers.payload import noop

connection = Redis(unix_socket_path=os.path.join(os.environ["BENCH_PEER_FOLDER"], "redis.sock"))
queue = Queue("bench", connection=connection)


def put(config: dict[str, Any]) -> str:
    """Enqueue one; its id."""
    return str(queue.enqueue(noop, config).id)
