"""Accepts tasks that clients ask for: planned, checked and stored. Answers after they are durable."""

import structlog

from drover.supervisor.devices.registry import DeviceRegistry
from drover.supervisor.tasks.intake import Intake
from drover.supervisor.tasks.planner import TaskPlanner
from drover.supervisor.tasks.scripts import Scripts
from drover.supervisor.tasks.task_media import TaskMedia
from drover.wire.control import CreateTasks, TasksCreated
from drover.wire.faults import Code, RequestError
from drover.wire.scripts import PUBLISHES

log = structlog.get_logger("drover.tasks")


class Acceptance:
    """All of a request's tasks, or none."""

    def __init__(
        self, registry: DeviceRegistry, scripts: Scripts, planner: TaskPlanner, media: TaskMedia, intake: Intake
    ) -> None:
        self._registry = registry
        self._scripts = scripts
        self._planner = planner
        self._media = media
        self._intake = intake

    async def create(self, request: CreateTasks) -> TasksCreated:
        """Store the tasks of one request; raises RequestError."""
        if self._registry.draining:
            raise RequestError(Code.UNAVAILABLE, "The daemon is shutting down; try again later.", retry_after_s=30)
        await self._scripts.looked_for(request.script_name)
        planned = await self._planner.plan(request)
        key, digest = request.idempotency_key, request.body_digest
        if request.script_name in PUBLISHES:
            # The files of a request that came before under its key may be gone by now; its answer stays.
            if (first := await self._intake.answered(key, digest)) is not None:
                return TasksCreated(task_ids=first)
            await self._media.check(planned)
        ids = await self._intake.add(planned, key=key, digest=digest)
        log.info("tasks_created", ids=ids[:20], count=len(ids), script=request.script_name)
        return TasksCreated(task_ids=ids)
