"""Reading accounts as one use of the phone: nobody else gets it meanwhile, and it is given back in every case."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from drover.policy.device_states import DeviceEvent
from drover.store import Store
from drover.supervisor.devices.registry import DeviceRegistry
from drover.supervisor.leases.account_reader import AccountReader
from drover.supervisor.tasks.dispatcher import Dispatcher
from drover.wire.devices import Device, DeviceState
from drover.wire.faults import Code, RequestError
from drover.wire.worker import AccountsRead, ReadAccounts, ToWorker

SERIAL = "R58M1"


@dataclass
class Desk:
    """What the discovery asks of the dispatcher."""

    registry: DeviceRegistry
    draining: bool = False
    spoken_for: int = 0
    device_limit: int = 20
    beginning: bool = False

    def is_free(self, serial: str) -> bool:
        device = self.registry.get(serial)
        return device is not None and device.state is DeviceState.IDLE and not self.beginning


@dataclass
class Stage:
    """A registry with one idle phone, a worker that keeps what it is asked, and the account_reader."""

    store: Store
    deadline_s: float = 10.0
    worker_takes: bool = True
    worker_lives: bool = True
    asked: list[ToWorker] = field(default_factory=list[ToWorker])
    killed: list[str] = field(default_factory=list[str])
    given_back: list[str] = field(default_factory=list[str])

    def __post_init__(self) -> None:
        known = Device(serial=SERIAL, state=DeviceState.ABSENT)
        self.registry = DeviceRegistry([known], lambda _device: None)
        self.registry.apply(SERIAL, DeviceEvent.LISTED)
        self.registry.apply(SERIAL, DeviceEvent.PHONE_READY)
        self.dispatcher = Desk(self.registry)
        self.account_reader = AccountReader(
            self.registry,
            cast(Dispatcher, self.dispatcher),
            self.store,
            send=self._send,
            kill=self._kill,
            given_back=self.given_back.append,
            deadline_s=self.deadline_s,
        )

    def _send(self, _serial: str, message: ToWorker) -> bool:
        self.asked.append(message)
        return self.worker_takes

    def _kill(self, _serial: str, why: str) -> bool:
        self.killed.append(why)
        return self.worker_lives

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
        self.account_reader.said(SERIAL, message)
        return message


async def refusal(reading: Any) -> Code:
    with pytest.raises(RequestError) as refused:
        await reading
    assert str(refused.value).startswith(f"device {SERIAL}: ")
    return refused.value.failure.code


def test_the_phone_is_ours_while_it_is_read(store: Store) -> None:
    async def play() -> None:
        stage = Stage(store)
        job = await stage.begun()
        assert stage.state is DeviceState.LEASED
        assert stage.asked == [ReadAccounts(request_id=1, platform="tiktok", package="com.app.clone")]
        assert await refusal(stage.read()) is Code.CONFLICT
        answer = stage.answer(usernames=["me", "shop"], active="me")
        assert await job == answer
        assert (stage.state, stage.given_back) == (DeviceState.IDLE, [SERIAL])

    asyncio.run(play())


def test_only_the_answer_to_this_reading_counts(store: Store) -> None:
    async def play() -> None:
        stage = Stage(store)
        job = await stage.begun()
        stage.account_reader.said(SERIAL, AccountsRead(request_id=99, usernames=["late"]))
        stage.account_reader.said("other", AccountsRead(request_id=1, usernames=["late"]))
        stage.answer(usernames=["me"])
        stage.answer(usernames=["twice"])
        assert (await job).usernames == ["me"]

    asyncio.run(play())


def test_what_the_worker_could_not_read_is_told(store: Store) -> None:
    async def play() -> None:
        stage = Stage(store)
        job = await stage.begun()
        stage.answer(why="TikTok is not installed")
        with pytest.raises(RequestError, match="TikTok is not installed"):
            await job
        assert stage.state is DeviceState.IDLE

    asyncio.run(play())


@pytest.mark.parametrize("what", ["takes no message", "dies"])
def test_a_worker_that_is_gone_gives_the_phone_back(store: Store, what: str) -> None:
    async def play() -> None:
        stage = Stage(store, worker_takes=what == "dies")
        job = await stage.begun()
        stage.account_reader.lost(SERIAL, "its worker ended meanwhile")
        assert await refusal(job) is Code.CONFLICT
        assert stage.given_back == [SERIAL]

    asyncio.run(play())


@pytest.mark.parametrize("lives", [True, False])
def test_a_reading_that_takes_too_long_ends_its_worker_and_makes_nothing_idle(store: Store, lives: bool) -> None:
    async def play() -> None:
        stage = Stage(store, deadline_s=0.01, worker_lives=lives)
        assert await refusal(stage.read()) is Code.CONFLICT
        assert len(stage.killed) == 1
        assert stage.state is (DeviceState.PREPARING if lives else DeviceState.IDLE)
        assert stage.given_back == ([] if lives else [SERIAL])

    asyncio.run(play())


def test_the_phone_stays_ours_though_nobody_waits_any_more(store: Store) -> None:
    async def play() -> None:
        stage = Stage(store)
        job = await stage.begun()
        job.cancel()
        await asyncio.gather(job, return_exceptions=True)
        assert stage.state is DeviceState.LEASED
        stage.answer(usernames=["me"])
        while stage.state is DeviceState.LEASED:
            await asyncio.sleep(0)
        assert (stage.state, stage.given_back) == (DeviceState.IDLE, [SERIAL])

    asyncio.run(play())


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"beginning": True}, "a task runs on it"),
        ({"spoken_for": 20}, "device limit of 20"),
    ],
)
def test_a_phone_in_use_is_left_alone(store: Store, change: dict[str, Any], words: str) -> None:
    async def play() -> None:
        stage = Stage(store)
        for name, value in change.items():
            setattr(stage.dispatcher, name, value)
        with pytest.raises(RequestError, match=words):
            await stage.read()
        assert (stage.asked, stage.state) == ([], DeviceState.IDLE)

    asyncio.run(play())


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (DeviceEvent.ATTEMPT_BEGAN, "a task runs on it"),
        (DeviceEvent.GONE, "adb does not list it"),
        (DeviceEvent.WORKER_DIED, "not ready yet"),
        (DeviceEvent.UNAUTHORIZED, "unauthorized .allow USB debugging."),
    ],
)
def test_a_phone_that_cannot_be_read_says_why(store: Store, event: DeviceEvent, words: str) -> None:
    async def play() -> None:
        stage = Stage(store)
        stage.registry.apply(SERIAL, event, "allow USB debugging")
        with pytest.raises(RequestError, match=words) as refused:
            await stage.read()
        assert refused.value.failure.code is Code.CONFLICT

    asyncio.run(play())


def test_an_unknown_phone_is_not_found(store: Store) -> None:
    async def play() -> None:
        with pytest.raises(RequestError) as refused:
            await Stage(store).account_reader.read("nobody", "tiktok", "")
        assert refused.value.failure.code is Code.NOT_FOUND

    asyncio.run(play())
