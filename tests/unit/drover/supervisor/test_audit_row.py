"""The row of a request reaches the code that stores its change, and no other request's work."""

import asyncio

from drover.supervisor import audit_row
from drover.supervisor.audit_row import AuditRow
from drover.wire.control import ResponseBody, TasksCreated


def row() -> AuditRow:
    def columns(answer: ResponseBody) -> dict[str, object]:
        assert isinstance(answer, TasksCreated)
        return {"ids": answer.task_ids}

    return AuditRow(columns)


def test_it_is_there_within_its_block_and_in_tasks_that_begin_there() -> None:
    async def scene() -> None:
        mine, other = row(), row()
        assert audit_row.current() is None
        with audit_row.pending(mine):
            later = asyncio.create_task(asyncio.sleep(0, audit_row.current()))
            with audit_row.pending(other):
                assert audit_row.current() is other
            assert audit_row.current() is mine
        assert audit_row.current() is None
        assert await later is mine

    asyncio.run(scene())


def test_who_stores_it_takes_the_columns_of_the_answer() -> None:
    mine = row()
    assert not mine.stored
    assert mine.taken_with(TasksCreated(task_ids=[7])) == {"ids": [7]}
    assert mine.stored
