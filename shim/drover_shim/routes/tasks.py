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
from drover_shim.answers import (
    DELETED_BATCH,
    RETRIED,
    STATS,
    TASK,
    TASK_PAGE,
    TASKS_CREATED,
    TASKS_RELEASED,
    DeletedView,
)
from drover_shim.bodies import NewTaskBody, ReleaseBody, RetryBody, TaskIdsBody
from drover_shim.fields import Fields, path_id, positive_id, query_choice, query_integer, query_page_size
from drover_shim.new_task import read_new_task
from drover_shim.route import Call, Param, Route

_MAX_PAGE: Final = 10**9
_MANY_TASKS: Final = 1024
"""Bytes of a body that may mean many tasks, which are stored in steps."""


def create(call: Call) -> TasksCreated:
    """Create tasks, all or none. The same Idempotency-Key and body within 24 h create nothing twice."""
    body = call.read_json()
    key = call.header("Idempotency-Key")
    digest = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest() if key is not None else ""
    return call.ask(read_new_task(body, idempotency_key=_key(key), body_digest=digest), TasksCreated)


def list_tasks(call: Call) -> TaskPage:
    """A page of tasks, newest first."""
    query = call.query
    page, page_size = page_of(call)
    request = ListTasks(
        status=query_integer(query, "status", 0, 3),
        serial=query.get("serial"),
        script_name=query.get("script_name"),
        source=query_choice(query, "source", ("api", "ui")),
        page=page,
        page_size=page_size,
    )
    return call.ask(request, TaskPage)


def get(call: Call) -> Task:
    """One task."""
    return call.ask(GetTask(task_id=task_id(call)), Task)


def stats(call: Call) -> TaskStats:
    """How many tasks stand where."""
    return call.ask(GetTaskStats(), TaskStats)


def stop(call: Call) -> Task:
    """Stop a task; it has ended when this is answered."""
    return call.ask(StopTask(task_id=task_id(call)), Task)


def retry(call: Call) -> Task:
    """Put a failed task back; refused where its outcome is unknown, unless forced."""
    force = Fields(call.read_json()).flag("force", False)
    return call.ask(RetryTask(task_id=task_id(call), force=force), Task)


def retry_all(call: Call) -> RetriedAll:
    """Put every failed task back but those with an unknown outcome."""
    return call.ask(RetryAll(), RetriedAll)


def release(call: Call) -> TasksReleased:
    """Let tasks begin that are held since a backup was restored.

    `follow` and `unfollow` begin by looking and repeat nothing. `post` and scripts that cannot look are done once more
    where they were done since the backup: whoever names them, or asks for all, has looked.
    """
    fields = Fields(call.read_json())
    ids = _ids(fields)
    everything = fields.flag("all", False)
    if everything == bool(ids):
        raise RequestError(Code.INVALID, 'task_ids: expected at least one task id, or "all": true instead of them')
    return call.ask(ReleaseTasks(task_ids=ids, all=everything), TasksReleased)


def delete(call: Call) -> DeletedView:
    """Delete a task; a running one is stopped first."""
    wanted = task_id(call)
    deleted = call.ask(DeleteTasks(task_ids=[wanted]), TasksDeleted)
    if deleted.not_found:
        raise RequestError(Code.NOT_FOUND, f"there is no task {wanted}")
    return DeletedView(deleted_count=deleted.deleted_count)


def delete_batch(call: Call) -> TasksDeleted:
    """Delete many tasks; ids that do not exist are reported, the others are deleted."""
    ids = _ids(Fields(call.read_json()))
    if not ids:
        raise RequestError(Code.INVALID, "task_ids: expected at least one task id")
    return call.ask(DeleteTasks(task_ids=ids), TasksDeleted)


def task_id(call: Call) -> int:
    """The id in the path; raises RequestError."""
    return path_id("task", call.args["task_id"])


def page_of(call: Call) -> tuple[int, int]:
    """Which page the query asks for, and how many things it shows."""
    return query_integer(call.query, "page", 1, _MAX_PAGE) or 1, query_page_size(call.query)


def _ids(fields: Fields) -> list[int]:
    return list(dict.fromkeys(fields.array("task_ids", positive_id, "task ids")))


def _key(key: str | None) -> str | None:
    if key is not None and not (0 < len(key) <= 255 and key.isascii() and key.isprintable()):
        raise RequestError(Code.INVALID, "Idempotency-Key: expected 1 to 255 printable ASCII characters")
    return key


PAGE_PARAMS: Final = (
    Param("page", Annotated[int, Meta(ge=1, le=_MAX_PAGE)], "from 1"),
    Param("page_size", Annotated[int, Meta(ge=1, le=10**9)], "default 20; more than 100 is taken for 100"),
)
_FILTERS: Final = (
    Param("status", Annotated[int, Meta(ge=0, le=3)], "0 pending, 1 running, 2 completed, 3 failed"),
    Param("serial", str),
    Param("script_name", str),
    Param("source", Literal["api", "ui"]),
    *PAGE_PARAMS,
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
        answers=TASKS_CREATED,
        body=NewTaskBody,
        query=(_KEY,),
        refuses=(Code.SCRIPT_MISSING, Code.SCRIPT_UNSUPPORTED, Code.NOT_FOUND, Code.CONFLICT),
    ),
    Route(method="GET", path="/task", handler=list_tasks, answers=TASK_PAGE, query=_FILTERS),
    Route(method="GET", path="/task/stats", handler=stats, answers=STATS),
    Route(method="POST", path="/task/retry-all", handler=retry_all, slow=True, answers=RETRIED),
    Route(method="POST", path="/task/release", handler=release, slow=True, answers=TASKS_RELEASED, body=ReleaseBody),
    Route(
        method="DELETE", path="/task/batch", handler=delete_batch, slow=True, answers=DELETED_BATCH, body=TaskIdsBody
    ),
    Route(method="GET", path="/task/<task_id>", handler=get, answers=TASK),
    Route(method="DELETE", path="/task/<task_id>", handler=delete, answers=DeletedView, refuses=(Code.CONFLICT,)),
    Route(method="POST", path="/task/<task_id>/stop", handler=stop, answers=TASK, refuses=(Code.CONFLICT,)),
    Route(
        method="POST",
        path="/task/<task_id>/retry",
        handler=retry,
        answers=TASK,
        body=RetryBody,
        refuses=(Code.CONFLICT,),
    ),
)
