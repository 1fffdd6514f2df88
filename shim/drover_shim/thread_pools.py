"""Where a request is served: on the server's loop, or in one of two thread pools.

What only asks the daemon runs on the loop. Requests that wait for a phone, for a person, or for work on many rows have
separate threads, so that no other request waits behind them.

A heartbeat that waited behind sixteen slow screenshots would cost its lease. The slow pool grows with its queue.
"""

from typing import Any, Final

from waitress.task import ThreadedTaskDispatcher

from drover_shim.admission import Admitted
from drover_shim.on_loop import Turns
from drover_shim.route import Route

MAX_SLOW: Final = 160
"""Threads of the slow pool at most. Each may hold a control connection, of which the daemon takes 256."""

MAX_UNKNOWN: Final = 1 << 40


class ThreadPools:
    """Stands in waitress's place for its dispatcher. `fast` is the one that it made itself; `turns` are those of the
    loop, None where it serves nothing itself."""

    def __init__(self, fast: Any, turns: Turns | None) -> None:
        self._fast = fast
        self._turns = turns
        self._slow: Any = ThreadedTaskDispatcher()
        self._threads = 0

    def add_task(self, task: Any) -> None:
        """Queue a connection whose first waiting request is to be answered."""
        request = task.requests[0] if getattr(task, "requests", None) else None
        if self._turns is not None and request is not None and _on_loop(request) and task.takes_answers():
            self._turns.add(task.serve_on_loop)
            return
        if request is None or not _is_slow(request):
            self._fast.add_task(task)
            return
        pool = self._slow
        if self._threads < MAX_SLOW and len(pool.queue) >= self._threads - pool.active_count:
            self._threads += 1
            pool.set_thread_count(self._threads)
        pool.add_task(task)

    def set_thread_count(self, count: int) -> None:
        self._fast.set_thread_count(count)

    def shutdown(self, cancel_pending: bool = True, timeout: float = 5) -> None:
        for pool in (self._slow, self._fast):
            pool.shutdown(cancel_pending, timeout)


def _on_loop(request: Any) -> bool:
    """By the route that was found for it; a refusal needs none."""
    if request.error is not None:
        return True
    route = _route_of(request)
    return route is not None and route.on_loop(_body_bytes(request))


def _is_slow(request: Any) -> bool:
    route = _route_of(request)
    return route is not None and route.is_slow(_body_bytes(request))


def _route_of(request: Any) -> Route | None:
    admitted: Admitted | None = getattr(request, "admitted", None)
    return None if admitted is None else admitted.route


def _body_bytes(request: Any) -> int:
    """A body of unknown size counts as a large one."""
    return MAX_UNKNOWN if request.chunked else request.content_length or 0
