"""Reading accounts as one use of the phone: nobody else gets it meanwhile, and it is given back in every case."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from drover.config import Config, LicenseSection
from drover.policy.phone_commands import FailScan
from drover.policy.phone_events import AttemptClosed, Event, TaskChosen, TransportUnusable, WorkerEnded
from drover.store import Store
from drover.supervisor.devices.registry import DeviceRegistry
from drover.supervisor.leases.account_reader import AccountReader
from drover.supervisor.leases.direct_calls import DirectCalls
from drover.supervisor.leases.leases import PhoneLeases
from drover.supervisor.settings import Settings
from drover.wire.devices import Device, DeviceState
from drover.wire.faults import Code, RequestError
from drover.wire.leases import TakeLease
from drover.wire.worker import AccountsRead, ReadAccounts, ToWorker
from tests.support.registered import CountingSignal, FakeWorkers, command_loop, make_ready, run_task

SERIAL = "R58M1"


class Scene:
    """A registry with one idle phone, a worker that keeps what it is asked, and the account reader."""

    def __init__(self, store: Store, deadline_s: float = 10.0, *, device_limit: int = 20) -> None:
        self.registry = DeviceRegistry([Device(serial=SERIAL, state=DeviceState.ABSENT)])
        make_ready(self.registry, SERIAL)
        self.workers = FakeWorkers()
        settings = Settings(Config(license=LicenseSection(device_limit=device_limit)))
        calls = DirectCalls(store.path.parent / "direct", self.workers)
        self.leases = PhoneLeases(self.registry, settings, calls, CountingSignal())
        self.account_reader = AccountReader(
            self.registry, settings, self.leases, store, self.workers, deadline_s=deadline_s
        )
        self.loop = command_loop(self.registry, {FailScan: self.account_reader.on_fail})

    @property
    def asked(self) -> list[ToWorker]:
        return self.workers.told

    @property
    def state(self) -> DeviceState:
        device = self.registry.get(SERIAL)
        assert device is not None
        return device.state

    def read(self) -> Coroutine[Any, Any, AccountsRead]:
        return self.account_reader.read(SERIAL, "tiktok", "com.app.clone")

    async def begun(self) -> asyncio.Task[AccountsRead]:
        """A reading whose worker has been asked."""
        job = asyncio.create_task(self.read())
        while not self.asked:
            await asyncio.sleep(0)
        return job

    def answer(self, **more: Any) -> AccountsRead:
        asked = self.asked[-1]
        assert isinstance(asked, ReadAccounts)
        message = AccountsRead(request_id=asked.request_id, **more)
        self.account_reader.on_answer(SERIAL, message)
        return message


async def refusal(reading: Any) -> Code:
    with pytest.raises(RequestError) as refused:
        await reading
    assert str(refused.value).startswith(f"device {SERIAL}: ")
    return refused.value.failure.code


def test_the_phone_is_ours_while_it_is_read(store: Store) -> None:
    async def play() -> None:
        scene = Scene(store)
        job = await scene.begun()
        assert scene.state is DeviceState.LEASED
        assert scene.asked == [ReadAccounts(request_id=1, platform="tiktok", package="com.app.clone")]
        assert await refusal(scene.read()) is Code.CONFLICT
        answer = scene.answer(usernames=["me", "shop"], active="me")
        assert await job == answer
        assert (scene.state, scene.registry.is_idle(SERIAL)) == (DeviceState.IDLE, True)

    asyncio.run(play())


def test_only_the_answer_to_this_reading_counts(store: Store) -> None:
    async def play() -> None:
        scene = Scene(store)
        job = await scene.begun()
        scene.account_reader.on_answer(SERIAL, AccountsRead(request_id=99, usernames=["late"]))
        scene.account_reader.on_answer("other", AccountsRead(request_id=1, usernames=["late"]))
        scene.answer(usernames=["me"])
        scene.answer(usernames=["twice"])
        assert (await job).usernames == ["me"]

    asyncio.run(play())


def test_what_the_worker_could_not_read_is_told(store: Store) -> None:
    async def play() -> None:
        scene = Scene(store)
        job = await scene.begun()
        scene.answer(why="TikTok is not installed")
        with pytest.raises(RequestError, match="TikTok is not installed"):
            await job
        assert scene.state is DeviceState.IDLE

    asyncio.run(play())


@pytest.mark.parametrize("takes", [True, False])
def test_a_worker_that_is_gone_gives_the_phone_back(store: Store, takes: bool) -> None:
    async def play() -> None:
        scene = Scene(store)
        scene.workers.takes = takes
        job = await scene.begun()
        scene.registry.post(SERIAL, WorkerEnded(status=1, retry_in_s=1.0))
        scene.loop.carry_out_all()
        assert await refusal(job) is Code.CONFLICT
        assert (scene.registry.phone(SERIAL).occupant, scene.state) == (None, DeviceState.PREPARING)

    asyncio.run(play())


@pytest.mark.parametrize("lives", [True, False])
def test_a_reading_that_takes_too_long_ends_its_worker_and_makes_nothing_idle(store: Store, lives: bool) -> None:
    async def play() -> None:
        scene = Scene(store, deadline_s=0.01)
        scene.workers.lives = lives
        assert await refusal(scene.read()) is Code.CONFLICT
        assert len(scene.workers.killed) == 1
        assert scene.state is (DeviceState.PREPARING if lives else DeviceState.IDLE)
        assert scene.registry.is_idle(SERIAL) is not lives

    asyncio.run(play())


def test_the_phone_stays_ours_though_nobody_waits_any_more(store: Store) -> None:
    async def play() -> None:
        scene = Scene(store)
        job = await scene.begun()
        job.cancel()
        await asyncio.gather(job, return_exceptions=True)
        assert scene.state is DeviceState.LEASED
        scene.answer(usernames=["me"])
        while scene.state is DeviceState.LEASED:
            await asyncio.sleep(0)
        assert (scene.state, scene.registry.is_idle(SERIAL)) == (DeviceState.IDLE, True)

    asyncio.run(play())


def test_a_phone_beyond_the_device_limit_is_left_alone(store: Store) -> None:
    async def play() -> None:
        scene = Scene(store, device_limit=1)
        make_ready(scene.registry, "R58M2")
        run_task(scene.registry, "R58M2", 1)
        with pytest.raises(RequestError, match="device limit of 1"):
            await scene.read()
        assert (scene.asked, scene.state) == ([], DeviceState.IDLE)

    asyncio.run(play())


def test_who_waits_in_line_for_the_phone_comes_first(store: Store) -> None:
    async def play() -> None:
        scene = Scene(store, device_limit=1)
        make_ready(scene.registry, "R58M2")
        run_task(scene.registry, "R58M2", 1)
        waiting = asyncio.create_task(scene.leases.take(TakeLease(serial=SERIAL, wait_s=60)))
        while not scene.leases.wants(SERIAL):
            await asyncio.sleep(0)
        scene.registry.post("R58M2", AttemptClosed(fence=1))  # there is room now, for who waited
        assert await refusal(scene.read()) is Code.CONFLICT
        assert scene.asked == []
        scene.leases.serve()
        assert (await waiting).lease.serial == SERIAL

    asyncio.run(play())


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (TaskChosen(task_id=1), "a task runs on it"),
        (TransportUnusable(state=DeviceState.ABSENT, reason="gone"), "adb does not list it"),
        (WorkerEnded(status=1, retry_in_s=1.0), "not ready yet"),
        (
            TransportUnusable(state=DeviceState.UNAUTHORIZED, reason="allow USB debugging"),
            "unauthorized .allow USB debugging.",
        ),
    ],
)
def test_a_phone_that_cannot_be_read_says_why(store: Store, event: Event, words: str) -> None:
    async def play() -> None:
        scene = Scene(store)
        scene.registry.post(SERIAL, event)
        with pytest.raises(RequestError, match=words) as refused:
            await scene.read()
        assert refused.value.failure.code is Code.CONFLICT

    asyncio.run(play())


def test_an_unknown_phone_is_not_found(store: Store) -> None:
    async def play() -> None:
        with pytest.raises(RequestError) as refused:
            await Scene(store).account_reader.read("nobody", "tiktok", "")
        assert refused.value.failure.code is Code.NOT_FOUND

    asyncio.run(play())
