"""A client that submits follow tasks at a rate and remembers what was acknowledged, whatever happens to the daemon."""

import itertools
import random
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from drover.client import ControlClient
from drover.client.errors import ControlError
from drover.wire.control import CreateTasks, TasksCreated
from drover.wire.faults import Failure, RequestError


@dataclass(frozen=True, kw_only=True)
class Accepted:
    """One acknowledged task."""

    task_id: int
    serial: str
    target: str


class Load:
    """`with Load(...)`: `per_s` submits a second to random phones, each with its own target, also among several loads:
    else what one task did would count for another that did nothing."""

    _loads = itertools.count(1)

    def __init__(self, runtime_dir: Path, serials: list[str], *, per_s: float, seed: int = 1) -> None:
        self._number = next(self._loads)
        self.accepted: list[Accepted] = []
        self.refused = 0
        self.refusals: list[Failure] = []
        """The daemon's own refusals."""

        self._path = runtime_dir / "control.sock"
        self._serials = serials
        self._pause_s = 1.0 / per_s
        self._rng = random.Random(seed)
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="load", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_exc: object) -> None:
        self._ending.set()
        self._thread.join(30)

    def _run(self) -> None:
        with ControlClient(self._path, client_name="load", timeout_s=10) as client:
            due, number = time.monotonic(), 0
            while not self._ending.wait(max(due - time.monotonic(), 0)):
                due = max(due + self._pause_s, time.monotonic() - 1)  # what a dead daemon missed is not made up for
                number += 1
                self._submit(client, number)

    def _submit(self, client: ControlClient, number: int) -> None:
        serial, target = self._rng.choice(self._serials), f"load{self._number}.{number}"
        request = CreateTasks(script_name="follow", script_config={"target_user": target}, serials=[serial])
        try:
            (task_id,) = client.ask(request, TasksCreated).task_ids
        except (ControlError, RequestError) as error:
            self.refused += 1  # no daemon, or one that drains: nothing was promised
            if isinstance(error, RequestError):
                self.refusals.append(error.failure)
            return
        self.accepted.append(Accepted(task_id=task_id, serial=serial, target=target))
