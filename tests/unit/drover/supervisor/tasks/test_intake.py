"""Requests with many tasks on their way into the store, and what is audited of work whose client hung up."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import Connection

from drover.store import Store, StoreUnavailableError, audit, tasks
from drover.store import intake as parts_of_requests
from drover.store.steps import Step
from drover.supervisor import work_progress
from drover.supervisor.api.audit import Audited
from drover.supervisor.api.server import Answer, Peer
from drover.supervisor.tasks import intake
from drover.supervisor.tasks.intake import Intake
from drover.wire.control import RequestBody, RetriedAll, RetryAll
from drover.wire.faults import Code, RequestError
from tests.support.registered import CountingSignal
from tests.support.stored import new

MANY = intake.ONE_STEP + 50


@pytest.mark.parametrize("count", [1, intake.SMALL, intake.SMALL + 1, intake.ONE_STEP, intake.ONE_STEP + 1])
def test_a_request_of_any_size_is_stored_and_told_step_by_step(store: Store, count: int) -> None:
    told: list[tuple[int, int]] = []
    signal = CountingSignal()

    async def scene() -> list[int]:
        with work_progress.listening(lambda done, total: told.append((done, total))):
            return await Intake(store, signal).add([new()] * count)

    assert asyncio.run(scene()) == list(range(1, count + 1))
    assert store.read_sync(tasks.stats).pending == count
    assert told[-1:] == ([(count, count)] if count > intake.ONE_STEP else [])
    assert signal.woken


def test_case_b8_a_request_beyond_what_is_in_flight_is_refused_whole(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "MAX_IN_FLIGHT", 2 * MANY)

    async def scene() -> list[Any]:
        one = Intake(store)
        waiting = [one.add([new(f"R58M{n}")] * MANY) for n in range(5)]
        found = await asyncio.gather(*waiting, return_exceptions=True)
        return [*found, await one.add([new("later")] * MANY)]  # there is room again

    *answers, later = asyncio.run(scene())
    accepted = [answer for answer in answers if isinstance(answer, list)]
    refused = [answer.failure for answer in answers if isinstance(answer, RequestError)]
    assert (len(accepted), len(refused), len(later)) == (2, 3, MANY)
    assert {(failure.code, failure.retry_after_s) for failure in refused} == {(Code.UNAVAILABLE, 5)}
    assert store.read_sync(tasks.stats).pending == 3 * MANY
    assert store.read_sync(parts_of_requests.unfinished) == ([], [])


def test_case_b8_what_was_accepted_is_stored_although_the_disk_refuses_for_a_time(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "AGAIN_S", 0.0)
    refusals = [StoreUnavailableError("the disk is full")] * 2
    whole = parts_of_requests.store_parts

    def sometimes(conn: Connection, at: int, size: int, *, first_id: int) -> Step[int]:
        if refusals:
            raise refusals.pop()
        return whole(conn, at, size, first_id=first_id)

    monkeypatch.setattr(parts_of_requests, "store_parts", sometimes)
    assert len(asyncio.run(Intake(store).add([new()] * MANY))) == MANY
    assert store.read_sync(tasks.stats).pending == MANY


def test_case_b8_what_the_disk_refuses_before_it_is_accepted_leaves_nothing(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_args: Any, **_more: Any) -> None:
        raise StoreUnavailableError("the disk is full")

    monkeypatch.setattr(parts_of_requests, "accept", full)
    with pytest.raises(StoreUnavailableError):
        asyncio.run(Intake(store).add([new()] * MANY))
    assert store.read_sync(tasks.stats).total == 0
    assert store.read_sync(parts_of_requests.unfinished) == ([], [])


def test_case_b8_a_start_finishes_what_was_accepted_and_removes_the_rest(store: Store) -> None:
    def write_down(count: int) -> int:
        intake_id = store.write_sync(parts_of_requests.begin, now=store.clock())
        parts = parts_of_requests.parts_of([new()] * count)
        list(store.steps_sync(parts_of_requests.write_down, 0, intake_id=intake_id, parts=parts))
        return intake_id

    write_down(MANY)
    accepted = write_down(MANY)
    store.write_sync(parts_of_requests.accept, accepted, MANY, now=store.clock(), key=None, digest="")
    asyncio.run(Intake(store).finish_all())
    assert store.read_sync(tasks.stats).pending == MANY
    assert store.read_sync(parts_of_requests.unfinished) == ([], [])


def test_case_b8_work_whose_client_hung_up_goes_on_and_is_audited_as_it_ended(store: Store) -> None:
    async def scene() -> None:
        begun, go, ended = asyncio.Event(), asyncio.Event(), asyncio.Event()

        async def handle(_body: RequestBody, _peer: Peer) -> Answer:
            begun.set()
            await go.wait()
            ended.set()
            return RetriedAll(retried_count=99_500, skipped=[])

        audited = Audited(handle, store)
        asked = asyncio.create_task(audited(RetryAll(), Peer(0, 1), None))
        await begun.wait()
        asked.cancel()  # as the control server does when the connection ends
        with pytest.raises(asyncio.CancelledError):
            await asked
        go.set()
        await ended.wait()
        while not (rows := await store.read(audit.page, before=None, limit=10)):
            await asyncio.sleep(0)
        assert [(row.action, row.ids, row.code) for row in rows] == [("retry_all", {"retried_count": 99_500}, 0)]

    asyncio.run(scene())
