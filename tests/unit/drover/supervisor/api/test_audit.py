"""What leaves a row of the audit, with which code, and what happens to the answer where the row cannot be kept."""

import asyncio

import pytest
from structlog.testing import capture_logs

from drover.store import Store, StoreUnavailableError, audit
from drover.supervisor import clock
from drover.supervisor.api.audit import Audited
from drover.supervisor.api.server import Answer, Peer
from drover.wire.audit import AuditEntry
from drover.wire.control import (
    Caller,
    CreateTasks,
    DeleteTasks,
    Done,
    GetTaskStats,
    RequestBody,
    StopTask,
    TasksDeleted,
)
from drover.wire.faults import Code, Failure, RequestError
from drover.wire.tasks import TaskStats

CREATE = CreateTasks(script_name="follow", script_config={"target_user": "secret"}, serials=["R58M1"])


class Handler:
    """Answers with this, or raises it; what it was asked."""

    def __init__(self, answer: Answer | Exception) -> None:
        self.answer = answer
        self.asked: list[RequestBody] = []

    async def __call__(self, body: RequestBody, peer: Peer) -> Answer:
        self.asked.append(body)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def rows(store: Store) -> list[AuditEntry]:
    return store.read_sync(audit.page, before=None, limit=10)


def called(store: Store, handler: Handler, body: RequestBody, caller: Caller | None = None) -> Answer:
    """The answer to the request of user 1000."""
    peer = Peer(1000, 42)
    peer.client = "ctl"

    async def call() -> Answer:
        return await Audited(handler, store)(body, peer, caller)

    return asyncio.run(call())


def test_who_changed_what_is_kept_and_no_word_of_what_was_said(store: Store) -> None:
    caller = Caller(address="10.0.0.9" + "x" * 100, route="POST /task", token_id="ab12")
    assert called(store, Handler(Done()), CREATE, caller) == Done()
    (row,) = rows(store)
    assert (row.action, row.code, row.uid, row.pid, row.client) == ("create_tasks", 0, 1000, 42, "ctl")
    assert (row.route, row.token_id, len(row.address)) == ("POST /task", "ab12", 64)
    assert (row.ids["serials"], "secret" in str(row)) == (["R58M1"], False)


def test_what_only_reads_leaves_no_row(store: Store) -> None:
    handler = Handler(TaskStats(pending=0, running=0, completed=0, failed=0, total=0))
    called(store, handler, GetTaskStats())
    assert (len(handler.asked), rows(store)) == (1, [])


@pytest.mark.parametrize("body", [StopTask(task_id=7), DeleteTasks(task_ids=[7])])
@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (RequestError(Code.CONFLICT, "it has ended"), Code.CONFLICT),
        (Failure(code=Code.UNAVAILABLE, message="later"), Code.UNAVAILABLE),
        (ZeroDivisionError("oh"), Code.INTERNAL),
    ],
)
def test_what_failed_is_kept_with_its_code(
    store: Store, body: RequestBody, answer: Answer | Exception, code: Code
) -> None:
    if isinstance(answer, Exception):
        with pytest.raises(type(answer)):
            called(store, Handler(answer), body)
    else:
        assert called(store, Handler(answer), body) is answer
    (row,) = rows(store)
    assert (row.code, row.ids.get("task_id", row.ids.get("task_ids")) in (7, [7])) == (code, True)


def test_case_b5_what_was_done_is_answered_also_where_its_row_is_lost(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_args: object, **_more: object) -> None:
        raise StoreUnavailableError("the disk is full")

    monkeypatch.setattr(audit, "append", full)
    done = TasksDeleted(deleted_count=1, not_found=[])
    with capture_logs() as logs:
        assert called(store, Handler(done), DeleteTasks(task_ids=[7])) == done
    (line,) = [line for line in logs if line["event"] == "audit_row_lost"]
    assert (line["action"], line["ids"]["deleted_count"], line["why"]) == ("delete_tasks", 1, "the disk is full")


def test_a_row_is_there_before_the_answer(store: Store) -> None:
    before = clock.now()
    called(store, Handler(Done()), StopTask(task_id=7))
    (row,) = rows(store)
    assert before <= row.at <= clock.now()
