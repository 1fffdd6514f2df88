"""Leases on the event loop: the line, leases of tasks, and calls that must end before a phone is free."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from drover.config import Config, LicenseSection
from drover.policy.phone_commands import EndCalls, EndLease, Send, WakeDispatcher
from drover.policy.phone_events import (
    AttemptClosed,
    PhoneAnswered,
    TransportUnusable,
    TransportUsable,
    WorkerEnded,
)
from drover.policy.phone_state import Leased
from drover.supervisor.devices.registry import DeviceRegistry
from drover.supervisor.leases import direct_calls as direct_module
from drover.supervisor.leases.direct_calls import DirectCalls
from drover.supervisor.leases.leases import PhoneLeases
from drover.supervisor.settings import Settings
from drover.wire.devices import DeviceState
from drover.wire.direct import DirectAnswered, DirectEnd, DirectEnded, DirectRpc
from drover.wire.faults import Code, RequestError
from drover.wire.leases import DirectResult, LeaseTaken, TakeLease
from drover.wire.worker import ToWorker
from tests.support.registered import Carry, CountingSignal, FakeWorkers, command_loop, make_ready, run_task

A, B = "R58M1", "R58M2"


class Stage:
    """Two idle phones, workers that keep what they are asked, and the leases."""

    def __init__(self, folder: Path, device_limit: int = 20) -> None:
        self.registry = DeviceRegistry([])
        make_ready(self.registry, A, B)
        self.workers = FakeWorkers()
        self.direct = DirectCalls(folder, self)
        settings = Settings(Config(license=LicenseSection(device_limit=device_limit)))
        self.leases = PhoneLeases(self.registry, settings, self.direct, CountingSignal())
        handlers: Carry = {
            EndLease: self.leases.on_end, EndCalls: self.direct.on_end, Send: self.workers.on_send,
            WakeDispatcher: self._dispatch,
        }  # fmt: skip
        self.loop = asyncio.create_task(command_loop(self.registry, handlers).run())

    @property
    def sent(self) -> list[ToWorker]:
        return self.workers.told

    @property
    def killed(self) -> list[str]:
        return self.workers.killed

    def send(self, serial: str, message: ToWorker) -> bool:
        return self.workers.send(serial, message)

    def kill(self, serial: str, why: str, *, excused: bool = False) -> bool:
        self.direct.fail(serial, "its worker ended")
        return self.workers.kill(serial, why, excused=excused)

    def _dispatch(self, _device: object, _command: object) -> None:
        self.leases.serve()

    def holds(self) -> set[str]:
        """The phones that somebody has by a lease."""
        return {serial for serial in (A, B) if isinstance(self.registry.phone(serial).occupant, Leased)}

    def state(self, serial: str = A) -> DeviceState:
        device = self.registry.get(serial)
        assert device is not None
        return device.state

    async def taken(self, serial: str = A, **more: Any) -> LeaseTaken:
        return await self.leases.take(TakeLease(serial=serial, **more))

    def click(self, serial: str = A, *, most_s: float = 5.0) -> asyncio.Task[DirectResult]:
        def make(request_id: int, timeout_s: float, folder: str) -> DirectRpc:
            return DirectRpc(request_id=request_id, timeout_s=timeout_s, folder=folder, method="click")

        return asyncio.create_task(self.direct.call(serial, make, timeout_s=30.0, most_s=most_s))


Play = Callable[[Stage], Awaitable[None]]


@pytest.fixture
def play(tmp_path: Path) -> Callable[..., None]:
    def run(script: Play, *, device_limit: int = 20) -> None:
        async def staged() -> None:
            stage = Stage(tmp_path, device_limit)
            await script(stage)
            stage.loop.cancel()

        asyncio.run(staged())

    return run


async def refused(work: Awaitable[Any]) -> Code:
    with pytest.raises(RequestError) as caught:
        await work
    return caught.value.failure.code


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not holds():
            await asyncio.sleep(0.005)


def test_tasks_and_leases_draw_from_one_pool(play: Callable[..., None]) -> None:
    async def script(stage: Stage) -> None:
        run_task(stage.registry, B, 7)
        with pytest.raises(RequestError, match="device limit of 1 is reached"):
            await stage.taken()
        waiting = asyncio.create_task(stage.taken(wait_s=10))
        await until(lambda: stage.leases.wants(A))
        assert stage.leases.reserved() == 1  # dispatch must leave the next slot to the line
        stage.registry.post(B, AttemptClosed(fence=1))
        assert (await waiting).lease.serial == A
        assert (stage.state(), stage.holds(), stage.leases.reserved()) == (DeviceState.LEASED, {A}, 0)

    play(script, device_limit=1)


def test_who_went_away_in_line_gets_no_phone(play: Callable[..., None]) -> None:
    async def script(stage: Stage) -> None:
        first = await stage.taken()
        gone = asyncio.create_task(stage.taken(wait_s=10))
        await until(lambda: stage.leases.wants(A))
        gone.cancel()
        await asyncio.gather(gone, return_exceptions=True)
        assert not stage.leases.wants(A)
        # Gone in the very moment of the grant: given back at once.
        late = asyncio.create_task(stage.taken(wait_s=10))
        await until(lambda: stage.leases.wants(A))
        stage.leases.release(first.session)
        await until(lambda: stage.holds() == {A})
        late.cancel()
        await asyncio.gather(late, return_exceptions=True)
        if late.cancelled():
            await until(lambda: stage.state() is DeviceState.IDLE)

    play(script)


def test_a_lease_of_a_task_takes_no_slot_and_ends_with_it(play: Callable[..., None]) -> None:
    async def script(stage: Stage) -> None:
        run_task(stage.registry, A, 7)
        taken = stage.leases.for_task(A, 7, "my.py")
        assert (taken.lease.task_id, taken.lease.expires_at, stage.holds()) == (7, None, set())
        assert stage.leases.check(taken.session, A).task_id == 7
        assert stage.leases.extend(taken.session, 60).expires_at is None  # a heartbeat is welcome and changes nothing
        assert await refused(stage.taken()) is Code.CONFLICT
        with pytest.raises(RequestError, match="ends with it; stop the task"):
            stage.leases.release(taken.session)
        stage.registry.post(A, AttemptClosed(fence=1))
        await asyncio.sleep(0)
        with pytest.raises(RequestError, match="task 7 has ended") as caught:
            stage.leases.check(taken.session, A)
        assert caught.value.failure.code is Code.LEASE
        assert (stage.state(), stage.sent) == (DeviceState.IDLE, [])

    play(script)


def test_a_phone_is_free_only_when_its_last_call_has_ended(play: Callable[..., None]) -> None:
    async def script(stage: Stage) -> None:
        taken = await stage.taken()
        call = stage.click()
        await until(lambda: len(stage.sent) == 1)
        stage.leases.release(taken.session)
        await asyncio.sleep(0)
        assert stage.state() is DeviceState.LEASED
        request = stage.sent[0]
        assert isinstance(request, DirectRpc)
        stage.direct.on_answer(A, DirectAnswered(request_id=request.request_id, end=DirectEnd.DONE, data=b"true"))
        assert (await call).data == b"true"
        await until(lambda: stage.state() is DeviceState.IDLE)
        assert (stage.sent[1:], stage.killed) == ([DirectEnded()], [])

    play(script)


def test_a_call_that_does_not_end_is_ended_with_its_worker(
    play: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(direct_module, "END_GRACE_S", 0.05)

    async def script(stage: Stage) -> None:
        await stage.taken()
        call = stage.click()
        await until(lambda: len(stage.sent) == 1)
        stage.leases.evict(A)
        with pytest.raises(RequestError, match="may or may not have been done") as caught:
            await call
        assert caught.value.failure.code is Code.INTERNAL
        assert len(stage.killed) == 1

    play(script)


def test_what_no_worker_takes_is_not_done(play: Callable[..., None]) -> None:
    async def script(stage: Stage) -> None:
        await stage.taken()
        stage.workers.takes = False
        assert await refused(stage.click()) is Code.UNAVAILABLE
        stage.workers.takes = True
        stage.leases.evict(A)  # nothing is left that could keep the phone
        await until(lambda: stage.state() is DeviceState.IDLE)

    play(script)


def test_nothing_is_given_while_the_daemon_shuts_down(play: Callable[..., None]) -> None:
    async def script(stage: Stage) -> None:
        await stage.taken()
        waiting = asyncio.create_task(stage.taken(wait_s=10))
        await until(lambda: stage.leases.wants(A))
        stage.registry.drain()
        stage.leases.close_line()
        assert await refused(waiting) is Code.UNAVAILABLE
        assert await refused(stage.taken(B)) is Code.UNAVAILABLE

    play(script)


def test_a_short_absence_does_not_end_a_lease(play: Callable[..., None]) -> None:
    async def script(stage: Stage) -> None:
        taken = await stage.taken()
        stage.registry.post(A, TransportUnusable(state=DeviceState.ABSENT, reason="gone"))
        assert stage.holds() == {A}
        stage.registry.post(A, TransportUsable())
        stage.registry.post(A, PhoneAnswered())
        assert stage.state() is DeviceState.LEASED
        stage.leases.check(taken.session, A)

    play(script)


def test_a_lease_whose_phone_is_lost_is_over_and_says_why(play: Callable[..., None]) -> None:
    async def script(stage: Stage) -> None:
        taken = await stage.taken()
        stage.registry.post(A, WorkerEnded(status=-9, retry_in_s=1.0))
        await until(lambda: stage.registry.phone(A).occupant is None)
        with pytest.raises(RequestError, match=r"the phone's worker ended .signal 9."):
            stage.leases.check(taken.session, A)
        assert (stage.state(), stage.leases.listed().leases) == (DeviceState.PREPARING, [])

    play(script)
