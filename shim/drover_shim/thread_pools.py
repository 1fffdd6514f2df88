"""Two lanes of threads: requests that wait for a phone, for somebody, or for work on many rows have their own, so that
all others never do.

A heartbeat that waited behind sixteen slow screenshots would cost its lease. The slow lane grows with what waits.
"""

from typing import Any, Final

from waitress.task import ThreadedTaskDispatcher

from drover_shim.admission import Admitted

MAX_SLOW: Final = 160
"""Threads of the slow lane at most. Each may hold a control connection, of which the daemon takes 256."""


MAX_UNKNOWN: Final = 1 << 40


class Lanes:
    """Stands in waitress's place for its dispatcher. `fast` is the one that it made itself."""

    def __init__(self, fast: Any) -> None:
        self._fast = fast
        self._slow: Any = ThreadedTaskDispatcher()
        self._threads = 0

    def add_task(self, task: Any) -> None:
        """Queue a connection whose first waiting request is to be answered."""
        request = task.requests[0] if getattr(task, "requests", None) else None
        if request is None or not _is_slow(request):
            self._fast.add_task(task)
            return
        lane = self._slow
        if self._threads < MAX_SLOW and len(lane.queue) >= self._threads - lane.active_count:
            self._threads += 1
            lane.set_thread_count(self._threads)
        lane.add_task(task)

    def set_thread_count(self, count: int) -> None:
        self._fast.set_thread_count(count)

    def shutdown(self, cancel_pending: bool = True, timeout: float = 5) -> None:
        for lane in (self._slow, self._fast):
            lane.shutdown(cancel_pending, timeout)


def _is_slow(request: Any) -> bool:
    """By the route that was found for it; a body of unknown size counts as a large one."""
    admitted: Admitted | None = getattr(request, "admitted", None)
    if admitted is None or admitted.route is None:
        return False
    return admitted.route.is_slow(MAX_UNKNOWN if request.chunked else request.content_length or 0)
