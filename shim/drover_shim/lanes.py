"""Two lanes of threads: requests that wait for a phone, for somebody, or for work on many rows have their own, so that
all others never do.

A heartbeat that waited behind sixteen slow screenshots would cost its lease. The slow lane grows with what waits.
"""

import re
from collections.abc import Iterable
from typing import Any, Final

from waitress.task import ThreadedTaskDispatcher

from drover_shim.route import Route

_MARK: Final = re.compile(r"<\w+[^>]*>")

MAX_SLOW: Final = 160
"""Threads of the slow lane at most. Each may hold a control connection, of which the daemon takes 256."""


MAX_UNKNOWN: Final = 1 << 40


class SlowRoutes:
    """Which requests may take long, by the route table."""

    def __init__(self, routes: Iterable[Route], prefix: str) -> None:
        self._patterns = [
            (
                route.method,
                re.compile(_MARK.sub("[^/]+", f"{prefix}{route.path}" if route.api else route.path)),
                0 if route.slow else route.slow_from,
            )
            for route in routes
            if route.slow or route.slow_from
        ]

    def match(self, method: str, path: str, body_bytes: int = 0) -> bool:
        """HEAD is served as GET; a trailing slash is tolerated as everywhere."""
        wanted, path = "GET" if method == "HEAD" else method, path.rstrip("/")
        return any(
            wanted == method and body_bytes >= least and pattern.fullmatch(path)
            for method, pattern, least in self._patterns
        )


class Lanes:
    """Stands in waitress's place for its dispatcher. `fast` is the one that it made itself."""

    def __init__(self, fast: Any, slow: SlowRoutes) -> None:
        self._fast = fast
        self._slow: Any = ThreadedTaskDispatcher()
        self._is_slow = slow.match
        self._threads = 0

    def add_task(self, task: Any) -> None:
        """Queue a connection whose first waiting request is to be answered."""
        request = task.requests[0] if getattr(task, "requests", None) else None
        if request is None or not self._is_slow(*_head(request)):
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


def _head(request: Any) -> tuple[str, str, int]:
    """Method, path and size of the body; a body of unknown size counts as a large one."""
    size = MAX_UNKNOWN if getattr(request, "chunked", False) else getattr(request, "content_length", 0) or 0
    return getattr(request, "command", ""), getattr(request, "path", ""), size
