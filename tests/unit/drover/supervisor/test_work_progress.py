"""Who works tells how far it is, and only the client that waits for this work hears it."""

import asyncio

import pytest

from drover.supervisor.work_progress import listening, report


def test_each_client_hears_of_its_own_work_also_from_tasks_that_this_starts() -> None:
    heard: dict[str, list[tuple[int, int]]] = {"a": [], "b": []}

    async def work(total: int) -> None:
        for done in range(1, total + 1):
            await asyncio.sleep(0)
            report(done, total)

    async def request(name: str, total: int) -> None:
        with listening(lambda done, total: heard[name].append((done, total))):
            await asyncio.create_task(work(total))

    async def play() -> None:
        await asyncio.gather(request("a", 2), request("b", 3), work(9))  # nobody waits for the last

    asyncio.run(play())
    assert heard == {"a": [(1, 2), (2, 2)], "b": [(1, 3), (2, 3), (3, 3)]}


def test_after_the_work_nobody_listens_though_it_failed() -> None:
    inner: list[int] = []
    outer: list[int] = []

    def fail() -> None:
        with listening(lambda done, _total: inner.append(done)):
            report(1, 9)
            raise OSError("full")

    with listening(lambda done, _total: outer.append(done)):
        with pytest.raises(OSError, match="full"):
            fail()
        report(2, 9)
    report(3, 9)
    assert (inner, outer) == ([1], [2])
