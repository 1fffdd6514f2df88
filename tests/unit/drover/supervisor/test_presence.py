"""From adb's listing to states: phones that come and go are held back, others are believed at once."""

import time
from collections.abc import Mapping
from random import Random
from typing import cast

import pytest

from drover.config import Config
from drover.supervisor.board import DeviceBoard
from drover.supervisor.fleet import Fleet
from drover.supervisor.presence import Presence
from drover.supervisor.transports import Transports
from drover.wire.devices import Device, DeviceState
from drover.wire.worker import ToWorker

PHONE = "R58M123ABC"
HERE: Mapping[str, str] = {PHONE: "device"}


class Workers:
    """Stands for the fleet: which workers are wanted, and what they were told."""

    def __init__(self) -> None:
        self.wanted: dict[str, str] = {}
        self.told: list[ToWorker] = []

    def want(self, serial: str, transport: str = "") -> None:
        self.wanted[serial] = transport

    def unwant(self, serial: str) -> None:
        self.wanted.pop(serial, None)

    def send(self, _serial: str, message: ToWorker) -> bool:
        self.told.append(message)
        return True


class Scene:
    """A presence with its board and a clock that moves only when told."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1000.0
        monkeypatch.setattr(time, "monotonic", lambda: self.now)
        self.board, self.workers, self.transports = DeviceBoard([], lambda _: None), Workers(), Transports()
        self.lost: list[str] = []
        self.running: dict[str, int] = {}
        self.presence = Presence(
            Config(),
            self.board,
            cast(Fleet, self.workers),
            lost=lambda serial, _why: self.lost.append(serial),
            joined=lambda _device, _other: None,
            running_task=self.running.get,
            transports=self.transports,
            rng=Random(1),
        )

    def flap(self, times: int) -> None:
        for _ in range(times):
            self.presence.listed({PHONE: "offline"})
            self.presence.listed(HERE)

    def after(self, seconds: int) -> Device:
        for _ in range(seconds):
            self.now += 1
            self.presence.watch()
        device = self.board.get(PHONE)
        assert device is not None
        return device


@pytest.fixture
def scene(monkeypatch: pytest.MonkeyPatch) -> Scene:
    made = Scene(monkeypatch)
    made.presence.listed(HERE)
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
    scene.presence.listed({})
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
        scene.presence.listed({})
        scene.presence.listed(HERE)
    assert scene.after(0).state is DeviceState.PREPARING
    assert scene.lost == []


def test_states_that_need_a_person_say_what_to_do(scene: Scene) -> None:
    for state in ("unauthorized", "authorizing", "no permissions", "offline"):
        scene.presence.listed({PHONE: state})
        assert ";" in scene.after(0).reason


def test_a_second_transport_joins_and_takes_over(scene: Scene) -> None:
    wifi = "192.168.1.20:5555"
    scene.presence.listed({**HERE, wifi: "device"})
    scene.transports.learn(PHONE, PHONE)
    scene.transports.learn(wifi, PHONE)
    scene.presence.join(wifi)
    assert scene.workers.wanted == {PHONE: ""}
    other = scene.board.get(wifi)
    assert other is not None
    assert (other.state, PHONE in other.reason) == (DeviceState.ABSENT, True)
    scene.presence.listed({wifi: "device"})
    assert scene.workers.wanted == {PHONE: wifi}
    assert scene.after(30).state is DeviceState.PREPARING
    assert scene.lost == []


def test_the_transport_that_runs_a_task_keeps_its_name(scene: Scene) -> None:
    wifi = "192.168.1.20:5555"
    scene.presence.listed({**HERE, wifi: "device"})
    scene.running[wifi] = 7
    scene.transports.learn(wifi, PHONE)
    scene.transports.learn(PHONE, PHONE)
    scene.presence.join(PHONE)
    assert scene.workers.wanted == {wifi: ""}
    assert scene.transports.device_of(PHONE) == wifi
