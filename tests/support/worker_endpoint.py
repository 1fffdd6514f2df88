"""The supervisor's end of the workers' conversation, in the test's own thread: a real ROUTER on a real socket."""

import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import zmq

from drover.wire.worker import FROM_WORKER, TO_WORKER, FromWorker, ToWorker
from drover.wire.zygote import WorkerSpec

ANSWER_MS = 20_000
NO_ADB = 1
"""A port where no adb server answers."""


class WorkerEndpoint:
    """Binds; tells workers, and hears them one message at a time."""

    def __init__(self, folder: Path) -> None:
        self.url = f"ipc://{folder / 'workers.sock'}"
        self._context = zmq.Context()
        self._socket = self._context.socket(zmq.ROUTER)
        self._socket.setsockopt(zmq.LINGER, 0)
        self._socket.setsockopt(zmq.ROUTER_MANDATORY, 1)
        self._socket.bind(self.url)

    def hear(self) -> tuple[bytes, FromWorker]:
        """The next message of any worker, with its identity."""
        assert self._socket.poll(ANSWER_MS), "no worker said anything"
        identity, data = self._socket.recv_multipart()
        return identity, FROM_WORKER.decode(data)

    def next(self, kind: type[Any]) -> Any:
        """The next message of this kind; those of others are passed over."""
        while True:
            _, message = self.hear()
            if isinstance(message, kind):
                return message

    def tell(self, identity: bytes, message: ToWorker | bytes) -> None:
        """A message, or bytes that are none."""
        data = message if isinstance(message, bytes) else TO_WORKER.encode(message)
        self._socket.send_multipart([identity, data])

    def close(self) -> None:
        self._socket.close()
        self._context.term()

    def spec(self, serial: str = "R58M1", **changes: Any) -> WorkerSpec:
        """A worker for a phone that no adb server has."""
        fields: dict[str, Any] = {
            "incarnation": 1, "boot_id": "boot-1", "adb_host": "127.0.0.1", "adb_port": NO_ADB, "engine": "adb",
            "heartbeat_s": 0.05, **changes,
        }  # fmt: skip
        return WorkerSpec(serial=serial, endpoint=self.url, **fields)


@contextmanager
def worker_endpoint() -> Generator[WorkerEndpoint]:
    """An endpoint whose path is short enough for a socket."""
    with tempfile.TemporaryDirectory(prefix="drw") as folder:
        made = WorkerEndpoint(Path(folder))
        try:
            yield made
        finally:
            made.close()
