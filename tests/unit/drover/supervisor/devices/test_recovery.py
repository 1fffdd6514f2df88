"""Recovery takes a sick phone from step to step, in time, and no other."""

import time

import pytest

from drover.policy import escalation
from drover.policy.phone_events import PhoneTroubled, TransportUnusable, TransportUsable
from drover.policy.transports import Transport
from drover.supervisor.devices.recovery import DeviceRecovery
from drover.supervisor.devices.registry import DeviceRegistry
from drover.supervisor.devices.tracker import AdbProtocolError, AdbTracker
from drover.supervisor.devices.transports import Transports
from drover.supervisor.tallies import Tallies
from drover.wire.devices import DeviceState
from tests.support.registered import JobsAtOnce, make_ready

PHONE = "192.168.1.20:5555"


def transport(state: str, *, usb: str = "") -> Transport:
    return Transport(name=PHONE, state=state, id=3, usb=usb)


class Server(AdbTracker):
    """The adb server's answers; the tracker's own are tested against a real server."""

    def __init__(self) -> None:
        super().__init__("127.0.0.1", 0, self)
        self.connected = True
        self.asked: list[str] = []

    def ensure(self) -> None:
        raise AssertionError("recovery starts no server")

    async def ask(self, service: str) -> str:
        self.asked.append(service)
        if service.startswith("host:disconnect"):
            raise AdbProtocolError("no such device")
        return "done"


class Ward:
    """A recovery, its registry and a clock that moves only when told."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, hangs: bool = False) -> None:
        self.now = 1000.0
        monkeypatch.setattr(time, "monotonic", lambda: self.now)
        self.registry = DeviceRegistry([])
        self.server, self.tallies = Server(), Tallies()
        self.transports = Transports(self.registry)
        self.hangs = hangs
        self.device_recovery = DeviceRecovery(self.registry, self.server, self.transports, JobsAtOnce(), self.tallies)

    def show(self, state: DeviceState, *listing: Transport) -> None:
        """adb lists this, and the registry shows it."""
        self.transports.update(listing)
        if state is DeviceState.PREPARING:
            self.registry.post(PHONE, TransportUsable())
            if self.hangs:
                self.registry.post(PHONE, PhoneTroubled(why="no answer"))
        else:
            self.registry.post(PHONE, TransportUnusable(state=state, reason="no answer"))

    def live(self, seconds: int) -> list[str]:
        """What adb was asked for in this time."""
        before = len(self.server.asked)
        for _ in range(seconds):
            self.device_recovery.watch()
            self.now += 1
        return self.server.asked[before:]


def services(*steps: escalation.Step) -> list[str]:
    return [service for step in steps for service in escalation.services(step, transport("offline"))]


@pytest.mark.parametrize("event", [DeviceState.OFFLINE, DeviceState.UNAUTHORIZED])
def test_steps_come_30_s_apart_and_the_round_begins_anew_after_5_min(
    monkeypatch: pytest.MonkeyPatch, event: DeviceState
) -> None:
    ward = Ward(monkeypatch)
    ward.show(event, transport(event.value))
    assert ward.live(30) == []
    assert ward.live(30) == services(escalation.Step.RECONNECT)
    assert ward.live(30) == services(escalation.Step.RECONNECT_OFFLINE)
    assert ward.live(30) == services(escalation.Step.FORGET)
    assert ward.live(270) == []
    assert ward.live(30) == services(escalation.Step.RECONNECT)
    assert ward.tallies.counters["device_reconnect"] == 4


def test_each_sick_phone_has_a_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    ward = Ward(monkeypatch)
    ward.show(DeviceState.OFFLINE, transport("offline"))
    ward.live(1)
    device = ward.registry.get(PHONE)
    assert device is not None
    assert device.deadline is not None


def test_a_phone_that_comes_back_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    ward = Ward(monkeypatch)
    ward.show(DeviceState.OFFLINE, transport("offline"))
    ward.live(45)
    ward.show(DeviceState.PREPARING, transport("device"))
    assert ward.live(300) == []
    ward.show(DeviceState.OFFLINE, transport("offline"))
    assert ward.live(31) == services(escalation.Step.RECONNECT), "from the first step again"


def test_a_preparing_phone_is_cured_only_if_it_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    for hangs in (False, True):
        ward = Ward(monkeypatch, hangs=hangs)
        ward.show(DeviceState.PREPARING, transport("device"))
        assert ward.live(31) == (services(escalation.Step.RECONNECT) if hangs else [])


def test_what_adb_forgot_at_our_word_is_dialled_until_it_is_back(monkeypatch: pytest.MonkeyPatch) -> None:
    ward = Ward(monkeypatch)
    ward.show(DeviceState.OFFLINE, transport("offline"))
    ward.live(91)
    ward.show(DeviceState.ABSENT)
    assert ward.live(61) == [f"host:connect:{PHONE}"] * 3
    ward.show(DeviceState.PREPARING, transport("device"))
    make_ready(ward.registry, PHONE)
    ward.live(1)
    ward.show(DeviceState.ABSENT)
    assert ward.live(300) == []


def test_nothing_is_asked_of_a_server_that_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    ward = Ward(monkeypatch)
    ward.show(DeviceState.OFFLINE, transport("offline"))
    ward.server.connected = False
    assert ward.live(100) == []


@pytest.mark.parametrize(
    "state", ["sideload", "recovery", "rescue", "bootloader", "host", "connecting", "detached", "authorizing"]
)
@pytest.mark.parametrize("event", [DeviceState.OFFLINE, DeviceState.UNAUTHORIZED])
def test_case_p5_a_phone_that_does_something_else_is_left_alone(
    monkeypatch: pytest.MonkeyPatch, state: str, event: DeviceState
) -> None:
    for usb in ("usb:1-1", ""):
        ward = Ward(monkeypatch)
        ward.show(event, transport(state, usb=usb))
        assert ward.live(700) == []


def test_case_p5_a_sick_phone_next_to_one_that_connects_is_reconnected_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    ward = Ward(monkeypatch)
    ward.show(DeviceState.OFFLINE, transport("offline"), Transport(name="10.0.0.9:5555", state="connecting", id=4))
    assert "host:reconnect-offline" not in ward.live(120)
