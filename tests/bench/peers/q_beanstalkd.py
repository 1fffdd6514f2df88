"""beanstalkd with its log on. Not Python; what Python asks of it is."""
# pyright: reportMissingImports=false
# These packages are in the peers' own environment only.

import json
import os
import threading
from typing import Any

import greenstalk

from tests.bench.peers.payload import noop

_of_thread = threading.local()


def _client() -> Any:
    if not hasattr(_of_thread, "client"):
        _of_thread.client = greenstalk.Client(os.path.join(os.environ["BENCH_PEER_FOLDER"], "beanstalkd.sock"))
    return _of_thread.client


def put(config: dict[str, Any]) -> str:
    """Enqueue one; its id."""
    return str(_client().put(json.dumps(config)))


if __name__ == "__main__":
    while True:
        job = _client().reserve()
        noop(json.loads(job.body))
        _client().delete(job)
