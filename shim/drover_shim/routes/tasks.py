"""Tasks: creating, listing, stopping, retrying, deleting."""

import hashlib
import json
from typing import Annotated, Final, Literal

from msgspec import Meta

from drover.wire.control import (
    DeleteTasks,
    GetTask,
    GetTaskStats,
    ListTasks,
    ReleaseTasks,
    RetriedAll,
    RetryAll,
    RetryTask,
    StopTask,
    TaskPage,
    TasksCreated,
    TasksDeleted,
    TasksReleased,
)
from drover.wire.faults import Code, RequestError
from drover.wire.tasks import Task, TaskStats
from drover_shim import view
from drover_shim.bodies import NewTaskBody, ReleaseBody, RetryBody, TaskIdsBody
from drover_shim.fields import Fields, path_id, positive_id, query_choice, query_integer, query_page_size
from drover_shim.new_task import read_new_task
from drover_shim.route import Call, Param, Route
from drover_shim.shapes import (
    DeletedBatchView,
    DeletedView,
    ReleasedView,
    RetriedView,
    StatsView,
    TaskPageView,
    TasksCreatedView,
    TaskView,
)

_MAX_PAGE: Final = 10**9
_MANY_TASKS: Final = 1024
"""Bytes of a body that may mean many tasks, which are stored in steps."""


def create(call: Call) -> TasksCreatedView:
    """Create tasks, all or none. The same Idempotency-Key and body within 24 h create nothing twice."""
    body = call.read_json()
    key = call.header("Idempotency-Key")
    digest = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest() if key is not None else ""
    created = call.ask(read_new_task(body, idempotency_key=_key(key), body_digest=digest), TasksCreated)
    return TasksCreatedView(task_ids=created.task_ids, created_count=len(created.task_ids))


def list_tasks(call: Call) -> TaskPageView:
    """A page of tasks, newest first."""
    query = call.query
    page = call.ask(
        ListTasks(
            status=query_integer(query, "status", 0, 3),
            serial=query.get("serial") or None,
            script_name=query.get("script_name") or None,
            source=query_choice(query, "source", ("api", "ui")),
            page=query_integer(query, "page", 1, _MAX_PAGE) or 1,
            page_size=query_page_size(query),
        ),
        TaskPage,
    )
    zone = call.zone
    return TaskPageView(
        total=page.total,
        page=page.page,
        page_size=page.page_size,
        tasks=[view.task(task, zone) for task in page.tasks],
    )


def get(call: Call) -> TaskView:
    """One task."""
    return view.task(call.ask(GetTask(task_id=task_id(call)), Task), call.zone)


def stats(call: Call) -> StatsView:
    """How many tasks stand where."""
    return view.stats(call.ask(GetTaskStats(), TaskStats))


def stop(call: Call) -> TaskView:
    """Stop a task; it has ended when this is answered."""
    return view.task(call.ask(StopTask(task_id=task_id(call)), Task), call.zone)


def retry(call: Call) -> TaskView:
    """Put a failed task back; refused where its outcome is unknown, unless forced."""
    force = Fields(call.read_json()).flag("force", False)
    return view.task(call.ask(RetryTask(task_id=task_id(call), force=force), Task), call.zone)


def retry_all(call: Call) -> RetriedView:
    """Put every failed task back but those with an unknown outcome."""
    retried = call.ask(RetryAll(), RetriedAll)
    return RetriedView(retried_count=retried.retried_count, skipped=retried.skipped)


def release(call: Call) -> ReleasedView:
    """Let tasks begin that are held since a backup was restored.

    `follow` and `unfollow` begin by looking and repeat nothing. `post` and scripts that cannot look are done once more
    where they were done since the backup: whoever names them, or asks for all, has looked.
    """
    fields = Fields(call.read_json())
    ids = list(dict.fromkeys(fields.array("task_ids", positive_id, "task ids")))
    everything = fields.flag("all", False)
    if everything == bool(ids):
        raise RequestError(Code.INVALID, 'task_ids: expected at least one task id, or "all": true instead of them')
    done = call.ask(ReleaseTasks(task_ids=ids, all=everything), TasksReleased)
    return ReleasedView(
        released_count=done.released_count,
        looking_count=done.looking_count,
        not_held=done.not_held,
        not_found=done.not_found,
    )


def delete(call: Call) -> DeletedView:
    """Delete a task; a running one is stopped first."""
    wanted = task_id(call)
    deleted = call.ask(DeleteTasks(task_ids=[wanted]), TasksDeleted)
    if deleted.not_found:
        raise no_such_task(str(wanted))
    return DeletedView(deleted_count=deleted.deleted_count)


def delete_batch(call: Call) -> DeletedBatchView:
    """Delete many tasks; ids that do not exist are reported, the others are deleted."""
    ids = list(dict.fromkeys(Fields(call.read_json()).array("task_ids", positive_id, "task ids")))
    if not ids:
        raise RequestError(Code.INVALID, "task_ids: expected at least one task id")
    deleted = call.ask(DeleteTasks(task_ids=ids), TasksDeleted)
    return DeletedBatchView(deleted_count=deleted.deleted_count, not_found=deleted.not_found)


def task_id(call: Call) -> int:
    """The id in the path; raises RequestError."""
    return path_id("task", call.args["task_id"])


def no_such_task(text: str) -> RequestError:
    return RequestError(Code.NOT_FOUND, f"there is no task {text}")


def _key(key: str | None) -> str | None:
    if key is not None and not (0 < len(key) <= 255 and key.isascii() and key.isprintable()):
        raise RequestError(Code.INVALID, "Idempotency-Key: expected 1 to 255 printable ASCII characters")
    return key


_FILTERS: Final = (
    Param("status", Annotated[int, Meta(ge=0, le=3)], "0 pending, 1 running, 2 completed, 3 failed"),
    Param("serial", str),
    Param("script_name", str),
    Param("source", Literal["api", "ui"]),
    Param("page", Annotated[int, Meta(ge=1, le=_MAX_PAGE)], "from 1"),
    Param("page_size", Annotated[int, Meta(ge=1, le=10**9)], "default 20; more than 100 is taken for 100"),
)

_KEY: Final = Param(
    "Idempotency-Key",
    Annotated[str, Meta(pattern=r"^[!-~]([ -~]{0,253}[!-~])?$")],
    "the same key and body within 24 h create nothing twice; with another body: 40901",
    place="header",
)

ROUTES: Final = (
    Route(
        method="POST",
        path="/task",
        handler=create,
        slow_from=_MANY_TASKS,
        answers=TasksCreatedView,
        body=NewTaskBody,
        query=(_KEY,),
        refuses=(Code.SCRIPT_MISSING, Code.SCRIPT_UNSUPPORTED, Code.NOT_FOUND, Code.CONFLICT),
    ),
    Route(method="GET", path="/task", handler=list_tasks, answers=TaskPageView, query=_FILTERS),
    Route(method="GET", path="/task/stats", handler=stats, answers=StatsView),
    Route(method="POST", path="/task/retry-all", handler=retry_all, slow=True, answers=RetriedView),
    Route(method="POST", path="/task/release", handler=release, slow=True, answers=ReleasedView, body=ReleaseBody),
    Route(
        method="DELETE", path="/task/batch", handler=delete_batch, slow=True, answers=DeletedBatchView, body=TaskIdsBody
    ),
    Route(method="GET", path="/task/<task_id>", handler=get, answers=TaskView),
    Route(method="DELETE", path="/task/<task_id>", handler=delete, answers=DeletedView, refuses=(Code.CONFLICT,)),
    Route(method="POST", path="/task/<task_id>/stop", handler=stop, answers=TaskView, refuses=(Code.CONFLICT,)),
    Route(
        method="POST",
        path="/task/<task_id>/retry",
        handler=retry,
        answers=TaskView,
        body=RetryBody,
        refuses=(Code.CONFLICT,),
    ),
)
