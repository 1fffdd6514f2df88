"""From the answer of a POST to the first line of its task, which says so in a datagram. Standard library only.

perf_counter is the machine's monotonic clock, so its values mean the same in every process.
"""

import http.client
import json
import os
import socket
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import urlsplit

VARIABLE: Final = "BENCH_STEPS"
"""Names the socket in the environment of what runs tasks; without it nothing is said."""

PATIENCE_S: Final = 30.0
SETTLED_S: Final = 0.02
"""Between a task's end and the next request, so that what ran it waits again."""

TASKS: Final = 40
"""In one round."""


def say(task: str) -> None:
    """Called by the task, first of all. Where no one listens it is lost, and nothing waits for that."""
    now = time.perf_counter()
    if path := os.environ.get(VARIABLE):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock, suppress(BlockingIOError):
            sock.setblocking(False)
            sock.sendto(f"{now} {task}".encode(), path)


class Steps:
    """The other end. `environment` is for the processes that run tasks."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="steps-")
        self._path = str(Path(self._folder.name) / "steps.sock")
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(self._path)
        os.chmod(self._path, 0o666)  # some of what is measured does not run as root
        os.chmod(self._folder.name, 0o711)
        self._socket.settimeout(PATIENCE_S)

    @property
    def environment(self) -> dict[str, str]:
        return {VARIABLE: self._path}

    def wait(self, task: str) -> float:
        """The moment at which this task ran; others are passed over."""
        while True:
            at, _, said = self._socket.recv(4096).decode().partition(" ")
            if said == task:
                return float(at)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.close()
        self._folder.cleanup()


@dataclass(frozen=True, kw_only=True)
class FirstLines:
    """Milliseconds to the first line of each task, from when its POST was sent and from when that was answered.

    A first line that overtakes the answer counts as zero in the second.
    """

    sent: Sequence[float]
    answered: Sequence[float]


def first_lines(
    url: str,
    bodies: Sequence[dict[str, object]],
    heard: Callable[[int], float],
    ended: Callable[[str], object],
) -> FirstLines:
    """POST each body's task, one after another.

    `heard` waits for the moment of the n-th on the monotonic clock, `ended` until the task with this id has ended.
    """
    address = urlsplit(url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=30)
    sent_ms: list[float] = []
    answered_ms: list[float] = []
    for number, body in enumerate(bodies):
        sent = time.perf_counter()
        answered, task_id = post(connection, f"{address.path}task", body)
        first = heard(number)
        sent_ms.append((first - sent) * 1000)
        answered_ms.append(max(first - answered, 0.0) * 1000)
        ended(task_id)
        time.sleep(SETTLED_S)
    connection.close()
    return FirstLines(sent=sent_ms, answered=answered_ms)


def post(connection: http.client.HTTPConnection, path: str, body: dict[str, object]) -> tuple[float, str]:
    """Ask for one task: when the answer was there, and the task's id."""
    connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
    answer: Any = json.load(connection.getresponse())
    answered = time.perf_counter()
    (task_id,) = answer["data"]["task_ids"]
    return answered, str(task_id)
