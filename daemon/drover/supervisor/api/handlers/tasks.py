"""Requests about tasks: creating, reading, stopping, retrying, deleting."""

import asyncio
from datetime import datetime

import msgspec
import structlog

from drover.policy import wait_reasons
from drover.store import bulk, queue, release, tasks
from drover.store.errors import ConflictError, IdempotencyConflictError, NotFoundError, StoreUnavailableError
from drover.store.release import Released
from drover.supervisor import clock, work_progress
from drover.supervisor.api.handlers.table import Table
from drover.supervisor.api.state import DaemonState
from drover.supervisor.tasks.running_attempts import with_live
from drover.wire import control
from drover.wire.faults import Code, RequestError
from drover.wire.tasks import Status, Task, TaskStats

log = structlog.get_logger("drover.tasks")


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
            control.ReleaseTasks: self._release,
            control.DeleteTasks: self._delete,
            control.GetTaskStats: self._stats,
        }

    async def _get(self, body: control.GetTask) -> Task:
        return await self._task(body.task_id)

    async def _stop(self, body: control.StopTask) -> Task:
        await self._state.tasks.stopping.stop(body.task_id)
        return await self._task(body.task_id)

    async def _stats(self, _body: control.GetTaskStats) -> TaskStats:
        return await self._state.core.store.read(tasks.stats)

    async def _create(self, body: control.CreateTasks) -> control.TasksCreated:
        try:
            return await self._state.tasks.acceptance.create(body)
        except IdempotencyConflictError:
            raise RequestError(
                Code.CONFLICT,
                "Idempotency-Key: was used within 24 hours with another body; use a new key for a new request",
                {"idempotency_key": body.idempotency_key},
            ) from None

    async def _list(self, body: control.ListTasks) -> control.TaskPage:
        asked = {name: getattr(body, name) for name in ("status", "serial", "script_name", "source")}
        now, pace = clock.now(), self._state.core.settings.pace
        total, found, facts = await self._state.core.store.read(
            queue.page, asked, page=body.page, page_size=body.page_size, now=now, pace=pace, in_line=self._in_line()
        )
        shown = [self._shown(task, facts.get(task.id), now) for task in found]
        return control.TaskPage(total=total, page=body.page, page_size=body.page_size, tasks=shown)

    def _in_line(self) -> set[str]:
        """The phones whose waiting tasks show their place: it is not counted for the others."""
        registry = self._state.devices.registry
        if registry.draining:
            return set()
        return {device.serial for device in registry.all() if wait_reasons.has_line(device)}

    async def _task(self, task_id: int) -> Task:
        now, pace = clock.now(), self._state.core.settings.pace
        found = await self._state.core.store.read(queue.one, task_id, now=now, pace=pace)
        if found is None:
            raise RequestError(Code.NOT_FOUND, f"task {task_id}: does not exist")
        return self._shown(*found, now)

    def _shown(self, task: Task, facts: queue.WaitingFacts | None, now: datetime) -> Task:
        """A task as a reader wants it: live steps of a running one, the reason of waiting of a pending one."""
        if facts is not None:
            return self._waiting(task, facts, now)
        if task.status is Status.RUNNING:
            return with_live(task, self._state.tasks.running.of_task(task.id))
        return task

    def _waiting(self, task: Task, facts: queue.WaitingFacts, now: datetime) -> Task:
        """A pending task with why it waits, and the word of what holds it."""
        registry, settings = self._state.devices.registry, self._state.core.settings
        remark = wait_reasons.why(
            task,
            device=registry.get(task.serial),
            in_use=registry.in_use,
            device_limit=settings.device_limit,
            ahead=facts.ahead,
            not_before=facts.not_before,
            last_reason=facts.last_reason,
            hold=facts.hold,
            held=facts.held,
            now=now,
            zone=settings.config.zone,
            draining=registry.draining,
        )
        word = facts.held or wait_reasons.word(facts.hold, facts.not_before, now)
        return msgspec.structs.replace(task, remark=remark, hold=word, account=facts.account)

    async def _retry(self, body: control.RetryTask) -> Task:
        try:
            await self._state.core.store.write(tasks.retry, body.task_id, now=clock.now(), force=body.force)
        except ConflictError as error:
            raise RequestError(Code.CONFLICT, str(error), {"task_id": body.task_id}) from None
        except NotFoundError as error:
            raise RequestError(Code.NOT_FOUND, str(error)) from None
        self._state.core.signal.wake()
        return await self._task(body.task_id)

    async def _retry_all(self, _body: control.RetryAll) -> control.RetriedAll:
        """Each failed task once, in steps; tasks that are made meanwhile are left alone."""
        store = self._state.core.store
        last, total = await store.read(bulk.last_id), (await store.read(tasks.stats)).failed
        count, skipped = 0, list[int]()
        try:
            async for retried, left in store.steps(bulk.retry_failed, 0, last=last, now=clock.now()):
                count += retried
                skipped += left
                self._stepped(count + len(skipped), total)
        except StoreUnavailableError as error:
            raise _broken_off(error, "retried", count) from error
        self._state.core.signal.wake()
        return control.RetriedAll(retried_count=count, skipped=skipped)

    async def _release(self, body: control.ReleaseTasks) -> control.TasksReleased:
        """Let held tasks begin, in steps of the store that keep no one else waiting."""
        if body.all == bool(body.task_ids):
            raise RequestError(Code.INVALID, "task_ids: name tasks, or ask for all of them, not both")
        store, now, ids = self._state.core.store, clock.now(), list(dict.fromkeys(body.task_ids))
        held, blind = await store.read(release.counts)
        done: list[Released] = []
        count = 0
        try:
            async for step in (
                store.steps(release.release_next, 0, now=now, looking_only=body.looking_only)
                if body.all
                else store.steps(release.release, 0, ids=ids, now=now)
            ):
                done.append(step)
                count += step.released
                self._state.core.signal.wake()
                self._stepped(count, len(ids) or held - (blind if body.looking_only else 0))
        except StoreUnavailableError as error:
            raise _broken_off(error, "released", count) from error
        finally:
            if count:
                log.info("tasks_released", count=count)
        return control.TasksReleased(
            released_count=count,
            looking_count=sum(step.looking for step in done),
            not_held=[task_id for step in done for task_id in step.not_held],
            not_found=[task_id for step in done for task_id in step.not_found],
        )

    async def _delete(self, body: control.DeleteTasks) -> control.TasksDeleted:
        """Delete; whatever runs is stopped first, all at once."""
        ids = list(dict.fromkeys(body.task_ids))
        deleted, not_found, running = await self._delete_in_steps(ids, 0)
        if running:
            await asyncio.gather(*(self._stop_quietly(task_id) for task_id in running))
            also, gone, _ = await self._delete_in_steps(running, deleted)
            deleted, not_found = deleted + also, [*not_found, *gone]
        self._state.core.signal.wake()
        return control.TasksDeleted(deleted_count=deleted, not_found=not_found)

    async def _delete_in_steps(self, ids: list[int], before: int) -> tuple[int, list[int], list[int]]:
        """How many were deleted, which do not exist, which run; `before` were deleted for the same request."""
        deleted, not_found, running = 0, list[int](), list[int]()
        try:
            async for gone, unknown, busy in self._state.core.store.steps(bulk.delete, 0, ids=ids, now=clock.now()):
                deleted += len(gone)
                self._state.upkeep.retention.remove_soon(gone)
                not_found += unknown
                running += busy
                self._stepped(deleted + len(not_found) + len(running), len(ids))
        except StoreUnavailableError as error:
            raise _broken_off(error, "deleted", before + deleted) from error
        return deleted, not_found, running

    def _stepped(self, done: int, total: int) -> None:
        work_progress.report(done, total)

    async def _stop_quietly(self, task_id: int) -> None:
        try:
            await self._state.tasks.stopping.stop(task_id)
        except RequestError as error:
            if error.failure.code is not Code.CONFLICT:  # it ended by itself meanwhile
                raise


def _broken_off(error: StoreUnavailableError, what: str, count: int) -> RequestError:
    """The disk refused a step: what was done before it stays done, and the same request goes on with the rest."""
    message = f"{error}; {count} tasks were {what} before that, the same request again goes on with the rest"
    return RequestError(Code.UNAVAILABLE, message, {f"{what}_count": count}, retry_after_s=5)
