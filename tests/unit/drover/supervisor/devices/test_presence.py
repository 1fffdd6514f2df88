"""From adb's listing to states: phones that come and go are held back, others are believed at once."""

import asyncio
import time
from collections.abc import Mapping
from random import Random
from typing import cast

import pytest

from drover.config import Config
from drover.policy.transports import Transport
from drover.supervisor.devices import presence
from drover.supervisor.devices.presence import Presence
from drover.supervisor.devices.registry import DeviceRegistry
from drover.supervisor.devices.transports import Link, Transports
from drover.supervisor.workers.pool import WorkerPool
from drover.wire.devices import Device, DeviceState, Identity
from drover.wire.worker import ToWorker

MONOTONIC = time.monotonic
PHONE = "R58M123ABC"
WIFI = "192.168.1.20:5555"
HERE: Mapping[str, str] = {PHONE: "device"}


class Workers:
    """Stands for the worker_pool: which workers are wanted, and what they were told."""

    def __init__(self) -> None:
        self.wanted: dict[str, str] = {}
        self.told: list[ToWorker] = []
        self.proven: dict[str, tuple[Identity, bool]] = {}

    def want(self, serial: str, transport: str, identity: Identity, *, same_boot: bool = False) -> None:
        self.wanted[serial] = transport
        self.proven[serial] = identity, same_boot

    def unwant(self, serial: str) -> None:
        self.wanted.pop(serial, None)

    def send(self, _serial: str, message: ToWorker) -> bool:
        self.told.append(message)
        return True


class Scene:
    """A presence, its registry and a clock that moves only when told. A phone says at once which it is: by default
    the only one, with `phones` the one behind its name, and None not at all."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1000.0
        monkeypatch.setattr(time, "monotonic", lambda: self.now)
        self.registry, self.workers = DeviceRegistry([], lambda _: None), Workers()
        self.transports = Transports(self.registry.is_device)
        self.phones: dict[str, str | None] = {}
        self.ids: dict[str, int] = {}
        self.asked: list[Link] = []
        self.lost: list[str] = []
        self.running: dict[str, int] = {}
        self.presence = Presence(
            Config(),
            self.registry,
            cast(WorkerPool, self.workers),
            lost=lambda serial, _why: self.lost.append(serial),
            joined=lambda _device, _other: None,
            appeared=self.answer,
            running_task=self.running.get,
            transports=self.transports,
            rng=Random(1),
        )

    def answer(self, links: list[Link]) -> None:
        for link in links:
            device = self.phones.get(link.transport.name, PHONE)
            if device is None:
                self.asked.append(link)
            else:
                link.identity = Identity(android_id=device)
                self.transports.prove(link, device, "the same Android id")
                self.presence.proven(link)

    def listed(self, listing: Mapping[str, str]) -> None:
        self.presence.listed(
            [
                Transport(name=name, state=state, id=self.ids.setdefault(name, len(self.ids) + 1))
                for name, state in listing.items()
            ]
        )

    def flap(self, times: int) -> None:
        for _ in range(times):
            self.listed({PHONE: "offline"})
            self.listed(HERE)

    def after(self, seconds: int) -> Device:
        for _ in range(seconds):
            self.now += 1
            self.presence.watch()
        device = self.registry.get(PHONE)
        assert device is not None
        return device


@pytest.fixture
def scene(monkeypatch: pytest.MonkeyPatch) -> Scene:
    made = Scene(monkeypatch)
    made.listed(HERE)
    assert made.after(0).state is DeviceState.PREPARING
    return made


def test_the_first_absence_is_forgiven(scene: Scene) -> None:
    scene.flap(1)
    assert scene.after(0).state is DeviceState.PREPARING


def test_r05_one_that_flaps_is_held_back_says_so_and_is_taken_back(scene: Scene) -> None:
    scene.flap(2)
    held = scene.after(0)
    assert held.state is DeviceState.OFFLINE
    assert held.deadline is not None
    assert "comes and goes (2 times)" in held.reason
    assert "check its cable" in held.reason
    assert scene.after(2).state is DeviceState.PREPARING


def test_one_that_is_gone_when_its_time_is_over_is_gone(scene: Scene) -> None:
    scene.flap(2)
    scene.listed({})
    assert scene.after(0).state is DeviceState.OFFLINE
    device = scene.after(2)
    assert (device.state, device.reason) == (DeviceState.ABSENT, "adb does not list it")
    assert scene.after(20).state is DeviceState.ABSENT
    assert scene.lost == [PHONE]
    assert scene.workers.wanted == {}


def test_r04_deaths_of_the_adb_server_are_held_against_no_phone(scene: Scene) -> None:
    for _ in range(20):
        scene.presence.listed(None)
        assert scene.after(0).state is DeviceState.ABSENT
        scene.listed({})
        scene.listed(HERE)
    assert scene.after(0).state is DeviceState.PREPARING
    assert scene.lost == []


@pytest.mark.parametrize("state", ["unauthorized", "authorizing", "no permissions", "offline", "sideload", "detached"])
def test_case_p5_states_that_adb_names_say_what_to_do(scene: Scene, state: str) -> None:
    scene.listed({PHONE: state})
    assert ";" in scene.after(0).reason


def test_case_p1_a_second_transport_is_the_same_device_and_takes_over(scene: Scene) -> None:
    scene.listed({**HERE, WIFI: "device"})
    assert scene.workers.wanted == {PHONE: ""}
    assert scene.registry.get(WIFI) is None
    scene.listed({WIFI: "device"})
    assert scene.workers.wanted == {PHONE: WIFI}
    device = scene.after(30)
    assert (device.state, device.transports) == (DeviceState.PREPARING, [WIFI])
    assert scene.lost == []


def test_case_p3_nothing_begins_before_it_is_known_which_phone_came_back(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(presence, "INTENT_WAIT_S", 0.01)
    scene.listed({})
    scene.phones[PHONE] = None
    scene.running[PHONE] = 7
    scene.listed(HERE)
    assert "proven" in until_proven(monkeypatch, scene)
    assert scene.after(0).state is DeviceState.ABSENT
    scene.phones[PHONE] = "another phone"
    scene.listed({})
    scene.listed(HERE)
    assert scene.workers.wanted == {PHONE: "", "another phone": PHONE}
    scene.after(20)
    assert scene.lost == [PHONE]
    assert scene.workers.wanted == {"another phone": PHONE}


def until_proven(monkeypatch: pytest.MonkeyPatch, scene: Scene) -> str:
    """What an attempt is told that wants to tap, by a loop whose own clock goes on."""
    with monkeypatch.context() as real:
        real.setattr(time, "monotonic", MONOTONIC)
        return asyncio.run(scene.presence.until_proven(PHONE))


def test_it_is_proven_while_it_is_used(scene: Scene) -> None:
    with pytest.MonkeyPatch.context() as monkeypatch:
        assert until_proven(monkeypatch, scene) == ""


def test_a_running_attempt_goes_on_when_the_same_phone_is_back(scene: Scene) -> None:
    scene.running[PHONE] = 7
    scene.listed({PHONE: "offline"})
    scene.listed(HERE)
    assert (scene.after(0).state, scene.after(0).task_id) == (DeviceState.BUSY, 7)


def test_a_phone_that_does_not_say_who_it_is_is_shown_preparing_with_words(scene: Scene) -> None:
    scene.phones[WIFI] = None
    scene.listed({**HERE, WIFI: "device"})
    (link,) = scene.asked
    link.trouble = "Android is starting"
    scene.presence.refresh()
    device = scene.registry.get(WIFI)
    assert device is not None
    assert (device.state, device.reason) == (DeviceState.PREPARING, "Android is starting")
    assert not scene.registry.is_device(WIFI)
    scene.listed(HERE)
    assert scene.registry.get(WIFI) is None


def test_of_phones_that_answer_alike_each_worker_accepts_one_start_only(scene: Scene) -> None:
    assert scene.workers.proven[PHONE] == (Identity(android_id=PHONE), False)
    scene.registry.identify("its clone", Identity(android_id=PHONE))
    scene.presence.refresh()
    assert scene.workers.proven[PHONE] == (Identity(android_id=PHONE), True)
