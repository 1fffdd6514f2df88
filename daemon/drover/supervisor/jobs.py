"""What runs in the background of the daemon: its components, for as long as it lives, and short work."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Final

import structlog

log = structlog.get_logger("drover.daemon")

CANCEL_AGAIN_S: Final = 0.1
MOST_CANCELS: Final = 10


class Jobs:
    """`on_component_failed` is called when a component ended with an error: a daemon without it must not go on."""

    def __init__(self, on_component_failed: Callable[[], None]) -> None:
        self._on_component_failed = on_component_failed
        self._jobs: set[asyncio.Task[Any]] = set()

    def start(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        """Run a component for as long as the daemon does."""
        job = asyncio.create_task(work, name=name)
        self._jobs.add(job)
        job.add_done_callback(self._component_ended)

    def background(self, work: Coroutine[Any, Any, Any]) -> None:
        """Run work that ends by itself; an error of it is logged."""
        job = asyncio.create_task(work)
        self._jobs.add(job)
        job.add_done_callback(self._background_ended)

    async def end(self) -> None:
        """Cancel until they have ended: wait_for loses a cancellation that comes together with its result."""
        for _ in range(MOST_CANCELS):
            for job in self._jobs:
                job.cancel()
            if not self._jobs or not (await asyncio.wait(self._jobs, timeout=CANCEL_AGAIN_S))[1]:
                return
        log.error("components_not_ended", components=[job.get_name() for job in self._jobs if not job.done()])

    def _component_ended(self, job: asyncio.Task[Any]) -> None:
        if not job.cancelled() and (error := job.exception()) is not None:
            log.critical("component_failed", component=job.get_name(), exc_info=error)
            self._on_component_failed()

    def _background_ended(self, job: asyncio.Task[Any]) -> None:
        self._jobs.discard(job)
        if not job.cancelled() and (error := job.exception()) is not None:
            log.error("background_failed", why=str(error), exc_info=error)
