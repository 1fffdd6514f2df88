"""The commands that run now, by pid, so that one can end another. What an app runs is the device's `processes`."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import InitVar, dataclass, field
from typing import Any, Final

SIGNALS: Final = {"HUP": 1, "INT": 2, "QUIT": 3, "KILL": 9, "TERM": 15}
DIED_OF: Final = 128
"""A shell reports the end by a signal as this plus the signal's number."""


@dataclass(eq=False, kw_only=True)
class Process:
    """A command, or a shell's background `job`; `signal` is the number of what ended it, 0 if nothing did."""

    pid: int
    name: str
    body: InitVar[Callable[["Process"], Coroutine[Any, Any, int]]]
    job: bool = False
    signal: int = 0
    task: asyncio.Task[int] = field(init=False)

    def __post_init__(self, body: Callable[["Process"], Coroutine[Any, Any, int]]) -> None:
        self.task = asyncio.create_task(body(self))

    async def ended(self) -> int:
        """Its exit code. A waiter that is cancelled ends the process, too."""
        try:
            return await self.task
        except asyncio.CancelledError:
            waiting = asyncio.current_task()
            if waiting is not None and waiting.cancelling():
                raise
            return DIED_OF + self.signal


class Processes:
    """Used on the farm's loop only."""

    def __init__(self, new_pid: Callable[[], int]) -> None:
        self._new_pid = new_pid
        self._running: dict[int, Process] = {}

    def start(self, name: str, body: Callable[[Process], Coroutine[Any, Any, int]], *, job: bool = False) -> Process:
        """Run the body as a process of that name."""
        process = Process(pid=self._new_pid(), name=name, body=body, job=job)
        self._running[process.pid] = process
        process.task.add_done_callback(lambda _task: self._running.pop(process.pid, None))
        return process

    def running(self) -> list[Process]:
        return list(self._running.values())

    def signal(self, pid: int, number: int) -> bool:
        """Send a signal; False if there is no such process. 0 only asks whether there is one."""
        process = self._running.get(pid)
        if process is None:
            return False
        if number:
            process.signal = number
            process.task.cancel()
        return True

    def end_jobs(self) -> None:
        """As a restart does. All others end with their connections; before those, their shells would go on."""
        for process in self.running():
            if process.job:
                self.signal(process.pid, SIGNALS["KILL"])
