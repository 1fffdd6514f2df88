"""Phones are asked who they are: in their own time, again where they hang or start, and before a comparison."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

import pytest

from drover.policy.transports import Transport
from drover.supervisor.devices import identification
from drover.supervisor.devices.identification import Identification
from drover.supervisor.devices.transports import Link, Transports
from drover.wire.devices import Device, DeviceState, Identity


def answer(android_id: str, *, boot: str = "1", booted: str = "1") -> str:
    fields = {
        "booted": booted,
        "serialno": "EMULATOR34X1X12X0",
        "boot_serialno": "",
        "model": "M",
        "boot_time": boot,
        "boot_id": boot,
        "android_id": android_id,
        "wlan0": "",
        "eth0": "",
    }
    return "".join(f"drover-id:{name}={value}\n" for name, value in fields.items())


def transport(number: int) -> Transport:
    return Transport(name=f"10.0.0.{number}:5555", state="device", id=number)


class Scene:
    """An identification over phones that answer what `phones` says of their transport's name."""

    def __init__(self) -> None:
        self.devices: dict[str, Device] = {}
        self.transports = Transports(self)
        self.phones: dict[str, Callable[[], str]] = {}
        self.asked: list[str] = []
        self.absorbed: list[tuple[str, str]] = []
        self.jobs: set[asyncio.Task[None]] = set()
        self.changed = asyncio.Event()
        every: Any = self  # stands for what the identification asks and tells
        self.identification = Identification(self.transports, every, every, every, every)

    def is_device(self, serial: str) -> bool:
        return serial in self.devices

    def all(self) -> list[Device]:
        return list(self.devices.values())

    async def shell(self, one: Transport, _question: str) -> str:
        self.asked.append(one.name)
        await asyncio.sleep(0)
        return self.phones[one.name]()

    async def absorb(self, device: str, other: str) -> None:
        self.absorbed.append((device, other))

    def refresh(self) -> None:
        self.changed.set()

    def proven(self, link: Link) -> None:
        self.devices[link.device] = Device(serial=link.device, state=DeviceState.ABSENT, identity=link.identity)
        self.changed.set()

    def background(self, work: Coroutine[Any, Any, None]) -> None:
        job = asyncio.create_task(work)
        self.jobs.add(job)
        job.add_done_callback(self.jobs.discard)

    def list(self, *numbers: int) -> list[Link]:
        links = self.transports.update([transport(number) for number in numbers])
        self.identification.begin(links)
        return links

    async def until(self, holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(10):
            while not holds():
                self.changed.clear()
                await self.changed.wait()

    def owners(self) -> dict[str, str]:
        return {link.transport.name: link.device for link in self.transports.proven()}


def run(work: Callable[[Scene], Coroutine[Any, Any, None]]) -> None:
    async def alone() -> None:
        scene = Scene()
        await work(scene)
        for job in scene.jobs:
            job.cancel()
        await asyncio.gather(*scene.jobs, return_exceptions=True)

    asyncio.run(alone())


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(identification, "FIRST_PAUSE_S", 0.001)
    monkeypatch.setattr(identification, "CONFIRM_S", 0.1)


def test_a_hundred_phones_are_identified_together_and_a_hanging_one_keeps_none_waiting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def work(scene: Scene) -> None:
        never = asyncio.get_running_loop().create_future()
        scene.phones = {transport(n).name: partial(answer, f"{n:016x}", boot=str(n)) for n in range(1, 101)}
        hung: list[str] = []
        asked = scene.shell

        async def ask(one: Transport, question: str) -> str:
            if one.id == 1:
                hung.append(one.name)
                await never
            return await asked(one, question)

        monkeypatch.setattr(scene, "shell", ask)
        begun = time.monotonic()
        scene.list(*range(1, 101))
        await scene.until(lambda: len(scene.owners()) == 99)
        assert time.monotonic() - begun < 2
        assert hung == ["10.0.0.1:5555"]

    run(work)


def test_one_that_starts_or_says_nothing_whole_is_asked_again_with_words_meanwhile() -> None:
    async def work(scene: Scene) -> None:
        said: list[str] = []
        answers = iter(["noise", answer("", booted=""), answer("a" * 16)])

        def next_answer() -> str:
            said.append(link.trouble)
            return next(answers)

        scene.phones = {"10.0.0.1:5555": next_answer}
        (link,) = scene.list(1)
        await scene.until(lambda: bool(scene.owners()))
        assert ["", "no whole answer" in said[1], "Android is starting" in said[2]] == [said[0], True, True]
        assert (link.trouble, link.proof) == ("", "seen for the first time")

    run(work)


def test_case_p1_a_live_phone_is_asked_again_before_another_transport_is_compared_with_it() -> None:
    async def work(scene: Scene) -> None:
        scene.phones = {transport(n).name: (lambda: answer("a" * 16)) for n in (1, 2)}
        scene.list(1)
        await scene.until(lambda: bool(scene.owners()))
        scene.list(1, 2)
        await scene.until(lambda: len(scene.owners()) == 2)
        assert set(scene.owners().values()) == {"10.0.0.1:5555"}
        assert scene.asked.count("10.0.0.1:5555") == 2

    run(work)


def test_case_p3_a_missed_swap_is_found_by_asking_all() -> None:
    async def work(scene: Scene) -> None:
        behind = {"10.0.0.1:5555": "a" * 16, "10.0.0.2:5555": "b" * 16}

        def who(name: str) -> str:
            return answer(behind[name], boot=behind[name])

        scene.phones = {name: partial(who, name) for name in behind}
        scene.list(1, 2)
        await scene.until(lambda: len(scene.owners()) == 2)
        behind.update({"10.0.0.1:5555": "b" * 16, "10.0.0.2:5555": "a" * 16})
        scene.identification.mistaken("10.0.0.1:5555")
        swapped = {"10.0.0.1:5555": "10.0.0.2:5555", "10.0.0.2:5555": "10.0.0.1:5555"}
        await scene.until(lambda: scene.owners() == swapped)

    run(work)


def test_case_p2_one_that_may_be_another_is_held_and_says_so() -> None:
    async def work(scene: Scene) -> None:
        twin = Identity(android_id="a" * 16)
        for name in ("x", "y"):
            scene.devices[name] = Device(serial=name, state=DeviceState.ABSENT, identity=twin)
        scene.phones = {"10.0.0.1:5555": lambda: answer("a" * 16)}
        (link,) = scene.list(1)
        await scene.until(lambda: bool(link.trouble))
        assert "x and y" in link.trouble
        assert "merges no phones on doubt" in link.trouble
        del scene.devices["y"]
        await scene.until(lambda: scene.owners() == {"10.0.0.1:5555": "x"})

    run(work)


def test_what_an_older_version_knew_under_the_address_is_absorbed_first() -> None:
    async def work(scene: Scene) -> None:
        scene.phones = {transport(n).name: (lambda: answer("a" * 16)) for n in (1, 2)}
        scene.list(1)
        await scene.until(lambda: bool(scene.owners()))
        scene.devices["10.0.0.2:5555"] = Device(serial="10.0.0.2:5555", state=DeviceState.ABSENT)
        scene.list(1, 2)
        await scene.until(lambda: len(scene.owners()) == 2)
        assert scene.absorbed == [("10.0.0.1:5555", "10.0.0.2:5555")]

    run(work)
