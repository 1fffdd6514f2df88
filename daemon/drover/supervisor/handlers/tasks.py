"""Requests about tasks: creating, reading, stopping, retrying, deleting."""

import asyncio
from datetime import UTC, datetime

import msgspec

from drover.policy import waiting
from drover.store import queue, tasks
from drover.store.errors import ConflictError, IdempotencyConflictError, NotFoundError
from drover.supervisor.handlers.table import Table
from drover.supervisor.running import with_live
from drover.supervisor.state import DaemonState
from drover.wire import control
from drover.wire.faults import Code, RequestError
from drover.wire.tasks import Status, Task, TaskStats


class TaskHandlers:
    """What clients ask of tasks."""

    def __init__(self, state: DaemonState) -> None:
        self._state = state

    def table(self) -> Table:
        return {
            control.CreateTasks: self._create,
            control.ListTasks: self._list,
            control.GetTask: self._get,
            control.StopTask: self._stop,
            control.RetryTask: self._retry,
            control.RetryAll: self._retry_all,
            control.DeleteTasks: self._delete,
            control.GetTaskStats: self._stats,
        }

    async def _get(self, body: control.GetTask) -> Task:
        return await self._task(body.task_id)

    async def _stop(self, body: control.StopTask) -> Task:
        await self._state.desk.stop(body.task_id)
        return await self._task(body.task_id)

    async def _stats(self, _body: control.GetTaskStats) -> TaskStats:
        return await self._state.store.read(tasks.stats)

    async def _create(self, body: control.CreateTasks) -> control.TasksCreated:
        try:
            return await self._state.desk.create(body)
        except IdempotencyConflictError:
            raise RequestError(
                Code.CONFLICT,
                "Idempotency-Key: was used within 24 hours with another body; use a new key for a new request",
                {"idempotency_key": body.idempotency_key},
            ) from None

    async def _list(self, body: control.ListTasks) -> control.TaskPage:
        total, found = await self._state.store.read(
            tasks.page,
            status=body.status,
            serial=body.serial,
            script_name=body.script_name,
            source=body.source,
            page=body.page,
            page_size=body.page_size,
        )
        return control.TaskPage(
            total=total, page=body.page, page_size=body.page_size, tasks=await self._presented(found)
        )

    async def _task(self, task_id: int) -> Task:
        task = await self._state.store.read(tasks.get, task_id)
        if task is None:
            raise RequestError(Code.NOT_FOUND, f"task {task_id}: does not exist")
        return (await self._presented([task]))[0]

    async def _presented(self, found: list[Task]) -> list[Task]:
        """Tasks as a reader wants them: live steps for running ones, the reason of waiting for pending ones."""
        desk = self._state.desk
        pending = [task.id for task in found if task.status is Status.PENDING]
        now = datetime.now(UTC)
        pace = self._state.pace
        facts = await self._state.store.read(queue.waiting, pending, now=now, pace=pace) if pending else {}
        shown: list[Task] = []
        for task in found:
            if task.id in facts:
                remark = waiting.why(
                    task,
                    device=self._state.board.get(task.serial),
                    in_use=desk.in_use,
                    device_limit=desk.device_limit,
                    ahead=facts[task.id].ahead,
                    not_before=facts[task.id].not_before,
                    last_reason=facts[task.id].last_reason,
                    hold=facts[task.id].hold,
                    now=now,
                    zone=self._state.config.zone,
                    draining=desk.draining,
                )
                shown.append(msgspec.structs.replace(task, remark=remark, account=facts[task.id].account))
            else:
                shown.append(
                    with_live(task, self._state.running.of_task(task.id)) if task.status is Status.RUNNING else task
                )
        return shown

    async def _retry(self, body: control.RetryTask) -> Task:
        try:
            await self._state.store.write(tasks.retry, body.task_id, now=datetime.now(UTC), force=body.force)
        except ConflictError as error:
            raise RequestError(Code.CONFLICT, str(error), {"task_id": body.task_id}) from None
        except NotFoundError as error:
            raise RequestError(Code.NOT_FOUND, str(error)) from None
        self._state.desk.wake()
        return await self._task(body.task_id)

    async def _retry_all(self, _body: control.RetryAll) -> control.RetriedAll:
        count, skipped = await self._state.store.write(tasks.retry_all, now=datetime.now(UTC))
        self._state.desk.wake()
        return control.RetriedAll(retried_count=count, skipped=skipped)

    async def _delete(self, body: control.DeleteTasks) -> control.TasksDeleted:
        """Delete; whatever runs is stopped first, all at once."""
        deleted, not_found, running = await self._state.store.write(tasks.delete, body.task_ids)
        if running:
            await asyncio.gather(*(self._stop_quietly(task_id) for task_id in running))
            also, gone, _ = await self._state.store.write(tasks.delete, running)
            deleted, not_found = [*deleted, *also], [*not_found, *gone]
        self._state.desk.wake()
        return control.TasksDeleted(deleted_count=len(deleted), not_found=not_found)

    async def _stop_quietly(self, task_id: int) -> None:
        try:
            await self._state.desk.stop(task_id)
        except RequestError as error:
            if error.failure.code is not Code.CONFLICT:  # it ended by itself meanwhile
                raise
