"""From adb's listing to states: phones that come and go are held back, others are believed at once."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from random import Random

import pytest

from drover.config import Config
from drover.policy.clock import Reading
from drover.policy.phone_commands import EndCalls, EndWorker, KeepWorker, Send
from drover.policy.transports import Transport
from drover.store import Store
from drover.supervisor.devices.names import DeviceNames
from drover.supervisor.devices.presence import Presence
from drover.supervisor.devices.registry import DeviceRegistry
from drover.supervisor.devices.transports import Link, Transports
from drover.supervisor.settings import Settings
from drover.wire.devices import Device, DeviceState, Identity
from drover.wire.worker import ToWorker
from tests.support.registered import Carry, CountingSignal, JobsAtOnce, command_loop, make_ready, run_task

PHONE = "R58M123ABC"
WIFI = "192.168.1.20:5555"
HERE: Mapping[str, str] = {PHONE: "device"}


class Kept:
    """The folders of tasks, none of which may go here."""

    def remove_soon(self, task_ids: Sequence[int]) -> None:
        raise AssertionError(f"tasks {task_ids} are deleted")


class Scene:
    """A presence, its registry and a clock that moves only when told. A phone says at once which it is: by default
    the only one, with `phones` the one behind its name, and None not at all."""

    def __init__(self, store: Store) -> None:
        self.now = 1000.0
        self.registry = DeviceRegistry([], self._reading)
        self.transports = Transports(self.registry)
        self.phones: dict[str, str | None] = {}
        self.ids: dict[str, int] = {}
        self.asked: list[Link] = []
        self.lost: list[str] = []
        self.told: list[ToWorker] = []
        self.wanted: dict[str, str] = {}
        self.proven: dict[str, tuple[Identity, bool]] = {}
        names = DeviceNames(store, self.registry, self.transports, Kept(), CountingSignal())
        self.presence = Presence(Settings(Config()), self.registry, self.transports, names, JobsAtOnce(), Random(1))
        handlers: Carry = {KeepWorker: self._keep, EndWorker: self._end, EndCalls: self._lose, Send: self._send}
        self.loop = command_loop(self.registry, handlers)

    def _reading(self) -> Reading:
        return Reading(wall=datetime.now(UTC), monotonic_s=self.now)

    def _keep(self, device: Device, command: KeepWorker) -> None:
        self.wanted[device.serial] = command.address
        self.proven[device.serial] = command.identity, command.same_boot

    def _end(self, device: Device, _command: EndWorker) -> None:
        self.wanted.pop(device.serial, None)

    def _lose(self, device: Device, _command: EndCalls) -> None:
        self.lost.append(device.serial)

    def _send(self, _device: Device, command: Send) -> None:
        self.told.append(command.message)

    def answer(self, links: list[Link]) -> None:
        for link in links:
            device = self.phones.get(link.transport.name, PHONE)
            if device is None:
                self.asked.append(link)
            else:
                link.identity = Identity(android_id=device)
                self.transports.prove(link, device, "the same Android id")
                self.presence.proven(link)

    def listed(self, listing: Mapping[str, str] | None) -> None:
        every = (listing or {}).items()
        found = [
            Transport(name=name, state=state, id=self.ids.setdefault(name, len(self.ids) + 1)) for name, state in every
        ]
        self.answer(self.presence.listed(None if listing is None else found))
        self.loop.carry_out_all()

    def flap(self, times: int) -> None:
        for _ in range(times):
            self.listed({PHONE: "offline"})
            self.listed(HERE)

    def after(self, seconds: int) -> Device:
        for _ in range(seconds):
            self.now += 1
            self.presence.watch()
            self.loop.carry_out_all()
        device = self.registry.get(PHONE)
        assert device is not None
        return device


@pytest.fixture
def scene(store: Store) -> Scene:
    made = Scene(store)
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
    assert scene.wanted == {}


def test_r04_deaths_of_the_adb_server_are_held_against_no_phone(scene: Scene) -> None:
    for _ in range(20):
        scene.listed(None)
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
    assert scene.wanted == {PHONE: ""}
    assert scene.registry.get(WIFI) is None
    scene.listed({WIFI: "device"})
    assert scene.wanted == {PHONE: WIFI}
    device = scene.after(30)
    assert (device.state, device.transports) == (DeviceState.PREPARING, [WIFI])
    assert scene.lost == []


def test_case_p3_nothing_begins_before_it_is_known_which_phone_came_back(scene: Scene) -> None:
    scene.listed({})
    scene.phones[PHONE] = None
    scene.listed(HERE)
    assert not scene.registry.phone(PHONE).admitted
    assert scene.after(0).state is DeviceState.ABSENT
    scene.phones[PHONE] = "another phone"
    scene.listed({})
    scene.listed(HERE)
    assert scene.wanted == {PHONE: "", "another phone": PHONE}
    scene.after(20)
    assert scene.lost == [PHONE]
    assert scene.wanted == {"another phone": PHONE}


def test_a_running_attempt_goes_on_when_the_same_phone_is_back(scene: Scene) -> None:
    make_ready(scene.registry, PHONE)
    run_task(scene.registry, PHONE, 7)
    scene.listed({PHONE: "offline"})
    scene.listed(HERE)
    assert (scene.after(0).state, scene.after(0).task_id) == (DeviceState.BUSY, 7)
    assert scene.told == []


def test_a_phone_that_went_before_it_was_identified_is_gone(scene: Scene) -> None:
    scene.listed({PHONE: "offline"})
    scene.phones[PHONE] = None
    scene.listed(HERE)
    (link,) = scene.asked
    link.trouble = "it does not say"
    scene.presence.refresh()
    assert scene.after(0).state is DeviceState.PREPARING
    scene.listed({})
    assert scene.after(0).state is DeviceState.ABSENT


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
    assert scene.proven[PHONE] == (Identity(android_id=PHONE), False)
    scene.registry.identify("its clone", Identity(android_id=PHONE))
    scene.presence.refresh()
    scene.loop.carry_out_all()
    assert scene.proven[PHONE] == (Identity(android_id=PHONE), True)
