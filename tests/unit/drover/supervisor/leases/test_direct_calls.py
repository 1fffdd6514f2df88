"""Direct calls: answered once, by the phone's own worker, or over in their time; no other file is removed."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from drover.policy.phone_commands import EndCalls
from drover.supervisor.leases import direct_calls
from drover.supervisor.leases.direct_calls import MAX_IN_FLIGHT, DirectCalls
from drover.wire.codec import MalformedMessageError
from drover.wire.devices import Device, DeviceState
from drover.wire.direct import DirectAnswered, DirectEnd, DirectRpc
from drover.wire.faults import Code, RequestError
from drover.wire.leases import DirectResult
from tests.support.registered import FakeWorkers

A, B = "R58M1", "R58M2"


class Scene:
    """Calls, and workers that keep what they are asked."""

    def __init__(self, folder: Path) -> None:
        self.workers = FakeWorkers()
        self.calls = DirectCalls(folder, self.workers)

    @property
    def asked(self) -> list[DirectRpc]:
        return [message for message in self.workers.told if isinstance(message, DirectRpc)]

    async def call(
        self, serial: str = A, *, timeout_s: float = 30.0, most_s: float | None = None
    ) -> asyncio.Task[DirectResult]:
        """A call whose worker has been asked, or that has ended."""

        def make(request_id: int, limit_s: float, folder: str) -> DirectRpc:
            return DirectRpc(request_id=request_id, timeout_s=limit_s, folder=folder, method="click")

        call = asyncio.create_task(self.calls.call(serial, make, timeout_s=timeout_s, most_s=most_s))
        await asyncio.sleep(0)
        return call

    def answer(self, request: DirectRpc, serial: str = A, *, end: DirectEnd = DirectEnd.DONE, why: str = "") -> None:
        message = DirectAnswered(request_id=request.request_id, end=end, data=b"true", why=why)
        self.calls.on_answer(serial, message)


Run = Callable[[Callable[[Scene], Awaitable[None]]], None]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    def play(story: Callable[[Scene], Awaitable[None]]) -> None:
        async def whole() -> None:
            scene = Scene(tmp_path / "direct")
            scene.calls.prepare()
            await story(scene)

        asyncio.run(whole())

    return play


async def refusal(call: Awaitable[DirectResult]) -> RequestError:
    with pytest.raises(RequestError) as refused:
        await call
    return refused.value


def test_a_worker_is_asked_with_the_time_that_is_left_and_its_answer_is_the_calls(run: Run, tmp_path: Path) -> None:
    async def story(scene: Scene) -> None:
        first, second = await scene.call(), await scene.call(most_s=5.0)
        assert [request.timeout_s for request in scene.asked] == [30.0, 5.0]
        assert {request.folder for request in scene.asked} == {str(tmp_path / "direct")}
        one, other = scene.asked
        scene.answer(other, end=DirectEnd.REFUSED, why="no such element")
        scene.answer(one)
        assert (await first).data == b"true"
        refused = await refusal(second)
        assert (refused.failure.code, str(refused)) == (Code.CONFLICT, f"device {A}: no such element")
        assert refused.failure.data == {"serial": A, "end": DirectEnd.REFUSED.value}

    run(story)


def test_only_the_first_answer_of_the_phones_own_worker_counts(run: Run) -> None:
    async def story(scene: Scene) -> None:
        call = await scene.call()
        scene.answer(scene.asked[0], B, end=DirectEnd.REFUSED)
        assert not call.done()
        scene.answer(scene.asked[0])
        scene.answer(scene.asked[0], end=DirectEnd.REFUSED)
        assert (await call).data == b"true"

    run(story)


@pytest.mark.parametrize(
    ("end", "code"),
    [
        (DirectEnd.REFUSED, Code.CONFLICT),
        (DirectEnd.NOT_DONE, Code.UNAVAILABLE),
        (DirectEnd.UNCERTAIN, Code.INTERNAL),  # whoever reads 50301 tries again, and the thing is done twice
    ],
)
def test_what_may_have_been_done_is_not_offered_for_a_repeat(run: Run, end: DirectEnd, code: Code) -> None:
    async def story(scene: Scene) -> None:
        call = await scene.call()
        scene.answer(scene.asked[0], end=end, why=f"{A}: it says so")
        refused = await refusal(call)
        assert (refused.failure.code, str(refused)) == (code, f"{A}: it says so")

    run(story)


def test_what_no_worker_takes_is_not_done_and_leaves_nothing_behind(run: Run) -> None:
    async def story(scene: Scene) -> None:
        scene.workers.takes = False
        assert (await refusal(await scene.call())).failure.code is Code.UNAVAILABLE
        scene.workers.takes = MalformedMessageError("message of 2000000 bytes is over the cap")
        assert (await refusal(await scene.call())).failure.code is Code.TOO_LARGE
        await scene.calls.finish(A)
        assert scene.workers.killed == []

    run(story)


def test_a_call_without_answer_ends_and_counts_until_its_worker_says_more(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may still run on the phone."""
    monkeypatch.setattr(direct_calls, "ANSWER_GRACE_S", 0.0)

    async def story(scene: Scene) -> None:
        unanswered = await refusal(await scene.call(timeout_s=0.01))
        assert unanswered.failure.code is Code.INTERNAL
        assert "may or may not have been done" in str(unanswered)
        calls = [await scene.call() for _ in range(MAX_IN_FLIGHT - 1)]
        assert (await refusal(await scene.call())).failure.code is Code.TOO_MANY
        assert not (await scene.call(B)).done()  # one phone's calls keep no other phone from its own
        scene.answer(scene.asked[0])
        calls.append(await scene.call())
        assert not any(call.done() for call in calls)

    run(story)


def test_who_goes_away_leaves_the_call_until_it_is_answered(run: Run) -> None:
    async def story(scene: Scene) -> None:
        gone = await scene.call()
        gone.cancel()
        await asyncio.gather(gone, return_exceptions=True)
        finishing = asyncio.create_task(scene.calls.finish(A))
        await asyncio.sleep(0)
        assert not finishing.done()
        scene.answer(scene.asked[0])
        await finishing
        assert scene.workers.killed == []

    run(story)


@pytest.mark.parametrize("lives", [True, False])
def test_a_call_that_outlives_its_lease_is_ended_with_its_worker(
    run: Run, monkeypatch: pytest.MonkeyPatch, lives: bool
) -> None:
    monkeypatch.setattr(direct_calls, "END_GRACE_S", 0.01)

    async def story(scene: Scene) -> None:
        scene.workers.lives = lives
        call, other = await scene.call(), await scene.call(B)
        await scene.calls.finish(A)
        assert len(scene.workers.killed) == 1
        ended = await refusal(call)
        assert ended.failure.code is Code.INTERNAL
        assert str(ended) == f"device {A}: the lease ended; what was asked may or may not have been done"
        assert not other.done()

    run(story)


def test_the_end_of_its_worker_is_waited_for_and_says_why(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(scene: Scene) -> None:
        call = await scene.call()
        monkeypatch.setattr(direct_calls, "END_GRACE_S", 0.01)
        finishing = asyncio.create_task(scene.calls.finish(A))
        await asyncio.sleep(0)
        monkeypatch.setattr(direct_calls, "END_GRACE_S", 10.0)
        while not scene.workers.killed:
            await asyncio.sleep(0)
        scene.calls.fail(A, f"{A}: its worker ended")
        await finishing
        assert str(await refusal(call)).startswith(f"{A}: its worker ended")

    run(story)


def test_a_worker_that_ends_answers_its_calls_and_leaves_no_torn_files(run: Run) -> None:
    async def story(scene: Scene) -> None:
        call, other = await scene.call(), await scene.call(B)
        torn, whole = (scene.calls.folder / f"{request.request_id}-1.png" for request in scene.asked)
        for path in (torn, whole):
            path.write_bytes(b"x")
        scene.calls.on_end(Device(serial=A, state=DeviceState.PREPARING), EndCalls(why=f"{A}: its worker ended"))
        assert (await refusal(call)).failure.code is Code.INTERNAL
        assert (torn.exists(), whole.exists(), other.done()) == (False, True, False)

    run(story)


def test_files_that_nobody_fetched_are_removed_and_no_others(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(direct_calls, "FILE_S", 0.0)
    foreign = tmp_path / "foreign.png"

    async def story(scene: Scene) -> None:
        left = scene.calls.folder / "9-1.png"
        for path in (foreign, left):
            path.write_bytes(b"x")
        for path in (foreign, scene.calls.folder / ".." / "foreign.png", left):
            scene.calls.on_answer(A, DirectAnswered(request_id=9, end=DirectEnd.DONE, path=str(path)))
        while left.exists():  # the timers run in their order
            await asyncio.sleep(0)
        assert foreign.exists()

    run(story)


def test_a_start_removes_what_an_earlier_boot_left(tmp_path: Path) -> None:
    calls = DirectCalls(tmp_path / "direct", FakeWorkers())
    calls.prepare()
    assert calls.folder.stat().st_mode & 0o777 == 0o700
    (calls.folder / "9-1.png").write_bytes(b"x")
    calls.prepare()
    assert list(calls.folder.iterdir()) == []
