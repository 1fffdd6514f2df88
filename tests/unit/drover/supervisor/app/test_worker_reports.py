"""What a worker says of its phone: sick phones are cured, those that wait for a person are not."""

import time
from types import SimpleNamespace
from typing import Any

import pytest

from drover.policy.phone_events import AttemptClosed
from drover.policy.transports import Transport
from drover.supervisor.app.worker_reports import WorkerReports
from drover.supervisor.devices.recovery import DeviceRecovery
from drover.supervisor.devices.registry import DeviceRegistry
from drover.supervisor.devices.transports import Transports
from drover.supervisor.tallies import Tallies
from drover.wire.devices import Device, DeviceFacts, DeviceState, PhoneCondition
from drover.wire.tasks import Effect, Reason
from drover.wire.worker import Ended, EngineCured, Outcome, PhoneReady, PhoneTrouble
from tests.support.registered import make_ready, run_task

PHONE = "R58M1"
LOCKED = PhoneTrouble(why="locked; unlock it by hand", condition=PhoneCondition.LOCKED)
HANGS = PhoneTrouble(why="it does not answer")


class Ward:
    """The components that hear of it; what stands for the others does nothing."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1000.0
        monkeypatch.setattr(time, "monotonic", lambda: self.now)
        self.registry = DeviceRegistry([])
        make_ready(self.registry, PHONE)
        self.said: list[object] = []
        nothing: Any = SimpleNamespace(on_message=self._keep, mistaken=_nothing, connected=True, background=_close)
        transports = Transports(self.registry)
        (link,) = transports.update([Transport(name=PHONE, state="device", id=3, usb="usb:1-1")])
        transports.prove(link, PHONE, "the same Android id")
        self.tallies = Tallies()
        self.reports = WorkerReports(self.registry, nothing, nothing, nothing, nothing, self.tallies)
        self.device_recovery = DeviceRecovery(self.registry, nothing, transports, nothing, self.tallies)

    def _keep(self, _serial: str, message: object) -> None:
        self.said.append(message)

    def live(self, seconds: int) -> int:
        """How many cures were tried in this time."""
        before = self.tallies.counters["device_reconnect"]
        for _ in range(seconds):
            self.device_recovery.watch()
            self.now += 1
        return self.tallies.counters["device_reconnect"] - before

    @property
    def device(self) -> Device:
        return self.registry.all()[0]


def _close(work: Any) -> None:
    work.close()


def _nothing(*_args: object) -> None:
    """It is not what these tests are about."""


def test_case_p7_a_phone_that_waits_for_a_person_is_not_sick(monkeypatch: pytest.MonkeyPatch) -> None:
    ward = Ward(monkeypatch)
    ward.reports.on_message(PHONE, HANGS)
    assert ward.live(120) == 1  # of a USB phone's ladder
    ward.reports.on_message(PHONE, LOCKED)
    assert (ward.device.state, ward.device.condition) == (DeviceState.PREPARING, PhoneCondition.LOCKED)
    assert ward.device.reason == "locked; unlock it by hand"
    assert ward.registry.not_ready() == {PHONE: "locked; unlock it by hand"}
    assert (ward.live(1200), ward.device.deadline) == (0, None)
    ward.reports.on_message(PHONE, HANGS)
    assert (ward.live(60), ward.device.condition) == (1, None)


def test_case_p7_an_attempt_that_found_its_phone_not_ready_leaves_it_so(monkeypatch: pytest.MonkeyPatch) -> None:
    ward = Ward(monkeypatch)
    run_task(ward.registry, PHONE, 1)
    ended = Ended(
        fence=1,
        outcome=Outcome.FAILED,
        effect=Effect.NONE,
        reason=Reason.INTERRUPTED,
        remark="R58M1: locked; unlock it by hand",
        condition=PhoneCondition.LOCKED,
    )
    ward.reports.on_message(PHONE, ended)
    assert (ward.device.state, ward.said) == (DeviceState.BUSY, [ended])
    ward.registry.post(PHONE, AttemptClosed(fence=1))
    assert (ward.device.state, ward.device.condition) == (DeviceState.PREPARING, PhoneCondition.LOCKED)
    ward.reports.on_message(PHONE, PhoneReady(facts=DeviceFacts(model="Pixel")))
    assert (ward.device.state, ward.device.condition, ward.registry.not_ready()) == (DeviceState.IDLE, None, {})
    assert ward.device.facts.model == "Pixel"


def test_deaths_and_cures_are_counted_but_not_those_that_we_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    ward = Ward(monkeypatch)
    ward.reports.on_message(PHONE, EngineCured(cure="restart", why="it hung"))
    ward.reports.on_worker_started(PHONE, 5, 2)
    for retry_in_s in (1.0, 0.0, None):
        ward.reports.on_worker_ended(PHONE, -9, quarantined=False, retry_in_s=retry_in_s)
    counters = ward.tallies.counters
    assert (counters["automation_restart"], counters["worker_death"], ward.device.worker_starts) == (1, 1, 2)
