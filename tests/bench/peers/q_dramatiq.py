"""dramatiq on Redis."""
# pyright: reportMissingImports=false
# These packages are in the peers' own environment only.

import os
from typing import Any

import dramatiq
from dramatiq.brokers.redis import RedisBroker

from tests.bench.peers.payload import noop

dramatiq.set_broker(RedisBroker(url=f"unix://{os.environ['BENCH_PEER_FOLDER']}/redis.sock"))
task = dramatiq.actor(noop)


def put(config: dict[str, Any]) -> str:
    """Enqueue one; its id."""
    return str(task.send(config).message_id)
