"""celery on Redis."""
# pyright: reportMissingImports=false
# These packages are in the peers' own environment only.

import os
from typing import Any

from celery import Celery

from tests.bench.peers.payload import noop

app = Celery("bench", broker=f"redis+socket://{os.environ['BENCH_PEER_FOLDER']}/redis.sock")
app.conf.update(task_ignore_result=True, worker_prefetch_multiplier=1)
task = app.task(noop, name="noop")


def put(config: dict[str, Any]) -> str:
    """Enqueue one; its id."""
    return str(task.delay(config).id)
